// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/post.h"
#include "engine/syncengine.h"
#include "engine/syncengine_p.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected notOpen()
{
    return fail(u"not_open"_s, u"The replica is not open."_s);
}

} // namespace

QFuture<Result<void>> SyncEngine::Private::settle(std::function<Result<void>(Replica &)> work)
{
    return post(worker, [this, w = worker, call = std::move(work)] {
        auto done = w->change(call);
        if (done)
            post(q, [this] { Q_EMIT q->disputesChanged(); });
        return done;
    });
}

/// Hands what nobody has decided to the resolver, in the owner's thread, and its answers back.
void SyncEngine::Private::askResolver()
{
    if (!resolver || !ready || asking)
        return;
    asking = true;
    post(worker, [this, w = worker] {
        const auto open = w->takeOpenConflicts();
        post(q, [this, open] {
            asking = false;
            if (!open)
                return;
            for (const Conflict &conflict : *open) {
                std::optional<QVariant> answer;
                try {
                    answer = resolver ? resolver(conflict) : std::nullopt;
                } catch (...) {
                    answer.reset(); // no answer: what the merge decided stands
                }
                if (answer)
                    q->answerConflict(conflict.number, *answer);
            }
        });
    });
}

void SyncEngine::setConflictResolver(ConflictResolver resolver)
{
    d->resolver = std::move(resolver);
    d->askResolver();
}

QFuture<Result<QList<Conflict>>> SyncEngine::conflicts()
{
    return post(d->worker, [w = d->worker] {
        Result<QList<Conflict>> all = notOpen();
        w->withReplica([&all](const Replica &replica) { all = replica.conflicts(); });
        return all;
    });
}

QFuture<Result<QList<RejectedChange>>> SyncEngine::rejectedChanges()
{
    return post(d->worker, [w = d->worker] {
        Result<QList<RejectedChange>> all = notOpen();
        w->withReplica([&all](const Replica &replica) { all = replica.rejected(); });
        return all;
    });
}

QFuture<Result<void>> SyncEngine::undoConflict(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.undoConflict(number); });
}

QFuture<Result<void>> SyncEngine::dismissConflict(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.dismissConflict(number); });
}

QFuture<Result<void>> SyncEngine::answerConflict(qint64 number, const QVariant &value)
{
    return d->settle([number, value](Replica &replica) { return replica.answerConflict(number, value); });
}

QFuture<Result<void>> SyncEngine::retryRejected(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.retryRejected(number); });
}

QFuture<Result<void>> SyncEngine::discardRejected(qint64 number)
{
    return d->settle([number](Replica &replica) { return replica.discardRejected(number); });
}

} // namespace Sheaf
