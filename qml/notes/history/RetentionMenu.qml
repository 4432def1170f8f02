// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// How long versions are kept, on all devices of this person.
IconButton {
    id: root

    required property SyncEngine engine
    /// NoteHistory of app/model.
    required property var history

    property string choice: "thinned"
    readonly property var names: ({
        all: qsTr("Keep all versions"), thinned: qsTr("Thin out old versions"), "30days": qsTr("Keep versions for 30 days"),
        none: qsTr("Keep no versions")
    })

    function choose(name: string): void {
        if (name === "all" || name === "thinned" || name === root.choice)
            return root.history.setRetention(name);
        confirm.ask(name === "none" ? qsTr("Keep no versions?") : qsTr("Keep versions for 30 days?"),
                    name === "none" ? qsTr("The versions of all notes and tasks go from all your devices, and no new ones are made.")
                                    : qsTr("Versions older than that go from all your devices."),
                    qsTr("Delete versions"), () => root.history.setRetention(name));
    }
    function read(): void {
        root.choice = row.count > 0 ? row.value(0, "value") : "thinned";
    }

    objectName: "retentionMenu"
    iconName: "more"
    tip: qsTr("How long versions are kept")
    onClicked: menu.popup(root, root.width - menu.width, root.height)

    LiveQuery {
        id: row
        engine: root.engine
        sql: Queries.retention
        onModelReset: root.read()
        onRowsInserted: root.read()
        onDataChanged: root.read()
    }
    Choices {
        id: menu
        Choice { objectName: "keepAll"; text: root.names.all; checked: root.choice === "all"; onTriggered: root.choose("all") }
        Choice { objectName: "keepThinned"; text: root.names.thinned; checked: root.choice === "thinned"; onTriggered: root.choose("thinned") }
        Choice { objectName: "keep30Days"; text: root.names["30days"]; checked: root.choice === "30days"; onTriggered: root.choose("30days") }
        Choice { objectName: "keepNone"; text: root.names.none; checked: root.choice === "none"; onTriggered: root.choose("none") }
    }
    ConfirmDialog {
        id: confirm
    }
}
