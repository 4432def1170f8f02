// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

namespace Sheaf {

/// Turns SIGTERM, SIGINT and SIGHUP into a signal of the event loop, so that an app that is asked to
/// end can save what was typed. At most one at a time; without it the signals end the program.
class TerminationWatch : public QObject
{
    Q_OBJECT

public:
    explicit TerminationWatch(QObject *parent = nullptr);
    ~TerminationWatch() override; ///< the signals end the program again

Q_SIGNALS:
    void asked();

private:
    int m_pipe[2] = {-1, -1};
};

} // namespace Sheaf
