// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One line of a comparison, or the place of lines that are the same in both texts.
Rectangle {
    id: root

    required property int index
    required property string mark
    required property string text
    required property var runs
    required property int folded

    readonly property var meaning: ({
        "+": qsTr("Added: %1"), "-": qsTr("Removed: %1"), "*": qsTr("Changed: %1"), " ": "%1"
    })

    signal unfoldAsked

    objectName: "diffLine-" + root.index
    implicitHeight: root.folded > 0 ? Theme.sectionHeight : words.implicitHeight + Theme.small
    color: root.mark === "+" ? Theme.addedWash : root.mark === "-" ? Theme.removedWash : Theme.transparent
    Accessible.role: Accessible.StaticText
    Accessible.name: root.folded > 0 ? more.text : root.meaning[root.mark].arg(root.text)

    Label {
        objectName: "diffSign"
        width: Theme.signWidth
        y: words.y
        visible: root.folded === 0
        horizontalAlignment: Text.AlignHCenter
        text: Versions.sign(root.mark)
        font.weight: Font.DemiBold
        color: root.mark === "-" ? Theme.danger : root.mark === "+" ? Theme.good : Theme.secondary
    }
    Label {
        id: words
        objectName: "diffText"
        x: Theme.signWidth
        y: Theme.tiny
        width: root.width - x - Theme.large
        visible: root.folded === 0
        text: root.mark === "*" ? Versions.styled(root.runs, Theme.addedMark, Theme.removedMark) : root.text
        textFormat: root.mark === "*" ? Text.RichText : Text.PlainText
        wrapMode: Text.Wrap
        elide: Text.ElideNone
        verticalAlignment: Text.AlignTop
    }
    LinkButton {
        id: more
        objectName: "unfold"
        anchors.verticalCenter: parent.verticalCenter
        x: Theme.signWidth
        visible: root.folded > 0
        text: qsTr("%1 lines without a change").arg(root.folded)
        onClicked: root.unfoldAsked()
    }
}
