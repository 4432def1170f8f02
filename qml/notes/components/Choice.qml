// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One line of a menu, with its key at the right.
MenuItem {
    id: root

    property string key
    property string iconName
    property bool shown: true

    visible: root.shown
    height: root.shown ? implicitHeight : 0
    implicitHeight: Theme.controlHeight
    leftPadding: Theme.small
    rightPadding: Theme.small
    Accessible.role: Accessible.MenuItem
    Accessible.name: root.text
    contentItem: Item {
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.iconName !== ""
            name: root.iconName
            size: Theme.smallIcon
            color: Theme.secondary
        }
        Label {
            anchors.verticalCenter: parent.verticalCenter
            x: root.iconName === "" ? 0 : Theme.huge
            text: root.text
            font.pixelSize: Theme.smallSize
            font.weight: root.checked ? Font.DemiBold : Font.Normal
        }
        Label {
            anchors.verticalCenter: parent.verticalCenter
            anchors.right: parent.right
            text: root.key
            font.pixelSize: Theme.metaSize
            color: Theme.secondary
        }
    }
    indicator: null
    arrow: null
    background: Rectangle {
        radius: Theme.radius
        color: root.highlighted ? Theme.hover : Theme.transparent
    }
}
