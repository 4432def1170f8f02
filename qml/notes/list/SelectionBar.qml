// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// What can be done with the selected rows; it stands in for the header of the list.
Rectangle {
    id: root
    objectName: "selectionBar"

    required property SyncEngine engine
    property int count: 0
    property bool tasksSelected: false
    property bool inTrash: false

    signal cleared
    signal moved(string listId)
    signal completed
    signal trashed
    signal restored
    signal deleted

    function pickList(): void {
        picker.clicked();
    }

    height: Theme.headerHeight
    color: Theme.selected
    Accessible.role: Accessible.ToolBar
    Accessible.name: words.text

    Row {
        anchors.left: parent.left
        anchors.leftMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.small
        IconButton {
            anchors.verticalCenter: parent.verticalCenter
            iconName: "close"
            tip: qsTr("Clear the selection")
            key: "Esc"
            onClicked: root.cleared()
        }
        Label {
            id: words
            objectName: "selectionCount"
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("%1 selected").arg(root.count)
            font.pixelSize: Theme.smallSize
            font.weight: Font.DemiBold
        }
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        ListPicker {
            id: picker
            objectName: "selectionMove"
            visible: !root.inTrash
            engine: root.engine
            namesList: false
            iconSize: Theme.icon
            key: "M"
            onPicked: listId => root.moved(listId)
        }
        IconButton {
            objectName: "selectionDone"
            visible: !root.inTrash && root.tasksSelected
            iconName: "check"
            tip: qsTr("Complete or reopen")
            key: "Space"
            onClicked: root.completed()
        }
        IconButton {
            objectName: "selectionTrash"
            visible: !root.inTrash
            iconName: "trash"
            tip: qsTr("Move to trash")
            key: "Del"
            onClicked: root.trashed()
        }
        IconButton {
            objectName: "selectionRestore"
            visible: root.inTrash
            iconName: "restore"
            tip: qsTr("Restore")
            key: "R"
            onClicked: root.restored()
        }
        IconButton {
            objectName: "selectionDelete"
            visible: root.inTrash
            iconName: "trash"
            tip: qsTr("Delete for good")
            key: "Del"
            onClicked: root.deleted()
        }
    }
}
