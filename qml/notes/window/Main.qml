// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes
import Sheaf.Sync

/// The window: sidebar, list, detail.
ApplicationWindow {
    id: root
    objectName: "mainWindow"

    required property SyncEngine engine
    /// NotesStore of app/model.
    required property var store
    /// NoteHistory of app/model.
    required property var history
    /// What the program knows of the server: server, device, connectTo(), pause(), resume().
    required property var connection
    /// Import and export: running, text, progress, importFolder(), exportFolder().
    required property var transfers
    /// What the desktop prefers, see Theme.
    property var desktop: null
    required property string settingsFile
    property string forcedTheme

    property string place: "inbox"
    property string openKind
    property string openId
    property bool draftOpen: false
    property bool sidebarWanted: true
    /// Which pane is seen when there is room for one only.
    property string page: "list"
    property bool started: false

    readonly property bool drawerUsed: root.width < Theme.drawerBelow
    readonly property bool singlePane: root.width < Theme.singlePaneBelow
    readonly property alias items: itemList
    readonly property alias note: noteDetail
    readonly property alias task: taskDetail
    readonly property alias places: sidebar
    readonly property alias searchField: topBar.search
    readonly property alias undoToast: toast

    function go(place: string): void {
        topBar.search.clear();
        root.place = place;
        settings.rememberPlace(place);
        drawer.close();
    }
    function open(kind: string, itemId: string): void {
        root.flush();
        if (!root.draftOpen) // a draft that has become a note is still being written
            root.history.leaveAll();
        root.draftOpen = false;
        root.openKind = kind;
        root.openId = itemId;
        itemList.select(itemId);
        if (kind === "note")
            noteDetail.noteId = itemId;
        else if (kind === "task")
            taskDetail.taskId = itemId;
        settings.rememberOpen(kind, itemId);
    }
    function enterDetail(): void {
        root.page = "detail";
        if (root.openKind === "task")
            taskDetail.focusTitle();
        else if (root.openKind === "note" || root.draftOpen)
            noteDetail.focusBody();
    }
    function enterList(): void {
        root.page = "list";
        itemList.takeFocus();
    }
    /// What is made now is not hidden by what was looked for.
    function showAll(): void {
        topBar.search.clear();
        itemList.arranged.part = "all";
    }
    function newNote(): void {
        if (itemList.tasksOnly || itemList.inTrash)
            root.go("inbox");
        root.showAll();
        const noteId = root.store.createNote(itemList.listId, "", "");
        root.flush();
        noteDetail.openNew(noteId);
        root.open("note", noteId);
        root.page = "detail";
        noteDetail.focusTitle();
    }
    function newTask(): void {
        if (root.place === "notes" || itemList.inTrash)
            root.go("inbox");
        root.showAll();
        const taskId = root.store.createTask(itemList.listId, "");
        if (root.place === "today")
            root.store.setTaskDue(taskId, Today.iso);
        root.flush();
        taskDetail.openNew(taskId);
        root.open("task", taskId);
        root.page = "detail";
        taskDetail.focusTitle();
    }
    function openDraft(): void {
        root.openKind = "";
        root.openId = "";
        noteDetail.noteId = "";
        root.draftOpen = true;
        root.page = "detail";
        noteDetail.focusBody();
    }
    function trashOpen(): void {
        const open = { kind: root.openKind, itemId: root.openId };
        root.flush();
        root.enterList();
        itemList.leave(new Set([root.openId]));
        if (root.openId === open.itemId)
            root.open("", "");
        actions.trash([open]);
    }
    function command(name: string, items: var, listId: string): void {
        root.flush();
        actions.run(name, items, listId);
    }
    function pickImport(): void {
        folderPicker.ask(qsTr("Import a folder of Markdown files"), folder => root.transfers.importFolder(folder));
    }
    function pickExport(): void {
        folderPicker.ask(qsTr("Export into an empty folder"), folder => root.transfers.exportFolder(folder));
    }
    /// Nothing that was typed is only in this window.
    function save(): void {
        root.flush();
        root.history.leaveAll();
        settings.remember();
    }
    function flush(): void {
        noteDetail.flush();
        taskDetail.flush();
    }
    function toggleSidebar(): void {
        if (root.drawerUsed)
            drawer.visible ? drawer.close() : drawer.open();
        else
            root.sidebarWanted = !root.sidebarWanted;
    }
    function stepPane(delta: int): void {
        // Panes from left to right: 0 sidebar, 1 list, 2 detail.
        const first = root.drawerUsed || !root.sidebarWanted ? 1 : 0;
        const count = 3 - first;
        const active = sidebar.activeFocus ? 0 : itemList.activeFocus ? 1 : 2;
        const next = first + (Math.max(0, active - first) + delta + count) % count;
        if (next === 0)
            sidebar.forceActiveFocus();
        else if (next === 1)
            root.enterList();
        else
            root.enterDetail();
    }
    function showKeySheet(): void {
        keySheet.open();
    }
    /// Once the store has answered: the first run opens an empty note, later runs the last item.
    function start(used: bool): void {
        if (root.started)
            return;
        root.started = true;
        const openId = settings.value("openId", "");
        if (!used && openId === "") {
            firstRun.active = root.connection.server === "";
            root.openDraft();
        } else {
            settings.scroll.expectText(settings.value("openKind", ""), openId);
            root.open(settings.value("openKind", ""), openId);
            root.enterList();
        }
    }

    width: Theme.windowWidth
    height: Theme.windowHeight
    minimumWidth: Theme.windowMinWidth
    minimumHeight: Theme.windowMinHeight
    visible: true
    title: "Sheaf"
    color: Theme.window
    font.family: Theme.family
    font.pixelSize: Theme.textSize
    Component.onCompleted: settings.restore()
    onClosing: root.save()
    onActiveChanged: if (!root.active) root.flush()

    WindowMemory {
        id: settings
        fileName: root.settingsFile
        window: root
        forcedTheme: root.forcedTheme
    }
    ItemActions {
        id: actions
        store: root.store
        toast: toast
        confirm: confirm
    }
    SyncStatus {
        id: status
        objectName: "syncStatus"
        engine: root.engine
        server: root.connection.server
    }
    LiveQuery {
        id: anything
        engine: root.engine
        sql: Queries.anything
        onModelReset: if (count > 0) root.start(Boolean(value(0, "used")))
        onRowsInserted: root.start(Boolean(value(0, "used")))
    }
    PlaceTitle {
        id: placeTitle
        engine: root.engine
        places: [...sidebar.fixedPlaces, sidebar.trashPlace]
        place: root.place
    }
    Connections {
        target: root.store
        function onWriteFailed(message: string): void {
            toast.show(qsTr("Not saved: %1").arg(message), null);
        }
    }
    Connections {
        target: root.transfers
        function onFinished(sentence: string, details: var): void {
            if (details.length > 0)
                notice.tell(sentence, details);
            else
                toast.show(sentence, null);
        }
        function onFailed(sentence: string): void {
            notice.tell(sentence, []);
        }
    }
    AppShortcuts {
        window: root
    }

    header: Column {
        TopBar {
            id: topBar
            width: root.width
            sidebarShown: !root.drawerUsed && root.sidebarWanted
            people: noteDetail.visible ? noteDetail.people : taskDetail.visible ? taskDetail.people : null
            onSidebarAsked: root.toggleSidebar()
            onNewNote: root.newNote()
            onNewTask: root.newTask()
            onNewList: sidebar.addList()
            onKeySheetAsked: keySheet.open()
            onThemeAsked: mode => settings.chooseTheme(mode)
            onMotionAsked: reduced => settings.chooseMotion(reduced)
            onImportAsked: root.pickImport()
            onExportAsked: root.pickExport()
            onQuitAsked: root.close()
            onLeftSearch: root.enterList()
        }
        ProgressStrip {
            objectName: "downloadBar"
            width: root.width
            text: status.download
            progress: status.progress
        }
        ProgressStrip {
            objectName: "transferBar"
            width: root.width
            text: root.transfers.running ? root.transfers.text : ""
            progress: root.transfers.progress
        }
        Banner {
            width: root.width
            text: status.banner
            urgent: status.bannerTone === SyncStatus.Danger
            action: status.action === "connect" ? status.link : qsTr("Details")
            onTriggered: status.action === "connect" ? connectDialog.open() : syncPanel.open()
        }
    }
    footer: StatusBar {
        status: status
        onPanelAsked: syncPanel.opened ? syncPanel.close() : syncPanel.open()
        onLinkActivated: action => {
            if (action === "reconnect")
                status.reconnect();
            else if (action === "connect")
                connectDialog.open();
            else
                syncPanel.open();
        }
    }

    SplitView {
        id: split
        anchors.fill: parent
        handle: Item {
            implicitWidth: Theme.hairlineWidth
            // The line is thin, the grip is not.
            containmentMask: Item {
                x: -Theme.tiny
                width: Theme.small
                height: split.height
            }
            Hairline {
                anchors.fill: parent
            }
        }
        Item {
            id: sidebarDock
            visible: !root.drawerUsed && root.sidebarWanted
            SplitView.minimumWidth: Theme.sidebarMinWidth
            SplitView.maximumWidth: Theme.sidebarMaxWidth
            SplitView.preferredWidth: settings.paneWidth("sidebarWidth", Theme.sidebarWidth)
        }
        ItemList {
            id: itemList
            visible: !root.singlePane || root.page === "list"
            SplitView.minimumWidth: Theme.listMinWidth
            SplitView.maximumWidth: root.singlePane ? root.width : Theme.listMaxWidth
            SplitView.fillWidth: root.singlePane
            SplitView.preferredWidth: settings.paneWidth("listWidth", Theme.listWidth)
            engine: root.engine
            store: root.store
            memory: settings
            place: root.place
            title: placeTitle.text
            filter: topBar.filter
            marksShown: status.away
            onChosen: (kind, itemId) => root.open(kind, itemId)
            onOpened: (kind, itemId) => {
                root.open(kind, itemId);
                root.enterDetail();
            }
            onDueAsked: itemId => {
                root.open("task", itemId);
                root.page = "detail";
                taskDetail.focusDue();
            }
            onCommanded: (name, items, listId) => root.command(name, items, listId)
            onTrashEmptied: actions.emptyTrash()
            onNewNoteAsked: root.newNote()
            onNewTaskAsked: root.newTask()
            onTold: message => toast.show(message, null)
        }
        Item {
            id: detailPane
            objectName: "detail"
            visible: !root.singlePane || root.page === "detail"
            SplitView.fillWidth: true
            SplitView.minimumWidth: root.singlePane ? 0 : Theme.detailMinWidth
            NoteDetail {
                id: noteDetail
                anchors.fill: parent
                visible: root.openKind === "note" || root.draftOpen
                engine: root.engine
                store: root.store
                person: settings.person
                history: root.history
                toast: toast
                backShown: root.singlePane
                onBack: root.enterList()
                onTrashAsked: root.trashOpen()
                onDraftWritten: title => {
                    const noteId = root.store.createNote("", title, "");
                    root.history.edited("note", noteId);
                    noteDetail.adopt(noteId);
                    root.open("note", noteId);
                }
            }
            TaskDetail {
                id: taskDetail
                anchors.fill: parent
                visible: root.openKind === "task"
                engine: root.engine
                store: root.store
                person: settings.person
                history: root.history
                toast: toast
                backShown: root.singlePane
                onBack: root.enterList()
                onTrashAsked: root.trashOpen()
            }
            EmptyState {
                objectName: "detailEmpty"
                anchors.centerIn: parent
                width: parent.width
                visible: !noteDetail.visible && !taskDetail.visible
                text: qsTr("Choose something, or press Ctrl+N to write")
            }
            Loader {
                id: firstRun
                active: false
                anchors.horizontalCenter: parent.horizontalCenter
                anchors.bottom: parent.bottom
                anchors.bottomMargin: Theme.footerHeight + Theme.large
                width: Math.min(parent.width - 2 * Theme.large, Theme.sheetWidth)
                sourceComponent: FirstRunCard {
                    onKeepChosen: {
                        firstRun.active = false;
                        noteDetail.focusBody();
                    }
                    onConnectChosen: {
                        firstRun.active = false;
                        connectDialog.open();
                    }
                    onImportChosen: {
                        firstRun.active = false;
                        root.pickImport();
                    }
                }
            }
        }
    }
    Drawer {
        id: drawer
        objectName: "sidebarDrawer"
        width: Theme.sidebarWidth + Theme.huge
        height: root.height
        interactive: root.drawerUsed
        background: Rectangle {
            color: Theme.sidebar
        }
        T.Overlay.modal: Rectangle {
            color: Theme.scrim
        }
        enter: Transition {
            NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic }
        }
        exit: Transition {
            NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic }
        }
        onOpened: sidebar.forceActiveFocus()
    }
    Sidebar {
        // One sidebar, docked or in the drawer.
        id: sidebar
        parent: root.drawerUsed ? drawer.contentItem : sidebarDock // qmllint disable
        anchors.fill: parent
        engine: root.engine
        store: root.store
        place: root.place
        onChosen: place => root.go(place)
        onEntered: {
            drawer.close();
            root.enterList();
            if (itemList.view.currentIndex < 0)
                itemList.choose(0);
        }
        onListDeleted: (listId, name) => {
            root.go("inbox");
            actions.deleteList(listId, name);
        }
    }
    Toast {
        id: toast
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.footerHeight + Theme.medium
        z: 10
    }
    SyncPanel {
        id: syncPanel
        x: Theme.small
        y: split.height - height - Theme.small
        status: status
        connection: root.connection
        onConnectAsked: {
            close();
            connectDialog.open();
        }
    }
    ConnectDialog {
        id: connectDialog
        connection: root.connection
    }
    ConfirmDialog {
        id: confirm
    }
    NoticeDialog {
        id: notice
    }
    FolderPicker {
        id: folderPicker
        parentWindow: root
    }
    KeySheet {
        id: keySheet
    }
}
