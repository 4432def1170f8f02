// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtTest
import Sheaf.Notes

TestCase {
    id: root
    name: "Caret"
    when: windowShown
    visible: true
    width: 300
    height: 200

    Field {
        id: field
    }
    TextPane {
        id: pane
        y: 50
        width: 300
        height: 100
    }

    function cleanup() {
        Theme.motion = "system";
    }
    function test_blinksOnlyWhileThingsMove_data() {
        return [{ tag: "a field", editor: field }, { tag: "a text", editor: pane.editor }];
    }
    function test_blinksOnlyWhileThingsMove(data) {
        Theme.motion = "full";
        data.editor.forceActiveFocus();
        const caret = Array.from(data.editor.children).find(child => child instanceof Caret);
        verify(caret);
        tryVerify(() => !caret.visible);
        Theme.motion = "reduced"; // while it is out
        verify(caret.visible);
        let changes = 0;
        caret.visibleChanged.connect(() => ++changes);
        wait(2 * Theme.caretBlink);
        compare(changes, 0);
        verify(caret.visible);
    }
}
