// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/eventqueue.h"

#include <algorithm>
#include <memory>

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
    for (const TimerId timer : m_timers)
        m_queue.cancel(timer);
}

Clock::TimerId NodeClock::start(std::chrono::milliseconds delay, std::function<void()> callback)
{
    const auto id = std::make_shared<TimerId>(0);
    *id = m_queue.at(m_queue.nowUs() + std::chrono::microseconds(delay).count(), [this, id, call = std::move(callback)]() {
        m_timers.erase(*id);
        call();
    });
    m_timers.insert(*id);
    return *id;
}

void NodeClock::cancel(TimerId timer)
{
    if (m_timers.erase(timer) != 0)
        m_queue.cancel(timer);
}

} // namespace Sheaf::Test
