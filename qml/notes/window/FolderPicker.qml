// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Dialogs

/// Asks for a folder, as the desktop does.
FolderDialog {
    id: root

    property var action: null

    function ask(title: string, action: var): void {
        root.title = title;
        root.action = action;
        root.open();
    }
    function answer(action: var): void {
        action(root.selectedFolder);
    }

    onAccepted: root.answer(root.action)
}
