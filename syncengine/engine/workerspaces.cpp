// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/engineworker.h"
#include "engine/post.h"

/// What EngineWorker does for spaces, filters and selections.
namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

Result<void> EngineWorker::joinSpace(const QByteArray &space)
{
    if (!m_replica)
        return fail(m_openError);
    auto joined = m_reconnector->joinSpace(space);
    m_monitor->sendSnapshot();
    return joined;
}

Result<void> EngineWorker::leaveSpace(const QByteArray &space)
{
    if (!m_replica)
        return fail(m_openError);
    auto left = m_reconnector->leaveSpace(space);
    m_reconnector->localChangesCommitted(); // fewer rows wait
    m_monitor->sendSnapshot();
    return left;
}

Result<void> EngineWorker::setTables(const QByteArray &space, const QList<QByteArray> &tables)
{
    if (!m_replica)
        return fail(m_openError);
    auto set = m_reconnector->setTables(space, tables);
    m_monitor->sendSnapshot();
    return set;
}

Result<void> EngineWorker::setFilters(const SyncFilters &filters)
{
    m_options.filters = filters;
    return change([&filters](Replica &replica) { return replica.setFilters(filters); });
}

/// Releases the selection. When the file cannot be written, again a while later, until it can or a new selection has begun.
Result<void> EngineWorker::letGo()
{
    constexpr milliseconds pause{2'000};
    auto released = m_replica->releaseSelection();
    if (!released)
        m_releaseTimer->start(pause, [this] {
            if (m_replica && !m_isSelecting)
                static_cast<void>(letGo()); // it was told once
        });
    m_reconnector->localChangesCommitted();
    m_monitor->sendSnapshot();
    return released;
}

void EngineWorker::syncWhere(const SyncMonitor::SyncPromise &promise, const SyncSelection &selection)
{
    const auto refuse = [&promise](const Error &error) {
        promise->addResult(fail(error));
        promise->finish();
    };
    if (!m_replica)
        return refuse(m_openError);
    if (m_isSelecting)
        return refuse({u"busy"_s, u"Another selection is being synced."_s});
    if (const auto held = m_replica->holdAllBut(selection); !held)
        return refuse(held.error());
    m_isSelecting = true;
    m_reconnector->localChangesCommitted();
    auto inner = std::make_shared<QPromise<Result<SyncResult>>>();
    inner->start();
    const auto finish = [this, promise](Result<SyncResult> synced) {
        m_isSelecting = false;
        if (m_replica) {
            m_reconnector->endOnce(); // or the others would follow
            // What stays held is neither sent nor counted meanwhile: whoever asked must know.
            if (const auto released = letGo(); !released) {
                report(released.error().code, released.error().message);
                synced = fail(released.error());
            }
        }
        promise->addResult(std::move(synced));
        promise->finish();
    };
    // In a turn of its own: what tells the end is called by the session that is to go.
    inner->future().then(this,
                         [this, finish](const Result<SyncResult> &synced) { post(this, [finish, synced] { finish(synced); }); });
    m_monitor->syncNow(inner);
}

} // namespace Sheaf
