// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// Carets and selections of others in an editor, whose child this is.
Item {
    id: root
    objectName: "remoteCarets"

    required property TextEdit editor
    property Presence presence
    /// Counts what moves places without moving carets.
    property int layouts: 0

    anchors.fill: parent

    Connections {
        target: root.editor
        function onTextChanged(): void {
            root.layouts++;
        }
        function onContentSizeChanged(): void {
            root.layouts++;
        }
        function onWidthChanged(): void {
            root.layouts++;
        }
    }
    Repeater {
        model: root.presence
        delegate: RemoteCaret {
            anchors.fill: parent
            editor: root.editor
            layouts: root.layouts
        }
    }
}
