// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// The history of the open item, over its text, and how a version becomes the text again: by edits, which others' words
/// survive and which can be taken back.
FocusScope {
    id: root

    required property SyncEngine engine
    /// NoteHistory of app/model.
    required property var history
    required property string kind
    required property TextDocument document
    required property Toast toast
    property string itemId
    property string title
    property bool readOnly: false
    readonly property bool opened: view.active

    /// Of the last restore, as long as nothing else was written.
    property var undoRestore: null
    property bool restoring: false
    property bool textChanged: false

    signal closed
    signal titleAsked(string title)

    function open(): void {
        if (root.itemId === "")
            return;
        root.document.flush();
        root.history.leave(root.itemId);
        view.active = true;
        root.forceActiveFocus();
    }
    function close(): void {
        view.active = false;
        root.closed();
    }
    function restore(at: double, title: string): void {
        const itemId = root.itemId;
        const titleBefore = root.title;
        const text = root.history.comparison.versionText();
        root.forget();
        root.textChanged = false;
        root.restoring = true;
        root.history.edited(root.kind, itemId); // also when the title alone is another one
        root.document.replaceWith(text);
        root.document.flush();
        root.restoring = false;
        if (title !== titleBefore)
            root.titleAsked(title);
        root.history.restored(root.kind, itemId, at);
        const isText = root.textChanged;
        root.undoRestore = () => root.takeBack(isText, titleBefore);
        root.close();
        root.toast.show(qsTr("Version of %1 restored").arg(Dates.momentText(at, Today.now)), root.undoRestore);
    }
    function takeBack(isText: bool, title: string): void {
        root.restoring = true;
        if (isText)
            root.document.undo();
        root.restoring = false;
        if (title !== root.title)
            root.titleAsked(title);
        root.undoRestore = null;
    }
    /// By now the way back would take back something else.
    function forget(): void {
        const undo = root.undoRestore;
        root.undoRestore = null;
        if (undo && root.toast.undoAction === undo)
            root.toast.dismiss();
    }

    visible: root.opened
    onItemIdChanged: {
        view.active = false;
        root.forget();
    }

    Connections {
        target: root.document
        function onEdited(delta: var, author: int): void {
            if (author === TextDocument.Author.Others)
                return;
            if (root.restoring)
                root.textChanged = true;
            else
                root.forget();
        }
    }
    Loader {
        id: view
        anchors.fill: parent
        active: false
        focus: true
        sourceComponent: HistoryView {
            focus: true
            engine: root.engine
            history: root.history
            kind: root.kind
            itemId: root.itemId
            readOnly: root.readOnly
            onClosed: root.close()
            onRestoreAsked: (at, title) => root.restore(at, title)
            onTold: sentence => root.toast.show(sentence, null)
        }
    }
}
