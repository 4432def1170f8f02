// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One of a few views that exclude each other.
AbstractButton {
    id: root

    implicitWidth: Math.ceil(root.implicitContentWidth) + 2 * Theme.small
    implicitHeight: Theme.target
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.RadioButton
    Accessible.name: root.text
    Accessible.checked: root.checked
    Accessible.onPressAction: root.clicked()
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    contentItem: Label {
        text: root.text
        font.pixelSize: Theme.smallSize
        font.weight: root.checked ? Font.DemiBold : Font.Normal
        horizontalAlignment: Text.AlignHCenter
        color: root.checked ? Theme.text : Theme.secondary
    }
    background: Rectangle {
        radius: Theme.radius
        color: root.checked ? Theme.selectedIdle : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
        FocusRing {
            visible: root.visualFocus
        }
    }
}
