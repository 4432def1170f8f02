// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// The round check of a task.
AbstractButton {
    id: root

    property string title

    checkable: false
    implicitWidth: Theme.target
    implicitHeight: Theme.target
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.CheckBox
    Accessible.name: root.title
    Accessible.checked: root.checked
    Accessible.onToggleAction: root.clicked()
    Accessible.onPressAction: root.clicked()

    contentItem: Item {
        Rectangle {
            anchors.centerIn: parent
            width: Theme.check
            height: Theme.check
            radius: Theme.check / 2
            color: root.checked ? Theme.accent : root.hovered ? Theme.selected : Theme.transparent
            border.width: root.checked ? 0 : Theme.focusWidth
            border.color: root.hovered ? Theme.accent : Theme.disabled
            Behavior on color {
                ColorAnimation { duration: Theme.quick }
            }
            Icon {
                anchors.centerIn: parent
                visible: root.checked || root.hovered
                name: "check"
                size: Theme.check - Theme.tiny
                color: root.checked ? Theme.accentInk : Theme.accent
            }
        }
    }
    background: FocusRing {
        visible: root.visualFocus
    }
}
