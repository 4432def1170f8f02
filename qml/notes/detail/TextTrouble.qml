// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// The foot of a text that cannot be read or written: what happened, what is safe, what to do. No height while all is well.
/// What happens to a text that was left meanwhile is told once, and not beside another text.
Item {
    id: root

    required property TextDocument document
    required property Toast toast

    visible: root.document.errorText !== ""
    height: root.visible ? message.implicitHeight + 2 * Theme.small : 0
    Accessible.role: Accessible.AlertMessage
    Accessible.name: message.text

    Connections {
        target: root.document
        function onLeftErrorTextChanged(): void {
            if (root.document.leftErrorText !== "")
                root.toast.show(qsTr("A text that you left is not saved yet: %1").arg(root.document.leftErrorText), null);
        }
    }
    Hairline {
        width: parent.width
    }
    Icon {
        id: sign
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.huge
        name: "warning"
        size: Theme.smallIcon
        color: Theme.attention
    }
    Label {
        id: message
        objectName: "textTrouble"
        anchors.left: sign.right
        anchors.leftMargin: Theme.small
        anchors.right: parent.right
        anchors.rightMargin: Theme.huge
        anchors.verticalCenter: parent.verticalCenter
        text: root.document.loaded && !root.document.saved
            ? qsTr("%1 What you typed is still here.").arg(root.document.errorText) : root.document.errorText
        wrapMode: Text.Wrap
        font.pixelSize: Theme.metaSize
        color: Theme.attention
    }
}
