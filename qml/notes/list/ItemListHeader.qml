// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Title and count of the place, and what can be made in it.
Item {
    id: root

    property string title
    property int count: 0
    property bool backShown: false
    property bool notesAllowed: true
    property bool tasksAllowed: true
    property bool trashShown: false

    signal newNote
    signal newTask
    signal emptyTrash
    signal back

    height: Theme.headerHeight

    Row {
        anchors.left: parent.left
        anchors.leftMargin: root.backShown ? Theme.small : Theme.large
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.small
        IconButton {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.backShown
            iconName: "back"
            tip: qsTr("Back")
            key: "Esc"
            onClicked: root.back()
        }
        Label {
            objectName: "itemListTitle"
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, root.width - actions.width - number.width - Theme.vast)
            text: root.title
            font.pixelSize: Theme.largeSize
            font.weight: Font.DemiBold
        }
        Label {
            id: number
            objectName: "itemCount"
            anchors.verticalCenter: parent.verticalCenter
            text: root.count > 0 ? root.count : ""
            font.pixelSize: Theme.metaSize
            color: Theme.secondary
            Accessible.name: qsTr("%1 items").arg(root.count)
        }
    }
    Row {
        id: actions
        anchors.right: parent.right
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        TextButton {
            objectName: "emptyTrash"
            visible: root.trashShown
            text: qsTr("Empty trash")
            onClicked: root.emptyTrash()
        }
        IconButton {
            objectName: "newTaskButton"
            visible: root.tasksAllowed
            iconName: "tasks"
            tip: qsTr("New task")
            key: "Ctrl+Shift+N"
            onClicked: root.newTask()
        }
        IconButton {
            objectName: "newNoteButton"
            visible: root.notesAllowed
            iconName: "edit"
            tip: qsTr("New note")
            key: "Ctrl+N"
            onClicked: root.newNote()
        }
    }
}
