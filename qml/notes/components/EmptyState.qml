// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// What a list says when it has nothing to show.
Column {
    id: root
    objectName: "emptyState"

    property string iconName: "sheaf"
    property string text
    property string action

    signal triggered

    spacing: Theme.medium
    Accessible.role: Accessible.StaticText
    Accessible.name: root.text

    Icon {
        anchors.horizontalCenter: parent.horizontalCenter
        name: root.iconName
        size: Theme.heroIcon
        color: Theme.disabled
    }
    Label {
        objectName: "emptyStateText"
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(implicitWidth, root.width)
        text: root.text
        color: Theme.secondary
    }
    TextButton {
        objectName: "emptyStateAction"
        anchors.horizontalCenter: parent.horizontalCenter
        visible: root.action !== ""
        text: root.action
        onClicked: root.triggered()
    }
}
