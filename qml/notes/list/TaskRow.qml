// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import "dates.js" as Dates

/// A task in a list: check, title, due day.
Item {
    id: root

    property string title
    property var done
    property string due
    property bool gripShown: false
    property bool unsent: false
    readonly property bool isDone: root.done !== null && root.done !== undefined && root.done !== ""
    readonly property bool overdue: !root.isDone && root.due !== "" && root.due < Today.iso

    signal toggled

    implicitHeight: Theme.taskRowHeight

    CheckCircle {
        id: check
        objectName: "taskCheck"
        anchors.verticalCenter: parent.verticalCenter
        x: -Theme.tiny
        checked: root.isDone
        title: root.title
        onClicked: root.toggled()
    }
    Label {
        anchors.left: check.right
        anchors.leftMargin: Theme.tiny
        anchors.right: chip.left
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        text: root.title !== "" ? root.title : qsTr("New task")
        font.strikeout: root.isDone
        color: root.isDone || root.title === "" ? Theme.secondary : Theme.text
    }
    Row {
        id: chip
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.tiny
        UnsentMark {
            anchors.verticalCenter: parent.verticalCenter
            shown: root.unsent
        }
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: day.text !== ""
            name: "calendar"
            size: Theme.smallIcon
            color: day.color
        }
        Label {
            id: day
            anchors.verticalCenter: parent.verticalCenter
            text: Dates.dueText(root.due, Today.now)
            font.pixelSize: Theme.metaSize
            color: root.overdue ? Theme.danger : root.due === Today.iso && !root.isDone ? Theme.accent : Theme.secondary
        }
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.gripShown
            name: "grip"
            size: Theme.smallIcon
            color: Theme.disabled
        }
    }
}
