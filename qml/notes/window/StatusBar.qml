// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync

/// One line about where the data is.
Item {
    id: root
    objectName: "statusBar"

    required property SyncStatus status

    signal panelAsked
    signal linkActivated(string action)

    implicitHeight: Theme.statusBarHeight

    Rectangle {
        anchors.fill: parent
        color: Theme.sidebar
    }
    Hairline {
        width: parent.width
    }
    Row {
        anchors.left: parent.left
        anchors.leftMargin: Theme.small
        height: parent.height
        spacing: Theme.tiny
        AbstractButton {
            id: button
            objectName: "statusButton"
            height: parent.height
            focusPolicy: Qt.TabFocus
            Accessible.role: Accessible.Button
            Accessible.name: root.status.text
            Accessible.description: qsTr("Shows the details of the sync")
            Accessible.onPressAction: button.clicked()
            Keys.onReturnPressed: button.clicked()
            onClicked: root.panelAsked()
            leftPadding: Theme.tiny
            rightPadding: Theme.tiny
            contentItem: Row {
                spacing: Theme.tiny
                StatusIcon {
                    anchors.verticalCenter: parent.verticalCenter
                    status: root.status
                }
                Label {
                    objectName: "statusText"
                    anchors.verticalCenter: parent.verticalCenter
                    text: root.status.text
                    font.pixelSize: Theme.metaSize
                    color: root.status.tone === SyncStatus.Danger ? Theme.danger
                        : root.status.tone === SyncStatus.Attention ? Theme.text : Theme.secondary
                }
            }
            background: Rectangle {
                color: button.pressed ? Theme.pressed : button.hovered ? Theme.hover : Theme.transparent
                FocusRing {
                    visible: button.visualFocus
                }
            }
        }
        LinkButton {
            objectName: "statusLink"
            anchors.verticalCenter: parent.verticalCenter
            visible: root.status.link !== ""
            text: root.status.link
            onClicked: root.linkActivated(root.status.action)
        }
        LinkButton {
            readonly property int count: rejectedList.count + conflictList.count
            objectName: "reviewLink"
            anchors.verticalCenter: parent.verticalCenter
            visible: count > 0
            text: count === 1 ? qsTr("1 change to review") : qsTr("%1 changes to review").arg(count)
            onClicked: root.panelAsked()
        }
    }
    RejectedList {
        id: rejectedList
        engine: root.status.engine
    }
    ReviewedConflicts {
        id: conflictList
        engine: root.status.engine
    }
    Timer {
        interval: Theme.second
        running: root.status.counting
        repeat: true
        onTriggered: root.status.tick()
    }
}
