// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Sheaf.Notes

/// What the window remembers between runs.
ProfileSettings {
    id: root

    required property var window
    property string forcedTheme
    /// What others see of whoever uses this window.
    readonly property var person: ({ user: { name: root.personName, color: Theme.ownColor(root.window.engine.site) } })

    /// Versions are signed with the name that carets carry.
    readonly property Binding signature: Binding {
        target: root.window.history
        property: "person"
        value: root.personName
    }

    readonly property ScrollMemory scroll: ScrollMemory {
        memory: root
        window: root.window
    }

    /// For a binding, which may be made before the file is known.
    function paneWidth(key: string, otherwise: int): int {
        return root.fileName === "" ? otherwise : Number(root.value(key, otherwise));
    }
    function remember(): void {
        const window = root.window;
        root.setValue("width", window.width);
        root.setValue("height", window.height);
        if (!window.drawerUsed && window.sidebarWanted)
            root.setValue("sidebarWidth", window.places.width);
        if (!window.singlePane)
            root.setValue("listWidth", window.items.width);
        root.setValue("sidebarWanted", window.sidebarWanted);
        root.setValue("used", true);
        root.scroll.remember();
    }
    function restore(): void {
        const window = root.window;
        window.width = Number(root.value("width", Theme.windowWidth));
        window.height = Number(root.value("height", Theme.windowHeight));
        window.sidebarWanted = String(root.value("sidebarWanted", true)) === "true";
        window.place = root.value("place", "inbox");
        Theme.desktop = window.desktop;
        Theme.motion = root.value("motion", "system");
        Theme.mode = root.forcedTheme !== "" ? root.forcedTheme : root.value("theme", "system");
    }
    function chooseTheme(mode: string): void {
        Theme.mode = mode;
        root.setValue("theme", mode);
    }
    /// What the desktop says already is not a choice, so that it is followed.
    function chooseMotion(reduced: bool): void {
        Theme.motion = "system";
        if (Theme.reduceMotion !== reduced)
            Theme.motion = reduced ? "reduced" : "full";
        root.setValue("motion", Theme.motion);
    }
    function rememberPlace(place: string): void {
        root.setValue("place", place);
    }
    function rememberOpen(kind: string, itemId: string): void {
        root.setValue("openKind", kind);
        root.setValue("openId", itemId);
    }
}
