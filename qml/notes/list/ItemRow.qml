// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One row of the item list, a note or a task, with selection, focus and dragging.
ItemDelegate {
    id: root

    required property int index
    required property string itemId
    required property string kind
    required property string title
    required property string snippet
    required property var done
    required property var due
    required property double stamp
    required property int manual
    property bool listFocused: false

    readonly property bool current: ListView.isCurrentItem
    readonly property bool dragging: drag.active

    signal toggled
    /// The row was dropped `offset` px below where it was.
    signal dropped(real offset)
    signal dragMoved(real offset)
    signal menuAsked

    objectName: "row-" + root.itemId
    height: root.kind === "task" ? Theme.taskRowHeight : Theme.noteRowHeight
    padding: 0
    leftPadding: Theme.large
    rightPadding: Theme.large
    z: root.dragging ? 2 : 1
    opacity: root.dragging ? 0.85 : 1
    focusPolicy: Qt.NoFocus
    Accessible.role: root.kind === "task" ? Accessible.CheckBox : Accessible.ListItem
    Accessible.name: root.title
    Accessible.checked: root.kind === "task" && Boolean(root.done)
    Accessible.selected: root.current

    transform: Translate {
        y: root.dragging ? drag.translation.y : 0
    }
    contentItem: Loader {
        sourceComponent: root.kind === "task" ? taskRow : noteRow
    }
    background: Item {
        Rectangle {
            anchors.fill: parent
            anchors.leftMargin: Theme.small
            anchors.rightMargin: Theme.small
            radius: Theme.radius
            color: root.dragging ? Theme.surface : root.current ? (root.listFocused ? Theme.selected : Theme.selectedIdle)
                : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
            FocusRing {
                visible: root.current && root.listFocused
            }
        }
        Hairline {
            visible: root.kind === "note" && !root.current
            anchors.bottom: parent.bottom
            x: Theme.large
            width: parent.width - 2 * Theme.large
        }
    }

    Component {
        id: noteRow
        NoteRow {
            title: root.title
            snippet: root.snippet
            stamp: root.stamp
        }
    }
    Component {
        id: taskRow
        TaskRow {
            title: root.title
            done: root.done
            due: root.due ?? ""
            gripShown: root.hovered && root.manual === 1
            onToggled: root.toggled()
        }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: root.menuAsked()
    }
    DragHandler {
        id: drag
        property real last: 0
        enabled: root.manual === 1 && root.kind === "task"
        target: null
        xAxis.enabled: false
        onTranslationChanged: {
            if (active) {
                last = translation.y;
                root.dragMoved(last);
            }
        }
        onActiveChanged: if (!active) root.dropped(last)
    }
}
