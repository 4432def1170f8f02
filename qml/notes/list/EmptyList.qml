// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Why a list has no rows, and the way on.
EmptyState {
    id: root

    required property Arrangement arranged
    property string place
    property string filter
    property bool tasksOnly: false

    readonly property bool inTrash: root.place === "trash"
    readonly property bool inPart: root.arranged.part !== "all"

    signal newNoteAsked
    signal newTaskAsked

    iconName: root.filter !== "" ? "search" : root.place === "today" ? "sun" : root.inTrash ? "trash" : root.tasksOnly ? "tasks" : "note"
    text: {
        if (root.filter !== "")
            return qsTr("No match for \"%1\"").arg(root.filter);
        if (root.inPart)
            return qsTr("Nothing under “%1” here").arg(root.arranged.partNames[root.arranged.part]);
        return root.place === "today" ? qsTr("All clear for today") : root.inTrash ? qsTr("The trash is empty") : qsTr("Nothing here yet");
    }
    action: {
        if (root.inPart)
            return qsTr("Show all");
        return root.filter !== "" || root.inTrash ? "" : root.tasksOnly ? qsTr("New task (Ctrl+Shift+N)") : qsTr("New note (Ctrl+N)");
    }
    onTriggered: {
        if (root.inPart)
            root.arranged.part = "all";
        else
            root.tasksOnly ? root.newTaskAsked() : root.newNoteAsked();
    }
}
