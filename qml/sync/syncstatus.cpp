// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "syncstatus.h"

namespace Sheaf {

SyncStatusItem::SyncStatusItem(QObject *parent) : QObject(parent), m_words(describeStatus(m_input))
{
}

SyncStatusItem::~SyncStatusItem() = default;

void SyncStatusItem::setEngine(SyncEngine *engine)
{
    if (m_engine == engine)
        return;
    if (m_engine)
        m_engine->disconnect(this);
    m_engine = engine;
    if (m_engine)
        connect(m_engine, &SyncEngine::statusChanged, this, &SyncStatusItem::read);
    read();
    Q_EMIT engineChanged();
}

void SyncStatusItem::setServer(const QString &server)
{
    if (m_input.server == server)
        return;
    m_input.server = server;
    describe();
    Q_EMIT serverChanged();
}

qreal SyncStatusItem::progress() const
{
    const SyncMovement movement = movementOf(m_input);
    return movement.total > 0 ? qreal(movement.done) / qreal(movement.total) : 0.0;
}

void SyncStatusItem::tick()
{
    if (!isCounting() || !m_sinceRead.isValid())
        return;
    m_input.reconnectInMs = qMax<qint64>(0, m_reconnectAtRead - m_sinceRead.elapsed());
    readAway();
    describe();
}

void SyncStatusItem::reconnect()
{
    if (m_engine)
        m_engine->reconnectNow();
}

void SyncStatusItem::read()
{
    StatusInput fresh;
    fresh.server = m_input.server;
    fresh.retrying =
        m_input.state == SyncEngine::State::Reconnecting || (m_input.state == SyncEngine::State::Connecting && m_input.retrying);
    fresh.mostPending = m_input.mostPending;
    m_input = fresh;
    if (m_engine) {
        m_input.state = m_engine->state();
        m_input.pending = m_engine->pending();
        m_input.mostPending = m_input.pending > 0 ? qMax(m_input.mostPending, m_input.pending) : 0;
        m_input.progressDone = m_engine->progressDone();
        m_input.progressTotal = m_engine->progressTotal();
        m_input.reconnectInMs = m_engine->reconnectInMs();
        m_input.syncedAtMs = m_engine->syncedAtMs();
        m_input.errorCode = m_engine->errorCode();
        m_input.errorText = m_engine->errorText();
    }
    m_reconnectAtRead = m_input.reconnectInMs;
    m_sinceRead.start();
    readAway();
    describe();
}

void SyncStatusItem::readAway()
{
    const bool away =
        m_input.state == SyncEngine::State::Reconnecting || (m_input.state == SyncEngine::State::Connecting && m_input.retrying);
    if (!away)
        m_awaySince.invalidate();
    else if (!m_awaySince.isValid())
        m_awaySince.start();
    m_input.longAway = away && m_awaySince.elapsed() >= m_patienceMs;
}

void SyncStatusItem::describe()
{
    m_words = describeStatus(m_input);
    Q_EMIT changed();
}

} // namespace Sheaf
