// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// Two texts compared, line by line, and what can be done with the version.
Item {
    id: root

    /// VersionComparison of app/model.
    required property var comparison
    property bool sinceThen: false
    property bool chosen: false
    property bool readOnly: false
    property bool isFirst: false
    readonly property string summary: {
        if (root.comparison.problem !== "")
            return root.comparison.problem;
        if (root.comparison.loading)
            return "";
        if (root.comparison.same)
            return root.sinceThen ? qsTr("Nothing has changed since") : root.isFirst ? qsTr("The first version") : qsTr("Same text");
        return Versions.change(root.comparison.added, root.comparison.removed) + " " + qsTr("words");
    }

    signal sinceThenAsked(bool wanted)
    signal copyAsked
    signal restoreAsked

    Item {
        id: head
        width: parent.width
        height: Theme.headerHeight
        Label {
            objectName: "comparisonSummary"
            anchors.left: parent.left
            anchors.leftMargin: Theme.large
            anchors.right: toggle.left
            anchors.rightMargin: Theme.small
            anchors.verticalCenter: parent.verticalCenter
            text: root.summary
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        Row {
            id: toggle
            anchors.right: parent.right
            anchors.rightMargin: Theme.large
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.tiny
            Segment {
                objectName: "compareThisEdit"
                text: qsTr("This edit")
                checked: !root.sinceThen
                onClicked: root.sinceThenAsked(false)
            }
            Segment {
                objectName: "compareSinceThen"
                text: qsTr("Since then")
                checked: root.sinceThen
                onClicked: root.sinceThenAsked(true)
            }
        }
    }
    ListView {
        id: lines
        objectName: "comparisonLines"
        anchors.top: head.bottom
        anchors.bottom: foot.top
        width: parent.width
        clip: true
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        model: root.comparison
        currentIndex: -1
        Accessible.role: Accessible.Document
        Accessible.name: qsTr("What has changed")
        ScrollBar.vertical: SlimScrollBar {}
        Keys.onDownPressed: flick(0, -Theme.flickSpeed)
        Keys.onUpPressed: flick(0, Theme.flickSpeed)
        Keys.onPressed: event => {
            const pages = { [Qt.Key_PageDown]: 1, [Qt.Key_Space]: 1, [Qt.Key_PageUp]: -1 };
            event.accepted = event.key in pages;
            if (event.accepted)
                contentY = Math.max(originY, Math.min(originY + contentHeight - height, contentY + pages[event.key] * height));
        }
        delegate: DiffLine {
            width: lines.width
            onUnfoldAsked: root.comparison.unfold(index)
        }
        FocusRing {
            visible: lines.activeFocus
        }
    }
    Item {
        id: foot
        anchors.bottom: parent.bottom
        width: parent.width
        height: Theme.headerHeight + Theme.small
        Hairline {
            width: parent.width
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: Theme.large
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.small
            TextButton {
                objectName: "historyCopy"
                enabled: root.chosen
                text: qsTr("Copy")
                onClicked: root.copyAsked()
            }
            TextButton {
                objectName: "historyRestore"
                visible: !root.readOnly
                enabled: root.chosen
                primary: true
                text: qsTr("Restore")
                onClicked: root.restoreAsked()
            }
        }
    }
}
