// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
.pragma library

// Versions in words, and comparisons as styled text.

/// By whom a version is.
function who(author, reason, others) {
    const name = others ? qsTr("%1 and others").arg(author) : author;
    if (reason === "found")
        return qsTr("Before an edit by %1").arg(name);
    return reason === "restore" ? qsTr("%1 restored this").arg(name) : name;
}

/// "+12 −3"; without a word, what else there is.
function change(added, removed) {
    if (added === 0 && removed === 0)
        return qsTr("no words");
    return [added > 0 ? "+" + added : "", removed > 0 ? "\u2212" + removed : ""].filter(part => part !== "").join(" ");
}

const signs = { "+": "+", "-": "\u2212", "*": "\u00B1" };
/// The sign beside a line.
function sign(mark) {
    return signs[mark] ?? "";
}

function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\t/g, "    ");
}

/// Parts of a line as rich text: what was added is underlined, what was removed struck out, each on its colour.
function styled(runs, added, removed) {
    const styles = {
        "+": "text-decoration:underline;background-color:" + added,
        "-": "text-decoration:line-through;background-color:" + removed
    };
    return "<span style=\"white-space:pre-wrap\">" + runs.map(run => {
        const style = styles[run.kind];
        return style ? "<span style=\"" + style + "\">" + escaped(run.text) + "</span>" : escaped(run.text);
    }).join("") + "</span>";
}
