// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/profile.h"
#include "net/systemclock.h"
#include "session/oneshot.h"

#include <functional>

namespace Sheaf {

/// One wait until server and replica are proven equal, for somebody who looks at it: with progress,
/// and with an end when nothing moves any more.
class SyncRun : public QObject
{
    Q_OBJECT

public:
    /// How the engine is told a server: an app may want to hear of it too.
    using Connector = std::function<void(const QUrl &, const QByteArray &)>;

    SyncRun(SyncEngine &engine, Profile profile, Connector connector, QObject *parent = nullptr);
    ~SyncRun() override;

    /// Once in a life; an empty choice means the remembered server, or the one that is connected.
    /// A server that was named is remembered once everything is synced with it.
    void start(const ServerChoice &choice);

Q_SIGNALS:
    void progressed(const QString &verb, qint64 done, qint64 total);
    /// What is waiting to be sent is 0 by then.
    void synced();
    void failed(const Sheaf::Error &error);

private:
    void watch();
    void reportProgress();
    void restartStall();
    void end(const Result<void> &result);

    SyncEngine &m_engine;
    Profile m_profile;
    Connector m_connector;
    ServerChoice m_choice;
    QString m_host;
    bool m_remember = false;
    bool m_welcomed = false;
    bool m_ended = false;
    qint64 m_mostPending = 0;
    SystemClock m_clock;
    OneShot m_stall;
};

} // namespace Sheaf
