// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma Singleton

import QtQuick
import Sheaf.Notes
import "dates.js" as Dates

/// The current day, so that lists change at midnight and not only after a restart.
Item {
    id: root

    property date now: new Date()
    readonly property string iso: Dates.iso(root.now)
    readonly property double start: Dates.fromIso(root.iso).getTime()

    Timer {
        interval: Theme.minute
        running: true
        repeat: true
        onTriggered: {
            const now = new Date();
            if (Dates.iso(now) !== root.iso)
                root.now = now;
        }
    }
}
