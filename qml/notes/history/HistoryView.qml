// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Qt 6.4 cannot make bound components here, see README.md.
// qmllint disable unqualified
import QtQuick
import QtQuick.Controls.Basic
import Sheaf.Notes
import Sheaf.Sync

/// The versions of one item: the list, and what the chosen one changed.
FocusScope {
    id: root
    objectName: "historyView"

    required property SyncEngine engine
    /// NoteHistory of app/model.
    required property var history
    required property string kind
    required property string itemId
    property bool readOnly: false
    /// Whether the chosen version is compared with the text now, and not with the version before it.
    property bool sinceThen: false
    /// Until somebody chooses, the newest version is chosen, also one that comes a moment later.
    property bool touched: false

    readonly property bool wide: root.width >= Theme.historyWideFrom
    readonly property var comparison: root.history.comparison
    readonly property bool chosen: versions.count > 0 && list.currentIndex >= 0 && !root.comparison.loading && root.comparison.problem === ""

    signal closed
    signal restoreAsked(double at, string title)
    signal told(string sentence)

    function compare(): void {
        const row = list.currentIndex;
        if (row < 0 || row >= versions.count)
            root.comparison.clear();
        else if (root.sinceThen)
            root.comparison.showSince(versions.value(row, "versionId"), root.kind, root.itemId);
        else
            root.comparison.showChange(versions.value(row, "versionId"), row + 1 < versions.count ? versions.value(row + 1, "versionId") : "");
    }
    function restore(): void {
        if (root.chosen && !root.readOnly)
            root.restoreAsked(versions.value(list.currentIndex, "at"), versions.value(list.currentIndex, "title"));
    }
    function copy(): void {
        if (!root.chosen)
            return;
        Clipboard.copy(root.comparison.versionText());
        root.told(qsTr("Text of this version copied"));
    }
    function chooseNewest(): void {
        if (!root.touched)
            list.currentIndex = 0;
    }
    function step(row: int): void {
        root.touched = true;
        list.currentIndex = Math.max(0, Math.min(versions.count - 1, row));
    }
    /// Whether the key means something here; then it was done.
    function press(event: var): bool {
        const rows = { [Qt.Key_Down]: 1, [Qt.Key_J]: 1, [Qt.Key_Up]: -1, [Qt.Key_K]: -1, [Qt.Key_PageDown]: 8,
                       [Qt.Key_PageUp]: -8, [Qt.Key_Home]: -versions.count, [Qt.Key_End]: versions.count };
        if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            root.restore();
        else if (event.key in rows && event.modifiers === Qt.NoModifier)
            root.step(list.currentIndex + rows[event.key]);
        else
            return false;
        return true;
    }

    onSinceThenChanged: root.compare()
    Component.onCompleted: list.forceActiveFocus()
    Component.onDestruction: root.comparison.clear()
    Keys.onEscapePressed: root.closed()
    Keys.onPressed: event => {
        // Nothing that is pressed here reaches the editor below.
        event.accepted = true;
        if (event.matches(StandardKey.Copy))
            root.copy();
    }

    LiveQuery {
        id: versions
        engine: root.engine
        sql: Queries.versions
        params: [root.itemId]
        onModelReset: root.compare()
        onRowsInserted: root.compare()
        onRowsRemoved: root.compare()
    }
    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    MouseArea {
        // What lies below is not touched through this.
        anchors.fill: parent
        acceptedButtons: Qt.AllButtons
        onWheel: wheel => wheel.accepted = true
    }
    Item {
        id: bar
        width: parent.width
        height: Theme.headerHeight
        IconButton {
            id: back
            objectName: "historyClose"
            anchors.left: parent.left
            anchors.leftMargin: Theme.small
            anchors.verticalCenter: parent.verticalCenter
            iconName: "back"
            tip: qsTr("Back to the text")
            key: "Esc"
            onClicked: root.closed()
        }
        Label {
            anchors.left: back.right
            anchors.leftMargin: Theme.tiny
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("History")
            font.pixelSize: Theme.largeSize
            font.weight: Font.DemiBold
        }
        RetentionMenu {
            anchors.right: parent.right
            anchors.rightMargin: Theme.small
            anchors.verticalCenter: parent.verticalCenter
            engine: root.engine
            history: root.history
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    Timer { // the list has followed its row to another place: when it is done with that
        id: followed
        interval: 0
        onTriggered: root.chooseNewest()
    }
    ListView {
        id: list
        objectName: "versionList"
        anchors.top: bar.bottom
        anchors.topMargin: Theme.small
        width: root.wide ? Theme.historyListWidth : root.width
        height: root.wide ? root.height - y : (root.height - y) / 3
        visible: versions.count > 0
        clip: true
        focus: true
        activeFocusOnTab: true
        keyNavigationEnabled: false
        boundsBehavior: Flickable.StopAtBounds
        model: versions
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Versions")
        ScrollBar.vertical: SlimScrollBar {}
        Keys.onPressed: event => event.accepted = root.press(event)
        onCurrentIndexChanged: {
            root.compare();
            if (!root.touched && currentIndex > 0)
                followed.restart();
        }
        delegate: VersionRow {
            width: list.width
            listFocused: list.activeFocus
            onClicked: {
                list.forceActiveFocus();
                root.step(index);
            }
        }
    }
    Hairline {
        id: border
        visible: list.visible
        x: root.wide ? list.width : 0
        y: root.wide ? bar.height : list.y + list.height
        width: root.wide ? Theme.hairlineWidth : root.width
        height: root.wide ? root.height - y : Theme.hairlineWidth
    }
    ComparisonPane {
        anchors.left: root.wide ? border.right : parent.left
        anchors.right: parent.right
        anchors.top: root.wide ? bar.bottom : border.bottom
        anchors.bottom: parent.bottom
        visible: list.visible
        comparison: root.comparison
        sinceThen: root.sinceThen
        chosen: root.chosen
        readOnly: root.readOnly
        isFirst: list.currentIndex + 1 === versions.count
        onSinceThenAsked: wanted => root.sinceThen = wanted
        onCopyAsked: root.copy()
        onRestoreAsked: root.restore()
    }
    EmptyState {
        objectName: "historyEmpty"
        anchors.centerIn: parent
        width: parent.width - 2 * Theme.large
        visible: versions.loaded && versions.count === 0
        iconName: "history"
        text: qsTr("No earlier versions yet. One is kept whenever you leave or pause after writing.")
    }
}
