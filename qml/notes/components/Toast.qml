// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One line at the bottom about what was just done, with the way back.
Rectangle {
    id: root
    objectName: "toast"

    property var undoAction: null
    property alias text: label.text
    readonly property bool open: opacity > 0 && visible

    function show(message: string, undo: var): void {
        label.text = message;
        root.undoAction = undo ?? null;
        root.visible = true;
        root.opacity = 1;
        timer.restart();
    }
    function dismiss(): void {
        timer.stop();
        root.undoAction = null;
        root.opacity = 0;
        root.visible = false;
    }
    function undo(): void {
        const action = root.undoAction;
        root.dismiss();
        if (action)
            action();
    }

    visible: false
    opacity: 0
    implicitWidth: line.implicitWidth + 2 * Theme.large
    implicitHeight: Theme.controlHeight + Theme.small
    radius: Theme.cardRadius
    color: Theme.toast
    Accessible.role: Accessible.AlertMessage
    Accessible.name: label.text

    Behavior on opacity {
        NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic }
    }
    Timer {
        id: timer
        interval: Theme.toastTime
        onTriggered: root.dismiss()
    }
    HoverHandler {
        onHoveredChanged: hovered ? timer.stop() : timer.restart()
    }
    Row {
        id: line
        anchors.centerIn: parent
        spacing: Theme.large
        Label {
            id: label
            anchors.verticalCenter: parent.verticalCenter
            font.pixelSize: Theme.smallSize
            color: Theme.toastInk
        }
        LinkButton {
            objectName: "toastUndo"
            anchors.verticalCenter: parent.verticalCenter
            visible: root.undoAction !== null
            text: qsTr("Undo")
            color: Theme.toastLink
            onClicked: root.undo()
        }
    }
}
