// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/random.h"

#include <QByteArrayView>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

namespace Sheaf::Test {

/// Seeded chance of the whole world (splitmix64).
class SeededRandom final : public Random
{
public:
    /// What a generator is for: those of one seed have nothing to do with one another.
    enum class Purpose : quint64 { Features = 1, World, Server, Device, Network, Step, Settling, Disk };

    explicit SeededRandom(quint64 seed) : m_state(seed) {}
    [[nodiscard]] static SeededRandom branch(quint64 seed, Purpose purpose, int number = 0);
    quint64 next() override;
    /// True once in `times` draws, on average.
    bool oneIn(quint64 times) { return below(times) == 0; }
    /// Uniform in [from, to].
    qint64 between(qint64 from, qint64 to) { return from + static_cast<qint64>(below(static_cast<quint64>(to - from + 1))); }

private:
    quint64 m_state;
};

/// All that will happen, in the order of virtual time (microseconds); ties are shuffled by the seed.
class EventQueue
{
public:
    using Id = quint64;

    explicit EventQueue(quint64 seed) : m_random(seed) {}

    [[nodiscard]] qint64 nowUs() const { return m_now; }
    Id at(qint64 timeUs, std::function<void()> work);
    void cancel(Id id);
    /// Runs everything that is due up to then; the time is `untilUs` afterwards.
    void runUntil(qint64 untilUs);

    /// Order-sensitive hash of everything that was noted: equal for equal runs.
    /// Becomes part of the trace. By hand, because qHash() gives equal bytes different numbers where they lie differently.
    void note(QByteArrayView bytes)
    {
        for (const char byte : bytes)
            m_trace = (m_trace ^ static_cast<quint8>(byte)) * 0x100000001b3ULL;
    }
    [[nodiscard]] quint64 trace() const { return m_trace; }

private:
    using Key = std::tuple<qint64, quint64, Id>; ///< time, tie, id
    SeededRandom m_random;
    qint64 m_now = 0;
    Id m_lastId = 0;
    quint64 m_trace = 0xcbf29ce484222325ULL;
    std::map<Key, std::function<void()>> m_events;
    std::map<Id, Key> m_keys;
};

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

} // namespace Sheaf::Test
