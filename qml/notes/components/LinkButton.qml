// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A word that acts, inside a line of text.
AbstractButton {
    id: root

    property color color: Theme.accent

    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.text
    Accessible.onPressAction: root.clicked()
    Keys.onReturnPressed: root.clicked()

    contentItem: Label {
        text: root.text
        font.pixelSize: Theme.metaSize
        font.weight: Font.Medium
        font.underline: root.hovered
        color: root.color
    }
    background: Item {
        FocusRing {
            visible: root.visualFocus
            anchors.margins: -Theme.focusWidth
        }
    }
}
