// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Says why this cannot be edited, and the way out.
Rectangle {
    id: root
    objectName: "readOnlyBar"

    signal restoreAsked

    /// Somebody types where nothing can be typed.
    function shake(): void {
        if (Theme.quick > 0)
            swing.restart();
    }

    implicitHeight: root.visible ? Theme.progressStripHeight : 0
    color: Theme.readOnlyWash
    Accessible.role: Accessible.AlertMessage
    Accessible.name: words.text

    Row {
        id: line
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.large
        spacing: Theme.small
        transform: Translate {
            id: shift
        }
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: "lock"
            size: Theme.smallIcon
            color: Theme.secondary
        }
        Label {
            id: words
            objectName: "readOnlyText"
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("In Trash")
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        LinkButton {
            objectName: "readOnlyRestore"
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Restore")
            onClicked: root.restoreAsked()
        }
    }
    SequentialAnimation {
        id: swing
        NumberAnimation { target: shift; property: "x"; to: Theme.tiny; duration: Theme.quick / 4 }
        NumberAnimation { target: shift; property: "x"; to: -Theme.tiny; duration: Theme.quick / 2 }
        NumberAnimation { target: shift; property: "x"; to: 0; duration: Theme.quick / 4 }
    }
}
