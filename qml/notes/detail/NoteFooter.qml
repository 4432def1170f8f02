// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

Item {
    id: root

    property int words: 0
    property int characters: 0
    property string saved

    height: Theme.footerHeight

    Hairline {
        width: parent.width
    }
    Label {
        objectName: "noteCounts"
        anchors.left: parent.left
        anchors.leftMargin: Theme.huge
        anchors.verticalCenter: parent.verticalCenter
        text: (root.words === 1 ? qsTr("1 word") : qsTr("%1 words").arg(root.words)) + " · "
            + (root.characters === 1 ? qsTr("1 character") : qsTr("%1 characters").arg(root.characters))
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
    }
    Label {
        objectName: "noteSaved"
        anchors.right: parent.right
        anchors.rightMargin: Theme.huge
        anchors.verticalCenter: parent.verticalCenter
        text: root.saved
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
        Accessible.role: Accessible.StaticText
        Accessible.name: root.saved
    }
}
