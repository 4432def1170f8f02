// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Sheaf.Notes
import Sheaf.Sync

/// Names the list of an item and moves it to another.
IconButton {
    id: root

    required property SyncEngine engine
    property string listId
    /// Whether the list that the item is in stands beside the picture.
    property bool namesList: true

    signal picked(string listId)

    objectName: "listPicker"
    iconName: "move"
    iconSize: Theme.smallIcon
    tip: qsTr("Move to a list")
    text: {
        if (!root.namesList)
            return "";
        lists.count;
        const row = lists.indexOf("itemId", root.listId);
        return root.listId === "" || row < 0 ? qsTr("Inbox") : lists.value(row, "name");
    }
    onClicked: menu.popup(root, 0, root.height)

    LiveQuery {
        id: lists
        engine: root.engine
        sql: Queries.lists
    }
    Choices {
        id: menu
        Choice {
            text: qsTr("Inbox")
            checked: root.namesList && root.listId === ""
            onTriggered: root.picked("")
        }
        Instantiator {
            model: lists
            delegate: Choice {
                required property string itemId
                required property string name
                text: name === "" ? qsTr("Untitled list") : name
                checked: root.listId === itemId
                onTriggered: root.picked(itemId)
            }
            onObjectAdded: (index, object) => menu.insertItem(index + 1, object)
            onObjectRemoved: (index, object) => menu.removeItem(object)
        }
    }
}
