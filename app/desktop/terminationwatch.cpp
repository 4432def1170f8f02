// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/terminationwatch.h"

#include "base/check.h"

#include <QSocketNotifier>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace Sheaf {

namespace {

constexpr int signalsWatched[] = {SIGTERM, SIGINT, SIGHUP};
std::atomic<int> writeEnd{-1};

/// A signal handler may do next to nothing; a byte in a pipe is allowed.
void onSignal(int)
{
    const int error = errno;
    const char byte = 0;
    // A full pipe has woken the event loop already.
    [[maybe_unused]] const ssize_t written = ::write(writeEnd.load(), &byte, 1);
    errno = error;
}

} // namespace

TerminationWatch::TerminationWatch(QObject *parent) : QObject(parent)
{
    SHEAF_CHECK(writeEnd.load() < 0);
    if (::pipe2(m_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    writeEnd = m_pipe[1];
    auto *notifier = new QSocketNotifier(m_pipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        while (::read(m_pipe[0], &byte, 1) > 0) {
        }
        Q_EMIT asked();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : signalsWatched)
        sigaction(number, &action, nullptr);
}

TerminationWatch::~TerminationWatch()
{
    for (const int number : signalsWatched)
        std::signal(number, SIG_DFL);
    writeEnd = -1;
    for (const int end : m_pipe) {
        if (end >= 0)
            ::close(end);
    }
}

} // namespace Sheaf
