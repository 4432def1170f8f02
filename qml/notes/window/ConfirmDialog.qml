// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes

/// Asks before what cannot be undone. Cancel has the focus.
Card {
    id: root
    objectName: "confirmDialog"

    property string question
    property string details
    property string verb
    property var action: null

    function ask(question: string, details: string, verb: string, action: var): void {
        root.question = question;
        root.details = details;
        root.verb = verb;
        root.action = action;
        root.open();
    }

    modal: true
    width: Theme.popupWidth + Theme.vast
    anchors.centerIn: T.Overlay.overlay
    onAboutToShow: cancel.forceActiveFocus(Qt.TabFocusReason)
    contentItem: Column {
        spacing: Theme.medium
        Label {
            width: parent.width
            text: root.question
            font.pixelSize: Theme.largeSize
            font.weight: Font.DemiBold
            wrapMode: Text.Wrap
        }
        Label {
            width: parent.width
            text: root.details
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
            wrapMode: Text.Wrap
            lineHeight: Theme.listLine
        }
        Row {
            anchors.right: parent.right
            spacing: Theme.small
            TextButton {
                id: cancel
                focus: true
                text: qsTr("Cancel")
                onClicked: root.close()
                Keys.onRightPressed: go.forceActiveFocus(Qt.TabFocusReason)
            }
            TextButton {
                id: go
                objectName: "confirmAction"
                text: root.verb
                destructive: true
                Keys.onLeftPressed: cancel.forceActiveFocus(Qt.TabFocusReason)
                onClicked: {
                    const action = root.action;
                    root.close();
                    action();
                }
            }
        }
    }
}
