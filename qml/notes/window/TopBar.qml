// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// Search, new, and the menu.
Item {
    id: root
    objectName: "topBar"

    property bool sidebarShown: true
    property alias search: searchField
    /// What is searched for: the text of the field once the typing pauses, at once when it is empty.
    property string filter
    /// Who else is in what is open: a model with the roles name and color.
    property alias people: avatars.people

    signal sidebarAsked
    signal newNote
    signal newTask
    signal newList
    signal keySheetAsked
    signal themeAsked(string mode)
    signal motionAsked(bool reduced)
    signal importAsked
    signal exportAsked
    signal quitAsked
    signal leftSearch

    height: Theme.topBarHeight

    Rectangle {
        anchors.fill: parent
        color: Theme.sidebar
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
    IconButton {
        id: toggle
        objectName: "sidebarToggle"
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.small
        iconName: "sidebar"
        tip: root.sidebarShown ? qsTr("Hide sidebar") : qsTr("Show sidebar")
        key: "Ctrl+\\"
        onClicked: root.sidebarAsked()
    }
    SearchField {
        id: searchField
        objectName: "searchField"
        anchors.centerIn: parent
        width: Math.min(Theme.searchWidth, root.width - 2 * (actions.width + Theme.large))
        onLeftToList: {
            pause.triggered();
            root.leftSearch();
        }
        onTextChanged: text === "" ? pause.triggered() : pause.restart()
        Label {
            anchors.right: parent.right
            anchors.rightMargin: Theme.small
            anchors.verticalCenter: parent.verticalCenter
            visible: searchField.text === "" && !searchField.activeFocus
            text: "Ctrl+F"
            font.pixelSize: Theme.metaSize
            color: Theme.secondary
        }
    }
    Timer {
        // Each search of a long list costs a while; those between two keys are of no use.
        id: pause
        interval: Theme.searchDelay
        onTriggered: {
            stop();
            root.filter = searchField.text.trim();
        }
    }
    Row {
        id: actions
        anchors.right: parent.right
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.tiny
        Avatars {
            id: avatars
            rightPadding: Theme.small
        }
        IconButton {
            id: newButton
            objectName: "newButton"
            iconName: "plus"
            text: qsTr("New")
            tip: newMenu.visible ? "" : qsTr("New note, task or list")
            onClicked: newMenu.popup(newButton, 0, newButton.height)
        }
        IconButton {
            id: menuButton
            objectName: "menuButton"
            iconName: "more"
            tip: menu.visible ? "" : qsTr("Menu")
            onClicked: menu.popup(menuButton, 0, menuButton.height)
        }
    }
    Choices {
        id: newMenu
        Choice {
            text: qsTr("Note")
            iconName: "note"
            key: "Ctrl+N"
            onTriggered: root.newNote()
        }
        Choice {
            text: qsTr("Task")
            iconName: "tasks"
            key: "Ctrl+Shift+N"
            onTriggered: root.newTask()
        }
        Choice {
            text: qsTr("List")
            iconName: "list"
            key: "Ctrl+Shift+L"
            onTriggered: root.newList()
        }
    }
    Choices {
        id: menu
        Choice {
            text: qsTr("Like the desktop")
            iconName: "sidebar"
            checked: Theme.mode === "system"
            onTriggered: root.themeAsked("system")
        }
        Choice {
            text: qsTr("Light")
            iconName: "sun"
            checked: Theme.mode === "light"
            onTriggered: root.themeAsked("light")
        }
        Choice {
            text: qsTr("Dark")
            iconName: "moon"
            checked: Theme.mode === "dark"
            onTriggered: root.themeAsked("dark")
        }
        Choice {
            objectName: "reduceMotion"
            text: qsTr("Reduce motion")
            iconName: "motion"
            checked: Theme.reduceMotion
            onTriggered: root.motionAsked(!Theme.reduceMotion)
        }
        Choice {
            text: qsTr("Import Markdown files")
            iconName: "folder"
            onTriggered: root.importAsked()
        }
        Choice {
            text: qsTr("Export as Markdown")
            iconName: "copy"
            onTriggered: root.exportAsked()
        }
        Choice {
            text: qsTr("Keys")
            iconName: "keyboard"
            key: "F1"
            onTriggered: root.keySheetAsked()
        }
        Choice {
            text: qsTr("Quit")
            iconName: "close"
            key: "Ctrl+Q"
            onTriggered: root.quitAsked()
        }
    }
}
