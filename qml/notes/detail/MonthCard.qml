// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// A month from which a day is picked, by pointer or by keys. Weeks begin as the locale says.
Card {
    id: root
    objectName: "monthCard"

    /// The day that was picked before, an ISO day or empty.
    property string picked
    /// Where the keys are.
    property date day: Today.now
    /// Of a week; 0 is Sunday.
    property int firstDay: Qt.locale().firstDayOfWeek
    readonly property var days: Dates.monthDays(root.day, root.firstDay)

    /// An ISO day, or empty for none.
    signal chosen(string day)

    function show(picked: string): void {
        root.picked = picked;
        root.day = picked === "" ? Today.now : Dates.fromIso(picked);
        root.open();
    }
    function choose(day: string): void {
        root.close();
        root.chosen(day);
    }
    function step(days: int): void {
        root.day = Dates.plusDays(root.day, days);
    }
    function stepMonth(months: int): void {
        root.day = Dates.plusMonths(root.day, months);
    }
    function press(key: int): bool {
        const steps = { [Qt.Key_Left]: -1, [Qt.Key_Right]: 1, [Qt.Key_Up]: -7, [Qt.Key_Down]: 7 };
        const inWeek = (root.day.getDay() - root.firstDay + 7) % 7;
        if (steps[key] !== undefined)
            root.step(steps[key]);
        else if (key === Qt.Key_PageUp || key === Qt.Key_PageDown)
            root.stepMonth(key === Qt.Key_PageUp ? -1 : 1);
        else if (key === Qt.Key_Home || key === Qt.Key_End)
            root.step((key === Qt.Key_Home ? 0 : 6) - inWeek);
        else if (key === Qt.Key_Return || key === Qt.Key_Enter || key === Qt.Key_Space)
            root.choose(Dates.iso(root.day));
        else if (key === Qt.Key_Delete || key === Qt.Key_Backspace)
            root.choose("");
        else
            return false;
        return true;
    }

    padding: Theme.medium
    margins: Theme.small
    onAboutToShow: grid.forceActiveFocus(Qt.PopupFocusReason)
    contentItem: Column {
        spacing: Theme.small
        Item {
            width: grid.width
            height: Theme.target
            Label {
                objectName: "monthName"
                x: Theme.small
                anchors.verticalCenter: parent.verticalCenter
                text: Qt.formatDate(root.day, "MMMM yyyy")
                font.weight: Font.DemiBold
            }
            Row {
                anchors.right: parent.right
                IconButton {
                    objectName: "monthBack"
                    rotation: 90
                    iconName: "chevron-down"
                    iconSize: Theme.smallIcon
                    tip: qsTr("Previous month")
                    key: "PgUp"
                    onClicked: root.stepMonth(-1)
                }
                IconButton {
                    objectName: "monthOn"
                    rotation: -90
                    iconName: "chevron-down"
                    iconSize: Theme.smallIcon
                    tip: qsTr("Next month")
                    key: "PgDn"
                    onClicked: root.stepMonth(1)
                }
            }
        }
        Row {
            Repeater {
                model: 7
                Label {
                    required property int index
                    objectName: "weekday-" + index
                    width: Theme.dayWidth
                    horizontalAlignment: Text.AlignHCenter
                    text: Qt.formatDate(root.days[index], "ddd")
                    font.pixelSize: Theme.metaSize
                    color: Theme.secondary
                }
            }
        }
        Grid {
            id: grid
            columns: 7
            activeFocusOnTab: true
            Accessible.role: Accessible.Table
            Accessible.name: Qt.formatDate(root.day, "dddd d MMMM yyyy")
            Accessible.focusable: true
            Accessible.focused: grid.activeFocus
            Keys.onPressed: event => event.accepted = root.press(event.key)
            Repeater {
                model: root.days.length
                MonthDay {
                    required property int index
                    day: root.days[index]
                    otherMonth: day.getMonth() !== root.day.getMonth()
                    picked: root.picked === iso
                    focusShown: grid.activeFocus && Dates.iso(root.day) === iso
                    onClicked: root.choose(iso)
                }
            }
        }
        Row {
            spacing: Theme.large
            leftPadding: Theme.small
            LinkButton {
                objectName: "pickToday"
                text: qsTr("Today")
                onClicked: root.choose(Today.iso)
            }
            LinkButton {
                objectName: "pickNone"
                text: qsTr("No day")
                onClicked: root.choose("")
            }
        }
    }
}
