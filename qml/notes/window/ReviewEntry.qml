// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Something to decide: what happened, the value that is not in the list any more, and two buttons.
Column {
    id: root

    property string heading
    property string value
    property string note
    property string primaryText
    property string otherText

    signal primaryClicked
    signal otherClicked

    spacing: Theme.tiny
    topPadding: Theme.tiny
    Accessible.role: Accessible.ListItem
    Accessible.name: root.heading + " " + root.value

    Label {
        width: root.width
        text: root.heading
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
        elide: Text.ElideRight
    }
    Label {
        objectName: "reviewValue"
        width: root.width
        visible: root.value !== ""
        text: root.value
        font.pixelSize: Theme.smallSize
        maximumLineCount: 3
        wrapMode: Text.Wrap
        elide: Text.ElideRight
    }
    Label {
        objectName: "reviewNote"
        width: root.width
        visible: root.note !== ""
        text: root.note
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
        wrapMode: Text.Wrap
    }
    Row {
        anchors.right: parent.right
        spacing: Theme.small
        TextButton {
            objectName: "reviewOther"
            text: root.otherText
            onClicked: root.otherClicked()
        }
        TextButton {
            objectName: "reviewPrimary"
            text: root.primaryText
            onClicked: root.primaryClicked()
        }
    }
}
