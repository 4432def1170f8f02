// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Where the list and the open text were scrolled to. By row and by place in the text, for the window may be another size
/// by then, and others may have written.
QtObject {
    id: root

    required property ProfileSettings memory
    required property var window
    property bool listRestored: false

    readonly property Connections rows: Connections {
        target: root.window.items
        function onLoadedChanged(): void {
            Qt.callLater(root.restoreList); // qmllint disable
        }
    }

    function detail(kind: string): var {
        return kind === "task" ? root.window.task : root.window.note;
    }
    function remember(): void {
        const row = root.window.items.firstRow();
        root.memory.setValue("scroll/row", row.itemId);
        root.memory.setValue("scroll/rowOffset", row.offset);
        const text = root.detail(root.window.openKind).pane.firstLine();
        root.memory.setValue("scroll/place", text.place);
        root.memory.setValue("scroll/placeOffset", text.offset);
    }
    function restoreList(): void {
        if (root.listRestored || !root.window.items.loaded)
            return;
        root.listRestored = true;
        root.window.items.scrollTo(root.memory.value("scroll/row", ""), Number(root.memory.value("scroll/rowOffset", 0)));
    }
    /// Before the item is opened.
    function expectText(kind: string, itemId: string): void {
        const place = Number(root.memory.value("scroll/place", 0));
        if (place > 0)
            root.detail(kind).pane.remembered = {
                itemId: itemId,
                place: place,
                offset: Number(root.memory.value("scroll/placeOffset", 0))
            };
    }
}
