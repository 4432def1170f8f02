// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One day of a month. Today carries a dot.
AbstractButton {
    id: root

    property date day
    property bool otherMonth: false
    property bool picked: false
    property bool focusShown: false
    readonly property string iso: Dates.iso(root.day)
    readonly property bool isToday: root.iso === Today.iso
    readonly property color ink: root.picked ? Theme.accentInk : root.isToday ? Theme.accent : root.otherMonth ? Theme.secondary : Theme.text

    objectName: "day-" + root.iso
    implicitWidth: Theme.dayWidth
    implicitHeight: Theme.target
    focusPolicy: Qt.NoFocus
    text: root.day.getDate()
    Accessible.role: Accessible.Cell
    Accessible.name: Qt.formatDate(root.day, "dddd d MMMM yyyy") + (root.isToday ? ", " + qsTr("today") : "")
    Accessible.selected: root.picked
    Accessible.onPressAction: root.clicked()

    contentItem: Label {
        text: root.text
        font.pixelSize: Theme.smallSize
        font.weight: root.isToday || root.picked ? Font.DemiBold : Font.Normal
        horizontalAlignment: Text.AlignHCenter
        color: root.ink
    }
    background: Rectangle {
        radius: Theme.radius
        color: root.picked ? Theme.accent : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
        Rectangle {
            objectName: "todayDot"
            visible: root.isToday
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.focusWidth
            width: Theme.tiny
            height: Theme.tiny
            radius: Theme.tiny / 2
            color: root.ink
        }
        FocusRing {
            visible: root.focusShown
            anchors.margins: root.picked ? Theme.focusWidth : 0
            border.color: root.picked ? Theme.accentInk : Theme.accent
        }
    }
}
