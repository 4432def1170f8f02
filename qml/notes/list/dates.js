// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
.pragma library

// Days as people write and read them. A due date is an ISO day without a time.

const dayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const monthNames = ["january", "february", "march", "april", "may", "june", "july", "august", "september",
                    "october", "november", "december"];

function two(number) {
    return String(number).padStart(2, "0");
}
function iso(date) {
    return date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate());
}
function fromIso(text) {
    const parts = text.split("-").map(Number);
    return new Date(parts[0], parts[1] - 1, parts[2]);
}
function plusDays(date, days) {
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}
/// The same day of another month, or the last one if that month is shorter.
function plusMonths(date, months) {
    const last = new Date(date.getFullYear(), date.getMonth() + months + 1, 0);
    return new Date(last.getFullYear(), last.getMonth(), Math.min(date.getDate(), last.getDate()));
}
/// Six weeks of days around the month of `date`; a week begins with `firstDay`, 0 is Sunday.
function monthDays(date, firstDay) {
    const first = new Date(date.getFullYear(), date.getMonth(), 1);
    const before = (first.getDay() - firstDay + 7) % 7;
    return Array.from({ length: 42 }, (none, day) => plusDays(first, day - before));
}
function isWordStart(names, word) {
    return word.length < 3 ? -1 : names.findIndex(name => name.startsWith(word));
}
function exists(year, month, day) {
    const date = new Date(year, month - 1, day);
    return date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day ? iso(date) : "";
}
function dayOfMonth(year, month, day, now) {
    const result = exists(year ?? now.getFullYear(), month, day);
    // Without a year, the next such day is meant.
    return year === null && result !== "" && result < iso(now) ? exists(now.getFullYear() + 1, month, day) : result;
}

/// The ISO day that `text` means on the day `now`; "" for no day, undefined for words that mean nothing here.
/// Knows: today, tomorrow, +3, "in 3 days", weekdays, 2026-11-21, 21.11., 21 nov, nov 21.
function parseDue(text, now) {
    const words = text.trim().toLowerCase();
    if (words === "" || words === "none")
        return "";
    if (words === "today" || words === "tod")
        return iso(now);
    if (words === "tomorrow" || words === "tom")
        return iso(plusDays(now, 1));
    if (words === "next week")
        return iso(plusDays(now, 7));
    let match = words.match(/^(?:\+|in )(\d{1,4})\s*(d|days?|w|weeks?)?$/);
    if (match)
        return iso(plusDays(now, Number(match[1]) * ((match[2] ?? "d")[0] === "w" ? 7 : 1)));
    match = words.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
    if (match)
        return exists(Number(match[1]), Number(match[2]), Number(match[3])) || undefined;
    match = words.match(/^(\d{1,2})\.(\d{1,2})\.?(\d{4})?$/);
    if (match)
        return dayOfMonth(match[3] ? Number(match[3]) : null, Number(match[2]), Number(match[1]), now) || undefined;
    match = words.match(/^(\d{1,2})\s+([a-z]+)\.?\s*(\d{4})?$/) ?? swapped(words.match(/^([a-z]+)\.?\s+(\d{1,2}),?\s*(\d{4})?$/));
    if (match) {
        const month = isWordStart(monthNames, match[2]);
        return month < 0 ? undefined : dayOfMonth(match[3] ? Number(match[3]) : null, month + 1, Number(match[1]), now) || undefined;
    }
    const weekday = isWordStart(dayNames, words);
    return weekday < 0 ? undefined : iso(plusDays(now, (weekday - now.getDay() + 7) % 7 || 7));
}
function swapped(match) {
    return match ? [match[0], match[2], match[1], match[3]] : null;
}

/// A due day for a chip: "Today", "Tomorrow", "Fri", "21 Nov", "21 Nov 2027".
function dueText(day, now) {
    if (!day)
        return "";
    const date = fromIso(day);
    const away = Math.round((date - plusDays(now, 0)) / 86400000);
    if (away === 0)
        return qsTr("Today");
    if (away === 1)
        return qsTr("Tomorrow");
    if (away === -1)
        return qsTr("Yesterday");
    if (away > 1 && away < 7)
        return Qt.formatDate(date, "ddd");
    return Qt.formatDate(date, date.getFullYear() === now.getFullYear() ? "d MMM" : "d MMM yyyy");
}

/// A heading for a day: "Tomorrow", "Friday 27 November".
function dayHeading(day, now) {
    const date = fromIso(day);
    const away = Math.round((date - plusDays(now, 0)) / 86400000);
    return away === 1 ? qsTr("Tomorrow")
                      : Qt.formatDate(date, date.getFullYear() === now.getFullYear() ? "dddd d MMMM" : "d MMMM yyyy");
}

/// When something was changed, as short as it can be: "10:42", "Yesterday", "21 Nov", "21.11.2025".
function stampText(ms, now) {
    if (!ms)
        return "";
    const date = new Date(ms);
    if (iso(date) === iso(now))
        return Qt.formatTime(date, "HH:mm");
    if (iso(date) === iso(plusDays(now, -1)))
        return qsTr("Yesterday");
    return Qt.formatDate(date, date.getFullYear() === now.getFullYear() ? "d MMM" : "d MMM yyyy");
}
/// When something was, with the time of day: "10:42", "Yesterday 10:42", "21 Nov 10:42".
function momentText(ms, now) {
    const day = stampText(ms, now);
    const time = timeText(ms);
    return day === time || day === "" ? day : day + " " + time;
}
function timeText(ms) {
    return Qt.formatTime(new Date(ms), "HH:mm");
}
