// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One line across the window: something that the person must act on, or should know by now.
Rectangle {
    id: root
    objectName: "banner"

    property string text
    property string action
    /// Only the person can end it; other banners can be put away.
    property bool urgent: true
    property string dismissed

    signal triggered

    visible: root.text !== "" && (root.urgent || root.dismissed === "")
    implicitHeight: root.visible ? Theme.headerHeight : 0
    color: root.urgent ? Theme.dangerWash : Theme.attentionWash
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.text
    onTextChanged: if (root.text === "") root.dismissed = ""

    Icon {
        id: sign
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.large
        name: "warning"
        color: root.urgent ? Theme.danger : Theme.attention
    }
    Label {
        objectName: "bannerText"
        anchors.left: sign.right
        anchors.leftMargin: Theme.small
        anchors.right: actions.left
        anchors.rightMargin: Theme.medium
        anchors.verticalCenter: parent.verticalCenter
        text: root.text
        font.pixelSize: Theme.smallSize
    }
    Row {
        id: actions
        anchors.right: parent.right
        anchors.rightMargin: root.urgent ? Theme.large : Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.small
        LinkButton {
            objectName: "bannerAction"
            anchors.verticalCenter: parent.verticalCenter
            visible: root.action !== ""
            text: root.action
            onClicked: root.triggered()
        }
        IconButton {
            objectName: "bannerDismiss"
            anchors.verticalCenter: parent.verticalCenter
            visible: !root.urgent
            iconName: "close"
            iconSize: Theme.smallIcon
            tip: qsTr("Put away until the server is back")
            onClicked: root.dismissed = root.text
        }
    }
}
