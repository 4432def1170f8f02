// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// One version in the list: when, by whom, how much.
ItemDelegate {
    id: root

    required property int index
    required property string versionId
    required property double at
    required property string author
    required property string device
    required property string reason
    required property int others
    required property int added
    required property int removed
    property bool listFocused: false

    readonly property bool current: ListView.isCurrentItem
    readonly property string moment: Dates.momentText(root.at, Today.now)
    readonly property string person: Versions.who(root.author, root.reason, root.others > 0)

    objectName: "version-" + root.index
    height: Theme.versionRowHeight
    padding: 0
    leftPadding: Theme.large
    rightPadding: Theme.large
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3 words added, %4 removed").arg(root.person).arg(root.moment).arg(root.added).arg(root.removed)
    Accessible.selected: root.current

    contentItem: Item { // qmllint disable deferred-property-id
        Label {
            id: when
            anchors.left: parent.left
            anchors.right: words.left
            anchors.rightMargin: Theme.small
            y: Theme.small
            text: root.moment
            font.weight: Font.DemiBold
        }
        Label {
            id: words
            anchors.right: parent.right
            anchors.baseline: when.baseline
            text: Versions.change(root.added, root.removed)
            font.pixelSize: Theme.metaSize
            color: Theme.secondary
        }
        Label {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.top: when.bottom
            anchors.topMargin: Theme.focusWidth
            text: root.device === "" ? root.person : root.person + " · " + root.device
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
    }
    background: Item {
        Rectangle {
            anchors.fill: parent
            anchors.leftMargin: Theme.small
            anchors.rightMargin: Theme.small
            radius: Theme.radius
            color: root.current ? (root.listFocused ? Theme.selected : Theme.selectedIdle)
                : root.pressed ? Theme.pressed : root.hovered ? Theme.hover : Theme.transparent
            FocusRing {
                visible: root.current && root.listFocused
            }
        }
    }
}
