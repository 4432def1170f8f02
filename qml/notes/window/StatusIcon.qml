// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// The state of the sync as a dot or a picture; it turns only while bytes move.
Item {
    id: root

    required property SyncStatus status
    readonly property color color: root.status.tone === SyncStatus.Good ? Theme.good
        : root.status.tone === SyncStatus.Active ? Theme.accent
        : root.status.tone === SyncStatus.Attention ? Theme.attention
        : root.status.tone === SyncStatus.Danger ? Theme.danger : Theme.secondary

    implicitWidth: Theme.smallIcon
    implicitHeight: Theme.smallIcon

    Rectangle {
        anchors.centerIn: parent
        visible: root.status.icon === ""
        width: Theme.dot
        height: Theme.dot
        radius: Theme.dot / 2
        color: root.color
    }
    Icon {
        visible: root.status.icon !== ""
        name: root.status.icon
        size: Theme.smallIcon
        color: root.color
        RotationAnimation on rotation {
            running: root.status.moving && !Theme.reduceMotion && root.visible
            from: 0
            to: 360
            duration: Theme.turn
            loops: Animation.Infinite
        }
    }
}
