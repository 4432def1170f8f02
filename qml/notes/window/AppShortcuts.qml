// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick

/// The keys that work everywhere in the window. KeySheet shows them.
Item {
    id: root

    required property var window

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
        enabled: root.window.undoToast.undoAction !== null
        onActivated: root.window.undoToast.undo()
    }
}
