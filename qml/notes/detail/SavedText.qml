// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Ties an editor to a short stored text, a value that is written as a whole: saves what the person types, and shows what others wrote
/// without moving the caret, but never over something that is not saved yet.
Item {
    id: root

    /// A TextField.
    required property var editor
    property string itemId
    property bool dirty: false
    /// What was handed to the store and has not come back from it.
    property var inFlight: []
    property bool applying: false
    property string latest
    readonly property bool saved: !root.dirty && root.inFlight.length === 0

    signal saveAsked(string itemId, string text)

    function load(itemId: string, text: string): void {
        root.flush();
        root.itemId = itemId;
        root.inFlight = [];
        root.latest = text;
        root.applying = true;
        root.editor.text = text;
        root.editor.cursorPosition = 0; // a long title is read from its start
        root.applying = false;
        root.dirty = false;
    }
    function flush(): void {
        delay.stop();
        if (!root.dirty)
            return;
        root.dirty = false;
        root.latest = root.editor.text;
        root.inFlight = root.inFlight.concat([root.editor.text]);
        settle.restart();
        root.saveAsked(root.itemId, root.editor.text);
    }
    /// The store holds `text` now.
    function arrived(text: string): void {
        root.latest = text;
        const known = root.inFlight.lastIndexOf(text);
        if (known >= 0) {
            root.inFlight = root.inFlight.slice(known + 1);
            return;
        }
        if (root.saved)
            root.show(text);
    }
    /// Replaces only what differs, so that the caret stays with its words.
    function show(text: string): void {
        const old = root.editor.text;
        if (old === text)
            return;
        const shorter = Math.min(old.length, text.length);
        let start = 0;
        while (start < shorter && old[start] === text[start])
            ++start;
        let end = 0;
        while (end < shorter - start && old[old.length - 1 - end] === text[text.length - 1 - end])
            ++end;
        root.applying = true;
        const caret = root.editor.cursorPosition;
        root.editor.remove(start, old.length - end);
        root.editor.insert(start, text.slice(start, text.length - end));
        const shift = text.length - old.length;
        root.editor.cursorPosition = caret <= start ? caret : Math.max(start, Math.min(text.length, caret + shift));
        root.applying = false;
    }

    Connections {
        target: root.editor
        function onTextChanged(): void {
            if (root.applying)
                return;
            root.dirty = true;
            if (!delay.running)
                delay.start();
        }
        function onActiveFocusChanged(): void {
            if (!root.editor.activeFocus)
                root.flush();
        }
    }
    Timer {
        id: delay
        interval: Theme.saveDelay
        onTriggered: root.flush()
    }
    Timer {
        // Somebody else's newer text can replace ours before we have seen ours come back.
        id: settle
        interval: Theme.settleDelay
        onTriggered: {
            if (root.dirty || root.inFlight.length === 0)
                return;
            root.inFlight = [];
            root.show(root.latest);
        }
    }
}
