// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/pluginrelays.h"
#include "engine/repairer.h"
#include "engine/syncengine.h"
#include "engine/syncmonitor.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"
#include "net/websockettransport.h"
#include "session/presenceclient.h"
#include "session/reconnector.h"

#include <QPromise>

#include <list>

namespace Sheaf {

/// The engine's thread: owns the replica, the connection to the server and their clock. Made
/// elsewhere, moved to its thread, and from then on entered by post() only.
class EngineWorker final : public QObject
{
public:
    /// Called in this thread; they hand on to other threads.
    struct Outlets {
        std::function<void(const SyncStatus &)> status;
        std::function<void(const CommitChanges &)> committed;
        std::function<void(const QString &code, const QString &message)> reported;
        std::function<void(const Conflict &)> conflict;
        std::function<void(const RejectedChange &)> rejected;
        std::function<void(const UndoState &)> undo;
        std::function<void(PresenceClient::Room, const QList<PresenceState> &present, const QList<quint64> &gone)> presence;
        PluginRelays::Outlets plugins;
        SyncMonitor::Outlets monitor;
        Repairer::Outlets repair;
        std::function<void(quint64 question, const SyncPlan &plan)> beforeSync;
        std::function<void(const SpaceNews &)> space;
    };
    using SyncedPromise = std::shared_ptr<QPromise<Result<void>>>;

    explicit EngineWorker(SyncEngine::Options options, Outlets outlets);
    ~EngineWorker() override;

    Result<void> open();
    /// Closes the replica and ends the thread.
    void close();
    /// Of the open replica; none before.
    [[nodiscard]] std::shared_ptr<const CommitCount> commitCount() const;
    /// Of the open replica, in hexadecimal digits; empty before.
    [[nodiscard]] QString site() const;

    Result<QList<qint64>> write(const QList<Statement> &statements, const UserAction &action);
    Result<void> writeWith(const std::function<Result<void>(QSqlDatabase &)> &work, const UserAction &action);
    /// Undoes, or does again.
    Result<UndoOutcome> takeStep(bool back);
    void withReplica(const std::function<void(Replica &)> &work);
    /// Work that may leave something to be pushed.
    Result<void> change(const std::function<Result<void>(Replica &)> &work);
    Result<QList<Conflict>> takeOpenConflicts();

    Result<void> connectTo(const QUrl &url, const QByteArray &token);
    void disconnectFromServer();
    void reconnectNow();
    void networkBack();
    /// Pauses and goes on, with one space or all: as Reconnector.
    void pause();
    void resume();
    void setSpacePaused(const QByteArray &space, bool paused);
    /// Whether the owner is asked before each attempt; answerBeforeSync() is its answer.
    void setAsking(bool asking);
    void answerBeforeSync(quint64 question, const Result<void> &allowed);
    void syncNow(const SyncMonitor::SyncPromise &promise);
    void cancelSync();
    void repair(const Repairer::Promise &promise, bool isDeep);
    void cancelRepair();
    /// Tells the figures as they are now.
    void sendFigures();
    Result<RowAnswer> why(const QByteArray &table, const QByteArray &key) const;
    // As SyncEngine has them.
    Result<void> joinSpace(const QByteArray &space);
    Result<void> leaveSpace(const QByteArray &space);
    Result<void> setTables(const QByteArray &space, const QList<QByteArray> &tables);
    Result<void> setFilters(const SyncFilters &filters);
    void syncWhere(const SyncMonitor::SyncPromise &promise, const SyncSelection &selection);
    void waitSynced(const SyncedPromise &promise, qint64 timeoutMs);

    // As PresenceClient; also before the replica is open.
    void enterRoom(PresenceClient::Room room, const PresenceTopic &topic);
    void setPresence(PresenceClient::Room room, const QByteArray &state);
    void leaveRoom(PresenceClient::Room room);

    // As PluginRelays; an empty space is the home space.
    void openPlugin(PluginRelays::Relay relay, const QByteArray &name, const QByteArray &space);
    void closePlugin(PluginRelays::Relay relay);
    /// As SyncPlugin::send().
    Result<void> sendPlugin(Plugin message);

private:
    struct Waiter {
        SyncedPromise promise;
        std::unique_ptr<OneShot> deadline;
    };

    void begin();
    void installQuestion();
    void afterWork();
    void statusChanged();
    void sendStatus();
    void report(const QString &code, const QString &message);
    void settleWaiters();
    Result<void> letGo();

    SyncEngine::Options m_options;
    Outlets m_outlets;
    // Members of the thread, in the order in which they need each other.
    std::unique_ptr<SystemClock> m_clock;
    SystemRandom m_random;
    std::unique_ptr<Transport> m_transport;
    std::unique_ptr<Replica> m_replica;
    ClientPlugins m_plugins;
    std::unique_ptr<PresenceClient> m_presence;
    std::unique_ptr<PluginRelays> m_relays;
    std::unique_ptr<Reconnector> m_reconnector;
    std::unique_ptr<SyncMonitor> m_monitor;
    std::unique_ptr<Repairer> m_repairer;
    std::unique_ptr<OneShot> m_progressTimer;
    std::unique_ptr<OneShot> m_releaseTimer; ///< tries again what letGo() could not
    std::list<Waiter> m_waiters;
    Error m_openError;
    SyncStatus m_sent;
    bool m_localCommit = false;
    bool m_isAsking = false;
    bool m_isSelecting = false; ///< a syncWhere() is on its way
};

} // namespace Sheaf
