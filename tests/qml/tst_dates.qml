// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtTest
import "qrc:/qt-project.org/imports/Sheaf/Notes/list/dates.js" as Dates

TestCase {
    id: root
    name: "Dates"

    readonly property date saturday: new Date(2026, 10, 21)

    function test_due_data() {
        return [
            { tag: "today", day: "2026-11-21" }, { tag: "Tomorrow", day: "2026-11-22" },
            { tag: "fri", day: "2026-11-27" }, { tag: "saturday", day: "2026-11-28" },
            { tag: "+3", day: "2026-11-24" }, { tag: "in 2 weeks", day: "2026-12-05" },
            { tag: "2027-02-28", day: "2027-02-28" }, { tag: "21.11.", day: "2026-11-21" },
            { tag: "1.2.", day: "2027-02-01" }, { tag: "24 dec", day: "2026-12-24" },
            { tag: "dec 24", day: "2026-12-24" }, { tag: "3 march 2028", day: "2028-03-03" },
            { tag: "nothing", text: "", day: "" }, { tag: "none", day: "" },
            { tag: "2027-02-30", day: undefined }, { tag: "soon", day: undefined }, { tag: "40 nov", day: undefined }
        ];
    }
    function test_due(data) {
        compare(Dates.parseDue(data.text ?? data.tag, root.saturday), data.day);
    }
    function test_whatIsShownIsUnderstood_data() {
        return [-400, -1, 0, 1, 2, 6, 7, 30, 40, 400].map(days => ({ tag: String(days), days: days }));
    }
    function test_whatIsShownIsUnderstood(data) {
        // A due field shows dueText(); leaving it untouched or pressing Enter must not change the day.
        const day = Dates.iso(Dates.plusDays(root.saturday, data.days));
        const shown = Dates.dueText(day, root.saturday);
        if (data.days >= 0)
            compare(Dates.parseDue(shown, root.saturday), day);
    }
    function test_stamps() {
        compare(Dates.stampText(new Date(2026, 10, 21, 10, 42).getTime(), root.saturday), "10:42");
        compare(Dates.stampText(new Date(2026, 10, 20, 10, 42).getTime(), root.saturday), "Yesterday");
        compare(Dates.stampText(new Date(2026, 1, 3).getTime(), root.saturday), "3 Feb");
        compare(Dates.stampText(0, root.saturday), "");
    }
}
