// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/systemsources.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QTimerEvent>

namespace Sheaf::Server {

qint64 SystemClock::wallMs() const
{
    return QDateTime::currentMSecsSinceEpoch();
}

qint64 SystemClock::monotonicMs() const
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Clock::TimerId SystemClock::start(std::chrono::milliseconds delay, std::function<void()> callback)
{
    const int number = startTimer(delay, Qt::PreciseTimer);
    const TimerId timer = ++m_last;
    m_entries.insert(number, {timer, std::move(callback)});
    m_numbers.insert(timer, number);
    return timer;
}

void SystemClock::cancel(TimerId timer)
{
    const auto found = m_numbers.constFind(timer);
    if (found == m_numbers.cend())
        return;
    killTimer(*found);
    m_entries.remove(*found);
    m_numbers.erase(found);
}

void SystemClock::timerEvent(QTimerEvent *event)
{
    const Entry entry = m_entries.value(event->timerId());
    cancel(entry.timer);
    if (entry.callback)
        entry.callback();
}

quint64 SystemRandom::next()
{
    return QRandomGenerator::system()->generate64();
}

} // namespace Sheaf::Server
