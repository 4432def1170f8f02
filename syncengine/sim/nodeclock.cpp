// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sim/nodeclock.h"

namespace Sheaf {

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

} // namespace Sheaf
