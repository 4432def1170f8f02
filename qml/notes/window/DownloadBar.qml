// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// The first download: how far, and that one can work meanwhile.
Rectangle {
    id: root
    objectName: "downloadBar"

    required property SyncStatus status

    visible: root.status.download !== ""
    implicitHeight: root.visible ? Theme.downloadBarHeight : 0
    color: Theme.selected
    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.status.download

    Label {
        objectName: "downloadText"
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.large
        text: root.status.download
        font.pixelSize: Theme.metaSize
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width * root.status.progress
        height: Theme.progressHeight
        color: Theme.accent
        Behavior on width {
            NumberAnimation { duration: Theme.quick }
        }
    }
}
