// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A button with a verb on it. At most one on a screen is the primary one.
AbstractButton {
    id: root

    property bool primary: false
    property bool destructive: false

    implicitWidth: Math.ceil(root.implicitContentWidth) + 2 * Theme.medium
    implicitHeight: Theme.controlHeight
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.text
    Accessible.onPressAction: root.clicked()
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    contentItem: Label {
        text: root.text
        font.pixelSize: Theme.smallSize
        font.weight: Font.Medium
        horizontalAlignment: Text.AlignHCenter
        color: root.primary ? Theme.accentInk : root.destructive ? Theme.danger : Theme.text
    }
    background: Rectangle {
        radius: Theme.radius
        color: root.primary ? Theme.accent : Theme.surface
        border.width: root.primary ? 0 : Theme.hairlineWidth
        border.color: Theme.hairline
        Rectangle {
            anchors.fill: parent
            radius: parent.radius
            color: root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
        }
        FocusRing {
            visible: root.visualFocus
            anchors.margins: -Theme.focusWidth
        }
    }
}
