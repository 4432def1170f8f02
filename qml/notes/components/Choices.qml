// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A menu on a card.
Menu {
    id: root

    implicitWidth: Theme.menuWidth
    padding: Theme.tiny
    background: Rectangle {
        implicitWidth: Theme.menuWidth
        radius: Theme.cardRadius
        color: Theme.surface
        border.width: Theme.hairlineWidth
        border.color: Theme.hairline
    }
}
