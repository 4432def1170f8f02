// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "session/clientsession.h"
#include "session/oneshot.h"

namespace Sheaf {

/// Where a replica stands with its server.
struct SyncStatus {
    enum class Phase {
        Idle,       ///< not asked to be connected
        Connecting, ///< an attempt is on its way
        Online,     ///< welcomed
        Waiting,    ///< for the next attempt, at `retryAtMs`
        Paused,     ///< on request, until resume() or syncOnce()
        Failed      ///< needs the user: `error` says why; connectTo() or reconnectNow() tries again
    };
    Phase phase = Phase::Idle;
    SyncProgress progress;
    qint64 retryAtMs = 0;  ///< monotonic time of the next attempt while Waiting
    int failures = 0;      ///< attempts in a row that came to nothing; a session that lasts begins anew
    qint64 provenAtMs = 0; ///< wall clock of the last proof of equality, 0 = never
    Error error;           ///< of the last attempt; empty while online
    friend bool operator==(const SyncStatus &, const SyncStatus &) = default;
};

/// Keeps a replica connected: a fresh ClientSession for each attempt, with pauses of full jitter
/// between them ("Exponential Backoff And Jitter", M. Brooker 2015). One thread; borrows what it
/// is handed.
class Reconnector
{
public:
    struct Events {
        /// Something in status() is different. May be called inside localChangesCommitted().
        std::function<void()> changed;
        std::function<void(const QString &code, const QString &message)> reported;
        /// As of ClientSession; a session's begin and end are changes of status().
        std::function<void(const Plugin &)> plugin = {};
        /// As of ClientSession; also without a session, when it was the user's wish.
        std::function<void(const SpaceNews &)> space = {};
        /// If given, asked before each attempt: answer() with this question goes on, or holds it back.
        std::function<void(quint64 question)> beforeSync = {};
    };

    Reconnector(Replica &replica, Clock &clock, Random &random, Transport &transport, QString app, Events events,
                Compressions compressions = builtinCompressions());
    ~Reconnector();

    /// Connects and stays connected until disconnect(). Another server or token replaces the old one.
    void connectTo(const QUrl &url, const QByteArray &token);
    void disconnect();
    /// Tries now instead of waiting for the next attempt; nothing while online, idle or paused.
    void reconnectNow();
    /// The machine has a network again: what reconnectNow() does, and the pauses start anew.
    void networkBack();

    /// Ends the session and waits for resume(); what was committed stays, and a transaction that was on its way comes
    /// again whole. Nothing while idle. Not remembered by anybody: connectTo() ends it too.
    void pause();
    void resume();
    /// Makes sure that an attempt or a session is on its way. In a pause it ends by itself, once all is proven
    /// or when it fails, and the pause goes on.
    void syncOnce();
    /// Ends such a session in a pause now, and not a moment after it has done its work.
    void endOnce();
    /// What was decided about `beforeSync`; an error counts as an attempt that failed. Questions that were overtaken are ignored.
    void answer(quint64 question, const Result<void> &allowed);
    void setBeforeSync(std::function<void(quint64 question)> ask) { m_events.beforeSync = std::move(ask); }
    /// Wants all spaces compared with the server by ranges, in this session or the next ones, and what differs exchanged.
    void beginRepair(bool isDeep);
    /// Wants it no more, and gives what it came to.
    RepairOrder endRepair();
    /// Leaves a space out, or takes it in again; an open session goes on with the others.
    void setSpacePaused(const QByteArray &space, bool paused);
    [[nodiscard]] const QSet<QByteArray> &pausedSpaces() const { return m_options.pausedSpaces; }

    /// As Replica has them; an open session follows at once, without touching the other spaces.
    Result<void> joinSpace(const QByteArray &space);
    Result<void> leaveSpace(const QByteArray &space);
    Result<void> setTables(const QByteArray &space, const QList<QByteArray> &tables);

    void localChangesCommitted();
    /// Forgets the last proof of equality and asks for a new one.
    void demandProof();

    /// As ClientSession::sendPlugin().
    bool sendPlugin(const Plugin &plugin) { return m_session && m_session->sendPlugin(plugin); }

    [[nodiscard]] const SyncStatus &status() const { return m_status; }
    [[nodiscard]] const SyncFigures &figures() const { return m_figures; }
    /// Of the session there is; empty without one.
    [[nodiscard]] QList<ClientSession::SpaceProgress> spaces() const
    {
        return m_session ? m_session->spaces() : QList<ClientSession::SpaceProgress>();
    }

    /// Whether an end with this code needs the user before another attempt makes sense, also when
    /// it is our own end or the server did not say so.
    [[nodiscard]] static bool isFatal(const QString &code);

private:
    void attempt();
    void begin();
    void rest();
    void ended(const QString &code, const QString &reason, qint64 retryAfterMs);
    [[nodiscard]] qint64 pauseMs(qint64 retryAfterMs);
    void publish(const SyncStatus &next);

    Replica &m_replica;
    Clock &m_clock;
    Random &m_random;
    Transport &m_transport;
    Events m_events;
    ClientSession::Options m_options;
    RepairOrder m_repair; ///< m_options.repair points to it while it is wanted
    std::unique_ptr<ClientSession> m_session;
    SyncStatus m_status;
    int m_failures = 0;       ///< attempts since the last stable session
    qint64 m_welcomedMs = -1; ///< monotonic time of the welcome, -1 before it
    SyncFigures m_figures;
    quint64 m_question = 0; ///< the newest one asked
    bool m_asking = false;  ///< it is not answered
    bool m_everWelcomed = false;
    bool m_renewed = false; ///< the replica has a new identity since the last welcome
    bool m_paused = false;
    bool m_once = false; ///< the session is one of syncOnce() in a pause
    OneShot m_retry;
    OneShot m_onceEnd; ///< ends such a session
};

} // namespace Sheaf
