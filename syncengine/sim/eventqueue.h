// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/seededrandom.h"

#include <QByteArrayView>

#include <functional>
#include <map>
#include <tuple>

namespace Sheaf {

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

    /// Becomes part of the trace. By hand, because qHash() gives equal bytes different numbers where they lie differently.
    void note(QByteArrayView bytes)
    {
        for (const char byte : bytes)
            m_trace = (m_trace ^ static_cast<quint8>(byte)) * 0x100000001b3ULL;
    }
    /// Order-sensitive hash of everything that was noted: equal for equal runs.
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

} // namespace Sheaf
