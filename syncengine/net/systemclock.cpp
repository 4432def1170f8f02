// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/systemclock.h"

#include <QDateTime>
#include <QTimerEvent>

#include <algorithm>
#include <limits>

namespace Sheaf {

qint64 SystemClock::wallMs() const
{
    return QDateTime::currentMSecsSinceEpoch() + m_wallOffsetMs;
}

qint64 SystemClock::monotonicMs() const
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Clock::TimerId SystemClock::start(std::chrono::milliseconds delay, std::function<void()> callback)
{
    const qint64 ms = std::clamp<qint64>(delay.count(), 0, std::numeric_limits<int>::max());
    const int number = startTimer(static_cast<int>(ms), Qt::PreciseTimer);
    const TimerId timer = ++m_last;
    m_entries.insert(number, {timer, std::move(callback)});
    m_numbers.insert(timer, number);
    return timer;
}

void SystemClock::cancel(TimerId timer)
{
    const auto found = m_numbers.find(timer);
    if (found == m_numbers.end())
        return;
    killTimer(*found);
    m_entries.remove(*found);
    m_numbers.remove(timer);
}

void SystemClock::timerEvent(QTimerEvent *event)
{
    const Entry entry = m_entries.value(event->timerId());
    cancel(entry.timer);
    if (entry.callback)
        entry.callback();
}

} // namespace Sheaf
