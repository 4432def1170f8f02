// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes

/// Instead of the app when its store cannot be opened: never an empty app.
ApplicationWindow {
    id: root
    objectName: "blockedWindow"

    required property string headline
    required property string details
    required property string diagnostic
    /// What the desktop prefers, see Theme.
    property var desktop: null

    width: Theme.windowMinWidth
    height: Theme.windowMinHeight
    visible: true
    title: "Sheaf"
    color: Theme.window
    Component.onCompleted: Theme.desktop = root.desktop

    Column {
        anchors.centerIn: parent
        width: Math.min(root.width - 2 * Theme.huge, Theme.listMaxWidth)
        spacing: Theme.large
        Icon {
            name: "lock"
            size: Theme.heroIcon
            color: Theme.secondary
        }
        Label {
            objectName: "blockedHeadline"
            width: parent.width
            text: root.headline
            font.pixelSize: Theme.titleSize
            font.weight: Font.DemiBold
            wrapMode: Text.Wrap
        }
        Label {
            objectName: "blockedDetails"
            width: parent.width
            text: root.details
            color: Theme.secondary
            wrapMode: Text.Wrap
            lineHeight: Theme.textLine
        }
        Row {
            spacing: Theme.small
            TextButton {
                text: qsTr("Quit")
                primary: true
                focus: true
                onClicked: Qt.quit()
            }
            TextButton {
                text: qsTr("Copy diagnostic")
                onClicked: {
                    clipboard.text = root.diagnostic;
                    clipboard.selectAll();
                    clipboard.copy();
                }
            }
        }
        TextEdit {
            id: clipboard
            visible: false
        }
    }
    Shortcut {
        sequence: "Ctrl+Q"
        onActivated: Qt.quit()
    }
}
