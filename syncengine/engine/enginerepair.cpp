// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/post.h"
#include "engine/syncengine.h"
#include "engine/syncengine_p.h"

/// The repair, from the owner's thread to the engine's and back.
namespace Sheaf {

void EngineWorker::repair(const Repairer::Promise &promise, bool isDeep)
{
    if (m_repairer)
        return m_repairer->start(promise, isDeep);
    promise->addResult(fail(m_openError));
    promise->finish();
}

void EngineWorker::cancelRepair()
{
    if (m_repairer)
        m_repairer->cancel();
}

Repairer::Outlets SyncEngine::Private::repairOutlets()
{
    return {[this](qint64 rows) { post(q, [this, rows] { Q_EMIT q->repairProgressed(rows); }); },
            [this](const RepairReport &report) { post(q, [this, report] { Q_EMIT q->repairFinished(toJson(report)); }); }};
}

QFuture<Result<RepairReport>> SyncEngine::repair(bool deep)
{
    auto promise = std::make_shared<QPromise<Result<RepairReport>>>();
    promise->start();
    post(d->worker, [w = d->worker, promise, deep] { w->repair(promise, deep); });
    return promise->future();
}

void SyncEngine::cancelRepair()
{
    post(d->worker, [w = d->worker] { w->cancelRepair(); });
}

} // namespace Sheaf
