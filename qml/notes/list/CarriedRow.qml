// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// The task that is dragged, where the pointer has it. Part of the content of a list, which does not draw a row whose own
/// place has left the screen.
Rectangle {
    id: root
    objectName: "carriedRow"

    required property ListView view
    property ItemRow row: null
    /// What the view was scrolled to when the row was taken.
    property real from: 0

    function take(row: ItemRow): void {
        root.from = root.view.contentY;
        root.row = row;
    }
    /// When the drop is done, which needs the row.
    function letGo(): void {
        Qt.callLater(() => root.row = null); // qmllint disable
    }

    visible: root.row?.dragging ?? false
    x: Theme.small
    y: root.row ? root.row.y + root.row.way : 0
    z: 2
    width: root.view.width - 2 * Theme.small
    height: Theme.taskRowHeight
    radius: Theme.radius
    color: Theme.surface
    opacity: 0.85

    TaskRow {
        anchors.fill: parent
        anchors.leftMargin: Theme.small
        anchors.rightMargin: Theme.small
        title: root.row?.title ?? ""
        done: root.row?.done ?? null
        due: root.row?.due ?? ""
        unsent: root.row?.unsent ?? false
        gripShown: true
    }
}
