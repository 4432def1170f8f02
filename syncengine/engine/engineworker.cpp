// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/engineworker.h"

#include "engine/statements.h"
#include "net/birthmark.h"
#include "protocol/limits.h"

#include <QThread>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Pure progress is shown at most that often.
constexpr milliseconds progressInterval{33};

void answer(const EngineWorker::SyncedPromise &promise, const Result<void> &result)
{
    promise->addResult(result);
    promise->finish();
}

} // namespace

EngineWorker::EngineWorker(SyncEngine::Options options, Outlets outlets)
    : m_options(std::move(options)), m_outlets(std::move(outlets)), m_openError{u"not_open"_s, u"The replica was not opened."_s}
{
}

EngineWorker::~EngineWorker() = default;

/// What belongs to the thread and needs no replica: rooms may be entered before it is open.
void EngineWorker::begin()
{
    if (m_clock)
        return;
    m_clock = std::make_unique<SystemClock>(m_options.testClockOffsetMs);
    m_progressTimer = std::make_unique<OneShot>(*m_clock);
    m_releaseTimer = std::make_unique<OneShot>(*m_clock);
    m_transport = m_options.transport ? m_options.transport() : std::make_unique<WebSocketTransport>();
    m_presence = std::make_unique<PresenceClient>(
        *m_clock, m_random,
        PresenceClient::Events{[this](const Plugin &plugin) { return m_reconnector && m_reconnector->sendPlugin(plugin); },
                               m_outlets.presence});
    m_plugins.add(*m_presence);
    m_relays = std::make_unique<PluginRelays>(m_plugins, m_outlets.plugins);
}

Result<void> EngineWorker::open()
{
    if (m_replica)
        return {};
    begin();
    ReplicaConfig config;
    config.path = m_options.databasePath;
    config.schemaPath = m_options.schemaPath;
    config.homeSpace = m_options.homeSpace;
    config.conflicts = m_options.conflicts;
    config.undo = m_options.undo;
    config.filters = m_options.filters;
    config.birthmark = [this] { return birthmarkOf(m_options.databasePath); };
    config.wallMs = [this] { return m_clock->wallMs(); };
    config.random = [this] { return m_random.next(); };
    auto opened = Replica::open(config);
    if (!opened) {
        m_openError = opened.error();
        return fail(m_openError);
    }
    m_replica = std::move(*opened);
    m_replica->setCommitObserver([this](const CommitChanges &changes) {
        m_localCommit = m_localCommit || !changes.remote;
        m_outlets.committed(changes);
    });
    m_replica->setConflictObserver([this](const Conflict &conflict) {
        if (m_monitor)
            m_monitor->conflictMet();
        m_outlets.conflict(conflict);
    });
    m_replica->setRejectedObserver(m_outlets.rejected);
    m_replica->setUndoObserver(m_outlets.undo);
    m_outlets.undo(m_replica->undoState());
    m_reconnector = std::make_unique<Reconnector>(
        *m_replica, *m_clock, m_random, *m_transport, m_options.app,
        Reconnector::Events{[this] { statusChanged(); },
                            [this](const QString &code, const QString &message) { report(code, message); },
                            [this](const Plugin &plugin) { m_plugins.receive(plugin); }, m_outlets.space},
        m_options.compressions);
    installQuestion();
    if (auto filtered = m_replica->setFilters(m_options.filters); !filtered)
        return filtered;
    m_monitor = std::make_unique<SyncMonitor>(*m_replica, *m_reconnector, *m_clock, m_outlets.monitor);
    m_repairer = std::make_unique<Repairer>(*m_replica, *m_reconnector, *m_monitor, *m_clock, m_outlets.repair);
    sendStatus();
    m_monitor->sendSnapshot();
    return {};
}

void EngineWorker::close()
{
    for (const Waiter &waiter : m_waiters)
        answer(waiter.promise, fail(u"closed"_s, u"The replica was closed."_s));
    m_waiters.clear();
    m_repairer.reset();
    m_monitor.reset();
    m_reconnector.reset();
    m_relays.reset();
    if (m_presence)
        m_plugins.remove(*m_presence);
    m_presence.reset();
    m_progressTimer.reset();
    m_releaseTimer.reset();
    m_transport.reset();
    m_replica.reset();
    m_clock.reset();
    thread()->quit();
}

std::shared_ptr<const CommitCount> EngineWorker::commitCount() const
{
    return m_replica ? m_replica->commitCount() : nullptr;
}

QString EngineWorker::site() const
{
    return m_replica ? QString::number(m_replica->site(), 16).rightJustified(16, u'0') : QString();
}

void EngineWorker::enterRoom(PresenceClient::Room room, const PresenceTopic &place)
{
    begin();
    const QByteArray space = place.space.isEmpty() ? m_options.homeSpace : place.space;
    m_presence->enter(room, {space, place.place});
}

void EngineWorker::setPresence(PresenceClient::Room room, const QByteArray &state)
{
    if (m_presence)
        m_presence->setState(room, state);
}

void EngineWorker::leaveRoom(PresenceClient::Room room)
{
    if (m_presence)
        m_presence->leave(room);
}

void EngineWorker::openPlugin(PluginRelays::Relay relay, const QByteArray &name, const QByteArray &space)
{
    begin();
    m_relays->open(relay, name, space.isEmpty() ? m_options.homeSpace : space);
}

void EngineWorker::closePlugin(PluginRelays::Relay relay)
{
    if (m_relays)
        m_relays->close(relay);
}

Result<void> EngineWorker::sendPlugin(Plugin message)
{
    if (message.space.isEmpty())
        message.space = m_options.homeSpace;
    if (message.payload.size() > Limits::pluginPayloadBytesMax || message.topic.size() > Limits::pluginTopicBytesMax ||
        message.name.size() > Limits::nameBytesMax || message.space.size() > Limits::nameBytesMax)
        return fail(u"too_large"_s, u"A message of a plugin has at most 64 KiB."_s);
    if (!m_plugins.isOnline())
        return fail(u"offline"_s, u"There is no connection to the server."_s);
    if (!m_reconnector->sendPlugin(message))
        return fail(u"busy"_s, u"The connection has too much to send already."_s);
    return {};
}

Result<QList<qint64>> EngineWorker::write(const QList<Statement> &statements, const UserAction &action)
{
    QList<qint64> affected;
    const auto work = [&](QSqlDatabase &database) -> Result<void> {
        for (const Statement &statement : statements) {
            const auto rows = runStatement(database, statement);
            if (!rows)
                return fail(rows.error());
            affected.push_back(*rows);
        }
        return {};
    };
    const auto done = writeWith(work, action);
    if (!done)
        return fail(done.error());
    return affected;
}

Result<void> EngineWorker::writeWith(const std::function<Result<void>(QSqlDatabase &)> &work, const UserAction &action)
{
    if (!m_replica)
        return fail(m_openError);
    auto done = m_replica->write(work, action);
    afterWork();
    return done;
}

Result<UndoOutcome> EngineWorker::takeStep(bool back)
{
    if (!m_replica)
        return fail(m_openError);
    auto outcome = back ? m_replica->undo() : m_replica->redo();
    afterWork();
    return outcome;
}

void EngineWorker::withReplica(const std::function<void(Replica &)> &work)
{
    if (!m_replica)
        return;
    work(*m_replica);
    afterWork();
}

Result<void> EngineWorker::change(const std::function<Result<void>(Replica &)> &work)
{
    if (!m_replica)
        return fail(m_openError);
    auto done = work(*m_replica);
    m_localCommit = true;
    afterWork();
    return done;
}

Result<QList<Conflict>> EngineWorker::takeOpenConflicts()
{
    return m_replica ? m_replica->takeOpenConflicts() : fail(m_openError);
}

/// Before the answer of a write leaves, so that whoever gets it already sees the new count.
void EngineWorker::afterWork()
{
    if (std::exchange(m_localCommit, false))
        m_reconnector->localChangesCommitted();
}

Result<void> EngineWorker::connectTo(const QUrl &url, const QByteArray &token)
{
    if (!m_reconnector)
        return fail(m_openError);
    m_reconnector->connectTo(url, token);
    return m_transport->check(url);
}

void EngineWorker::disconnectFromServer()
{
    if (m_reconnector)
        m_reconnector->disconnect();
}

void EngineWorker::reconnectNow()
{
    if (m_reconnector)
        m_reconnector->reconnectNow();
}

void EngineWorker::networkBack()
{
    if (m_reconnector)
        m_reconnector->networkBack();
}

void EngineWorker::pause()
{
    if (m_monitor)
        m_monitor->pause();
}

void EngineWorker::resume()
{
    if (m_reconnector)
        m_reconnector->resume();
}

void EngineWorker::setSpacePaused(const QByteArray &space, bool paused)
{
    if (!m_reconnector)
        return;
    m_reconnector->setSpacePaused(space, paused);
    m_monitor->sendSnapshot();
}

void EngineWorker::setAsking(bool asking)
{
    m_isAsking = asking;
    if (m_reconnector)
        installQuestion();
}

void EngineWorker::installQuestion()
{
    if (!m_isAsking)
        return m_reconnector->setBeforeSync({});
    m_reconnector->setBeforeSync([this](quint64 question) {
        const SyncStatus &now = m_reconnector->status();
        m_outlets.beforeSync(question, {now.progress.waiting, now.failures, m_monitor->isAsked()});
    });
}

void EngineWorker::answerBeforeSync(quint64 question, const Result<void> &allowed)
{
    if (m_reconnector)
        m_reconnector->answer(question, allowed);
}

void EngineWorker::syncNow(const SyncMonitor::SyncPromise &promise)
{
    if (m_monitor)
        return m_monitor->syncNow(promise);
    promise->addResult(fail(m_openError));
    promise->finish();
}

void EngineWorker::cancelSync()
{
    if (m_monitor)
        m_monitor->cancelSync();
}

void EngineWorker::sendFigures()
{
    if (m_monitor)
        m_monitor->sendSnapshot();
}

Result<RowAnswer> EngineWorker::why(const QByteArray &table, const QByteArray &key) const
{
    if (!m_monitor)
        return fail(m_openError);
    return m_monitor->why(table, key);
}

void EngineWorker::waitSynced(const SyncedPromise &promise, qint64 timeoutMs)
{
    if (!m_replica)
        return answer(promise, fail(m_openError));
    if (m_reconnector->status().phase == SyncStatus::Phase::Waiting)
        m_reconnector->reconnectNow();
    m_reconnector->demandProof();
    m_waiters.push_back({promise, std::make_unique<OneShot>(*m_clock)});
    const auto self = std::prev(m_waiters.end());
    self->deadline->start(milliseconds(timeoutMs), [this, self] {
        const SyncedPromise late = self->promise;
        m_waiters.erase(self);
        const QString &last = m_reconnector->status().error.message;
        answer(late,
               fail(u"timeout"_s, last.isEmpty() ? u"Not everything was exchanged with the server in time."_s
                                                 : u"The server was not reached in time, the last attempt said: %1"_s.arg(last)));
    });
    settleWaiters();
}

void EngineWorker::settleWaiters()
{
    const SyncStatus &now = m_reconnector->status();
    Result<void> result;
    if (now.phase == SyncStatus::Phase::Idle)
        result = fail(u"not_connected"_s, u"No server is set."_s);
    else if (now.phase == SyncStatus::Phase::Paused)
        result = fail(u"paused"_s, u"The sync is paused."_s);
    else if (now.phase == SyncStatus::Phase::Failed)
        result = fail(now.error);
    else if (now.phase == SyncStatus::Phase::Online && now.progress.hindrance != Hindrance::None)
        result = fail(errorOf(now.progress));
    else if (now.phase != SyncStatus::Phase::Online || !now.progress.proven)
        return;
    const std::list<Waiter> waiters = std::move(m_waiters);
    m_waiters.clear();
    for (const Waiter &waiter : waiters)
        answer(waiter.promise, result);
}

void EngineWorker::statusChanged()
{
    m_plugins.setOnline(m_reconnector->status().phase == SyncStatus::Phase::Online);
    SyncStatus onlyProgress = m_reconnector->status();
    const SyncProgress now = std::exchange(onlyProgress.progress, m_sent.progress);
    const SyncProgress &sent = m_sent.progress;
    if (onlyProgress != m_sent || now.proven != sent.proven || now.hindrance != sent.hindrance || now.waiting != sent.waiting) {
        sendStatus();
        settleWaiters();
    } else if (!m_progressTimer->isActive()) {
        m_progressTimer->start(progressInterval, [this] { sendStatus(); });
    }
    m_monitor->statusChanged();
}

void EngineWorker::report(const QString &code, const QString &message)
{
    m_monitor->reported(code, message);
    m_outlets.reported(code, message);
}

void EngineWorker::sendStatus()
{
    m_sent = m_reconnector->status();
    m_outlets.status(m_sent);
}

} // namespace Sheaf
