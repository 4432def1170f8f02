// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desktop/desktoplook.h"
#include "desktop/options.h"
#include "desktop/serverlink.h"
#include "desktop/transfers.h"
#include "engine/syncengine.h"
#include "model/localcontrol.h"
#include "model/notehistory.h"
#include "model/notesstore.h"
#include "net/systemclock.h"

#include <QQmlApplicationEngine>

class QQuickWindow;

namespace Sheaf {

/// Composes the program: store, sync and window of one profile.
class DesktopApp : public QObject
{
    Q_OBJECT

public:
    explicit DesktopApp(DesktopOptions options, QObject *parent = nullptr);
    ~DesktopApp() override;

    /// Opens the store; the window follows, or a page that says why there is none.
    void start();
    /// Hands what was typed to the store, and remembers the window: the program is about to end.
    void save();

    [[nodiscard]] QQuickWindow *window() const;
    /// Whether the store could not be opened, and the window only says why.
    [[nodiscard]] bool isBlocked() const { return m_blocked; }
    /// What the desktop prefers; whoever wants the windows to follow it says follow().
    [[nodiscard]] DesktopLook &look() { return m_look; }
    [[nodiscard]] SyncEngine &engine() { return m_sync; }
    [[nodiscard]] NotesStore &store() { return m_store; }
    /// What the window remembers between runs.
    [[nodiscard]] QString windowFile() const;

Q_SIGNALS:
    void windowShown();

private:
    void showMain();
    void showBlocked(const Error &error);
    void load(const QString &component, const QVariantMap &properties);

    DesktopOptions m_options;
    DesktopLook m_look;
    Profile m_profile;
    SyncEngine m_sync;
    NotesStore m_store;
    SystemClock m_clock;
    NoteHistory m_history;
    ServerLink m_server;
    LocalControl m_control;
    Transfers m_transfers;
    QQmlApplicationEngine m_qml;
    bool m_blocked = false;
};

} // namespace Sheaf
