// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import Sheaf.Notes

/// Under the title of a list: what of it is shown, and in which order. No height where there is nothing to choose.
FocusScope {
    id: root

    required property Arrangement arranged

    /// The keyboard goes back to the rows.
    signal rowsAsked

    function pickOrder(): void {
        if (sort.visible)
            sort.clicked();
    }
    function focusParts(): void {
        chips.itemAt(Math.max(0, root.arranged.parts.indexOf(root.arranged.part)))?.forceActiveFocus(Qt.TabFocusReason);
    }
    function stepPart(step: int): void {
        const parts = root.arranged.parts;
        const next = parts.indexOf(root.arranged.part) + step;
        if (next < 0 || next >= parts.length)
            return;
        root.arranged.part = parts[next];
        root.focusParts();
    }

    visible: root.arranged.orders.length > 0 || root.arranged.parts.length > 0
    height: root.visible ? Theme.sectionHeight : 0

    Row {
        id: filters
        objectName: "filterChips"
        x: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("Shown")
        Keys.onLeftPressed: root.stepPart(-1)
        Keys.onRightPressed: root.stepPart(1)
        Keys.onDownPressed: root.rowsAsked()
        Keys.onEscapePressed: root.rowsAsked()
        Repeater {
            id: chips
            model: root.arranged.parts
            Segment {
                required property string modelData
                objectName: "filter-" + modelData
                text: root.arranged.partNames[modelData]
                checked: root.arranged.part === modelData
                onClicked: root.arranged.part = modelData
            }
        }
    }
    IconButton {
        id: sort
        objectName: "sortButton"
        readonly property string orderName: root.arranged.orderNames[root.arranged.order]
        anchors.right: parent.right
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        visible: root.arranged.orders.length > 0
        iconName: "sort"
        iconSize: Theme.smallIcon
        // The word only where there is room for it.
        text: root.width - filters.width > Theme.sortWidth ? orderName : ""
        tip: menu.visible ? "" : qsTr("Sort: %1").arg(orderName)
        key: "S"
        Accessible.name: qsTr("Sort: %1").arg(orderName)
        Keys.onDownPressed: root.rowsAsked()
        Keys.onEscapePressed: root.rowsAsked()
        onClicked: menu.popup(sort, sort.width - menu.width, sort.height)
    }
    Choices {
        id: menu
        objectName: "sortMenu"
        Instantiator {
            model: root.arranged.orders
            delegate: Choice {
                required property string modelData
                objectName: "sort-" + modelData
                text: root.arranged.orderNames[modelData]
                checked: root.arranged.order === modelData
                onTriggered: root.arranged.choose(modelData)
            }
            onObjectAdded: (index, object) => menu.insertItem(index, object)
            onObjectRemoved: (index, object) => menu.removeItem(object)
        }
    }
}
