// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/reconnector.h"

#include "protocol/limits.h"
#include "replica/replica.h"
#include "session/tuning.h"

#include <QSet>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

Reconnector::Reconnector(Replica &replica, Clock &clock, Random &random, Transport &transport, QString app, Events events,
                         Compressions compressions)
    : m_replica(replica), m_clock(clock), m_random(random), m_transport(transport), m_events(std::move(events)), m_retry(clock),
      m_onceEnd(clock)
{
    m_options.app = std::move(app);
    m_options.compressions = std::move(compressions);
    m_options.figures = &m_figures;
    m_status.progress.waiting = replica.pendingCount();
}

Reconnector::~Reconnector() = default;

bool Reconnector::isFatal(const QString &code)
{
    static const QSet<QString> codes{u"bad_token"_s, u"bad_version"_s, u"unsupported_version"_s, u"update_needed"_s,
                                     u"database_damaged"_s};
    return codes.contains(code);
}

void Reconnector::connectTo(const QUrl &url, const QByteArray &token)
{
    m_options.url = url;
    m_options.token = token;
    m_failures = 0;
    m_paused = m_once = false;
    attempt();
}

void Reconnector::disconnect()
{
    m_options.url.clear();
    m_paused = m_once = false;
    rest();
}

void Reconnector::pause()
{
    if (m_options.url.isEmpty())
        return;
    m_paused = true;
    m_once = false;
    rest();
}

/// No session, and none to come by itself.
void Reconnector::rest()
{
    m_retry.stop();
    m_onceEnd.stop();
    m_asking = false;
    m_session.reset();
    SyncStatus next;
    next.phase = m_paused ? SyncStatus::Phase::Paused : SyncStatus::Phase::Idle;
    next.progress.waiting = m_replica.pendingCount();
    next.provenAtMs = m_status.provenAtMs;
    publish(next);
}

void Reconnector::resume()
{
    if (!m_paused)
        return;
    m_paused = false;
    m_failures = 0;
    m_onceEnd.stop();
    if (!std::exchange(m_once, false))
        attempt();
}

void Reconnector::syncOnce()
{
    switch (m_status.phase) {
    case SyncStatus::Phase::Idle:
    case SyncStatus::Phase::Connecting:
        return;
    case SyncStatus::Phase::Online:
        m_onceEnd.stop();
        return;
    case SyncStatus::Phase::Paused:
    case SyncStatus::Phase::Waiting:
    case SyncStatus::Phase::Failed:
        m_once = m_paused;
        attempt();
        return;
    }
}

void Reconnector::endOnce()
{
    if (m_once)
        pause();
}

void Reconnector::setSpacePaused(const QByteArray &space, bool paused)
{
    if (m_options.pausedSpaces.contains(space) == paused)
        return;
    if (paused)
        m_options.pausedSpaces.insert(space);
    else
        m_options.pausedSpaces.remove(space);
    if (m_session)
        m_session->setSpacePaused(space, paused);
}

void Reconnector::beginRepair(bool isDeep)
{
    m_repair = {.isDeep = isDeep, .spaces = {}};
    m_options.repair = &m_repair;
    if (m_session)
        m_session->repair(&m_repair);
}

RepairOrder Reconnector::endRepair()
{
    m_options.repair = nullptr;
    if (m_session)
        m_session->repair(nullptr);
    return std::exchange(m_repair, {});
}

Result<void> Reconnector::joinSpace(const QByteArray &space)
{
    auto joined = m_replica.joinSpace(space);
    if (joined && m_session)
        m_session->spaceJoined(space);
    return joined;
}

Result<void> Reconnector::leaveSpace(const QByteArray &space)
{
    auto left = m_replica.leaveSpace(space);
    if (!left)
        return left;
    if (m_session)
        m_session->spaceLeft(space);
    else if (m_events.space)
        m_events.space({SpaceNews::Kind::Closed, space, Role::None, u"left"_s, {}});
    return {};
}

Result<void> Reconnector::setTables(const QByteArray &space, const QList<QByteArray> &tables)
{
    const auto startsOver = m_replica.setTables(space, tables);
    if (!startsOver)
        return fail(startsOver.error());
    if (m_session)
        m_session->tablesChanged(space, *startsOver);
    return {};
}

void Reconnector::reconnectNow()
{
    if (m_paused)
        return;
    if (m_status.phase == SyncStatus::Phase::Waiting || m_status.phase == SyncStatus::Phase::Failed)
        attempt();
}

void Reconnector::networkBack()
{
    m_failures = 0;
    reconnectNow();
}

void Reconnector::localChangesCommitted()
{
    SyncStatus next = m_status;
    next.progress.waiting = m_replica.pendingCount();
    next.progress.proven = next.progress.proven && next.progress.waiting == 0;
    publish(next);
    if (m_session)
        m_session->localChangesCommitted();
}

void Reconnector::demandProof()
{
    if (!m_session)
        return;
    m_session->demandProof();
}

void Reconnector::attempt()
{
    m_retry.stop();
    m_onceEnd.stop();
    m_session.reset();
    m_welcomedMs = -1;
    if (m_failures > 0)
        ++m_figures.retries;
    SyncStatus next = m_status;
    next.phase = SyncStatus::Phase::Connecting;
    next.retryAtMs = 0;
    next.progress = {.waiting = m_replica.pendingCount()};
    m_asking = m_events.beforeSync != nullptr;
    publish(next);
    if (!m_asking)
        return begin();
    m_events.beforeSync(++m_question);
}

void Reconnector::answer(quint64 question, const Result<void> &allowed)
{
    if (question != m_question || !std::exchange(m_asking, false))
        return;
    if (allowed)
        begin();
    else
        ended(allowed.error().code, allowed.error().message, 0);
}

void Reconnector::begin()
{
    if (const auto fit = m_transport.check(m_options.url); !fit)
        return ended(fit.error().code, fit.error().message, -1);
    ClientSession::Events events;
    events.welcomed = [this] {
        m_welcomedMs = m_clock.monotonicMs();
        m_renewed = false;
        if (std::exchange(m_everWelcomed, true))
            ++m_figures.reconnects;
        SyncStatus next = m_status;
        next.phase = SyncStatus::Phase::Online;
        next.error = {};
        publish(next);
    };
    events.progressed = [this](const SyncProgress &progress) {
        SyncStatus next = m_status;
        next.progress = progress;
        if (progress.proven)
            next.provenAtMs = m_clock.wallMs();
        // Later, because the session is calling; unless something has come up by then.
        if (m_once && (progress.proven || progress.hindrance != Hindrance::None))
            m_onceEnd.start(milliseconds(0), [this] { pause(); });
        else
            m_onceEnd.stop();
        publish(next);
    };
    events.reported = m_events.reported;
    events.plugin = m_events.plugin;
    events.space = m_events.space;
    events.ended = [this](const QString &code, const QString &reason, qint64 retryAfterMs) { ended(code, reason, retryAfterMs); };
    m_session = std::make_unique<ClientSession>(m_replica, m_clock, m_random, m_transport, m_options, std::move(events));
    m_session->start();
}

void Reconnector::ended(const QString &code, const QString &reason, qint64 retryAfterMs)
{
    m_session.reset();
    if (m_welcomedMs >= 0 && m_clock.monotonicMs() - m_welcomedMs >= Tuning::stableSessionMs)
        m_failures = 0;
    // Under its new identity the replica will get another answer; one that gets the same again waits as after any failure.
    if (ClientSession::isRenewal(code) && !std::exchange(m_renewed, true))
        return m_retry.start(milliseconds(0), [this] { attempt(); });
    SyncStatus next = m_status;
    next.error = {code, reason};
    next.progress = {.waiting = m_replica.pendingCount()};
    next.retryAtMs = 0;
    const bool once = std::exchange(m_once, false);
    if (retryAfterMs < 0 || isFatal(code)) {
        next.phase = SyncStatus::Phase::Failed;
    } else if (once) {
        next.phase = SyncStatus::Phase::Paused;
    } else {
        const qint64 pause = pauseMs(retryAfterMs);
        next.phase = SyncStatus::Phase::Waiting;
        next.retryAtMs = m_clock.monotonicMs() + pause;
        m_retry.start(milliseconds(pause), [this] { attempt(); });
    }
    next.failures = m_failures;
    publish(next);
}

/// Full jitter: a restarted server must not meet all its clients at one moment.
qint64 Reconnector::pauseMs(qint64 retryAfterMs)
{
    const int doublings = std::min(m_failures++, Tuning::reconnectDoublingsMax);
    const qint64 longest = std::min<qint64>(Limits::reconnectMsMax, static_cast<qint64>(Limits::reconnectMsMin) << doublings);
    const auto jitter = static_cast<qint64>(m_random.below(static_cast<quint64>(longest) + 1));
    // The server's wish is the least; jitter on top keeps those who were told the same apart.
    return retryAfterMs > 0 ? retryAfterMs + std::min<qint64>(jitter, Limits::reconnectMsMin)
                            : std::max<qint64>(jitter, Tuning::reconnectMsFloor);
}

void Reconnector::publish(const SyncStatus &next)
{
    if (next == m_status)
        return;
    m_status = next;
    if (m_events.changed)
        m_events.changed();
}

} // namespace Sheaf
