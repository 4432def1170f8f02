// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtTest
import Sheaf.Notes

TestCase {
    id: root
    name: "NoteRow"

    Component {
        id: rowOf
        NoteRow {}
    }

    function test_words_data() {
        return [
            { tag: "nothing", title: "", snippet: "", name: "New note", line: "No text yet" },
            { tag: "a title", title: "Plan", snippet: "", name: "Plan", line: "No text yet" },
            { tag: "both", title: "Plan", snippet: "# First\nthen *this*", name: "Plan", line: "First then this" },
            { tag: "a line", title: "", snippet: "\n## Milk\n", name: "Milk", line: "No additional text" },
            { tag: "lines", title: "", snippet: "Milk\n\nbread\nsalt", name: "Milk", line: "bread salt" }
        ];
    }
    function test_words(data) {
        const row = createTemporaryObject(rowOf, root, { title: data.title, snippet: data.snippet });
        compare(findChild(row, "noteName").text, data.name);
        compare(findChild(row, "noteLine").text, data.line);
    }
}
