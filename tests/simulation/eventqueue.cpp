// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/eventqueue.h"

#include <algorithm>

namespace Sheaf::Test {

quint64 SeededRandom::next()
{
    // Source: Sebastiano Vigna, splitmix64.
    m_state += 0x9e3779b97f4a7c15ULL;
    quint64 z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

SeededRandom SeededRandom::branch(quint64 seed, Purpose purpose, int number)
{
    constexpr int purposeBits = 32;
    SeededRandom parent(seed);
    return SeededRandom(parent.next() ^
                        SeededRandom((static_cast<quint64>(purpose) << purposeBits) + static_cast<quint64>(number)).next());
}

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

NodeClock::~NodeClock()
{
    for (const auto &[timer, event] : m_timers)
        m_queue.cancel(event);
}

Clock::TimerId NodeClock::start(std::chrono::milliseconds delay, std::function<void()> callback)
{
    const TimerId timer = ++m_lastTimer;
    arm(timer, freeAtUs() + std::chrono::microseconds(delay).count(), std::move(callback));
    return timer;
}

void NodeClock::arm(TimerId timer, qint64 atUs, std::function<void()> callback)
{
    m_timers[timer] = m_queue.at(atUs, [this, timer, call = std::move(callback)]() mutable {
        if (m_queue.nowUs() < m_freeAtUs) {
            m_putOffUs = std::max(m_freeAtUs, m_putOffUs + 1);
            arm(timer, m_putOffUs, std::move(call));
            return;
        }
        m_timers.erase(timer);
        call();
    });
}

void NodeClock::cancel(TimerId timer)
{
    if (const auto known = m_timers.find(timer); known != m_timers.end()) {
        m_queue.cancel(known->second);
        m_timers.erase(known);
    }
}

} // namespace Sheaf::Test
