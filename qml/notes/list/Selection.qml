// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick

/// The rows that one command is meant for, by id: rows move.
QtObject {
    id: root

    /// Kind ("note" or "task") by id.
    property var kinds: ({})
    readonly property int count: Object.keys(root.kinds).length
    readonly property bool active: root.count > 0
    /// Where a range begins.
    property string anchorId

    function has(itemId: string): bool {
        return root.kinds[itemId] !== undefined;
    }
    function items(): var {
        return Object.keys(root.kinds).map(itemId => ({ kind: root.kinds[itemId], itemId: itemId }));
    }
    function tasks(): var {
        return root.items().filter(item => item.kind === "task");
    }
    function toggle(item: var): void {
        const next = Object.assign({}, root.kinds);
        if (next[item.itemId] === undefined)
            next[item.itemId] = item.kind;
        else
            delete next[item.itemId];
        root.anchorId = item.itemId;
        root.kinds = next;
    }
    /// Exactly these items.
    function set(items: var): void {
        const next = {};
        for (const item of items)
            next[item.itemId] = item.kind;
        root.kinds = next;
    }
    /// Drops what is not among these ids any more.
    function keep(ids: var): void {
        const next = root.items().filter(item => ids.has(item.itemId));
        if (next.length !== root.count)
            root.set(next);
    }
    function clear(): void {
        if (root.active)
            root.kinds = {};
    }
}
