// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engineworker.h"
#include "engine/post.h"
#include "engine/reader.h"
#include "engine/syncengine.h"
#include "net/networkwatcher.h"

#include <QThread>

namespace Sheaf {

/// Where the owner's thread gets the news of one live result.
class LiveSink
{
public:
    /// The whole result: the first one, or one that has changed too much for edits.
    virtual void liveLoaded(const QStringList &columns, const QList<ResultRow> &rows, int runs) = 0;
    virtual void liveEdited(const QList<ResultEdit> &edits, int runs) = 0;
    virtual void liveFailed(const Error &error) = 0;

protected:
    ~LiveSink() = default;
};

/// Where the owner's thread gets the news of one room.
class PresenceSink
{
public:
    virtual void presenceChanged(const QList<PresenceState> &present, const QList<quint64> &gone) = 0;

protected:
    ~PresenceSink() = default;
};

/// Where the owner's thread gets the news of one SyncPlugin.
class PluginSink
{
public:
    virtual void pluginOnline(bool online) = 0;
    virtual void pluginReceived(const Plugin &message) = 0;

protected:
    ~PluginSink() = default;
};

struct SyncEngine::Private {
    Private(SyncEngine *engine, Options o);
    ~Private();

    /// Opens a live result for `sink`, which must close it before it goes; never 0.
    quint64 openLive(const Statement &statement, LiveSink *sink);
    void closeLive(quint64 live);
    /// Takes part in a topic for `sink`, which must leave before it goes; never 0.
    PresenceClient::Room enterRoom(const PresenceTopic &topic, PresenceSink *sink);
    void setPresence(PresenceClient::Room room, const QByteArray &state);
    void leaveRoom(PresenceClient::Room room);
    /// Hears one plugin in one space (empty: the home space) for `sink`, which must close it before it goes; never 0.
    PluginRelays::Relay openPlugin(const QByteArray &name, const QByteArray &space, PluginSink *sink);
    void closePlugin(PluginRelays::Relay relay);
    /// Frees rows in the reader thread: a long result takes longer than a frame.
    void dropRows(QList<ResultRow> rows);
    /// Runs `call` on the sink of `live` in the owner's thread, if it still listens.
    template<typename Call>
    void toSink(quint64 live, Call call)
    {
        post(q, [this, live, call] {
            if (LiveSink *sink = sinks.value(live))
                call(*sink);
        });
    }
    void takeStatus(const SyncStatus &next);
    /// What keeps the replica from being synced; of a lost link the code may be empty.
    [[nodiscard]] Error currentError() const;
    /// Runs `work` on the replica and tells when it has changed one of the lists.
    QFuture<Result<void>> settle(std::function<Result<void>(Replica &)> work);
    void askResolver();
    void takeSpaceNews(const SpaceNews &news);
    void takeUndoState(const UndoState &next);
    QFuture<Result<UndoOutcome>> takeStep(bool back);
    EngineWorker::Outlets workerOutlets();
    Repairer::Outlets repairOutlets();
    Reader::Outlets readerOutlets();

    SyncEngine *q;
    Options options;
    QThread workerThread;
    QThread readerThread;
    EngineWorker *worker; ///< lives in workerThread, which deletes it
    Reader *reader;       ///< lives in readerThread, which deletes it
    NetworkWatcher network;
    QHash<quint64, LiveSink *> sinks;
    quint64 lastLive = 0;
    QHash<PresenceClient::Room, PresenceSink *> rooms;
    PresenceClient::Room lastRoom = 0;
    QHash<PluginRelays::Relay, PluginSink *> relays;
    PluginRelays::Relay lastRelay = 0;

    ConflictResolver resolver;
    bool asking = false;

    UndoState undoState;
    SyncStatus status;
    SyncSnapshot snapshot;
    SyncResult lastSync;
    std::function<Result<void>(const SyncPlan &)> judge;
    Error openError;
    QString site;
    bool serverSet = false;
    bool ready = false;
};

} // namespace Sheaf
