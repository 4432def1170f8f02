// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// The filter of the current list.
Field {
    id: root

    signal leftToList

    leftPadding: Theme.target
    rightPadding: root.text === "" ? Theme.small : Theme.target
    placeholderText: qsTr("Search this list")
    label: qsTr("Search this list")

    Keys.onEscapePressed: {
        if (root.text !== "")
            root.clear();
        else
            root.leftToList();
    }
    Keys.onDownPressed: root.leftToList()
    onAccepted: root.leftToList()

    Icon {
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.small
        name: "search"
        size: Theme.smallIcon
        color: Theme.secondary
    }
    IconButton {
        anchors.verticalCenter: parent.verticalCenter
        anchors.right: parent.right
        visible: root.text !== ""
        iconName: "close"
        iconSize: Theme.smallIcon
        tip: qsTr("Clear")
        key: "Esc"
        onClicked: root.clear()
    }
}
