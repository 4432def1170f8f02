// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtTest
import Sheaf.Notes
import "qrc:/qt-project.org/imports/Sheaf/Notes/list/dates.js" as Dates

TestCase {
    id: root
    name: "Month"
    when: windowShown
    width: 400
    height: 400
    visible: true

    MonthCard {
        id: month
        parent: root
    }
    SignalSpy {
        id: chosen
        target: month
        signalName: "chosen"
    }

    function init() {
        month.firstDay = Qt.locale("de_DE").firstDayOfWeek;
        month.show("2026-11-21");
        tryVerify(() => month.opened);
        chosen.clear();
    }
    function cleanup() {
        month.close();
        tryVerify(() => !month.visible);
    }
    function text(name) {
        return findChild(month.contentItem, name).text;
    }
    function shown() {
        return Dates.iso(month.day);
    }

    function test_weeksBeginAsTheLocaleSays_data() {
        return [
            { tag: "de_DE", first: "Mon", day: "2026-10-26" },
            { tag: "en_US", first: "Sun", day: "2026-11-01" },
            { tag: "ar_EG", first: "Sat", day: "2026-10-31" }
        ];
    }
    function test_weeksBeginAsTheLocaleSays(data) {
        month.firstDay = Qt.locale(data.tag).firstDayOfWeek;
        compare(text("weekday-0"), data.first);
        compare(Dates.iso(month.days[0]), data.day);
        compare(month.days.length, 42);
        compare(text("monthName"), "November 2026");
    }
    function test_keysGoThroughDays() {
        const steps = [
            [Qt.Key_Right, "2026-11-22"], [Qt.Key_Down, "2026-11-29"], [Qt.Key_Down, "2026-12-06"], [Qt.Key_Up, "2026-11-29"],
            [Qt.Key_Left, "2026-11-28"], [Qt.Key_Home, "2026-11-23"], [Qt.Key_End, "2026-11-29"],
            [Qt.Key_PageDown, "2026-12-29"], [Qt.Key_PageDown, "2027-01-29"], [Qt.Key_PageDown, "2027-02-28"],
            [Qt.Key_PageUp, "2027-01-28"]
        ];
        for (const step of steps) {
            keyClick(step[0]);
            compare(shown(), step[1]);
        }
        compare(text("monthName"), "January 2027");
        keyClick(Qt.Key_Return);
        compare(chosen.count, 1);
        compare(chosen.signalArguments[0][0], "2027-01-28");
        tryVerify(() => !month.visible);
    }
    function test_escapeChoosesNothing() {
        keyClick(Qt.Key_Right);
        keyClick(Qt.Key_Escape);
        tryVerify(() => !month.visible);
        compare(chosen.count, 0);
    }
    function test_deleteTakesTheDayAway() {
        keyClick(Qt.Key_Delete);
        compare(chosen.signalArguments[0][0], "");
    }
    function test_pointerPicks() {
        mouseClick(findChild(month.contentItem, "monthOn"));
        compare(text("monthName"), "December 2026");
        mouseClick(findChild(month.contentItem, "day-2026-12-24"));
        compare(chosen.signalArguments[0][0], "2026-12-24");
    }
    function test_todayIsMarked() {
        month.close();
        tryVerify(() => !month.visible);
        month.show("");
        tryVerify(() => month.opened);
        compare(shown(), Today.iso);
        const day = findChild(month.contentItem, "day-" + Today.iso);
        verify(findChild(day, "todayDot").visible);
        verify(day.Accessible.name.endsWith(", today"));
        keyClick(Qt.Key_Right);
        verify(!findChild(findChild(month.contentItem, "day-" + shown()), "todayDot").visible);
        mouseClick(findChild(month.contentItem, "pickToday"));
        compare(chosen.signalArguments[0][0], Today.iso);
    }
}
