// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync

/// What waits for the person's word: changes that the server refused, and values that another device's writing replaced.
Flickable {
    id: root
    objectName: "reviewList"

    required property SyncEngine engine
    readonly property int count: rejectedList.count + conflictList.count
    /// Why the last click did nothing; empty when it did something.
    property string problem

    visible: root.count > 0
    implicitHeight: Math.min(entries.height, Theme.popupWidth)
    contentHeight: entries.height
    clip: true
    ScrollBar.vertical: SlimScrollBar {
    }

    function words(value: var): string {
        if (value === null || value === undefined)
            return qsTr("(nothing)");
        if (typeof value !== "object")
            return String(value);
        const parts = Object.values(value);
        if (parts.length === 0)
            return qsTr("(deleted)");
        const texts = parts.filter(part => typeof part === "string" && part !== "");
        return texts.length > 0 ? texts.join(" · ") : qsTr("(nothing)");
    }

    RejectedList {
        id: rejectedList
        engine: root.engine
        onFailed: (code, message) => root.problem = message
    }
    ReviewedConflicts {
        id: conflictList
        engine: root.engine
        onFailed: (code, message) => root.problem = message
    }
    Column {
        id: entries
        width: root.width
        spacing: Theme.small
        Hairline {
            width: parent.width
        }
        Label {
            width: parent.width
            visible: root.problem !== ""
            text: root.problem
            font.pixelSize: Theme.smallSize
            color: Theme.danger
            wrapMode: Text.Wrap
        }
        Repeater {
            model: rejectedList
            ReviewEntry {
                id: refused
                required property double number
                required property string kind
                required property string reason
                required property var values
                objectName: "rejectedEntry"
                width: entries.width
                heading: refused.kind === "delete" ? qsTr("The server kept what you deleted") : qsTr("The server did not take")
                value: refused.kind === "delete" ? "" : root.words(refused.values)
                note: refused.reason
                otherText: qsTr("Discard")
                primaryText: qsTr("Try again")
                onOtherClicked: {
                    root.problem = "";
                    rejectedList.discard(refused.number);
                }
                onPrimaryClicked: {
                    root.problem = "";
                    rejectedList.retry(refused.number);
                }
            }
        }
        Repeater {
            model: conflictList
            ReviewEntry {
                id: disputed
                required property double number
                required property string winner
                required property var mine
                required property var theirs
                readonly property bool mineStands: disputed.winner === "mine"
                objectName: "conflictEntry"
                width: entries.width
                heading: disputed.mineStands ? qsTr("Your version stands. The other device wrote:") : qsTr("Another device's version stands. You wrote:")
                value: root.words(disputed.mineStands ? disputed.theirs : disputed.mine)
                otherText: disputed.mineStands ? qsTr("Keep mine") : qsTr("Use theirs")
                primaryText: disputed.mineStands ? qsTr("Use theirs") : qsTr("Keep mine")
                onOtherClicked: {
                    root.problem = "";
                    conflictList.dismiss(disputed.number);
                }
                onPrimaryClicked: {
                    root.problem = "";
                    conflictList.undo(disputed.number);
                }
            }
        }
    }
}
