// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// Places and lists; one is current.
FocusScope {
    id: root
    objectName: "sidebar"

    required property SyncEngine engine
    required property var store
    property string place: "inbox"
    property string editing

    readonly property var fixedPlaces: [
        { place: "inbox", icon: "inbox", name: qsTr("Inbox"), key: "Ctrl+1" },
        { place: "today", icon: "today", name: qsTr("Today"), key: "Ctrl+2" },
        { place: "upcoming", icon: "upcoming", name: qsTr("Upcoming"), key: "Ctrl+3" },
        { place: "notes", icon: "note", name: qsTr("All notes"), key: "Ctrl+4" },
        { place: "tasks", icon: "tasks", name: qsTr("All tasks"), key: "Ctrl+5" }
    ]
    readonly property var trashPlace: ({ place: "trash", icon: "trash", name: qsTr("Trash"), key: "Ctrl+9" })
    /// From top to bottom: places, lists, trash.
    readonly property int placeIndex: {
        if (root.place === root.trashPlace.place)
            return root.fixedPlaces.length + lists.count;
        const fixed = root.fixedPlaces.findIndex(entry => entry.place === root.place);
        return fixed >= 0 ? fixed : root.fixedPlaces.length + Math.max(0, lists.indexOf("itemId", root.place.slice(5)));
    }

    signal chosen(string place)
    signal entered
    signal listDeleted(string listId, string name)

    /// The place `delta` rows further down.
    function step(delta: int): void {
        const index = Math.max(0, Math.min(root.fixedPlaces.length + lists.count, root.placeIndex + delta));
        if (index < root.fixedPlaces.length)
            root.chosen(root.fixedPlaces[index].place);
        else if (index === root.fixedPlaces.length + lists.count)
            root.chosen(root.trashPlace.place);
        else
            root.chosen("list:" + lists.value(index - root.fixedPlaces.length, "itemId"));
        if (index < root.fixedPlaces.length)
            listView.positionViewAtBeginning();
        else
            listView.positionViewAtIndex(index - root.fixedPlaces.length, ListView.Contain);
    }
    function addList(): void {
        const id = root.store.createList("");
        root.chosen("list:" + id);
        root.editing = id;
    }
    function renameCurrent(): void {
        if (root.place.startsWith("list:"))
            root.editing = root.place.slice(5);
    }
    function finishRename(id: string, name: string): void {
        if (root.editing !== id)
            return;
        root.editing = "";
        root.store.renameList(id, name.trim() === "" ? qsTr("Untitled list") : name.trim());
        root.forceActiveFocus();
    }
    function deleteList(id: string): void {
        const row = lists.indexOf("itemId", id);
        if (row >= 0)
            root.listDeleted(id, lists.value(row, "name"));
    }

    activeFocusOnTab: true
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Places and lists")
    Keys.onUpPressed: root.step(-1)
    Keys.onDownPressed: root.step(1)
    Keys.onReturnPressed: root.entered()
    Keys.onRightPressed: root.entered()
    Keys.onPressed: event => {
        event.accepted = true;
        if (event.key === Qt.Key_F2)
            root.renameCurrent();
        else if (event.key === Qt.Key_Delete && root.place.startsWith("list:"))
            root.deleteList(root.place.slice(5));
        else if (event.key === Qt.Key_J)
            root.step(1);
        else if (event.key === Qt.Key_K)
            root.step(-1);
        else
            event.accepted = false;
    }

    LiveQuery {
        id: lists
        engine: root.engine
        sql: Queries.lists
    }
    LiveQuery {
        id: counts
        property int due
        property int overdue
        property int inbox
        function read(): void {
            due = Number(value(0, "due") ?? 0);
            overdue = Number(value(0, "overdue") ?? 0);
            inbox = Number(value(0, "inbox") ?? 0);
        }
        engine: root.engine
        sql: Queries.counts
        params: [Today.iso, Today.iso]
        onModelReset: counts.read()
        onRowsInserted: counts.read()
        onDataChanged: counts.read()
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.sidebar
    }
    ListView {
        id: listView
        anchors.top: parent.top
        anchors.bottom: trashRow.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: Theme.small
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: lists
        currentIndex: -1 // a current row would take the focus from the name field
        reuseItems: true
        interactive: contentHeight > height
        header: Column {
            width: ListView.view.width
            Repeater {
                model: root.fixedPlaces
                SidebarRow {
                    required property var modelData
                    objectName: "place-" + modelData.place
                    width: parent.width
                    text: modelData.name
                    iconName: modelData.icon
                    tip: modelData.name + "  " + modelData.key
                    current: root.place === modelData.place
                    focusShown: root.activeFocus && root.editing === ""
                    count: modelData.place === "today" ? counts.due : modelData.place === "inbox" ? counts.inbox : 0
                    alarming: modelData.place === "today" && counts.overdue > 0
                    onClicked: {
                        root.forceActiveFocus();
                        root.chosen(modelData.place);
                    }
                }
            }
            Item {
                width: parent.width
                height: Theme.topBarHeight
                Label {
                    anchors.left: parent.left
                    anchors.leftMargin: Theme.small
                    anchors.bottom: parent.bottom
                    anchors.bottomMargin: Theme.small
                    text: qsTr("LISTS")
                    font.pixelSize: Theme.metaSize
                    font.weight: Font.DemiBold
                    color: Theme.secondary
                }
                IconButton {
                    objectName: "addList"
                    anchors.right: parent.right
                    anchors.bottom: parent.bottom
                    anchors.bottomMargin: Theme.focusWidth
                    iconName: "plus"
                    iconSize: Theme.smallIcon
                    tip: qsTr("New list")
                    key: "Ctrl+Shift+L"
                    onClicked: root.addList()
                }
            }
        }
        footer: Label {
            visible: lists.loaded && lists.count === 0
            width: ListView.view.width
            leftPadding: Theme.small
            text: qsTr("No lists yet")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        delegate: Item {
            id: entry
            required property string itemId
            required property string name
            required property var colour
            required property int openCount
            required property int index
            readonly property bool inEditing: root.editing === entry.itemId

            width: ListView.view.width
            height: Theme.sidebarRowHeight
            SidebarRow {
                anchors.fill: parent
                objectName: "list-" + entry.name
                visible: !entry.inEditing
                text: entry.name === "" ? qsTr("Untitled list") : entry.name
                dot: entry.colour ? entry.colour : Theme.people[Math.max(0, entry.index) % Theme.people.length]
                count: entry.openCount
                current: root.place === "list:" + entry.itemId
                focusShown: root.activeFocus && root.editing === ""
                onClicked: {
                    root.forceActiveFocus();
                    root.chosen("list:" + entry.itemId);
                }
                onDoubleClicked: root.editing = entry.itemId
                TapHandler {
                    acceptedButtons: Qt.RightButton
                    onTapped: {
                        root.chosen("list:" + entry.itemId);
                        listMenu.popup();
                    }
                }
            }
            Loader {
                anchors.fill: parent
                active: entry.inEditing
                sourceComponent: Field {
                    objectName: "listNameField"
                    label: qsTr("Name of the list")
                    placeholderText: qsTr("Name of the list")
                    text: entry.name
                    Component.onCompleted: {
                        selectAll();
                        forceActiveFocus();
                    }
                    onAccepted: root.finishRename(entry.itemId, text)
                    onActiveFocusChanged: if (!activeFocus) root.finishRename(entry.itemId, text)
                    Keys.onEscapePressed: root.finishRename(entry.itemId, entry.name)
                }
            }
        }
    }
    SidebarRow {
        id: trashRow
        objectName: "place-trash"
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: Theme.small
        text: root.trashPlace.name
        iconName: root.trashPlace.icon
        tip: root.trashPlace.name + "  " + root.trashPlace.key
        current: root.place === root.trashPlace.place
        focusShown: root.activeFocus && root.editing === ""
        onClicked: {
            root.forceActiveFocus();
            root.chosen(root.trashPlace.place);
        }
    }
    Choices {
        id: listMenu
        Choice {
            text: qsTr("Rename")
            iconName: "edit"
            key: "F2"
            onTriggered: root.renameCurrent()
        }
        Choice {
            text: qsTr("Delete list")
            iconName: "trash"
            key: "Del"
            onTriggered: root.deleteList(root.place.slice(5))
        }
    }
}
