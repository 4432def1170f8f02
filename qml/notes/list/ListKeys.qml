// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick

/// The keys of the item list, and who has the focus when its rows have it.
Item {
    id: root
    objectName: "itemListKeys"

    required property var list

    readonly property int page: 10

    focus: true
    activeFocusOnTab: true
    Keys.onPressed: event => event.accepted = root.press(event)

    /// Whether the key means something here; then it was done.
    function press(event: var): bool {
        const list = root.list;
        const row = list.view.currentIndex;
        if (event.modifiers & Qt.AltModifier)
            return root.reorder(event.key, row);
        if (event.modifiers & Qt.ControlModifier) {
            if (event.key === Qt.Key_A)
                list.selectAll();
            return event.key === Qt.Key_A;
        }
        const target = root.targetOf(event.key, row);
        if (target >= 0) {
            if (event.modifiers & Qt.ShiftModifier)
                list.extendTo(target);
            else
                root.move(target);
            return true;
        }
        return root.act(event.key, row);
    }
    function move(row: int): void {
        root.list.selection.clear();
        root.list.choose(row);
        root.list.selection.anchorId = root.list.idAt(row);
    }
    function reorder(key: int, row: int): bool {
        if (key !== Qt.Key_Up && key !== Qt.Key_Down)
            return false;
        if (root.list.mayReorder(row))
            root.list.moveToGap(row, key === Qt.Key_Up ? row - 1 : row + 2);
        return true;
    }
    /// The row that a key leads to, -1 for other keys.
    function targetOf(key: int, row: int): int {
        const last = root.list.count - 1;
        switch (key) {
        case Qt.Key_Down:
        case Qt.Key_J:
            return Math.min(last, row + 1);
        case Qt.Key_Up:
        case Qt.Key_K:
            return Math.min(last, Math.max(0, row - 1));
        case Qt.Key_Home:
            return Math.min(last, 0);
        case Qt.Key_End:
            return last;
        case Qt.Key_PageDown:
            return Math.min(last, row + root.page);
        case Qt.Key_PageUp:
            return Math.min(last, Math.max(0, row - root.page));
        }
        return -1;
    }
    function act(key: int, row: int): bool {
        const list = root.list;
        const selected = list.selection.active;
        switch (key) {
        case Qt.Key_Return:
        case Qt.Key_Enter:
            if (row >= 0)
                list.opened(list.kindAt(row), list.idAt(row));
            return row >= 0;
        case Qt.Key_Space:
            if (selected)
                list.completeSelected();
            else
                list.toggle(row);
            return true;
        case Qt.Key_X:
            if (row >= 0)
                list.selection.toggle(list.itemAt(row));
            return true;
        case Qt.Key_D:
            if (list.kindAt(row) === "task" && !list.inTrash)
                list.dueAsked(list.idAt(row));
            return list.kindAt(row) === "task";
        case Qt.Key_S:
            list.tools.pickOrder();
            return true;
        case Qt.Key_F:
            list.tools.focusParts();
            return true;
        case Qt.Key_M:
            list.askMove();
            return true;
        case Qt.Key_R:
            if (list.inTrash)
                list.command("restore", "");
            return list.inTrash;
        case Qt.Key_Delete:
            list.remove();
            return true;
        case Qt.Key_Escape:
            if (selected)
                list.selection.clear();
            return selected;
        }
        return false;
    }
}
