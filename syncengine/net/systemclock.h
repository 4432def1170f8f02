// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"

#include <QHash>
#include <QObject>

namespace Sheaf {

/// The system's clocks and the timers of the thread that made this.
class SystemClock final : public QObject, public Clock
{
public:
    /// `wallOffsetMs` shifts the wall clock, for tests of wrong clocks.
    explicit SystemClock(qint64 wallOffsetMs = 0) : m_wallOffsetMs(wallOffsetMs) {}

    [[nodiscard]] qint64 wallMs() const override;
    [[nodiscard]] qint64 monotonicMs() const override; ///< comparable between all objects of a process
    TimerId start(std::chrono::milliseconds delay, std::function<void()> callback) override;
    void cancel(TimerId timer) override;

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    struct Entry {
        TimerId timer = 0;
        std::function<void()> callback;
    };
    qint64 m_wallOffsetMs;
    TimerId m_last = 0;            ///< Qt reuses its numbers, ours are unique
    QHash<int, Entry> m_entries;   ///< by Qt's number
    QHash<TimerId, int> m_numbers; ///< Qt's numbers
};

} // namespace Sheaf
