// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Sheaf.Notes

/// The people of a model with the roles name and color: five of them, and how many more there are.
Row {
    id: root
    objectName: "avatars"

    property var people
    readonly property int shownMost: 5
    readonly property int count: people ? people.count : 0

    function initials(name: string): string {
        const words = name.split(/\s+/).filter(word => word !== "");
        if (words.length === 0)
            return "?";
        const letters = words.length === 1 ? [words[0]] : [words[0], words[words.length - 1]];
        return letters.map(word => Array.from(word)[0]).join("").toUpperCase();
    }

    spacing: Theme.tiny
    visible: root.count > 0

    Repeater {
        model: root.people
        delegate: Item {
            id: avatar
            objectName: "avatar"
            required property int index
            required property string name
            required property string color
            readonly property string shownName: avatar.name === "" ? qsTr("Somebody") : avatar.name
            visible: avatar.index < root.shownMost
            width: Theme.target
            height: Theme.target
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("%1 is here").arg(avatar.shownName)
            Rectangle {
                anchors.fill: parent
                radius: Theme.target / 2
                color: Theme.personColor(avatar.color, avatar.name)
            }
            Label {
                anchors.centerIn: parent
                text: root.initials(avatar.name)
                font.pixelSize: Theme.metaSize
                font.weight: Font.DemiBold
                color: Theme.accentInk
            }
            HoverHandler {
                id: pointed
            }
            Tip {
                visible: pointed.hovered
                text: qsTr("%1 is here").arg(avatar.shownName)
            }
        }
    }
    Label {
        objectName: "avatarsMore"
        anchors.verticalCenter: parent.verticalCenter
        visible: root.count > root.shownMost
        text: qsTr("+%1").arg(root.count - root.shownMost)
        font.pixelSize: Theme.metaSize
        color: Theme.secondary
    }
}
