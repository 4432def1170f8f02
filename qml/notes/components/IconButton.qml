// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A picture that does something; the tip says what, and by which key.
AbstractButton {
    id: root

    property string tip
    property string key
    property string iconName
    property int iconSize: Theme.icon
    property color iconColor: root.hovered || root.visualFocus ? Theme.text : Theme.secondary

    implicitWidth: Math.max(Theme.target, contentItem.implicitWidth + Theme.small)
    implicitHeight: Theme.target
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.text !== "" ? root.text : root.tip
    Accessible.onPressAction: root.clicked()
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    contentItem: Row {
        spacing: Theme.tiny
        leftPadding: root.text === "" ? Math.max(0, (root.width - root.iconSize) / 2) : Theme.tiny
        rightPadding: root.text === "" ? 0 : Theme.tiny
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: root.iconName
            size: root.iconSize
            color: root.enabled ? root.iconColor : Theme.disabled
        }
        Label {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.text !== ""
            text: root.text
            font.pixelSize: Theme.smallSize
            font.weight: Font.Medium
            color: root.enabled ? Theme.text : Theme.disabled
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
        FocusRing {
            visible: root.visualFocus
        }
    }
    Tip {
        visible: root.hovered && root.tip !== ""
        text: root.key === "" ? root.tip : root.tip + "  " + root.key
    }
}
