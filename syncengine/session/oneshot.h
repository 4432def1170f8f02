// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"

#include <functional>
#include <utility>

namespace Sheaf {

/// One timer that ends with its owner: a callback never runs after destruction.
class OneShot
{
public:
    explicit OneShot(Clock &clock) : m_clock(clock) {}
    ~OneShot() { stop(); }
    OneShot(const OneShot &) = delete;
    OneShot &operator=(const OneShot &) = delete;

    /// Replaces what was started before.
    void start(std::chrono::milliseconds delay, std::function<void()> callback)
    {
        stop();
        // The callback may destroy this object, so it is called as the very last thing.
        m_timer = m_clock.start(delay, [this, call = std::move(callback)]() {
            m_timer = 0;
            const auto last = call;
            last();
        });
    }
    void stop()
    {
        if (m_timer != 0)
            m_clock.cancel(std::exchange(m_timer, 0));
    }
    [[nodiscard]] bool isActive() const { return m_timer != 0; }

private:
    Clock &m_clock;
    Clock::TimerId m_timer = 0;
};

} // namespace Sheaf
