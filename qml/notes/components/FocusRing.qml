// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// The ring of whoever has the keyboard.
Rectangle {
    anchors.fill: parent
    color: Theme.transparent
    radius: Theme.radius
    border.width: Theme.focusWidth
    border.color: Theme.accent
}
