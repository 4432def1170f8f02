// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One line across the window that the person must act on.
Rectangle {
    id: root
    objectName: "banner"

    property string text
    property string action

    signal triggered

    visible: root.text !== ""
    implicitHeight: root.visible ? Theme.headerHeight : 0
    color: Theme.dangerWash
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.text

    Row {
        anchors.left: parent.left
        anchors.leftMargin: Theme.large
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.small
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: "warning"
            color: Theme.danger
        }
        Label {
            objectName: "bannerText"
            anchors.verticalCenter: parent.verticalCenter
            text: root.text
            font.pixelSize: Theme.smallSize
        }
        LinkButton {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.action !== ""
            text: root.action
            onClicked: root.triggered()
        }
    }
}
