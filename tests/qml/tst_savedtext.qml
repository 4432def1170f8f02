// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import QtTest
import Sheaf.Notes

TestCase {
    id: root
    name: "SavedText"
    when: windowShown
    visible: true
    width: 300
    height: 200

    TextArea {
        id: area
        anchors.fill: parent
    }
    SavedText {
        id: saved
        editor: area
    }
    SignalSpy {
        id: spy
        target: saved
        signalName: "saveAsked"
    }

    function init() {
        saved.load("one", "alpha omega");
        spy.clear();
        area.forceActiveFocus();
    }
    function type(text: string) {
        area.insert(area.cursorPosition, text);
    }

    function test_loadingIsNotAnEdit() {
        verify(!saved.dirty);
        wait(Theme.saveDelay * 2);
        compare(spy.count, 0);
    }
    function test_savesAWhileAfterTheFirstKey() {
        type("x");
        type("y");
        verify(saved.dirty);
        tryCompare(spy, "count", 1);
        compare(spy.signalArguments[0][0], "one");
        compare(spy.signalArguments[0][1], area.text);
        verify(!saved.saved, "not saved before the store says so");
        saved.arrived(area.text);
        verify(saved.saved);
    }
    function test_anotherItemFlushesTheFirst() {
        type("last key ");
        saved.load("two", "other");
        compare(spy.count, 1);
        compare(spy.signalArguments[0][0], "one");
        compare(spy.signalArguments[0][1], "last key alpha omega");
        compare(area.text, "other");
    }
    function test_leavingTheEditorFlushes() {
        type("z");
        area.focus = false;
        compare(spy.count, 1);
    }
    function test_remoteChangeKeepsTheCaretWithItsWord() {
        area.cursorPosition = 6; // before "omega"
        saved.arrived("alpha, beta, omega");
        compare(area.text, "alpha, beta, omega");
        compare(area.text.slice(area.cursorPosition), "omega");
        saved.arrived("omega");
        compare(area.cursorPosition, 0);
        compare(spy.count, 0);
    }
    function test_remoteChangeWaitsForUnsavedText() {
        type("mine ");
        saved.arrived("theirs");
        compare(area.text, "mine alpha omega");
    }
    function test_anOldEchoDoesNotTakeBackNewKeys() {
        type("1");
        saved.flush();
        type("2");
        saved.flush();
        saved.arrived(spy.signalArguments[0][1]);
        compare(area.text, spy.signalArguments[1][1]);
        saved.arrived(spy.signalArguments[1][1]);
        verify(saved.saved);
        saved.arrived("theirs, later");
        compare(area.text, "theirs, later");
    }
    function test_theirNewerTextReplacesOursInTheEnd() {
        type("1");
        saved.flush();
        saved.arrived("theirs");
        tryCompare(area, "text", "theirs", Theme.settleDelay * 2);
        verify(saved.saved);
    }
}
