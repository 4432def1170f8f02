// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// Something long that goes on under the top bar: how far it is, while one can work.
Rectangle {
    id: root

    property string text
    /// From 0 to 1.
    property real progress: 0

    visible: root.text !== ""
    implicitHeight: root.visible ? Theme.progressStripHeight : 0
    color: Theme.selected
    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.text

    Label {
        objectName: "progressText"
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.large
        width: parent.width - 2 * Theme.large
        text: root.text
        font.pixelSize: Theme.metaSize
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width * root.progress
        height: Theme.progressHeight
        color: Theme.accent
        Behavior on width {
            NumberAnimation { duration: Theme.quick }
        }
    }
}
