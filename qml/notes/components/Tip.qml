// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A tooltip: names the action and its key.
ToolTip {
    id: root

    delay: Theme.toolTipDelay
    leftPadding: Theme.small
    rightPadding: Theme.small
    topPadding: Theme.tiny
    bottomPadding: Theme.tiny
    contentItem: Label {
        text: root.text
        font.pixelSize: Theme.metaSize
        color: Theme.toastInk
    }
    background: Rectangle {
        color: Theme.toast
        radius: Theme.radius
    }
}
