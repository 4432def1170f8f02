// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Our caret: the accent colour, blinking, and steady while one types and where nothing shall move.
Rectangle {
    id: root

    property bool shown: false
    property int at: 0

    width: Theme.focusWidth
    color: Theme.accent
    visible: root.shown && (blink.on || Theme.reduceMotion)
    onAtChanged: {
        blink.on = true;
        blink.restart();
    }

    Timer {
        id: blink
        property bool on: true
        interval: Theme.caretBlink
        running: root.shown && !Theme.reduceMotion
        repeat: true
        onTriggered: on = !on
    }
}
