// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync

/// One task: check, title, list, due day, notes.
FocusScope {
    id: root
    objectName: "taskDetail"

    required property SyncEngine engine
    required property var store
    /// NoteHistory of app/model.
    required property var history
    required property Toast toast
    property string taskId
    property bool backShown: false
    /// What others see of us, see Presence.
    property var person: ({})
    readonly property alias people: people
    readonly property alias pane: pane
    property string loadedId
    property string listId
    property string due
    property bool done: false
    property bool trashed: false
    property bool dueUnread: false
    readonly property bool ready: root.taskId !== "" && root.loadedId === root.taskId && notesText.loaded

    signal trashAsked(string taskId)
    signal back

    function flush(): void {
        Qt.inputMethod.commit(); // qmllint disable
        titleText.flush();
        notesText.flush();
        if (dueField.activeFocus)
            root.saveDue();
    }
    function openNew(taskId: string): void {
        root.load(taskId, "");
        notesText.create([taskId]);
        root.listId = "";
        root.done = false;
        root.due = "";
        root.taskId = taskId;
        root.showDue();
    }
    function toggleHistory(): void {
        versions.opened ? versions.close() : versions.open();
    }
    function focusTitle(): void {
        titleField.forceActiveFocus();
    }
    function focusDue(): void {
        dueField.forceActiveFocus();
        dueField.selectAll();
    }
    function load(taskId: string, title: string): void {
        root.loadedId = taskId;
        titleText.load(taskId, title);
        root.dueUnread = false;
    }
    function showDue(): void {
        if (!dueField.activeFocus)
            dueField.text = Dates.dueText(root.due, Today.now);
    }
    function saveDue(): void {
        if (!root.ready || dueField.text === Dates.dueText(root.due, Today.now))
            return;
        const day = Dates.parseDue(dueField.text, Today.now);
        root.dueUnread = day === undefined;
        if (root.dueUnread)
            return;
        root.setDue(day);
    }
    function setDue(day: string): void {
        root.dueUnread = false;
        root.due = day;
        root.store.setTaskDue(root.taskId, day);
        dueField.text = Dates.dueText(day, Today.now);
    }
    /// What stands in the field counts, if it is a day.
    function pickDue(): void {
        if (root.trashed)
            return;
        root.saveDue();
        month.show(root.due);
    }
    function read(): void {
        if (root.taskId === "" || row.value(0, "itemId") !== root.taskId)
            return;
        const title = row.value(0, "title") ?? "";
        root.listId = row.value(0, "list") ?? "";
        root.due = row.value(0, "due") ?? "";
        root.done = Boolean(row.value(0, "done"));
        root.trashed = Boolean(row.value(0, "trashed"));
        if (root.loadedId !== root.taskId)
            root.load(root.taskId, title);
        else
            titleText.arrived(title);
        root.showDue();
    }

    onTaskIdChanged: {
        if (root.loadedId === root.taskId)
            return;
        titleText.flush();
        notesText.key = root.taskId === "" ? [] : [root.taskId];
        root.read();
    }
    Keys.onEscapePressed: root.back()
    Keys.onPressed: event => {
        // Keys come here from an editor that does not take them.
        event.accepted = root.trashed && event.text.trim() !== "";
        if (event.accepted)
            readOnly.shake();
    }

    LiveQuery {
        id: row
        engine: root.engine
        sql: Queries.task
        params: [root.taskId]
        onModelReset: root.read()
        onRowsInserted: root.read()
        onDataChanged: root.read()
    }
    SavedText {
        id: titleText
        editor: titleField
        onSaveAsked: (taskId, text) => {
            root.history.edited("task", taskId);
            root.store.setTaskTitle(taskId, text);
        }
    }
    TextDocument {
        id: notesText
        engine: root.engine
        table: "tasks"
        column: "notes"
        editor: pane.editor
        onWriting: root.history.edited("task", root.taskId)
        onReplaced: pane.begin(root.taskId)
        onEdited: (delta, author) => {
            if (author !== TextDocument.Author.Others)
                root.store.touch("task", root.taskId);
        }
    }
    Presence {
        id: people
        engine: root.visible ? root.engine : null
        document: notesText
        editor: pane.editor
        state: root.person
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.window
        Rectangle {
            anchors.fill: parent
            visible: root.trashed
            color: Theme.readOnlyWash
        }
    }
    DetailBar {
        id: bar
        width: parent.width
        engine: root.engine
        listId: root.listId
        trashed: root.trashed
        backShown: root.backShown
        onBack: root.back()
        onPicked: listId => root.store.moveToList([{ kind: "task", itemId: root.taskId }], listId)
        onTrashAsked: root.trashAsked(root.taskId)
        onHistoryAsked: root.toggleHistory()
    }
    ReadOnlyBar {
        id: readOnly
        anchors.top: bar.bottom
        width: parent.width
        visible: root.trashed
        onRestoreAsked: root.store.restore([{ kind: "task", itemId: root.taskId }])
    }
    CheckCircle {
        id: check
        objectName: "detailCheck"
        x: pane.editor.side - Theme.tiny
        anchors.verticalCenter: titleField.verticalCenter
        focusPolicy: Qt.TabFocus
        checked: root.done
        title: titleField.text
        onClicked: root.store.setTaskDone(root.taskId, !root.done)
    }
    TitleField {
        id: titleField
        objectName: "taskTitle"
        anchors.top: readOnly.bottom
        anchors.left: check.right
        anchors.right: parent.right
        label: qsTr("Title")
        placeholderText: qsTr("What is to be done")
        readOnly: !root.ready || root.trashed
        side: Theme.tiny
        onAccepted: titleText.flush()
        Keys.onDownPressed: dueField.forceActiveFocus()
    }
    Row {
        id: dueLine
        anchors.top: titleField.bottom
        anchors.topMargin: Theme.tiny
        x: pane.editor.side
        height: Theme.controlHeight
        spacing: Theme.small
        Field {
            id: dueField
            objectName: "taskDue"
            width: Theme.shortFieldWidth
            label: qsTr("Due day")
            placeholderText: qsTr("Due: tomorrow, fri, 21 nov")
            readOnly: root.trashed
            onAccepted: root.saveDue()
            onActiveFocusChanged: if (!activeFocus) root.saveDue()
            Keys.onDownPressed: event => event.modifiers & Qt.AltModifier ? root.pickDue() : pane.editor.forceActiveFocus()
        }
        IconButton {
            id: dueButton
            objectName: "taskDueButton"
            anchors.verticalCenter: parent.verticalCenter
            visible: root.ready && !root.trashed
            iconName: "calendar"
            tip: month.visible ? "" : qsTr("Choose a day")
            key: "Alt+↓"
            onClicked: root.pickDue()
            MonthCard {
                id: month
                y: dueButton.height + Theme.tiny
                onChosen: day => root.setDue(day)
            }
        }
        Label {
            objectName: "taskDueHint"
            anchors.verticalCenter: parent.verticalCenter
            visible: root.dueUnread
            text: qsTr("Not a day. Try “tomorrow” or “21 nov”.")
            font.pixelSize: Theme.metaSize
            color: Theme.attention
        }
    }
    TextPane {
        id: pane
        objectName: "taskPane"
        presence: people
        dropPlace: notesText.dropPlace
        anchors.top: dueLine.bottom
        anchors.topMargin: Theme.small
        anchors.bottom: trouble.top
        width: parent.width
        label: qsTr("Notes of the task")
        placeholder: qsTr("Notes")
        editor.objectName: "taskNotes"
        readOnly: !root.ready || root.trashed
    }
    TextTrouble {
        id: trouble
        anchors.bottom: parent.bottom
        width: parent.width
        document: notesText
        toast: root.toast
    }
    ItemHistory {
        id: versions
        anchors.fill: parent
        engine: root.engine
        history: root.history
        toast: root.toast
        kind: "task"
        document: notesText
        itemId: root.taskId
        title: titleField.text
        readOnly: root.trashed
        onClosed: pane.editor.forceActiveFocus()
        onTitleAsked: title => {
            root.store.setTaskTitle(root.taskId, title);
            titleText.arrived(title);
        }
    }
}
