// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

Rectangle {
    property bool vertical: false

    implicitWidth: Theme.hairlineWidth
    implicitHeight: Theme.hairlineWidth
    color: Theme.hairline
}
