// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import Sheaf.Sync

/// What a place is called: a fixed one as the sidebar says, a list by its name.
LiveQuery {
    id: root

    required property var places
    property string place
    property string listName
    readonly property string text: root.places.find(entry => entry.place === root.place)?.name ?? root.listName

    function read(): void {
        root.listName = root.value(0, "name") ?? "";
    }

    sql: "SELECT id AS itemId, name FROM lists WHERE id = ?"
    params: [root.place.startsWith("list:") ? root.place.slice(5) : ""]
    onModelReset: root.read()
    onRowsInserted: root.read()
    onDataChanged: root.read()
}
