// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/post.h"
#include "engine/syncengine.h"
#include "engine/syncengine_p.h"

/// SyncEngine's spaces, and what is synced of them.
namespace Sheaf {

using namespace Qt::StringLiterals;

void SyncEngine::Private::takeSpaceNews(const SpaceNews &news)
{
    const QString space = QString::fromUtf8(news.space);
    switch (news.kind) {
    case SpaceNews::Kind::Opened:
        Q_EMIT q->spaceOpened(space, nameOf(news.role));
        break;
    case SpaceNews::Kind::RoleChanged:
        Q_EMIT q->roleChanged(space, nameOf(news.role));
        break;
    case SpaceNews::Kind::Closed:
        Q_EMIT q->spaceClosed(space, news.code, news.reason);
        break;
    }
    Q_EMIT q->disputesChanged(); // edits went into quarantine, or came out of it
}

QFuture<Result<void>> SyncEngine::joinSpace(const QString &space)
{
    return post(d->worker, [w = d->worker, name = space.toUtf8()] { return w->joinSpace(name); });
}

QFuture<Result<void>> SyncEngine::leaveSpace(const QString &space)
{
    return post(d->worker, [w = d->worker, name = space.toUtf8()] { return w->leaveSpace(name); });
}

QFuture<Result<void>> SyncEngine::subscribeTables(const QString &space, const QStringList &tables)
{
    QList<QByteArray> names;
    for (const QString &table : tables)
        names.append(table.toUtf8());
    return post(d->worker, [w = d->worker, name = space.toUtf8(), names] { return w->setTables(name, names); });
}

QFuture<Result<QList<QuarantinedChange>>> SyncEngine::quarantined()
{
    return post(d->worker, [w = d->worker] {
        Result<QList<QuarantinedChange>> all = fail(u"not_open"_s, u"The replica is not open."_s);
        w->withReplica([&all](const Replica &replica) { all = replica.quarantined(); });
        return all;
    });
}

QFuture<Result<void>> SyncEngine::restoreQuarantined(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.restoreQuarantined(number); });
}

QFuture<Result<void>> SyncEngine::discardQuarantined(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.discardQuarantined(number); });
}

QFuture<Result<void>> SyncEngine::setFilters(SyncFilters filters)
{
    return post(d->worker, [w = d->worker, all = std::move(filters)] { return w->setFilters(all); });
}

QFuture<Result<SyncResult>> SyncEngine::syncWhere(SyncSelection selection)
{
    auto promise = std::make_shared<QPromise<Result<SyncResult>>>();
    promise->start();
    post(d->worker, [w = d->worker, promise, which = std::move(selection)] { w->syncWhere(promise, which); });
    return promise->future();
}

qint64 SyncEngine::held() const
{
    qint64 sum = 0;
    for (const SpaceStatus &space : std::as_const(d->snapshot.spaces))
        sum += space.held;
    return sum;
}

qint64 SyncEngine::quarantineCount() const
{
    qint64 sum = 0;
    for (const SpaceStatus &space : std::as_const(d->snapshot.spaces))
        sum += space.quarantined;
    return sum;
}

} // namespace Sheaf
