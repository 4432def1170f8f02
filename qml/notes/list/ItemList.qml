// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync
import "queries.js" as Queries

/// The notes and tasks of one place.
FocusScope {
    id: root
    objectName: "itemList"

    required property SyncEngine engine
    required property var store
    /// Where the orders of lists are kept.
    required property ProfileSettings memory
    property string place: "inbox"
    property string title
    property string filter
    property string currentId
    property bool backShown: false
    /// The server is away: rows that it has not got are marked.
    property bool marksShown: false
    /// Ids that others have changed this moment, with the time when that is no news any more.
    property var news: ({})

    readonly property alias count: items.count
    readonly property alias view: listView
    readonly property string listId: root.place.startsWith("list:") ? root.place.slice(5) : ""
    readonly property alias selection: selected
    readonly property alias arranged: arranged
    /// Whether the rows of the place are here.
    readonly property alias loaded: items.loaded
    readonly property alias tools: tools
    readonly property bool inTrash: root.place === "trash"
    readonly property bool tasksOnly: root.place === "today" || root.place === "upcoming" || root.place === "tasks"

    signal chosen(string kind, string itemId)
    signal opened(string kind, string itemId)
    signal dueAsked(string itemId)
    /// What is asked for these items: "trash", "restore", "delete", "complete", "reopen" or "move" (to `listId`).
    signal commanded(string command, var items, string listId)
    signal trashEmptied
    signal newNoteAsked
    signal newTaskAsked
    signal back
    /// Why what was asked for is not done.
    signal told(string message)

    /// The first row on the screen, and how far below the edge it begins; no id while there is none.
    function firstRow(): var {
        let row = -1;
        for (let y = 0; row < 0 && y < listView.height; y += Theme.small)
            row = listView.indexAt(0, listView.contentY + y);
        return { itemId: row < 0 ? "" : root.idAt(row), offset: row < 0 ? 0 : listView.itemAtIndex(row).y - listView.contentY };
    }
    function scrollTo(itemId: string, offset: real): void {
        const row = items.indexOf("itemId", itemId);
        if (row < 0)
            return;
        listView.positionViewAtIndex(row, ListView.Beginning);
        listView.contentY = listView.itemAtIndex(row).y - offset;
        listView.returnToBounds();
    }
    function takeFocus(): void {
        keys.forceActiveFocus();
    }
    function kindAt(row: int): string {
        return items.value(row, "kind") ?? "";
    }
    function idAt(row: int): string {
        return items.value(row, "itemId") ?? "";
    }
    function choose(row: int): void {
        if (row < 0 || row >= items.count)
            return;
        listView.currentIndex = row;
        listView.positionViewAtIndex(row, ListView.Contain);
        root.chosen(root.kindAt(row), root.idAt(row));
    }
    function toggle(row: int): void {
        if (root.kindAt(row) === "task" && !root.inTrash)
            root.store.setTaskDone(root.idAt(row), !items.value(row, "done"));
    }
    /// The selected items, else the current one.
    function targets(): var {
        const row = listView.currentIndex;
        return selected.active ? selected.items() : row < 0 ? [] : [{ kind: root.kindAt(row), itemId: root.idAt(row) }];
    }
    function command(name: string, listId: string): void {
        const targets = root.targets();
        if (targets.length === 0)
            return;
        // The next row takes over, so that the key can be pressed again.
        if (name !== "complete" && name !== "reopen" && (name !== "move" || root.place === "inbox" || root.listId !== ""))
            root.leave(new Set(targets.map(item => item.itemId)));
        selected.clear();
        root.commanded(name, targets, listId);
    }
    /// Asks for the list to which the selected rows go; one row alone becomes the selection for it.
    function askMove(): void {
        if (root.inTrash || root.targets().length === 0)
            return;
        if (!selected.active)
            selected.set(root.targets());
        bar.pickList();
    }
    function remove(): void {
        if (!root.inTrash)
            root.command("trash", "");
        else if (root.targets().length > 0)
            root.commanded("delete", root.targets(), ""); // it asks first: rows and selection stay
    }
    function completeSelected(): void {
        const open = selected.tasks().some(item => !items.value(items.indexOf("itemId", item.itemId), "done"));
        root.command(open ? "complete" : "reopen", "");
    }
    /// Goes on to the nearest row that is not about to leave.
    function leave(ids: var): void {
        const from = listView.currentIndex;
        if (from < 0 || !ids.has(root.idAt(from)))
            return;
        let next = from + 1;
        while (next < items.count && ids.has(root.idAt(next)))
            ++next;
        if (next >= items.count) {
            next = from - 1;
            while (next >= 0 && ids.has(root.idAt(next)))
                --next;
        }
        if (next >= 0)
            root.choose(next);
        else
            root.chosen("", "");
    }
    function itemAt(row: int): var {
        return { kind: root.kindAt(row), itemId: root.idAt(row) };
    }
    /// From the row where the selection began to this one.
    function extendTo(row: int): void {
        if (row < 0 || row >= items.count)
            return;
        const anchor = selected.anchorId === "" ? -1 : items.indexOf("itemId", selected.anchorId);
        const from = anchor >= 0 ? anchor : Math.max(0, listView.currentIndex);
        selected.anchorId = root.idAt(from);
        const range = [];
        for (let i = Math.min(from, row); i <= Math.max(from, row); ++i)
            range.push(root.itemAt(i));
        root.choose(row);
        selected.set(range);
    }
    function selectAll(): void {
        const all = [];
        for (let i = 0; i < items.count; ++i)
            all.push(root.itemAt(i));
        selected.set(all);
    }
    function takeNews(table: string, ids: var): void {
        const now = Date.now();
        const fresh = {};
        for (const id in root.news) {
            if (root.news[id] > now)
                fresh[id] = root.news[id];
        }
        for (const id of ids)
            fresh[id] = now + Theme.newsFresh;
        root.news = fresh;
        const rows = listView.contentItem.children;
        for (let i = 0; i < rows.length; ++i) {
            if (rows[i].itemId !== undefined && ids.includes(rows[i].itemId))
                rows[i].flash();
        }
    }
    /// Whether `row` is a task that may stand beside `like`.
    function isPeer(row: int, like: int): bool {
        return row >= 0 && row < items.count && Number(items.value(row, "manual")) === 1
            && items.value(row, "section") === items.value(like, "section");
    }
    /// Whether rows can be moved by hand now; says how if only the order is against it.
    function mayReorder(row: int): bool {
        if (root.kindAt(row) !== "task" || !arranged.orders.includes("manual"))
            return false;
        if (!arranged.byHand)
            root.told(qsTr("Sorted by “%1”. Press S and choose “%2” to move tasks.").arg(arranged.orderNames[arranged.order])
                .arg(arranged.orderNames.manual));
        return arranged.byHand;
    }
    /// Puts a task between the rows above and below the gap `gap` (gap n is above row n).
    function moveToGap(row: int, gap: int): void {
        if (gap === row || gap === row + 1)
            return;
        const above = root.isPeer(gap - 1, row) ? root.idAt(gap - 1) : "";
        const below = root.isPeer(gap, row) ? root.idAt(gap) : "";
        if (above !== "" || below !== "")
            root.store.moveTask(root.idAt(row), above, below);
    }
    function gapAt(row: int, offset: real): int {
        const item = listView.itemAtIndex(row);
        if (!item)
            return row;
        let gap = row + Math.round(offset / Theme.taskRowHeight) + (offset > 0 ? 1 : 0);
        while (gap > row + 1 && !root.isPeer(gap - 1, row))
            --gap;
        while (gap < row && !root.isPeer(gap, row))
            ++gap;
        return gap;
    }
    /// Follows the item that is open, wherever its row has gone.
    function resync(): void {
        const row = root.currentId === "" ? -1 : items.indexOf("itemId", root.currentId);
        if (row !== listView.currentIndex)
            listView.currentIndex = row;
    }
    /// What has left the list is not selected any more.
    function pruneSelection(): void {
        const ids = new Set();
        for (let i = 0; i < items.count; ++i)
            ids.add(root.idAt(i));
        selected.keep(ids);
    }
    function select(itemId: string): void {
        root.currentId = itemId;
        root.resync();
    }

    onCurrentIdChanged: root.resync()
    onPlaceChanged: {
        listView.positionViewAtBeginning();
        selected.clear();
        selected.anchorId = "";
    }
    onFilterChanged: selected.clear()

    Accessible.role: Accessible.List
    Accessible.name: root.title

    Selection {
        id: selected
    }
    Arrangement {
        id: arranged
        memory: root.memory
        place: root.place
        onPartChanged: selected.clear()
    }
    RowMarks {
        id: marks
        engine: root.engine
        following: root.marksShown
        onOthersChanged: (table, ids) => root.takeNews(table, ids)
    }
    LiveQuery {
        id: items
        readonly property var query: Queries.items(root.place, root.filter, arranged.order, arranged.part, Today.iso, Today.start)
        engine: root.engine
        sql: query.sql
        params: query.params
        onModelReset: Qt.callLater(root.resync) // qmllint disable
        onRowsInserted: Qt.callLater(root.resync) // qmllint disable
        onRowsMoved: Qt.callLater(root.resync) // qmllint disable
        onRowsRemoved: Qt.callLater(root.resync) // qmllint disable
        onCountChanged: if (selected.active) Qt.callLater(root.pruneSelection) // qmllint disable
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    ItemListHeader {
        id: header
        visible: !selected.active
        width: parent.width
        title: root.title
        count: items.count
        backShown: root.backShown
        notesAllowed: !root.tasksOnly && !root.inTrash
        tasksAllowed: root.place !== "notes" && !root.inTrash
        trashShown: root.inTrash && items.count > 0
        onBack: root.back()
        onNewNote: root.newNoteAsked()
        onNewTask: root.newTaskAsked()
        onEmptyTrash: root.trashEmptied()
    }
    SelectionBar {
        id: bar
        anchors.fill: header
        visible: selected.active
        engine: root.engine
        count: selected.count
        tasksSelected: visible && selected.tasks().length > 0
        inTrash: root.inTrash
        onCleared: selected.clear()
        onMoved: listId => root.command("move", listId)
        onCompleted: root.completeSelected()
        onTrashed: root.remove()
        onRestored: root.command("restore", "")
        onDeleted: root.remove()
    }
    ListTools {
        id: tools
        anchors.top: header.bottom
        width: parent.width
        arranged: arranged
        onRowsAsked: root.takeFocus()
    }
    ListKeys {
        id: keys
        list: root
    }
    // Qt 6.4 cannot make bound components here, see README.md.
    // qmllint disable unqualified
    ListView {
        id: listView
        objectName: "itemListView"
        anchors.top: tools.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        model: items
        reuseItems: true
        // The row that is dragged must not go, however far the list is scrolled meanwhile.
        cacheBuffer: Theme.listCache + (carried.row ? Math.abs(contentY - carried.from) : 0)
        boundsBehavior: Flickable.StopAtBounds
        currentIndex: -1
        highlightFollowsCurrentItem: false
        keyNavigationEnabled: false
        bottomMargin: Theme.small
        section.property: "section"
        section.delegate: SectionHeading {
            width: ListView.view.width
        }
        ScrollBar.vertical: SlimScrollBar {}
        delegate: ItemRow {
            id: itemRow
            width: ListView.view.width
            draggable: root.arranged.orders.includes("manual")
            scrolled: carried.row === itemRow ? listView.contentY - carried.from : 0
            listFocused: keys.activeFocus
            selected: root.selection.kinds[itemId] !== undefined
            unsent: root.marksShown && marks.revision >= 0 && marks.isUnsent(kind + "s", itemId)
            Component.onCompleted: if (root.news[itemId] > Date.now()) flash()
            ListView.onReused: if (root.news[itemId] > Date.now()) flash()
            onClicked: {
                root.takeFocus();
                root.selection.clear();
                root.selection.anchorId = itemId;
                root.choose(index);
            }
            onExtended: range => {
                root.takeFocus();
                if (range) {
                    root.extendTo(index);
                } else {
                    // The first Ctrl+click keeps the row that was open.
                    if (!root.selection.active && root.targets().length > 0 && root.currentId !== itemId)
                        root.selection.toggle(root.targets()[0]);
                    root.selection.toggle(root.itemAt(index));
                }
            }
            onDoubleClicked: root.opened(kind, itemId)
            onToggled: root.toggle(index)
            onDragBegun: if (root.mayReorder(index)) carried.take(itemRow)
            onDragMoved: offset => {
                dropMark.show(index, root.gapAt(index, offset));
                edges.over(pointer);
            }
            onDropped: offset => root.moveToGap(index, root.gapAt(index, offset))
            onDraggingChanged: if (!dragging) carried.letGo()
            onMenuAsked: {
                if (!selected) {
                    root.selection.clear();
                    root.choose(index);
                }
                rowMenu.popup();
            }
        }
        Rectangle {
            id: dropMark
            function show(row: int, gap: int): void {
                const below = listView.itemAtIndex(gap);
                const above = listView.itemAtIndex(gap - 1);
                visible = gap !== row && gap !== row + 1 && (root.isPeer(gap - 1, row) || root.isPeer(gap, row));
                y = root.isPeer(gap, row) && below ? below.y : above ? above.y + above.height : 0;
            }
            parent: listView.contentItem
            visible: false
            x: Theme.large
            z: 3
            width: listView.width - 2 * Theme.large
            height: Theme.dropLine
            color: Theme.accent
        }
        EdgeScroll {
            id: edges
            view: listView
        }
        CarriedRow {
            id: carried
            parent: listView.contentItem
            view: listView
            onRowChanged: {
                if (!row) {
                    edges.stop();
                    dropMark.visible = false;
                }
            }
        }
    }
    Skeleton {
        anchors.top: tools.bottom
        width: parent.width
        waiting: !items.loaded
    }
    EmptyList {
        anchors.centerIn: listView
        width: parent.width - 2 * Theme.large
        visible: items.loaded && items.count === 0
        place: root.place
        filter: root.filter
        arranged: arranged
        tasksOnly: root.tasksOnly
        onNewNoteAsked: root.newNoteAsked()
        onNewTaskAsked: root.newTaskAsked()
    }
    Choices {
        id: rowMenu
        Choice {
            text: qsTr("Open")
            iconName: "edit"
            key: "Enter"
            onTriggered: root.opened(root.kindAt(listView.currentIndex), root.idAt(listView.currentIndex))
        }
        Choice {
            text: qsTr("Restore")
            iconName: "restore"
            key: "R"
            shown: root.inTrash
            onTriggered: root.command("restore", "")
        }
        Choice {
            text: root.inTrash ? qsTr("Delete for good") : qsTr("Move to trash")
            iconName: "trash"
            key: "Del"
            onTriggered: root.remove()
        }
    }
}
