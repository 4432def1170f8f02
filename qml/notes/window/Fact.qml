// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One line of "what: value".
Item {
    id: root

    property string name
    property string value

    implicitHeight: Theme.sidebarRowHeight - Theme.tiny
    visible: root.value !== ""
    Accessible.role: Accessible.StaticText
    Accessible.name: root.name + ": " + root.value

    Label {
        anchors.verticalCenter: parent.verticalCenter
        text: root.name
        font.pixelSize: Theme.smallSize
        color: Theme.secondary
    }
    Label {
        anchors.verticalCenter: parent.verticalCenter
        anchors.right: parent.right
        width: Math.min(implicitWidth, root.width * 0.65)
        horizontalAlignment: Text.AlignRight
        text: root.value
        font.pixelSize: Theme.smallSize
        elide: Text.ElideMiddle
    }
}
