// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <chrono>
#include <functional>

namespace Sheaf {

/// Time and timers as the sessions see them.
/// Guarantees: all calls and callbacks are in one thread; a callback never runs inside start();
/// callbacks due at different times run in that order; a cancelled timer never runs.
class Clock
{
public:
    using TimerId = quint64; ///< 0 is never a timer

    virtual ~Clock() = default;

    /// Wall clock, milliseconds since 1970. May jump in both directions.
    [[nodiscard]] virtual qint64 wallMs() const = 0;
    /// Milliseconds that never go back.
    [[nodiscard]] virtual qint64 monotonicMs() const = 0;
    /// Runs `callback` once, at the earliest after `delay`.
    virtual TimerId start(std::chrono::milliseconds delay, std::function<void()> callback) = 0;
    /// Forgets a timer; unknown and finished ones are ignored.
    virtual void cancel(TimerId timer) = 0;
};

} // namespace Sheaf
