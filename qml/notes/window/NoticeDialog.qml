// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes

/// Says how something has ended, with as many lines of details as there are.
Card {
    id: root
    objectName: "noticeDialog"

    property string sentence
    property var details: []

    function tell(sentence: string, details: var): void {
        root.sentence = sentence;
        root.details = details;
        root.open();
    }

    modal: true
    width: Theme.popupWidth + 2 * Theme.vast
    anchors.centerIn: T.Overlay.overlay
    onAboutToShow: close.forceActiveFocus(Qt.TabFocusReason)
    contentItem: Column {
        spacing: Theme.medium
        Label {
            objectName: "noticeText"
            width: parent.width
            text: root.sentence
            font.weight: Font.DemiBold
            wrapMode: Text.Wrap
            lineHeight: Theme.listLine
        }
        ListView {
            objectName: "noticeDetails"
            width: parent.width
            height: Math.min(contentHeight, Theme.noticeHeight)
            visible: count > 0
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: SlimScrollBar {}
            model: root.details
            delegate: Label {
                required property string modelData
                width: ListView.view.width - Theme.medium
                text: modelData
                font.pixelSize: Theme.smallSize
                color: Theme.secondary
                wrapMode: Text.Wrap
                bottomPadding: Theme.tiny
            }
        }
        TextButton {
            id: close
            objectName: "noticeClose"
            anchors.right: parent.right
            text: qsTr("Close")
            primary: true
            onClicked: root.close()
        }
    }
}
