// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import "dates.js" as Dates

/// A note in a list: title, one line of its text, time. A note without a title is called by its first line.
Item {
    id: root

    property string title
    property string snippet
    property double stamp: 0
    property bool unsent: false
    readonly property var lines: root.snippet.trim().split("\n")
    readonly property string name: root.title !== "" ? root.title : root.plain(root.lines[0])
    readonly property string line: root.plain(root.lines.slice(root.title !== "" ? 0 : 1).join(" "))

    /// Without the marks of Markdown.
    function plain(text: string): string {
        return text.replace(/[#>*`_\s]+/g, " ").trim();
    }

    implicitHeight: Theme.noteRowHeight

    Label {
        id: heading
        anchors.left: parent.left
        anchors.right: unsentMark.left
        anchors.rightMargin: Theme.small
        y: Theme.medium
        objectName: "noteName"
        text: root.name !== "" ? root.name : qsTr("New note")
        font.weight: Font.DemiBold
        color: root.name === "" ? Theme.secondary : Theme.text
    }
    UnsentMark {
        id: unsentMark
        anchors.right: time.left
        anchors.rightMargin: shown ? Theme.tiny : 0
        anchors.verticalCenter: time.verticalCenter
        shown: root.unsent
    }
    Label {
        id: time
        anchors.right: parent.right
        anchors.baseline: heading.baseline
        text: Dates.stampText(root.stamp, Today.now)
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
    }
    Label {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: heading.bottom
        anchors.topMargin: Theme.tiny
        objectName: "noteLine"
        text: root.line !== "" ? root.line : root.title === "" && root.name !== "" ? qsTr("No additional text") : qsTr("No text yet")
        font.pixelSize: Theme.smallSize
        maximumLineCount: 1
        color: Theme.secondary
    }
}
