// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// What is done to notes, tasks and lists, each with its way back. Items are {kind, itemId}.
QtObject {
    id: root

    required property var store
    required property Toast toast
    required property ConfirmDialog confirm

    /// The toast's, while it is about what was done last.
    property var wayBack: null
    readonly property Connections acts: Connections {
        target: root.store
        function onActed(): void {
            if (root.wayBack && root.toast.undoAction === root.wayBack)
                root.toast.dismiss();
            root.wayBack = null;
        }
    }

    function done(message: string): void {
        root.wayBack = () => root.store.undo();
        root.toast.show(message, root.wayBack);
    }
    /// A command of ItemList.
    function run(name: string, items: var, listId: string): void {
        switch (name) {
        case "trash":
            return root.trash(items);
        case "restore":
            return root.restore(items);
        case "delete":
            return root.deleteForGood(items);
        case "move":
            return root.move(items, listId);
        default:
            return root.complete(items.filter(item => item.kind === "task"), name === "complete");
        }
    }
    function words(items: var, note: string, task: string, many: string): string {
        return items.length > 1 ? many.arg(items.length) : items[0].kind === "task" ? task : note;
    }
    function trash(items: var): void {
        root.store.trash(items);
        root.done(root.words(items, qsTr("Note moved to trash"), qsTr("Task moved to trash"), qsTr("%1 items moved to trash")));
    }
    function restore(items: var): void {
        root.store.restore(items);
        root.done(root.words(items, qsTr("Note restored"), qsTr("Task restored"), qsTr("%1 items restored")));
    }
    function move(items: var, listId: string): void {
        root.store.moveToList(items, listId);
        root.done(root.words(items, qsTr("Note moved"), qsTr("Task moved"), qsTr("%1 items moved")));
    }
    /// Completes them all; reopens them when all are done.
    function complete(items: var, done: bool): void {
        root.store.setTasksDone(items, done);
        if (items.length > 1)
            root.done(done ? qsTr("%1 tasks completed").arg(items.length) : qsTr("%1 tasks reopened").arg(items.length));
    }
    function deleteForGood(items: var): void {
        root.confirm.ask(root.words(items, qsTr("Delete this note for good?"), qsTr("Delete this task for good?"),
                                    qsTr("Delete %1 items for good?")),
                         qsTr("It goes from all your devices and cannot be brought back."), qsTr("Delete for good"),
                         () => root.store.deleteForGood(items));
    }
    function emptyTrash(): void {
        root.confirm.ask(qsTr("Empty the trash?"), qsTr("What is in it goes from all your devices and cannot be brought back."),
                         qsTr("Empty trash"), () => root.store.emptyTrash());
    }
    function deleteList(listId: string, name: string): void {
        root.store.deleteList(listId);
        root.done(qsTr("List “%1” deleted, its items are in the Inbox").arg(name === "" ? qsTr("Untitled list") : name));
    }
}
