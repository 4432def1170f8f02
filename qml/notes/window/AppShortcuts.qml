// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick

/// The keys that work everywhere in the window. KeySheet shows them.
Item {
    id: root

    required property var window
    /// How often by a key of which nothing on the screen says yet what came of it.
    property int asked: 0
    /// Whoever takes back words in a text, and has none left, does not mean the lists.
    readonly property bool typing: {
        const item = root.window.activeFocusItem;
        return Boolean(item) && item.cursorPosition !== undefined && !item.readOnly;
    }

    function back(): void {
        if (root.window.undoToast.undoAction !== null) {
            root.window.undoToast.undo();
            return;
        }
        ++root.asked;
        root.window.flush();
        root.window.store.undo();
    }
    function again(): void {
        ++root.asked;
        root.window.flush();
        root.window.store.redo();
    }
    function tell(message: string): void {
        if (root.asked === 0)
            return;
        --root.asked;
        root.window.undoToast.show(message, null);
    }

    Shortcut { sequence: "Ctrl+N"; onActivated: root.window.newNote() }
    Shortcut { sequence: "Ctrl+Shift+N"; onActivated: root.window.newTask() }
    Shortcut { sequence: "Ctrl+Shift+L"; onActivated: root.window.places.addList() }
    Instantiator {
        model: [...root.window.places.fixedPlaces, root.window.places.trashPlace]
        delegate: Shortcut {
            required property var modelData
            sequence: modelData.key
            onActivated: {
                root.window.go(modelData.place);
                root.window.enterList();
            }
        }
    }
    Shortcut { sequence: "F6"; onActivated: root.window.stepPane(1) }
    Shortcut { sequence: "Shift+F6"; onActivated: root.window.stepPane(-1) }
    Shortcut {
        sequence: "Ctrl+F"
        onActivated: {
            root.window.page = "list";
            root.window.searchField.forceActiveFocus();
            root.window.searchField.selectAll();
        }
    }
    Shortcut { sequence: "F2"; onActivated: root.window.places.renameCurrent() }
    Shortcut { sequence: "Ctrl+\\"; onActivated: root.window.toggleSidebar() }
    Shortcut { sequence: "Ctrl+Shift+S"; onActivated: root.window.connection.resume() }
    Shortcut {
        sequence: "Ctrl+Shift+H"
        enabled: root.window.openKind !== ""
        onActivated: {
            root.window.page = "detail";
            (root.window.openKind === "task" ? root.window.task : root.window.note).toggleHistory();
        }
    }
    Shortcut { sequence: "F1"; onActivated: root.window.showKeySheet() }
    Shortcut { sequence: "Ctrl+Q"; onActivated: root.window.close() }
    Shortcut {
        sequence: "Ctrl+Z"
        enabled: root.window.undoToast.undoAction !== null || !root.typing
        onActivated: root.back()
    }
    Shortcut {
        sequence: "Ctrl+Shift+Z"
        enabled: !root.typing
        onActivated: root.again()
    }
    Connections {
        target: root.window.store
        function onUndone(what: string): void {
            root.tell(qsTr("Undone: %1").arg(what));
        }
        function onRedone(what: string): void {
            root.tell(qsTr("Done again: %1").arg(what));
        }
        function onNothingUndone(): void {
            root.tell(qsTr("Nothing to undo"));
        }
    }
}
