// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/post.h"
#include "engine/statements.h"
#include "engine/syncengine.h"
#include "engine/syncengine_p.h"

#include <QJsonArray>

#include <algorithm>

/// What SyncEngine tells of itself, and the sync by hand.
namespace Sheaf {

using namespace Qt::StringLiterals;

SyncEngine::State SyncEngine::state() const
{
    if (!d->openError.code.isEmpty())
        return State::Error;
    switch (d->status.phase) {
    case SyncStatus::Phase::Idle:
        return d->serverSet ? State::Offline : State::LocalOnly;
    case SyncStatus::Phase::Connecting:
        return State::Connecting;
    case SyncStatus::Phase::Online:
        if (d->status.progress.hindrance == Hindrance::Paused)
            return State::Paused;
        if (d->status.progress.hindrance != Hindrance::None)
            return State::Error;
        return d->status.progress.proven ? State::Synced : State::Syncing;
    case SyncStatus::Phase::Paused:
        return State::Paused;
    case SyncStatus::Phase::Waiting:
        return State::Reconnecting;
    case SyncStatus::Phase::Failed:
        return State::Error;
    }
    return State::Error;
}

qint64 SyncEngine::pending() const
{
    return d->status.progress.waiting;
}

qint64 SyncEngine::progressDone() const
{
    return d->status.progress.pulled;
}

qint64 SyncEngine::progressTotal() const
{
    return d->status.progress.toPull;
}

qint64 SyncEngine::reconnectInMs() const
{
    if (d->status.phase != SyncStatus::Phase::Waiting)
        return 0;
    return std::max<qint64>(0, d->status.retryAtMs - SystemClock().monotonicMs());
}

int SyncEngine::failedAttempts() const
{
    return d->status.failures;
}

qint64 SyncEngine::syncedAtMs() const
{
    return d->status.provenAtMs;
}

Error SyncEngine::Private::currentError() const
{
    if (!openError.code.isEmpty())
        return openError;
    const bool isHindered = status.phase == SyncStatus::Phase::Online && status.progress.hindrance != Hindrance::Paused;
    return isHindered && status.progress.hindrance != Hindrance::None ? errorOf(status.progress) : status.error;
}

QString SyncEngine::errorCode() const
{
    return d->currentError().code;
}

QString SyncEngine::errorText() const
{
    return d->currentError().message;
}

bool SyncEngine::isReady() const
{
    return d->ready;
}

QString SyncEngine::site() const
{
    return d->site;
}

QString SyncEngine::databasePath() const
{
    return d->options.databasePath;
}

SyncFigures SyncEngine::figures() const
{
    return d->snapshot.figures;
}

qint64 SyncEngine::progressBytes() const
{
    return d->snapshot.runBytes;
}

qint64 SyncEngine::clockOffsetMs() const
{
    return d->snapshot.clockOffsetMs;
}

QList<SpaceStatus> SyncEngine::spaces() const
{
    return d->snapshot.spaces;
}

QList<SyncProblem> SyncEngine::problems() const
{
    return d->snapshot.problems;
}

SyncResult SyncEngine::lastSync() const
{
    return d->lastSync;
}

QString SyncEngine::stateName(State state)
{
    switch (state) {
    case State::LocalOnly:
        return u"local_only"_s;
    case State::Connecting:
        return u"connecting"_s;
    case State::Syncing:
        return u"syncing"_s;
    case State::Synced:
        return u"synced"_s;
    case State::Offline:
        return u"offline"_s;
    case State::Reconnecting:
        return u"reconnecting"_s;
    case State::Paused:
        return u"paused"_s;
    case State::Error:
        return u"error"_s;
    }
    return {};
}

QJsonObject SyncEngine::diagnostics() const
{
    QJsonArray spaces;
    for (const SpaceStatus &space : std::as_const(d->snapshot.spaces))
        spaces.append(toJson(space));
    QJsonArray problems;
    for (const SyncProblem &problem : std::as_const(d->snapshot.problems))
        problems.append(toJson(problem));
    QJsonObject all{
        {u"state"_s, stateName(state())},
        {u"pending"_s, pending()},
        {u"held"_s, held()},
        {u"quarantined"_s, quarantineCount()},
        {u"progress"_s, QJsonObject{{u"done"_s, progressDone()}, {u"total"_s, progressTotal()}, {u"bytes"_s, progressBytes()}}},
        {u"failed_attempts"_s, failedAttempts()},
        {u"next_attempt_ms"_s, reconnectInMs()},
        {u"synced_at_ms"_s, syncedAtMs()},
        {u"site"_s, site()},
        {u"clock_offset_ms"_s, clockOffsetMs()},
        {u"round_trip_ms"_s, figures().roundTripMs},
        {u"last_contact_ms"_s, figures().lastContactMs},
        {u"counters"_s, toJson(figures())},
        {u"spaces"_s, spaces},
        {u"problems"_s, problems},
        {u"last_sync"_s, toJson(d->lastSync)}};
    if (!errorText().isEmpty())
        all.insert(u"error"_s, QJsonObject{{u"code"_s, errorCode()}, {u"message"_s, errorText()}});
    return all;
}

QFuture<void> SyncEngine::refreshFigures()
{
    return post(d->worker, [w = d->worker] { w->sendFigures(); });
}

QFuture<Result<SyncResult>> SyncEngine::syncNow()
{
    auto promise = std::make_shared<QPromise<Result<SyncResult>>>();
    promise->start();
    post(d->worker, [w = d->worker, promise] { w->syncNow(promise); });
    return promise->future();
}

void SyncEngine::cancelSync()
{
    post(d->worker, [w = d->worker] { w->cancelSync(); });
}

void SyncEngine::pause()
{
    post(d->worker, [w = d->worker] { w->pause(); });
}

void SyncEngine::resume()
{
    post(d->worker, [w = d->worker] { w->resume(); });
}

void SyncEngine::setSpacePaused(const QString &space, bool paused)
{
    post(d->worker, [w = d->worker, name = space.toUtf8(), paused] { w->setSpacePaused(name, paused); });
}

void SyncEngine::setBeforeSync(std::function<Result<void>(const SyncPlan &)> judge)
{
    d->judge = std::move(judge);
    post(d->worker, [w = d->worker, asking = d->judge != nullptr] { w->setAsking(asking); });
}

QFuture<Result<RowAnswer>> SyncEngine::why(const QString &table, const QVariantList &key)
{
    return post(d->worker, [w = d->worker, name = table.toUtf8(), bytes = encodedKey(key)] { return w->why(name, bytes); });
}

} // namespace Sheaf
