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
    property bool selected: false
    property bool unsent: false
    /// The place has an order by hand; it may be another one that stands.
    property bool draggable: false
    /// How far the list has been scrolled since the row was taken.
    property real scrolled: 0
    /// Of the tint that tells of somebody else's change.
    property real newsOpacity: 0

    readonly property bool current: ListView.isCurrentItem
    readonly property bool dragging: drag.active && root.manual === 1
    /// How far from its place the row is dragged, and where the pointer is then, in the scene.
    readonly property real way: drag.translation.y + root.scrolled
    readonly property point pointer: drag.centroid.scenePosition

    signal toggled
    /// The row was dropped `offset` px below where it was.
    signal dropped(real offset)
    signal dragBegun
    signal dragMoved(real offset)
    signal menuAsked
    /// Clicked with Ctrl or Shift held.
    signal extended(bool range)

    /// Somebody else has just changed this.
    function flash(): void {
        if (Theme.news > 0)
            fade.restart();
    }

    onWayChanged: {
        if (root.dragging) {
            drag.last = root.way;
            root.dragMoved(root.way);
        }
    }
    ListView.onPooled: {
        fade.stop();
        root.newsOpacity = 0;
    }
    objectName: "row-" + root.itemId
    height: root.kind === "task" ? Theme.taskRowHeight : Theme.noteRowHeight
    padding: 0
    leftPadding: Theme.large
    rightPadding: Theme.large
    opacity: root.dragging ? 0 : 1 // the list draws it, see CarriedRow
    focusPolicy: Qt.NoFocus
    Accessible.role: root.kind === "task" ? Accessible.CheckBox : Accessible.ListItem
    Accessible.name: root.title
    Accessible.checked: root.kind === "task" && Boolean(root.done)
    Accessible.selected: root.current || root.selected

    NumberAnimation {
        id: fade
        target: root
        property: "newsOpacity"
        from: 1
        to: 0
        duration: Theme.news
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
            color: root.selected ? Theme.selected
                : root.current ? (root.listFocused ? Theme.selected : Theme.selectedIdle)
                : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
            Rectangle {
                objectName: "news"
                anchors.fill: parent
                radius: parent.radius
                color: Theme.newsWash
                opacity: root.newsOpacity
            }
            FocusRing {
                visible: root.current && root.listFocused
            }
        }
        Hairline {
            visible: root.kind === "note" && !root.current && !root.selected
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
            unsent: root.unsent
        }
    }
    Component {
        id: taskRow
        TaskRow {
            title: root.title
            done: root.done
            due: root.due ?? ""
            unsent: root.unsent
            gripShown: root.hovered && root.manual === 1
            onToggled: root.toggled()
        }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: root.menuAsked()
    }
    MouseArea {
        // Only clicks with Ctrl or Shift; all others fall through to the row.
        anchors.fill: parent
        onPressed: mouse => mouse.accepted = Boolean(mouse.modifiers & (Qt.ControlModifier | Qt.ShiftModifier))
        onClicked: mouse => root.extended(Boolean(mouse.modifiers & Qt.ShiftModifier))
    }
    DragHandler {
        id: drag
        property real last: 0
        enabled: root.draggable && root.kind === "task"
        target: null
        xAxis.enabled: false
        onActiveChanged: {
            if (active)
                root.dragBegun();
            else if (root.manual === 1)
                root.dropped(last);
        }
    }
}
