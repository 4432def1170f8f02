// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// One of our own icons, drawn in the given colour.
Image {
    id: root

    property string name
    property color color: Theme.text
    property int size: Theme.icon

    width: size
    height: size
    sourceSize.width: root.size
    sourceSize.height: root.size
    source: name === "" ? "" : "image://sheaf-icon/" + name + "/" + root.color.toString().slice(1)
    smooth: true
    Accessible.ignored: true
}
