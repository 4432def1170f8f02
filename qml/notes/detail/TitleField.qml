// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
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
}
