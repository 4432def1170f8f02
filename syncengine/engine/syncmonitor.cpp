// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncmonitor.h"

#include "replica/replica.h"
#include "replica/rowstatus.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Figures are shown at most that often while something moves.
constexpr milliseconds snapshotInterval{500};

} // namespace

Error errorOf(const SyncProgress &progress)
{
    switch (progress.hindrance) {
    case Hindrance::UpdateNeeded:
        return {u"update_needed"_s, progress.updateNeeded};
    case Hindrance::Paused:
        return {u"paused"_s, u"What is left waits in a space that is paused."_s};
    case Hindrance::NoAccess:
        return {u"no_access"_s, progress.waiting > 0 ? u"What is left waits in a space that this device may not see."_s
                                                     : u"This device may not see any space of the server."_s};
    case Hindrance::Differs:
        return {u"not_repaired"_s, u"This device and the server differ even after everything was exchanged."_s};
    case Hindrance::None:
        break;
    }
    return {};
}

SyncMonitor::SyncMonitor(Replica &replica, Reconnector &reconnector, Clock &clock, Outlets outlets)
    : m_replica(replica), m_reconnector(reconnector), m_clock(clock), m_outlets(std::move(outlets)), m_snapshotTimer(clock)
{
}

SyncMonitor::~SyncMonitor()
{
    answerAll(fail(u"closed"_s, u"The replica was closed."_s));
}

SyncFigures SyncMonitor::figures() const
{
    SyncFigures all = m_reconnector.figures();
    all.conflicts = m_conflicts;
    return all;
}

std::optional<Result<void>> SyncMonitor::ending() const
{
    const SyncStatus &now = m_reconnector.status();
    const auto failed = [&now](const QString &code, const QString &message) -> Result<void> {
        return now.error.code.isEmpty() ? fail(code, message) : fail(now.error);
    };
    switch (now.phase) {
    case SyncStatus::Phase::Connecting:
        return {};
    case SyncStatus::Phase::Online:
        if (now.progress.proven)
            return Result<void>{};
        if (now.progress.hindrance != Hindrance::None)
            return Result<void>(fail(errorOf(now.progress)));
        return {};
    case SyncStatus::Phase::Idle:
        return failed(u"not_connected"_s, u"No server is set."_s);
    case SyncStatus::Phase::Paused:
        return failed(u"paused"_s, u"The sync was paused."_s);
    case SyncStatus::Phase::Waiting:
    case SyncStatus::Phase::Failed:
        return failed(u"connection_lost"_s, u"The connection was lost."_s);
    }
    return {};
}

void SyncMonitor::statusChanged()
{
    const SyncStatus &now = m_reconnector.status();
    if (now.error != m_noted) {
        m_noted = now.error;
        if (!m_noted.code.isEmpty())
            note(m_noted.code, m_noted.message);
    }
    const auto end = ending();
    if (!end) {
        if (!m_run)
            m_run = Run{figures(), m_clock.monotonicMs()};
    } else if (m_run) {
        endRun(*end);
    }
    snapshotSoon();
}

void SyncMonitor::endRun(const Result<void> &end)
{
    const SyncResult result = resultOf(*m_run, end);
    m_run.reset();
    sendSnapshot();
    m_outlets.finished(result);
    answerAll(end ? Result<SyncResult>(result) : Result<SyncResult>(fail(end.error())));
}

SyncResult SyncMonitor::resultOf(const Run &run, const Result<void> &end) const
{
    const SyncFigures now = figures();
    SyncResult result;
    result.ok = end.has_value();
    if (!end) {
        result.errorCode = end.error().code;
        result.errorText = end.error().message;
    }
    result.pushed = now.pushed - run.before.pushed;
    result.pulled = now.pulled - run.before.pulled;
    result.conflicts = now.conflicts - run.before.conflicts;
    result.rejected = now.rejected - run.before.rejected;
    result.bytesSent = now.bytesSent - run.before.bytesSent;
    result.bytesReceived = now.bytesReceived - run.before.bytesReceived;
    result.durationMs = m_clock.monotonicMs() - run.beganMs;
    return result;
}

void SyncMonitor::answerAll(const Result<SyncResult> &result)
{
    const std::list<SyncPromise> waiting = std::exchange(m_waiting, {});
    for (const SyncPromise &promise : waiting) {
        promise->addResult(result);
        promise->finish();
    }
}

void SyncMonitor::syncNow(const SyncPromise &promise)
{
    m_waiting.push_back(promise);
    // One connection for all: who comes later joins, and the proof is made after the last call.
    m_reconnector.syncOnce();
    m_reconnector.demandProof();
    if (m_run)
        return;
    if (const auto end = ending())
        answerAll(*end ? Result<SyncResult>(SyncResult{}) : Result<SyncResult>(fail(end->error())));
}

void SyncMonitor::cancelSync()
{
    const Result<void> cancelled = fail(u"cancelled"_s, u"The sync was cancelled."_s);
    if (m_run)
        endRun(cancelled);
    answerAll(fail(cancelled.error()));
    m_reconnector.pause();
}

void SyncMonitor::pause()
{
    m_reconnector.pause();
    answerAll(fail(u"paused"_s, u"The sync was paused."_s));
}

void SyncMonitor::reported(const QString &code, const QString &message)
{
    note(code, message);
    snapshotSoon();
}

void SyncMonitor::note(const QString &code, const QString &message)
{
    const qint64 now = m_clock.wallMs();
    for (qsizetype i = 0; i < m_problems.size(); ++i) {
        if (m_problems[i].code != code || m_problems[i].text != message)
            continue;
        SyncProblem again = m_problems.takeAt(i);
        again.lastMs = now;
        ++again.count;
        return m_problems.append(std::move(again));
    }
    if (m_problems.size() >= problemsMax)
        m_problems.removeFirst();
    m_problems.append({code, message, adviceFor(code), now, now, 1});
}

QList<SpaceStatus> SyncMonitor::spaces()
{
    const auto counted = waitingBySpace(m_replica);
    const QHash<QByteArray, WaitingRows> waiting = counted ? *counted : QHash<QByteArray, WaitingRows>();
    QHash<QByteArray, bool> proven; // of those that are open
    const QList<ClientSession::SpaceProgress> open = m_reconnector.spaces();
    QSet<QByteArray> outdated;
    for (const ClientSession::SpaceProgress &space : open) {
        m_heads[space.name] = space.head;
        proven[space.name] = space.proven;
        if (space.isOutdated)
            outdated.insert(space.name);
    }
    const QList<SpaceState> known = m_replica.spaces();
    QList<SpaceStatus> all;
    for (const SpaceState &space : known) {
        const WaitingRows rows = waiting.value(space.name);
        SpaceStatus status{.name = space.name,
                           .closedCode = space.closedCode,
                           .closedReason = space.closedReason,
                           .role = space.role,
                           .epoch = space.epoch,
                           .cursor = space.cursor,
                           .head = std::max(space.cursor, m_heads.value(space.name)),
                           .pending = rows.pending,
                           .held = rows.held,
                           .quarantined = rows.quarantined,
                           .tables = space.tables,
                           .paused = m_reconnector.pausedSpaces().contains(space.name),
                           .proven = proven.value(space.name),
                           .updateNeeded = outdated.contains(space.name)};
        const bool online = m_reconnector.status().phase == SyncStatus::Phase::Online;
        if (status.closedCode.isEmpty() && online && !status.paused && !proven.contains(space.name)) {
            status.closedCode = u"no_permission"_s;
            status.closedReason = u"This device has no access to the space."_s;
        }
        using State = SpaceStatus::State;
        status.state = !status.closedCode.isEmpty() ? State::Closed
                       : status.paused              ? State::Paused
                       : !online                    ? State::Offline
                       : status.proven              ? State::Synced
                                                    : State::Syncing;
        all.append(std::move(status));
    }
    return all;
}

void SyncMonitor::snapshotSoon()
{
    if (!m_snapshotTimer.isActive())
        m_snapshotTimer.start(snapshotInterval, [this] { sendSnapshot(); });
}

void SyncMonitor::sendSnapshot()
{
    m_snapshotTimer.stop();
    SyncSnapshot now{.figures = figures(),
                     .spaces = spaces(),
                     .problems = m_problems,
                     .clockOffsetMs = m_replica.clockOffsetMs(),
                     .runBytes = 0};
    if (m_run)
        now.runBytes = now.figures.bytesSent + now.figures.bytesReceived - m_run->before.bytesSent - m_run->before.bytesReceived;
    m_outlets.snapshot(now);
}

Result<RowAnswer> SyncMonitor::why(const QByteArray &table, const QByteArray &key) const
{
    const auto row = rowStatus(m_replica, table, key);
    if (!row)
        return fail(row.error());
    RowAnswer answer;
    answer.space = row->space;
    answer.sinceMs = row->isWaiting ? row->waitingSinceMs : 0;
    answer.reasonCode = row->rejectedCode;
    answer.reason = row->rejectedReason;
    if (!row->isTableSynced) {
        answer.state = RowAnswer::State::LocalTable;
    } else if (row->isWaiting) {
        const SyncStatus &now = m_reconnector.status();
        const QList<SpaceState> known = m_replica.spaces();
        const auto space = std::ranges::find(known, row->space, &SpaceState::name);
        const Role role = space == known.end() ? Role::None : space->role;
        const QList<ClientSession::SpaceProgress> open = m_reconnector.spaces();
        const auto session = std::ranges::find(open, row->space, &ClientSession::SpaceProgress::name);
        if (row->isHeld) {
            answer.state = RowAnswer::State::Held;
        } else if (now.phase == SyncStatus::Phase::Paused || m_reconnector.pausedSpaces().contains(row->space)) {
            answer.state = RowAnswer::State::Paused;
        } else if (role == Role::Viewer) {
            answer.state = RowAnswer::State::Viewer;
        } else if (now.phase != SyncStatus::Phase::Online) {
            answer.state = RowAnswer::State::Offline;
            answer.reasonCode = now.error.code;
            answer.reason = now.error.message;
        } else if (session == open.end()) {
            answer.state = RowAnswer::State::NoAccess;
        } else {
            answer.state = session->isOutdated ? RowAnswer::State::UpdateNeeded : RowAnswer::State::Waiting;
        }
    } else if (!row->rejectedCode.isEmpty()) {
        answer.state = RowAnswer::State::Rejected;
    } else {
        answer.state = row->isKnown ? RowAnswer::State::Synced : RowAnswer::State::UnknownRow;
    }
    return answer;
}

} // namespace Sheaf
