// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import "dates.js" as Dates

/// A note in a list: title, one line of its text, time.
Item {
    id: root

    property string title
    property string snippet
    property double stamp: 0
    property bool unsent: false
    readonly property string line: root.snippet.replace(/[#>*`_\s]+/g, " ").trim()

    implicitHeight: Theme.noteRowHeight

    Label {
        id: heading
        anchors.left: parent.left
        anchors.right: unsentMark.left
        anchors.rightMargin: Theme.small
        y: Theme.medium
        text: root.title !== "" ? root.title : root.line !== "" ? root.line : qsTr("New note")
        font.weight: Font.DemiBold
        color: root.title === "" && root.line === "" ? Theme.secondary : Theme.text
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
        text: root.line !== "" ? root.line : qsTr("No text yet")
        font.pixelSize: Theme.smallSize
        maximumLineCount: 1
        color: Theme.secondary
    }
}
