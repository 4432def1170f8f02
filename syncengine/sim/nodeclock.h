// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "sim/eventqueue.h"

#include <algorithm>
#include <map>

namespace Sheaf {

/// The clock of one node: wall time is skewed and can step, timers follow virtual time. Dies with
/// the node's process, and its timers with it.
class NodeClock final : public Clock
{
public:
    static constexpr qint64 epochMs = 1'700'000'000'000; ///< virtual time 0

    NodeClock(EventQueue &queue, const qint64 &skewMs) : m_queue(queue), m_skewMs(skewMs) {}
    ~NodeClock() override;

    [[nodiscard]] qint64 wallMs() const override { return epochMs + monotonicMs() + m_skewMs; }
    [[nodiscard]] qint64 monotonicMs() const override { return freeAtUs() / 1000; }
    TimerId start(std::chrono::milliseconds delay, std::function<void()> callback) override;
    void cancel(TimerId timer) override;

    /// The node waits for its disk so long: it is later for it than for others, and nothing reaches it meanwhile.
    void spend(qint64 us) { m_freeAtUs = freeAtUs() + us; }
    [[nodiscard]] qint64 freeAtUs() const { return std::max(m_queue.nowUs(), m_freeAtUs); }

private:
    void arm(TimerId timer, qint64 atUs, std::function<void()> callback);

    EventQueue &m_queue;
    const qint64 &m_skewMs;
    qint64 m_freeAtUs = 0;
    qint64 m_putOffUs = 0; ///< to where a timer was put off last: they keep their order
    TimerId m_lastTimer = 0;
    std::map<TimerId, EventQueue::Id> m_timers;
};

} // namespace Sheaf
