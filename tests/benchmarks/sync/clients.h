// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QString>
#include <QUrl>

#include <memory>

namespace Sheaf::Bench {

/// Runs `count` raw sockets until its input ends; without a token they are clients of the relay,
/// else they greet and subscribe. Prints `ready`, and after each message that has reached all of
/// them `seen NANOSECONDS`, when the last one got it.
int runClients(const QUrl &url, int count, const QByteArray &token);

/// A copy of this program in another role.
class Helper
{
public:
    explicit Helper(const QStringList &arguments);
    ~Helper();

    /// The rest of the next line that begins with `word`.
    [[nodiscard]] QByteArray waitFor(const QByteArray &word);
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }

private:
    QProcess m_process;
};

} // namespace Sheaf::Bench
