// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes

/// Every key of the app on one sheet.
Card {
    id: root
    objectName: "keySheet"

    readonly property var keys: [
        ["Ctrl+N", qsTr("New note")],
        ["Ctrl+Shift+N", qsTr("New task")],
        ["Ctrl+Shift+L", qsTr("New list")],
        ["Ctrl+1 … 5, 9", qsTr("Inbox … All tasks, trash")],
        ["Ctrl+F", qsTr("Search this list")],
        ["F6 / Shift+F6", qsTr("Next / previous pane")],
        ["S, F", qsTr("Sort, filter a list")],
        ["J K  ↓ ↑", qsTr("Move in a list")],
        ["X  Shift+↓ ↑", qsTr("Select")],
        ["Ctrl+A", qsTr("Select all")],
        ["M", qsTr("Move to a list")],
        ["Enter", qsTr("Open")],
        ["Space", qsTr("Complete / reopen a task")],
        ["D  Alt+↓", qsTr("Due day of a task, calendar")],
        ["Alt+↑ ↓", qsTr("Move a task")],
        ["F2", qsTr("Rename a list")],
        ["Delete", qsTr("Move to trash")],
        ["R", qsTr("Restore from the trash")],
        ["Ctrl+Z  Ctrl+Shift+Z", qsTr("Undo / redo")],
        ["Ctrl+Shift+H", qsTr("History of a note or task")],
        ["Ctrl+\\", qsTr("Show or hide the sidebar")],
        ["Ctrl+Shift+S", qsTr("Sync now")],
        ["Esc", qsTr("Close, clear, back to the list")],
        ["F1", qsTr("This sheet")],
        ["Ctrl+Q", qsTr("Quit")]
    ]

    modal: true
    padding: Theme.huge
    width: Theme.sheetWidth
    anchors.centerIn: T.Overlay.overlay
    contentItem: Column {
        spacing: Theme.large
        Label {
            text: qsTr("Keys")
            font.pixelSize: Theme.titleSize
            font.weight: Font.DemiBold
        }
        Grid {
            columns: 2
            columnSpacing: Theme.huge
            rowSpacing: Theme.focusWidth
            flow: Grid.TopToBottom
            rows: Math.ceil(root.keys.length / 2)
            Repeater {
                model: root.keys
                Item {
                    id: line
                    required property var modelData
                    width: (root.availableWidth - Theme.huge) / 2
                    height: Theme.target
                    Accessible.role: Accessible.StaticText
                    Accessible.name: line.modelData[0] + ": " + line.modelData[1]
                    Label {
                        anchors.verticalCenter: parent.verticalCenter
                        width: parent.width - cap.width - Theme.small
                        text: line.modelData[1]
                        font.pixelSize: Theme.smallSize
                    }
                    Rectangle {
                        id: cap
                        anchors.right: parent.right
                        anchors.verticalCenter: parent.verticalCenter
                        width: capText.implicitWidth + 2 * Theme.small
                        height: Theme.target - Theme.tiny
                        radius: Theme.radius
                        color: Theme.field
                        Label {
                            id: capText
                            anchors.centerIn: parent
                            text: line.modelData[0]
                            font.pixelSize: Theme.metaSize
                            color: Theme.secondary
                        }
                    }
                }
            }
        }
    }
}
