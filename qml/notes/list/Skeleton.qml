// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Sheaf.Notes

/// Grey rows while a list takes longer than a blink to arrive.
Column {
    id: root

    property bool waiting: false

    visible: root.waiting && late.done
    onWaitingChanged: late.done = false

    Timer {
        id: late
        property bool done: false
        interval: Theme.skeletonDelay
        running: root.waiting
        onTriggered: done = true
    }
    Repeater {
        model: 6
        Item {
            width: root.width
            height: Theme.noteRowHeight
            Rectangle {
                x: Theme.large
                y: Theme.large
                width: parent.width / 2
                height: Theme.medium
                radius: Theme.tiny
                color: Theme.field
            }
            Rectangle {
                x: Theme.large
                y: Theme.large + Theme.huge
                width: parent.width - 2 * Theme.large
                height: Theme.small
                radius: Theme.tiny
                color: Theme.field
            }
        }
    }
}
