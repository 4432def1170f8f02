// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncengine.h"

#include "engine/post.h"
#include "engine/syncengine_p.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

SyncEngine::Private::Private(SyncEngine *engine, Options o)
    : q(engine), options(std::move(o)), worker(new EngineWorker(options, workerOutlets())), reader(new Reader(readerOutlets())),
      network([this] { post(worker, [w = worker] { w->networkBack(); }); })
{
    workerThread.setObjectName(u"sheaf-engine"_s);
    readerThread.setObjectName(u"sheaf-reader"_s);
    worker->moveToThread(&workerThread);
    reader->moveToThread(&readerThread);
    QObject::connect(&workerThread, &QThread::finished, worker, &QObject::deleteLater);
    QObject::connect(&readerThread, &QThread::finished, reader, &QObject::deleteLater);
    workerThread.start();
    readerThread.start();
}

SyncEngine::Private::~Private()
{
    // Posted behind all queued writes, which are committed first.
    post(worker, [w = worker] { w->close(); });
    workerThread.wait();
    post(reader, [r = reader] { r->close(); });
    readerThread.wait();
}

EngineWorker::Outlets SyncEngine::Private::workerOutlets()
{
    EngineWorker::Outlets outlets;
    outlets.status = [this](const SyncStatus &next) { post(q, [this, next] { takeStatus(next); }); };
    outlets.committed = [this](const CommitChanges &changes) {
        post(reader, [this, changes] { reader->committed(changes); });
        post(q, [this, changes] { Q_EMIT q->committed(changes); });
    };
    outlets.reported = [this](const QString &code, const QString &message) {
        post(q, [this, code, message] { Q_EMIT q->reported({code, message}); });
    };
    outlets.conflict = [this](const Conflict &conflict) {
        post(q, [this, conflict] {
            Q_EMIT q->conflict(conflict);
            Q_EMIT q->disputesChanged();
            if (conflict.open)
                askResolver();
        });
    };
    outlets.rejected = [this](const RejectedChange &change) {
        post(q, [this, change] {
            Q_EMIT q->rejected(change);
            Q_EMIT q->disputesChanged();
        });
    };
    outlets.space = [this](const SpaceNews &news) { post(q, [this, news] { takeSpaceNews(news); }); };
    outlets.undo = [this](const UndoState &state) { post(q, [this, state] { takeUndoState(state); }); };
    outlets.presence = [this](PresenceClient::Room room, const QList<PresenceState> &present, const QList<quint64> &gone) {
        post(q, [this, room, present, gone] {
            if (PresenceSink *sink = rooms.value(room))
                sink->presenceChanged(present, gone);
        });
    };
    outlets.plugins.online = [this](PluginRelays::Relay relay, bool online) {
        post(q, [this, relay, online] {
            if (PluginSink *sink = relays.value(relay))
                sink->pluginOnline(online);
        });
    };
    outlets.plugins.received = [this](PluginRelays::Relay relay, const Plugin &message) {
        post(q, [this, relay, message] {
            if (PluginSink *sink = relays.value(relay))
                sink->pluginReceived(message);
        });
    };
    outlets.monitor.snapshot = [this](const SyncSnapshot &next) {
        post(q, [this, next] {
            if (std::exchange(snapshot, next) != next)
                Q_EMIT q->figuresChanged();
        });
    };
    outlets.monitor.finished = [this](const SyncResult &result) {
        post(q, [this, result] {
            lastSync = result;
            Q_EMIT q->syncFinished(result);
        });
    };
    outlets.repair = repairOutlets();
    outlets.beforeSync = [this](quint64 question, const SyncPlan &plan) {
        post(q, [this, question, plan] {
            const Result<void> allowed = judge ? judge(plan) : Result<void>{};
            post(worker, [w = worker, question, allowed] { w->answerBeforeSync(question, allowed); });
        });
    };
    return outlets;
}

Reader::Outlets SyncEngine::Private::readerOutlets()
{
    Reader::Outlets outlets;
    outlets.loaded = [this](quint64 live, const QStringList &columns, const QList<ResultRow> &rows, int runs) {
        toSink(live, [columns, rows, runs](LiveSink &sink) { sink.liveLoaded(columns, rows, runs); });
    };
    outlets.edited = [this](quint64 live, const QList<ResultEdit> &edits, int runs) {
        toSink(live, [edits, runs](LiveSink &sink) { sink.liveEdited(edits, runs); });
    };
    outlets.failed = [this](quint64 live, const Error &error) {
        toSink(live, [error](LiveSink &sink) { sink.liveFailed(error); });
    };
    return outlets;
}

quint64 SyncEngine::Private::openLive(const Statement &statement, LiveSink *sink)
{
    const quint64 live = ++lastLive;
    sinks.insert(live, sink);
    post(reader, [r = reader, live, statement] { r->openLive(live, statement); });
    return live;
}

void SyncEngine::Private::closeLive(quint64 live)
{
    if (sinks.remove(live) > 0)
        post(reader, [r = reader, live] { r->closeLive(live); });
}

PresenceClient::Room SyncEngine::Private::enterRoom(const PresenceTopic &topic, PresenceSink *sink)
{
    const PresenceClient::Room room = ++lastRoom;
    rooms.insert(room, sink);
    post(worker, [w = worker, room, topic] { w->enterRoom(room, topic); });
    return room;
}

void SyncEngine::Private::setPresence(PresenceClient::Room room, const QByteArray &state)
{
    post(worker, [w = worker, room, state] { w->setPresence(room, state); });
}

void SyncEngine::Private::leaveRoom(PresenceClient::Room room)
{
    if (rooms.remove(room) > 0)
        post(worker, [w = worker, room] { w->leaveRoom(room); });
}

PluginRelays::Relay SyncEngine::Private::openPlugin(const QByteArray &name, const QByteArray &space, PluginSink *sink)
{
    const PluginRelays::Relay relay = ++lastRelay;
    relays.insert(relay, sink);
    post(worker, [w = worker, relay, name, space] { w->openPlugin(relay, name, space); });
    return relay;
}

void SyncEngine::Private::closePlugin(PluginRelays::Relay relay)
{
    if (relays.remove(relay) > 0)
        post(worker, [w = worker, relay] { w->closePlugin(relay); });
}

void SyncEngine::Private::dropRows(QList<ResultRow> rows)
{
    post(reader, [old = std::move(rows)]() mutable { old.clear(); });
}

void SyncEngine::Private::takeStatus(const SyncStatus &next)
{
    if (next == status)
        return;
    status = next;
    Q_EMIT q->statusChanged();
}

SyncEngine::SyncEngine(Options options, QObject *parent) : QObject(parent), d(std::make_unique<Private>(this, std::move(options)))
{
}

SyncEngine::~SyncEngine()
{
    Q_EMIT closing();
}

QFuture<Result<void>> SyncEngine::open()
{
    // The owner hears of it before the future's continuations do: both go through its event queue in this order.
    return post(d->worker, [this, w = d->worker, r = d->reader, path = d->options.databasePath] {
        const Result<void> opened = w->open();
        post(r, [r, opened, path, commits = w->commitCount()] { r->opened(opened, path, commits); });
        post(this, [this, opened, site = w->site()] {
            d->ready = opened.has_value();
            d->site = site;
            if (d->ready) {
                d->openError = {};
                Q_EMIT readyChanged();
                d->askResolver();
            } else {
                d->openError = opened.error();
                Q_EMIT openFailed(opened.error());
            }
            Q_EMIT statusChanged();
        });
        return opened;
    });
}

QFuture<Result<QList<qint64>>> SyncEngine::write(QList<Statement> statements, UserAction action)
{
    return post(d->worker,
                [w = d->worker, list = std::move(statements), what = std::move(action)] { return w->write(list, what); });
}

QFuture<Result<void>> SyncEngine::writeWith(std::function<Result<void>(QSqlDatabase &)> work, UserAction action)
{
    return post(d->worker,
                [w = d->worker, call = std::move(work), what = std::move(action)] { return w->writeWith(call, what); });
}

QFuture<Result<QueryRows>> SyncEngine::query(Statement statement)
{
    auto promise = std::make_shared<QPromise<Result<QueryRows>>>();
    promise->start();
    post(d->reader, [r = d->reader, promise, query = std::move(statement)] {
        r->query(query, [promise](const Result<QueryRows> &rows) {
            promise->addResult(rows);
            promise->finish();
        });
    });
    return promise->future();
}

QFuture<void> SyncEngine::withReplica(std::function<void(Replica &)> work)
{
    return post(d->worker, [w = d->worker, call = std::move(work)] { w->withReplica(call); });
}

QFuture<Result<void>> SyncEngine::connectToServer(const QUrl &url, const QByteArray &token)
{
    d->serverSet = true;
    return post(d->worker, [w = d->worker, url, token] { return w->connectTo(url, token); });
}

void SyncEngine::disconnectFromServer()
{
    post(d->worker, [w = d->worker] { w->disconnectFromServer(); });
}

void SyncEngine::reconnectNow()
{
    post(d->worker, [w = d->worker] { w->reconnectNow(); });
}

QFuture<Result<void>> SyncEngine::waitSynced(qint64 timeoutMs)
{
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    post(d->worker, [w = d->worker, promise, timeoutMs] { w->waitSynced(promise, timeoutMs); });
    return promise->future();
}

} // namespace Sheaf
