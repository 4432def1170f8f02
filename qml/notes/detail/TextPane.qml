// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync

/// A long text in a centred column of readable width.
Flickable {
    id: root

    property alias editor: area
    property alias placeholder: area.placeholderText
    property string label
    property Presence presence
    property bool readOnly: false
    /// Where what is dragged over the text would go, -1 for nowhere.
    property int dropPlace: -1
    /// Where the text of one item is to begin on the screen, the next time it is shown: { itemId, place, offset }.
    property var remembered: null

    /// The place of the first line on the screen, and how far it is scrolled out.
    function firstLine(): var {
        const place = area.positionAt(0, root.contentY);
        return { place: place, offset: root.contentY - area.positionToRectangle(place).y };
    }
    function scrollTo(line: var): void {
        const y = area.positionToRectangle(line.place).y + line.offset;
        root.contentY = Math.max(0, Math.min(y, root.contentHeight - root.height));
    }
    /// The text of this item has come: it is read from its start, or from where it was left.
    function begin(itemId: string): void {
        const line = root.remembered?.itemId === itemId ? root.remembered : null;
        root.remembered = null;
        root.contentY = 0;
        if (line)
            Qt.callLater(root.scrollTo, line);
    }

    /// Qt sends the caret to the end of an editor that becomes writable, and the view after it.
    onReadOnlyChanged: {
        const place = area.cursorPosition;
        const y = root.contentY;
        area.readOnly = root.readOnly;
        area.cursorPosition = place;
        root.contentY = y;
    }
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    ScrollBar.vertical: SlimScrollBar {}
    Component.onCompleted: spacing.apply()

    LineSpacing {
        id: spacing
        document: area.textDocument
        factor: Theme.textLine
        roomBelow: Theme.vast
    }

    TextArea.flickable: TextArea {
        id: area
        readonly property int side: Math.max(Theme.huge, (root.width - Theme.columnWidth) / 2)
        leftPadding: side
        rightPadding: side
        topPadding: Theme.small
        bottomPadding: 0
        wrapMode: TextEdit.Wrap
        textFormat: TextEdit.PlainText
        selectByMouse: true
        persistentSelection: true
        font.family: Theme.family
        font.pixelSize: Theme.textSize
        color: Theme.text
        placeholderTextColor: Theme.secondary
        selectionColor: Theme.textSelection
        selectedTextColor: Theme.text
        background: null
        Accessible.role: Accessible.EditableText
        Accessible.name: root.label
        Accessible.multiLine: true
        // Qt scrolls until the caret's line is just to be seen.
        onCursorRectangleChanged: {
            const room = root.contentY + root.height - (cursorRectangle.y + cursorRectangle.height);
            if (activeFocus && room < Theme.medium)
                root.contentY = Math.min(root.contentY + Theme.medium - room, root.contentHeight - root.height);
        }
        cursorDelegate: Caret {
            shown: area.activeFocus && !area.readOnly
            at: area.cursorPosition
        }
        Rectangle {
            objectName: "dropCaret"
            readonly property rect at: root.dropPlace < 0 ? Qt.rect(0, 0, 0, 0) : area.positionToRectangle(root.dropPlace)
            visible: root.dropPlace >= 0
            x: at.x
            y: at.y
            width: Theme.caretWidth
            height: at.height
            color: Theme.accent
        }
        RemoteCarets {
            editor: area
            presence: root.presence
        }
    }
}
