// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/repairer.h"

#include <QFuture>

#include <algorithm>
#include <numeric>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

Repairer::Repairer(Replica &replica, Reconnector &reconnector, SyncMonitor &monitor, Clock &clock, Outlets outlets)
    : m_replica(replica), m_reconnector(reconnector), m_monitor(monitor), m_clock(clock), m_outlets(std::move(outlets)),
      m_turn(clock)
{
}

Repairer::~Repairer()
{
    answer(fail(u"closed"_s, u"The replica was closed."_s));
}

void Repairer::start(const Promise &promise, bool isDeep)
{
    if (m_step != Step::Idle && isDeep && !m_isDeep) {
        promise->addResult(fail(u"busy"_s, u"Another repair is on its way, which compares no values."_s));
        promise->finish();
        return;
    }
    m_waiting.push_back(promise);
    if (m_step != Step::Idle)
        return;
    m_step = Step::Counting;
    m_isDeep = isDeep;
    m_beganMs = m_clock.monotonicMs();
    m_exchanged.clear();
    ++m_run;
    if (const auto begun = m_replica.beginRecount(); !begun)
        return answer(fail(begun.error()));
    turnSoon();
}

void Repairer::cancel()
{
    if (m_step != Step::Idle)
        answer(fail(u"cancelled"_s, u"The repair was cancelled."_s));
}

/// In a turn of its own, so that local writes and the session get in between.
void Repairer::turnSoon()
{
    m_turn.start(milliseconds(0), [this] { turn(); });
}

void Repairer::turn()
{
    if (m_step == Step::Counting)
        count();
    else if (m_step == Step::Adopting)
        adopt();
}

void Repairer::count()
{
    const auto done = m_replica.recountSome();
    if (!done)
        return answer(fail(done.error()));
    const QList<RecountedSpace> counted = m_replica.recounted();
    m_outlets.progressed(std::accumulate(counted.begin(), counted.end(), qint64(0),
                                         [](qint64 sum, const RecountedSpace &space) { return sum + space.rows; }));
    if (!*done)
        return turnSoon();
    m_reconnector.localChangesCommitted(); // fewer rows may wait
    if (m_reconnector.status().phase == SyncStatus::Phase::Idle)
        return finish({u"not_connected"_s, u"No server is set: only what is on this device was counted."_s});
    m_reconnector.beginRepair(m_isDeep);
    sync(Step::Exchanging);
}

void Repairer::sync(Step step)
{
    m_step = step;
    auto inner = std::make_shared<QPromise<Result<SyncResult>>>();
    inner->start();
    inner->future().then(this, [this, run = m_run](const Result<SyncResult> &result) {
        if (run == m_run && m_step != Step::Idle)
            synced(result);
    });
    m_monitor.syncNow(inner);
}

void Repairer::synced(const Result<SyncResult> &result)
{
    if (m_step == Step::Exchanging)
        m_exchanged = m_reconnector.endRepair().spaces;
    if (!result)
        return finish(result.error());
    if (m_step == Step::Proving)
        return finish({});
    m_step = Step::Adopting;
    turnSoon();
}

/// Only now: what the server knows has come, and what nobody knows is this device's.
void Repairer::adopt()
{
    const auto done = m_replica.adoptSome();
    if (!done)
        return answer(fail(done.error()));
    if (!*done)
        return turnSoon();
    const QList<RecountedSpace> counted = m_replica.recounted();
    if (std::ranges::none_of(counted, [](const RecountedSpace &space) { return space.rowsAdopted > 0; }))
        return finish({});
    m_reconnector.localChangesCommitted();
    sync(Step::Proving);
}

RepairReport::Space Repairer::reportOf(const RecountedSpace &counted, const Error &error) const
{
    const auto exchanged = m_exchanged.constFind(counted.name);
    RepairReport::Space space{.name = counted.name,
                              .rows = counted.rows,
                              .rangesMiscounted = static_cast<qint64>(counted.miscounted.count()),
                              .rowsLost = counted.rowsLost,
                              .rowsAdopted = counted.rowsAdopted,
                              .exchange = exchanged == m_exchanged.constEnd() ? RepairCount{} : *exchanged,
                              .error = error};
    if (!error.code.isEmpty() || space.exchange.isProven)
        return space;
    const SpaceState state = m_replica.space(counted.name);
    if (m_reconnector.pausedSpaces().contains(counted.name))
        space.error = {u"paused"_s, u"The space is paused."_s};
    else if (!state.closedCode.isEmpty())
        space.error = {state.closedCode, state.closedReason};
    else
        space.error = {u"no_access"_s, u"This device may not see the space."_s};
    return space;
}

void Repairer::finish(const Error &error)
{
    RepairReport report{.isDeep = m_isDeep, .spaces = {}, .error = error, .durationMs = m_clock.monotonicMs() - m_beganMs};
    const QList<RecountedSpace> counted = m_replica.recounted();
    for (const RecountedSpace &space : counted) {
        if (!m_replica.space(space.name).isDeparted)
            report.spaces.append(reportOf(space, error));
    }
    m_outlets.finished(report);
    answer(report);
}

void Repairer::answer(const Result<RepairReport> &result)
{
    m_turn.stop();
    m_replica.endRecount();
    if (m_step == Step::Exchanging)
        m_reconnector.endRepair();
    m_step = Step::Idle;
    const std::list<Promise> waiting = std::exchange(m_waiting, {});
    for (const Promise &promise : waiting) {
        promise->addResult(result);
        promise->finish();
    }
}

} // namespace Sheaf
