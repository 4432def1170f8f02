// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import Sheaf.Notes

/// The title of the open item: large, without a frame.
Field {
    id: root

    property int side: Theme.huge

    implicitHeight: Theme.headerHeight
    leftPadding: root.side
    rightPadding: root.side
    font.pixelSize: Theme.titleSize
    font.weight: Font.DemiBold
    font.letterSpacing: Theme.titleSpacing
    placeholderTextColor: Theme.secondary
    background: null
    cursorDelegate: Caret {
        shown: root.activeFocus && !root.readOnly
        at: root.cursorPosition
    }
}
