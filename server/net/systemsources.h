// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/random.h"

#include <QHash>
#include <QObject>

namespace Sheaf::Server {

/// The system's clocks and the timers of the thread that made this. The engine has its own in net/,
/// which the server must not link.
class SystemClock final : public QObject, public Clock
{
public:
    [[nodiscard]] qint64 wallMs() const override;
    [[nodiscard]] qint64 monotonicMs() const override;
    TimerId start(std::chrono::milliseconds delay, std::function<void()> callback) override;
    void cancel(TimerId timer) override;

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    struct Entry {
        TimerId timer = 0;
        std::function<void()> callback;
    };
    TimerId m_last = 0;            ///< Qt reuses its numbers, ours are unique
    QHash<int, Entry> m_entries;   ///< by Qt's number
    QHash<TimerId, int> m_numbers; ///< Qt's numbers
};

/// The operating system's random numbers, fit for tokens.
class SystemRandom final : public Random
{
public:
    quint64 next() override;
};

} // namespace Sheaf::Server
