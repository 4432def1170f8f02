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
    property string place: "inbox"
    property string title
    property string filter
    property string currentId
    property bool backShown: false

    readonly property alias count: items.count
    readonly property alias view: listView
    readonly property string listId: root.place.startsWith("list:") ? root.place.slice(5) : ""
    readonly property bool tasksOnly: root.place === "today" || root.place === "upcoming" || root.place === "tasks"

    signal chosen(string kind, string itemId)
    signal opened(string kind, string itemId)
    signal trashed(string kind, string itemId)
    signal newNoteAsked
    signal newTaskAsked
    signal back

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
        if (root.kindAt(row) === "task")
            root.store.setTaskDone(root.idAt(row), !items.value(row, "done"));
    }
    function trash(row: int): void {
        if (row < 0 || row >= items.count)
            return;
        const kind = root.kindAt(row);
        const itemId = root.idAt(row);
        // The next row takes over, so that Delete can be pressed again.
        const next = row + 1 < items.count ? row + 1 : row - 1;
        if (next >= 0)
            root.choose(next);
        else
            root.chosen("", "");
        root.trashed(kind, itemId);
    }
    /// Whether `row` is a task that may stand beside `like`.
    function isPeer(row: int, like: int): bool {
        return row >= 0 && row < items.count && Number(items.value(row, "manual")) === 1
            && items.value(row, "section") === items.value(like, "section");
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
    function select(itemId: string): void {
        root.currentId = itemId;
        root.resync();
    }

    onCurrentIdChanged: root.resync()
    onPlaceChanged: listView.positionViewAtBeginning()

    activeFocusOnTab: true
    Accessible.role: Accessible.List
    Accessible.name: root.title
    Keys.onPressed: event => {
        const row = listView.currentIndex;
        const alt = event.modifiers & Qt.AltModifier;
        event.accepted = true;
        if (event.key === Qt.Key_Up && alt)
            root.moveToGap(row, row - 1);
        else if (event.key === Qt.Key_Down && alt)
            root.moveToGap(row, row + 2);
        else if (event.modifiers & (Qt.ControlModifier | Qt.AltModifier))
            event.accepted = false;
        else if (event.key === Qt.Key_Down || event.key === Qt.Key_J)
            root.choose(Math.min(items.count - 1, row + 1));
        else if (event.key === Qt.Key_Up || event.key === Qt.Key_K)
            root.choose(Math.max(0, row - 1));
        else if (event.key === Qt.Key_Home)
            root.choose(0);
        else if (event.key === Qt.Key_End)
            root.choose(items.count - 1);
        else if (event.key === Qt.Key_PageDown)
            root.choose(Math.min(items.count - 1, row + 10));
        else if (event.key === Qt.Key_PageUp)
            root.choose(Math.max(0, row - 10));
        else if ((event.key === Qt.Key_Return || event.key === Qt.Key_Enter) && row >= 0)
            root.opened(root.kindAt(row), root.idAt(row));
        else if (event.key === Qt.Key_Space)
            root.toggle(row);
        else if (event.key === Qt.Key_Delete)
            root.trash(row);
        else
            event.accepted = false;
    }

    LiveQuery {
        id: items
        readonly property var query: Queries.items(root.place, root.filter, Today.iso, Today.start)
        engine: root.engine
        sql: query.sql
        params: query.params
        onModelReset: Qt.callLater(root.resync) // qmllint disable
        onRowsInserted: Qt.callLater(root.resync) // qmllint disable
        onRowsMoved: Qt.callLater(root.resync) // qmllint disable
        onRowsRemoved: Qt.callLater(root.resync) // qmllint disable
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    ItemListHeader {
        id: header
        width: parent.width
        title: root.title
        count: items.count
        backShown: root.backShown
        notesAllowed: !root.tasksOnly
        tasksAllowed: root.place !== "notes"
        onBack: root.back()
        onNewNote: root.newNoteAsked()
        onNewTask: root.newTaskAsked()
    }
    // Qt 6.4 cannot make bound components here, see README.md.
    // qmllint disable unqualified
    ListView {
        id: listView
        objectName: "itemListView"
        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        model: items
        reuseItems: true
        cacheBuffer: Theme.listCache
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
            width: ListView.view.width
            listFocused: root.activeFocus
            onClicked: {
                root.forceActiveFocus();
                root.choose(index);
            }
            onDoubleClicked: root.opened(kind, itemId)
            onToggled: root.toggle(index)
            onDragMoved: offset => dropMark.show(index, root.gapAt(index, offset))
            onDropped: offset => {
                dropMark.visible = false;
                root.moveToGap(index, root.gapAt(index, offset));
            }
            onMenuAsked: {
                root.choose(index);
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
    }
    Skeleton {
        anchors.top: header.bottom
        width: parent.width
        waiting: !items.loaded
    }
    EmptyState {
        anchors.centerIn: listView
        width: parent.width - 2 * Theme.large
        visible: items.loaded && items.count === 0
        iconName: root.filter !== "" ? "search" : root.place === "today" ? "sun" : root.tasksOnly ? "tasks" : "note"
        text: root.filter !== "" ? qsTr("No match for \"%1\"").arg(root.filter)
            : root.place === "today" ? qsTr("All clear for today") : qsTr("Nothing here yet")
        action: root.filter !== "" ? "" : root.tasksOnly ? qsTr("New task (Ctrl+Shift+N)") : qsTr("New note (Ctrl+N)")
        onTriggered: root.tasksOnly ? root.newTaskAsked() : root.newNoteAsked()
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
            text: qsTr("Move to trash")
            iconName: "trash"
            key: "Del"
            onTriggered: root.trash(listView.currentIndex)
        }
    }
}
