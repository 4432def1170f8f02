// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
pragma Singleton

import QtQuick

/// Every colour, size and duration of the app. No other file names one.
QtObject {
    id: root

    /// "system", "light" or "dark".
    property string mode: "system"
    /// "system", "full" or "reduced".
    property string motion: "system"
    /// What the desktop prefers: colorScheme ("dark", "light" or empty) and reducedMotion. Whoever composes the program gives it.
    property var desktop: null
    readonly property string desktopScheme: (desktop?.colorScheme ?? "") !== "" ? desktop.colorScheme
        : systemPalette.window.hslLightness < 0.5 ? "dark" : "light"
    readonly property bool dark: (mode === "system" ? desktopScheme : mode) === "dark"
    /// Nothing moves then: no animation has a duration of its own, and what turns stands still.
    readonly property bool reduceMotion: motion === "system" ? Boolean(desktop?.reducedMotion) : motion === "reduced"
    readonly property SystemPalette systemPalette: SystemPalette {}

    // Tones of the panes
    readonly property color window: dark ? "#17181B" : "#FFFFFF"
    readonly property color sidebar: dark ? "#1D1F23" : "#F5F5F3"
    readonly property color surface: dark ? "#202329" : "#FFFFFF"
    readonly property color transparent: "transparent"

    // Ink
    readonly property color text: dark ? "#E9EAEC" : "#1D1F21"
    readonly property color secondary: dark ? "#9BA1AA" : "#646A73"
    readonly property color disabled: dark ? "#5C626B" : "#A3A8AF"
    readonly property color hairline: dark ? Qt.rgba(1, 1, 1, 0.09) : Qt.rgba(0.114, 0.122, 0.129, 0.09)
    readonly property color accent: dark ? "#8EA2FF" : "#3F5BD9"
    readonly property color accentInk: dark ? "#14161A" : "#FFFFFF"
    readonly property color good: dark ? "#5CC08D" : "#2B8A5B"
    readonly property color attention: dark ? "#E0A84A" : "#A8680A"
    readonly property color danger: dark ? "#F07B7B" : "#C93A3A"
    readonly property color review: dark ? "#B497F0" : "#7A4FC9"
    readonly property color toast: dark ? "#2C3038" : "#26282B"
    readonly property color toastInk: "#F4F5F6"
    readonly property color toastLink: "#A9B8FF"
    readonly property color scrim: Qt.rgba(0, 0, 0, dark ? 0.45 : 0.22)

    // What the pointer and the keyboard do to a surface
    readonly property color hover: tint(text, dark ? 0.06 : 0.045)
    readonly property color pressed: tint(text, dark ? 0.12 : 0.09)
    readonly property color selected: tint(accent, dark ? 0.18 : 0.12)
    readonly property color selectedIdle: tint(text, dark ? 0.1 : 0.07)
    readonly property color field: tint(text, dark ? 0.07 : 0.05)
    readonly property color textSelection: tint(accent, dark ? 0.38 : 0.24)
    readonly property color dangerWash: tint(danger, 0.12)
    readonly property color attentionWash: tint(attention, 0.12)
    readonly property color readOnlyWash: tint(text, 0.03)
    readonly property color newsWash: tint(accent, dark ? 0.26 : 0.18)
    // What came and what went, in a comparison: a whole line, and words inside one (those are written into styled text)
    readonly property color addedWash: tint(good, dark ? 0.16 : 0.12)
    readonly property color removedWash: tint(danger, dark ? 0.16 : 0.1)
    readonly property color addedMark: Qt.tint(window, tint(good, dark ? 0.36 : 0.28))
    readonly property color removedMark: Qt.tint(window, tint(danger, dark ? 0.36 : 0.22))
    readonly property var people: dark
        ? ["#CB5E57", "#C0803C", "#8F8D36", "#4E9F68", "#37969B", "#517BDC", "#9469D9", "#C35898"]
        : peopleInLight
    /// What a person tells others, whatever the theme of either.
    readonly property var peopleInLight: ["#C2453D", "#B7691C", "#7C7A12", "#2F8F4E", "#14858A", "#3267D6", "#8250D2", "#B83B86"]
    readonly property real remoteSelectionShare: 0.25

    // Grid of 4
    readonly property int none: 0
    readonly property int tiny: 4
    readonly property int small: 8
    readonly property int medium: 12
    readonly property int large: 16
    readonly property int huge: 24
    readonly property int vast: 48
    readonly property int hairlineWidth: 1
    readonly property int focusWidth: 2
    readonly property int caretWidth: 2
    readonly property int radius: 6
    readonly property int cardRadius: 10

    // Type
    readonly property string family: "Inter"
    readonly property int metaSize: 12
    readonly property int smallSize: 13
    readonly property int textSize: 14
    readonly property int largeSize: 16
    readonly property int titleSize: 20
    readonly property int heroSize: 28
    readonly property real textLine: 1.45
    readonly property real listLine: 1.25
    readonly property real titleSpacing: -0.2

    // Rows and bars
    readonly property int topBarHeight: 44
    readonly property int statusBarHeight: 26
    readonly property int progressStripHeight: 30
    readonly property int sidebarRowHeight: 30
    readonly property int noteRowHeight: 64
    readonly property int taskRowHeight: 36
    readonly property int versionRowHeight: 52
    readonly property int sectionHeight: 32
    readonly property int headerHeight: 44
    readonly property int footerHeight: 28
    readonly property int controlHeight: 30
    readonly property int target: 28
    readonly property int icon: 20
    readonly property int smallIcon: 16
    readonly property int heroIcon: 40
    readonly property int check: 18
    readonly property int dot: 8
    readonly property int progressHeight: 3
    readonly property int dropLine: 2
    readonly property int scrollBarWidth: 6

    // Panes
    readonly property int windowWidth: 1280
    readonly property int windowHeight: 800
    readonly property int windowMinWidth: 720
    readonly property int windowMinHeight: 480
    readonly property int sidebarWidth: 220
    readonly property int sidebarMinWidth: 160
    readonly property int sidebarMaxWidth: 360
    readonly property int listWidth: 340
    readonly property int listMinWidth: 260
    readonly property int listMaxWidth: 520
    readonly property int detailMinWidth: 420
    readonly property int columnWidth: 720
    readonly property int drawerBelow: 1000
    readonly property int singlePaneBelow: 760
    readonly property int searchWidth: 320
    readonly property int popupWidth: 340
    readonly property int sheetWidth: 640
    readonly property int noticeHeight: 240
    readonly property int menuWidth: 220
    readonly property int shortFieldWidth: 200
    readonly property int sortWidth: 96
    readonly property int dayWidth: 36
    readonly property int historyListWidth: 250
    readonly property int historyWideFrom: 600
    readonly property int signWidth: 32
    readonly property int listCache: 600
    readonly property int flickSpeed: 900

    // Time
    readonly property int quick: reduceMotion ? 0 : 120
    readonly property int news: reduceMotion ? 0 : 600
    readonly property int turn: 1400
    readonly property int toastTime: 8000
    readonly property int saveDelay: 300
    readonly property int settleDelay: 5000
    readonly property int searchDelay: 120
    readonly property int newsFresh: 2000
    readonly property int skeletonDelay: 150
    readonly property int toolTipDelay: 600
    readonly property int caretBlink: 530
    readonly property int flagTime: 1500
    readonly property int second: 1000
    readonly property int minute: 60000

    /// The colour at the given share of full strength.
    function tint(base: color, share: real): color {
        return Qt.rgba(base.r, base.g, base.b, share);
    }
    /// The colour that a replica tells others.
    function ownColor(site: string): string {
        return root.peopleInLight[(parseInt(site.slice(-4), 16) || 0) % root.peopleInLight.length];
    }
    /// How somebody is shown who told this colour: one of ours, whatever it was.
    function personColor(told: string, name: string): color {
        const known = root.peopleInLight.indexOf(told.toUpperCase());
        let sum = 0;
        for (const letter of told + name)
            sum += letter.codePointAt(0);
        return root.people[known >= 0 ? known : sum % root.people.length];
    }
}
