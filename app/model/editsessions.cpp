// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/editsessions.h"

#include <algorithm>

namespace Sheaf {

qint64 EditSessions::Session::dueMs() const
{
    return waits ? std::min(lastMs + pauseMs, sinceMs + longestMs) : lastMs + pauseMs;
}

bool EditSessions::edited(const ItemRef &item, qint64 nowMs)
{
    const bool begins = !m_sessions.contains(item.id);
    Session &session = m_sessions[item.id];
    session.item = item;
    session.lastMs = nowMs;
    if (!session.waits)
        session.sinceMs = nowMs;
    session.waits = true;
    return begins;
}

void EditSessions::editedByOthers(const QString &id)
{
    if (const auto session = m_sessions.find(id); session != m_sessions.end())
        session->others = true;
}

std::optional<EditSessions::Ended> EditSessions::leave(const QString &id)
{
    if (!m_sessions.contains(id))
        return {};
    const Session ended = m_sessions.take(id);
    if (!ended.waits)
        return {};
    return Ended{ended.item, ended.others};
}

QList<EditSessions::Ended> EditSessions::leaveAll()
{
    QList<Ended> ended;
    const QStringList ids = m_sessions.keys();
    for (const QString &id : ids) {
        if (const auto one = leave(id))
            ended.append(*one);
    }
    return ended;
}

QList<EditSessions::Ended> EditSessions::due(qint64 nowMs)
{
    QList<Ended> ended;
    const QStringList ids = m_sessions.keys();
    for (const QString &id : ids) {
        Session &session = m_sessions[id];
        if (nowMs < session.dueMs())
            continue;
        if (nowMs >= session.lastMs + pauseMs) {
            if (const auto one = leave(id))
                ended.append(*one);
        } else {
            ended.append({session.item, session.others});
            session.waits = false;
            session.others = false;
        }
    }
    return ended;
}

std::optional<qint64> EditSessions::nextDueMs() const
{
    std::optional<qint64> next;
    for (const Session &session : m_sessions)
        next = std::min(next.value_or(session.dueMs()), session.dueMs());
    return next;
}

} // namespace Sheaf
