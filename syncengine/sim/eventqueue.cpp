// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sim/eventqueue.h"

#include <algorithm>

namespace Sheaf {

EventQueue::Id EventQueue::at(qint64 timeUs, std::function<void()> work)
{
    const Id id = ++m_lastId;
    const Key key{std::max(timeUs, m_now), m_random.next(), id};
    m_events.emplace(key, std::move(work));
    m_keys.emplace(id, key);
    return id;
}

void EventQueue::cancel(Id id)
{
    const auto it = m_keys.find(id);
    if (it == m_keys.end())
        return;
    m_events.erase(it->second);
    m_keys.erase(it);
}

void EventQueue::runUntil(qint64 untilUs)
{
    while (!m_events.empty() && std::get<0>(m_events.begin()->first) <= untilUs) {
        const auto first = m_events.begin();
        m_now = std::get<0>(first->first);
        const std::function<void()> work = std::move(first->second);
        m_keys.erase(std::get<2>(first->first));
        m_events.erase(first);
        work();
    }
    m_now = std::max(m_now, untilUs);
}

} // namespace Sheaf
