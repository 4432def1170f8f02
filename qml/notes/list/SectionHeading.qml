// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import "dates.js" as Dates

/// The heading between groups of rows.
Item {
    id: root

    required property string section

    readonly property var names: ({
        tasks: qsTr("Tasks"), notes: qsTr("Notes"), pinned: qsTr("Pinned"), done: qsTr("Done"),
        overdue: qsTr("Overdue"), today: qsTr("Today"), donetoday: qsTr("Done today")
    })

    height: root.section === "" ? 0 : Theme.sectionHeight
    visible: root.section !== ""

    Label {
        anchors.left: parent.left
        anchors.leftMargin: Theme.large
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.tiny
        text: root.section === "" ? "" : root.names[root.section] ?? Dates.dayHeading(root.section, Today.now)
        font.pixelSize: Theme.metaSize
        font.weight: Font.DemiBold
        color: root.section === "overdue" ? Theme.danger : Theme.secondary
    }
}
