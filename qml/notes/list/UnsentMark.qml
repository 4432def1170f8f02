// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// The small arrow of a row that the server has not got yet.
Icon {
    id: root

    property bool shown: false

    objectName: "unsentMark"
    visible: root.shown
    width: root.shown ? root.size : 0
    size: Theme.smallIcon - Theme.tiny
    name: "arrow-up"
    color: Theme.secondary
}
