// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "syncstatus.h"

namespace Sheaf {

SyncStatus::SyncStatus(QObject *parent)
    : QObject(parent)
    , m_words(describeStatus(m_input))
{
}

SyncStatus::~SyncStatus() = default;

void SyncStatus::setEngine(SyncEngine *engine)
{
    if (m_engine == engine)
        return;
    if (m_engine)
        m_engine->disconnect(this);
    m_engine = engine;
    if (m_engine)
        connect(m_engine, &SyncEngine::statusChanged, this, &SyncStatus::read);
    read();
    Q_EMIT engineChanged();
}

void SyncStatus::setServer(const QString &server)
{
    if (m_input.server == server)
        return;
    m_input.server = server;
    describe();
    Q_EMIT serverChanged();
}

qreal SyncStatus::progress() const
{
    return m_input.progressTotal > 0 ? qreal(m_input.progressDone) / qreal(m_input.progressTotal) : 0.0;
}

void SyncStatus::tick()
{
    if (!isCounting() || !m_sinceRead.isValid())
        return;
    m_input.reconnectInMs = qMax<qint64>(0, m_reconnectAtRead - m_sinceRead.elapsed());
    describe();
}

void SyncStatus::reconnect()
{
    if (m_engine)
        m_engine->reconnectNow();
}

void SyncStatus::read()
{
    const QString server = m_input.server;
    m_input = {};
    m_input.server = server;
    if (m_engine) {
        m_input.state = m_engine->state();
        m_input.pending = m_engine->pending();
        m_input.progressDone = m_engine->progressDone();
        m_input.progressTotal = m_engine->progressTotal();
        m_input.reconnectInMs = m_engine->reconnectInMs();
        m_input.syncedAtMs = m_engine->syncedAtMs();
        m_input.errorCode = m_engine->errorCode();
        m_input.errorText = m_engine->errorText();
    }
    m_reconnectAtRead = m_input.reconnectInMs;
    m_sinceRead.start();
    describe();
}

void SyncStatus::describe()
{
    m_words = describeStatus(m_input);
    Q_EMIT changed();
}

} // namespace Sheaf
