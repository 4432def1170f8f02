// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import "queries.js" as Queries

/// How the rows of a place stand: in which order, which this device remembers for each place, and which of them are shown.
QtObject {
    id: root

    required property ProfileSettings memory
    property string place
    /// One of `parts`; whoever comes to a place sees all of it.
    property string part: "all"
    readonly property var orders: Queries.orders(root.place)
    readonly property var parts: Queries.parts(root.place)
    readonly property string order: {
        root.memory.fileName; // before it is known, nothing is remembered
        root.choices;
        const own = root.orders[0] ?? "manual";
        const remembered = root.memory.value(root.key, own);
        return root.orders.includes(remembered) ? remembered : own;
    }
    readonly property bool byHand: root.order === "manual"
    readonly property var orderNames: ({
        manual: qsTr("Manual"), updated: qsTr("Updated"), created: qsTr("Created"), title: qsTr("Title"), due: qsTr("Due")
    })
    readonly property var partNames: ({
        all: qsTr("All"), notes: qsTr("Notes"), tasks: qsTr("Tasks"), open: qsTr("Open"), done: qsTr("Done")
    })
    readonly property string key: "order/" + root.place
    property int choices: 0

    function choose(order: string): void {
        root.memory.setValue(root.key, order);
        ++root.choices;
    }

    onPlaceChanged: root.part = "all"
}
