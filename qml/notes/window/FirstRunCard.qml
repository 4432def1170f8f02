// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// The first minute: a slim card that can be ignored.
Rectangle {
    id: root
    objectName: "firstRunCard"

    signal keepChosen
    signal connectChosen

    implicitHeight: line.implicitHeight + 2 * Theme.medium
    radius: Theme.cardRadius
    color: Theme.surface
    border.width: Theme.hairlineWidth
    border.color: Theme.hairline

    Row {
        id: line
        anchors.centerIn: parent
        spacing: Theme.medium
        Label {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Just write: it is saved on this device.")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        TextButton {
            objectName: "keepOnDevice"
            text: qsTr("Keep on this device")
            onClicked: root.keepChosen()
        }
        TextButton {
            objectName: "connectToServer"
            text: qsTr("Connect to a server")
            onClicked: root.connectChosen()
        }
    }
}
