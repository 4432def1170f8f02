// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One place in the sidebar.
AbstractButton {
    id: root

    property string iconName
    property color dot: Theme.transparent
    property int count: 0
    property bool alarming: false
    property bool current: false
    property bool focusShown: false
    property string tip

    implicitHeight: Theme.sidebarRowHeight
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ListItem
    Accessible.name: root.count > 0 ? root.text + ", " + root.count : root.text
    Accessible.selected: root.current
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            x: Theme.small
            visible: root.iconName !== ""
            name: root.iconName
            size: Theme.icon
            color: root.current ? Theme.accent : Theme.secondary
        }
        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            x: Theme.small + (Theme.icon - width) / 2
            visible: root.iconName === ""
            width: Theme.dot
            height: Theme.dot
            radius: Theme.dot / 2
            color: root.dot
        }
        Label {
            anchors.verticalCenter: parent.verticalCenter
            anchors.left: parent.left
            anchors.leftMargin: Theme.small + Theme.icon + Theme.small
            anchors.right: badge.left
            anchors.rightMargin: Theme.tiny
            text: root.text
            font.pixelSize: Theme.smallSize
            font.weight: root.current ? Font.DemiBold : Font.Normal
        }
        Label {
            id: badge
            anchors.verticalCenter: parent.verticalCenter
            anchors.right: parent.right
            anchors.rightMargin: Theme.small
            text: root.count > 0 ? root.count : ""
            font.pixelSize: Theme.metaSize
            font.weight: root.alarming ? Font.DemiBold : Font.Normal
            color: root.alarming ? Theme.danger : Theme.secondary
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: root.current ? (root.focusShown ? Theme.selected : Theme.selectedIdle) : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
        FocusRing {
            visible: root.current && root.focusShown
        }
    }
    Tip {
        visible: root.hovered && root.tip !== ""
        text: root.tip
    }
}
