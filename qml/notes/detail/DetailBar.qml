// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// What can be done with the open item.
Item {
    id: root

    required property SyncEngine engine
    property string listId
    property bool backShown: false
    property bool trashed: false
    /// Nothing can be done yet with what is not in the store.
    property bool draft: false

    signal back
    signal picked(string listId)
    signal trashAsked
    signal historyAsked

    implicitHeight: Theme.headerHeight

    Row {
        anchors.left: parent.left
        anchors.leftMargin: Theme.large
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.tiny
        IconButton {
            objectName: "backButton"
            visible: root.backShown
            iconName: "back"
            tip: qsTr("Back")
            key: "Esc"
            onClicked: root.back()
        }
        ListPicker {
            visible: !root.trashed
            enabled: !root.draft
            engine: root.engine
            listId: root.listId
            onPicked: listId => root.picked(listId)
        }
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.small
        IconButton {
            objectName: "historyButton"
            visible: !root.draft
            iconName: "history"
            tip: qsTr("History")
            key: "Ctrl+Shift+H"
            onClicked: root.historyAsked()
        }
        IconButton {
            objectName: "trashButton"
            visible: !root.trashed && !root.draft
            iconName: "trash"
            tip: qsTr("Move to trash")
            key: "Del"
            onClicked: root.trashAsked()
        }
    }
}
