// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The content is made at once, as the ids inside it say.
// qmllint disable deferred-property-id
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes

/// Asks for the address of a server and this device's token.
Card {
    id: root
    objectName: "connectDialog"

    required property var connection
    property string problem

    function submit(): void {
        root.problem = root.connection.connectTo(address.text.trim(), token.text.trim());
        if (root.problem === "")
            root.close();
    }

    modal: true
    width: Theme.popupWidth + Theme.vast
    anchors.centerIn: T.Overlay.overlay
    onAboutToShow: {
        root.problem = "";
        token.clear();
        address.text = root.connection.address;
        if (address.text === "")
            address.forceActiveFocus();
        else
            token.forceActiveFocus();
    }
    contentItem: Column {
        spacing: Theme.small
        Label {
            text: qsTr("Connect to a server")
            font.pixelSize: Theme.largeSize
            font.weight: Font.DemiBold
        }
        Label {
            width: parent.width
            text: qsTr("Your notes stay on this device and are also kept on the server. Whoever runs the server gives you the address and a token.")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
            wrapMode: Text.Wrap
            lineHeight: Theme.listLine
        }
        Field {
            id: address
            focus: true
            objectName: "serverAddress"
            width: parent.width
            label: qsTr("Address")
            placeholderText: "wss://sync.example.org"
            onAccepted: token.forceActiveFocus()
        }
        Field {
            id: token
            objectName: "serverToken"
            width: parent.width
            label: qsTr("Token")
            placeholderText: qsTr("Token of this device")
            echoMode: TextInput.Password
            onAccepted: root.submit()
        }
        Label {
            visible: root.problem !== ""
            width: parent.width
            text: root.problem
            font.pixelSize: Theme.smallSize
            color: Theme.danger
            wrapMode: Text.Wrap
        }
        Row {
            anchors.right: parent.right
            spacing: Theme.small
            TextButton {
                text: qsTr("Cancel")
                onClicked: root.close()
            }
            TextButton {
                text: qsTr("Connect")
                primary: true
                onClicked: root.submit()
            }
        }
    }
}
