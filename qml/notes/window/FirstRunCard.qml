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
    signal importChosen

    implicitHeight: lines.implicitHeight + 2 * Theme.medium
    radius: Theme.cardRadius
    color: Theme.surface
    border.width: Theme.hairlineWidth
    border.color: Theme.hairline

    Column {
        id: lines
        anchors.centerIn: parent
        width: parent.width - 2 * Theme.large
        spacing: Theme.small
        Label {
            width: parent.width
            text: qsTr("Just write: it is saved on this device.")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
            wrapMode: Text.Wrap
        }
        Flow {
            width: parent.width
            spacing: Theme.small
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
            TextButton {
                objectName: "importFolder"
                text: qsTr("Import Markdown files")
                onClicked: root.importChosen()
            }
        }
    }
}
