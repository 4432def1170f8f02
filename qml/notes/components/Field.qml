// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A single line of input.
TextField {
    id: root

    property string label

    implicitHeight: Theme.controlHeight
    leftPadding: Theme.small
    rightPadding: Theme.small
    topPadding: 0
    bottomPadding: 0
    verticalAlignment: TextInput.AlignVCenter
    font.family: Theme.family
    font.pixelSize: Theme.smallSize
    color: Theme.text
    placeholderTextColor: Theme.secondary
    selectionColor: Theme.textSelection
    selectedTextColor: Theme.text
    selectByMouse: true
    Accessible.role: Accessible.EditableText
    Accessible.name: root.label
    background: Rectangle {
        radius: Theme.radius
        color: Theme.field
        border.width: root.activeFocus ? Theme.focusWidth : 0
        border.color: Theme.accent
    }
    cursorDelegate: Caret {
        shown: root.activeFocus && !root.readOnly
        at: root.cursorPosition
    }
}
