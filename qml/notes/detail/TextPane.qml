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

    clip: true
    boundsBehavior: Flickable.StopAtBounds
    ScrollBar.vertical: SlimScrollBar {}
    Component.onCompleted: spacing.apply()

    LineSpacing {
        id: spacing
        document: area.textDocument
        factor: Theme.textLine
    }

    TextArea.flickable: TextArea {
        id: area
        readonly property int side: Math.max(Theme.huge, (root.width - Theme.columnWidth) / 2)
        leftPadding: side
        rightPadding: side
        topPadding: Theme.small
        bottomPadding: Theme.vast
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
        cursorDelegate: Caret {
            shown: area.activeFocus && !area.readOnly
            at: area.cursorPosition
        }
        RemoteCarets {
            editor: area
            presence: root.presence
        }
    }
}
