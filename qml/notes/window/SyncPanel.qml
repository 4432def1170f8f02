// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// The details behind the status line.
Card {
    id: root
    objectName: "syncPanel"

    required property SyncStatus status
    required property var connection

    signal connectAsked

    width: Theme.popupWidth
    contentItem: Column {
        spacing: Theme.small
        Row {
            spacing: Theme.small
            StatusIcon {
                anchors.verticalCenter: parent.verticalCenter
                status: root.status
            }
            Label {
                objectName: "syncPanelState"
                width: root.availableWidth - Theme.smallIcon - Theme.small
                text: root.status.text
                font.weight: Font.DemiBold
                wrapMode: Text.Wrap
            }
        }
        Rectangle {
            visible: root.status.moving && root.status.progress > 0
            width: parent.width
            height: Theme.progressHeight
            radius: Theme.progressHeight / 2
            color: Theme.field
            Rectangle {
                width: parent.width * root.status.progress
                height: parent.height
                radius: parent.radius
                color: Theme.accent
            }
        }
        Label {
            visible: root.status.details !== ""
            width: parent.width
            text: root.status.tone === SyncStatus.Danger ? root.status.details : qsTr("Last try: %1").arg(root.status.details)
            font.pixelSize: Theme.smallSize
            color: root.status.tone === SyncStatus.Danger ? Theme.danger : Theme.secondary
            wrapMode: Text.Wrap
        }
        Hairline {
            width: parent.width
        }
        Column {
            width: parent.width
            Fact {
                width: parent.width
                name: qsTr("Server")
                value: root.connection.server === "" ? qsTr("None") : root.connection.server
            }
            Fact {
                width: parent.width
                name: qsTr("Device")
                value: root.connection.device
            }
            Fact {
                objectName: "syncPanelWaiting"
                width: parent.width
                name: qsTr("Waiting changes")
                value: root.status.waiting
            }
            Fact {
                width: parent.width
                name: qsTr("Last proven equal")
                value: root.status.provenAtMs > 0 ? Dates.timeText(root.status.provenAtMs) : qsTr("Not in this run")
            }
        }
        ReviewList {
            width: parent.width
            engine: root.status.engine
        }
        Label {
            width: parent.width
            text: root.connection.server === ""
                ? qsTr("Everything you write is stored on this device. Connect a server to have it on other devices too.")
                : qsTr("Everything you write is stored on this device first, and sent when the server can be reached.")
            font.pixelSize: Theme.metaSize
            color: Theme.secondary
            wrapMode: Text.Wrap
            lineHeight: Theme.listLine
        }
        Row {
            anchors.right: parent.right
            spacing: Theme.small
            TextButton {
                objectName: "changeServer"
                visible: root.connection.server !== ""
                text: qsTr("Change server")
                onClicked: root.connectAsked()
            }
            TextButton {
                visible: root.connection.server !== "" && !root.status.paused
                text: qsTr("Pause")
                onClicked: root.connection.pause()
            }
            TextButton {
                visible: root.connection.server !== ""
                text: qsTr("Sync now")
                primary: true
                onClicked: root.connection.resume()
            }
            TextButton {
                visible: root.connection.server === ""
                text: qsTr("Connect to a server")
                primary: true
                onClicked: root.connectAsked()
            }
        }
    }
}
