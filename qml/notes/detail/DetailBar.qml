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
    signal restoreAsked

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
        Label {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.trashed
            text: qsTr("In Trash")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        LinkButton {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.trashed
            text: qsTr("Restore")
            onClicked: root.restoreAsked()
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
