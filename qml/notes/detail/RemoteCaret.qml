// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Sheaf.Notes

/// Where somebody else is in a text: a caret in their colour, their name for a moment after they moved, and what they
/// have selected.
Item {
    id: root

    required property TextEdit editor
    required property int layouts
    required property string name
    required property string color
    required property int anchor
    required property int head
    required property real idleSince

    readonly property string shownName: root.name === "" ? qsTr("Somebody") : root.name
    readonly property color ink: Theme.personColor(root.color, root.name)
    readonly property rect headAt: root.place(root.head, root.layouts)
    readonly property rect anchorAt: root.anchor === root.head ? root.headAt : root.place(root.anchor, root.layouts)
    readonly property rect first: root.head < root.anchor ? root.headAt : root.anchorAt
    readonly property rect last: root.head < root.anchor ? root.anchorAt : root.headAt
    readonly property bool oneLine: Math.abs(root.first.y - root.last.y) < 1
    readonly property real textLeft: root.editor.leftPadding
    readonly property real textRight: root.editor.width - root.editor.rightPadding

    /// `layouts` makes it look again.
    function place(position: int, layouts: int): rect {
        return root.editor.positionToRectangle(Math.max(0, Math.min(position, root.editor.length)));
    }

    visible: root.head >= 0
    onIdleSinceChanged: flagTime.restart()
    Component.onCompleted: flagTime.restart()

    Repeater {
        // What is selected: the first line, the whole ones, the last line.
        model: root.anchor < 0 || root.anchor === root.head ? 0 : root.oneLine ? 1 : 3
        delegate: Rectangle {
            required property int index
            objectName: "remoteSelection"
            x: index === 0 ? root.first.x : root.textLeft
            y: index === 0 ? root.first.y : index === 1 ? root.first.y + root.first.height : root.last.y
            width: (root.oneLine || index === 2 ? root.last.x : root.textRight) - x
            height: index === 0 ? root.first.height : index === 1 ? root.last.y - y : root.last.height
            color: Theme.tint(root.ink, Theme.remoteSelectionShare)
        }
    }
    Rectangle {
        id: caret
        objectName: "remoteCaret"
        x: root.headAt.x - Theme.caretWidth / 2
        y: root.headAt.y
        width: Theme.caretWidth
        height: root.headAt.height
        color: root.ink
        Accessible.role: Accessible.StaticText
        Accessible.name: qsTr("%1 is here").arg(root.shownName)
        HoverHandler {
            id: pointed
            margin: Theme.tiny
        }
    }
    Rectangle {
        id: flag
        objectName: "remoteFlag"
        readonly property bool wanted: flagTime.running || pointed.hovered
        x: Math.max(0, Math.min(caret.x, root.editor.width - width))
        // Above the line, or below the first one.
        y: caret.y >= height ? caret.y - height : caret.y + caret.height
        width: label.implicitWidth + 2 * Theme.tiny
        height: label.implicitHeight
        radius: Theme.tiny
        color: root.ink
        visible: opacity > 0
        opacity: wanted ? 1 : 0
        Behavior on opacity {
            NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic }
        }
        Label {
            id: label
            anchors.centerIn: parent
            text: root.shownName
            font.pixelSize: Theme.metaSize
            color: Theme.accentInk
        }
    }
    Timer {
        id: flagTime
        interval: Theme.flagTime
    }
}
