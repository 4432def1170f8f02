// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Sheaf.Notes

/// What floats: a popup on a card.
Popup {
    id: root

    property string title

    padding: Theme.large
    modal: false
    focus: true
    closePolicy: Popup.CloseOnEscape | Popup.CloseOnPressOutside
    background: Item {
        Repeater {
            // One soft shadow, drawn as rings that fade outwards.
            model: 6
            Rectangle {
                required property int index
                anchors.fill: parent
                anchors.margins: -index
                anchors.topMargin: -index + Theme.focusWidth
                anchors.bottomMargin: -index - Theme.focusWidth
                radius: Theme.cardRadius + index
                color: Theme.tint(Qt.rgba(0, 0, 0, 1), 0.02)
            }
        }
        Rectangle {
            anchors.fill: parent
            radius: Theme.cardRadius
            color: Theme.surface
            border.width: Theme.hairlineWidth
            border.color: Theme.hairline
        }
    }
    enter: Transition {
        NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.quick; easing.type: Easing.OutCubic }
    }
    T.Overlay.modal: Rectangle {
        color: Theme.scrim
    }
}
