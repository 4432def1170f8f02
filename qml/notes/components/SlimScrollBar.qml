// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

ScrollBar {
    id: root

    padding: Theme.focusWidth
    minimumSize: 0.05
    contentItem: Rectangle {
        implicitWidth: Theme.scrollBarWidth
        radius: width / 2
        color: root.pressed || root.hovered ? Theme.disabled : Theme.selectedIdle
        opacity: root.active || root.hovered ? 1 : 0
        Behavior on opacity {
            NumberAnimation { duration: Theme.quick }
        }
    }
}
