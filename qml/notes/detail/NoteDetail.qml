// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// One note: title, text, and what is known about its safety.
FocusScope {
    id: root
    objectName: "noteDetail"

    required property SyncEngine engine
    required property var store
    /// NoteHistory of app/model.
    required property var history
    required property Toast toast
    property string noteId
    property bool backShown: false
    /// What others see of us, see Presence.
    property var person: ({})
    readonly property alias people: people
    readonly property alias pane: pane
    property string loadedId
    property string listId
    property bool trashed: false
    property double savedAt: 0
    readonly property bool draft: root.noteId === ""
    readonly property bool ready: root.draft || (root.loadedId === root.noteId && bodyText.loaded)

    /// Somebody has begun to write a note that is not in the store yet.
    signal draftWritten(string title)
    signal trashAsked(string noteId)
    signal back

    function flush(): void {
        Qt.inputMethod.commit(); // qmllint disable
        titleText.flush();
        bodyText.flush();
    }
    /// Shows a note that was made this moment, without waiting for the store.
    function openNew(noteId: string): void {
        root.load(noteId, "");
        bodyText.create([noteId]);
        root.listId = "";
        root.noteId = noteId;
    }
    /// The draft has become the note `noteId`, which has no text yet; the editors stay as they are.
    function adopt(noteId: string): void {
        titleText.itemId = noteId;
        bodyText.create([noteId]);
        root.loadedId = noteId;
        root.noteId = noteId;
    }
    function toggleHistory(): void {
        versions.opened ? versions.close() : versions.open();
    }
    function focusTitle(): void {
        titleField.forceActiveFocus();
    }
    function focusBody(): void {
        pane.editor.forceActiveFocus();
    }
    function load(noteId: string, title: string): void {
        root.loadedId = noteId;
        titleText.load(noteId, title);
        root.savedAt = 0;
    }
    function read(): void {
        if (root.noteId === "" || row.value(0, "itemId") !== root.noteId)
            return;
        const title = row.value(0, "title") ?? "";
        root.listId = row.value(0, "list") ?? "";
        root.trashed = Boolean(row.value(0, "trashed"));
        if (root.loadedId !== root.noteId)
            root.load(root.noteId, title);
        else
            titleText.arrived(title);
        root.savedAt = Number(row.value(0, "updated") ?? 0);
    }
    function written(): void {
        if (!root.draft)
            root.store.touch("note", root.noteId);
        else if (bodyText.length > 0)
            root.draftWritten(titleField.text);
    }

    onNoteIdChanged: {
        if (root.loadedId === root.noteId)
            return;
        root.flush();
        // Bindings such as `draft` may still say what was.
        const none = root.noteId === "";
        bodyText.key = none ? [] : [root.noteId];
        if (none)
            root.load("", "");
        else
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
        sql: Queries.note
        params: [root.noteId]
        onModelReset: root.read()
        onRowsInserted: root.read()
        onDataChanged: root.read()
    }
    SavedText {
        id: titleText
        editor: titleField
        onSaveAsked: (noteId, text) => {
            if (noteId !== "") {
                root.history.edited("note", noteId);
                root.store.setNoteTitle(noteId, text);
            } else if (text !== "") {
                root.draftWritten(text);
            }
        }
    }
    TextDocument {
        id: bodyText
        engine: root.engine
        table: "notes"
        column: "body"
        editor: pane.editor
        onWriting: root.history.edited("note", root.noteId)
        onReplaced: {
            pane.begin(root.noteId);
            count.update();
        }
        onEdited: (delta, author) => {
            count.restart();
            if (author !== TextDocument.Author.Others)
                root.written();
        }
    }
    Presence {
        id: people
        engine: root.visible ? root.engine : null
        document: bodyText
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
        draft: root.draft
        backShown: root.backShown
        onBack: root.back()
        onPicked: listId => root.store.moveToList([{ kind: "note", itemId: root.noteId }], listId)
        onTrashAsked: root.trashAsked(root.noteId)
        onHistoryAsked: root.toggleHistory()
    }
    ReadOnlyBar {
        id: readOnly
        anchors.top: bar.bottom
        width: parent.width
        visible: root.trashed
        onRestoreAsked: root.store.restore([{ kind: "note", itemId: root.noteId }])
    }
    TitleField {
        id: titleField
        objectName: "noteTitle"
        anchors.top: readOnly.bottom
        width: parent.width
        label: qsTr("Title")
        placeholderText: qsTr("Title")
        readOnly: !root.ready || root.trashed
        side: pane.editor.side
        onAccepted: root.focusBody()
        Keys.onDownPressed: root.focusBody()
    }
    TextPane {
        id: pane
        objectName: "notePane"
        presence: people
        dropPlace: bodyText.dropPlace
        anchors.top: titleField.bottom
        anchors.bottom: trouble.top
        width: parent.width
        label: qsTr("Text of the note")
        placeholder: qsTr("Write here")
        editor.objectName: "noteEditor"
        readOnly: !root.ready || root.trashed
    }
    TextTrouble {
        id: trouble
        anchors.bottom: footer.top
        width: parent.width
        document: bodyText
        toast: root.toast
    }
    NoteFooter {
        id: footer
        anchors.bottom: parent.bottom
        width: parent.width
        words: count.words
        characters: count.characters
        saved: titleText.saved && bodyText.saved && root.savedAt > 0
            ? qsTr("Saved on this device %1").arg(Dates.timeText(root.savedAt)) : ""
    }
    Timer {
        // Counting words costs the length of the text: in a pause.
        id: count
        property int words: 0
        property int characters: 0
        function update(): void {
            words = bodyText.countWords();
            characters = bodyText.length;
        }
        interval: Theme.saveDelay
        onTriggered: update()
    }
    ItemHistory {
        id: versions
        anchors.fill: parent
        engine: root.engine
        history: root.history
        toast: root.toast
        kind: "note"
        document: bodyText
        itemId: root.noteId
        title: titleField.text
        readOnly: root.trashed
        onClosed: pane.editor.forceActiveFocus()
        onTitleAsked: title => {
            root.store.setNoteTitle(root.noteId, title);
            titleText.arrived(title);
        }
    }
}
