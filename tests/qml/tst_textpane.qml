// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtTest
import Sheaf.Notes

TestCase {
    id: root
    name: "TextPane"
    when: windowShown
    visible: true
    width: 500
    height: 300

    TextPane {
        id: pane
        anchors.fill: parent
    }

    function init() {
        pane.editor.text = "many words of a text\n".repeat(60);
        pane.contentY = 0;
    }
    /// Whether there is ink between two heights of the pane.
    function inked(top: real, bottom: real): bool {
        const picture = grabImage(pane);
        for (let y = top; y < bottom; ++y) {
            for (let x = Theme.huge; x < root.width - Theme.huge; ++x) {
                if (picture.red(x, y) < 128)
                    return true;
            }
        }
        return false;
    }

    function test_linesGoOnToTheLowerEdge() {
        const line = pane.editor.positionToRectangle(pane.editor.text.indexOf("\n") + 1).y - pane.editor.topPadding;
        for (let scrolled = 0; scrolled < line; scrolled += 5) {
            pane.contentY = scrolled;
            verify(inked(pane.height - line, pane.height), "scrolled by " + scrolled);
        }
    }
    function test_thereIsRoomBelowTheLastLine() {
        pane.editor.text = pane.editor.text.trim();
        pane.contentY = pane.contentHeight - pane.height;
        verify(!inked(pane.height - Theme.vast, pane.height));
        const last = pane.editor.positionToRectangle(pane.editor.length);
        verify(pane.height - (last.y + last.height - pane.contentY) >= Theme.vast);
        mouseClick(pane, pane.width - Theme.vast, pane.height - Theme.small);
        compare(pane.editor.cursorPosition, pane.editor.length);
        verify(pane.editor.activeFocus);
    }
    function test_thereIsAirBelowTheCaret() {
        pane.editor.forceActiveFocus();
        pane.editor.cursorPosition = 0;
        for (let line = 0; line < 30; ++line) {
            keyClick(Qt.Key_Down);
            const caret = pane.editor.cursorRectangle;
            verify(pane.contentY + pane.height - (caret.y + caret.height) >= Theme.medium, "line " + line);
        }
    }
}
