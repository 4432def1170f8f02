// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace Sheaf::Test {

/// A sheaf-server process with its data in a folder of its own.
class Victim
{
public:
    ~Victim();

    /// Starts and waits for its address; false when it ended or said something else.
    bool start(const QStringList &moreArguments = {}, const QString &listen = QStringLiteral("127.0.0.1:0"));
    /// SIGTERM; the exit code, or -1 when it does not end in time.
    int stop();
    void kill();

    [[nodiscard]] bool isRunning() const { return m_process && m_process->state() == QProcess::Running; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString folder() const { return m_folder.path(); }
    [[nodiscard]] qint64 processId() const { return m_process ? m_process->processId() : 0; }
    [[nodiscard]] qint64 peakKb() const; ///< VmHWM
    /// A new device token for the space `home`.
    [[nodiscard]] QByteArray token(const QString &device) const;

    struct Ran {
        int code = -1; ///< -1: it did not end by itself
        QByteArray out;
        QByteArray err;
    };
    /// Runs sheaf-server to its end.
    [[nodiscard]] static Ran run(const QStringList &arguments);
    [[nodiscard]] static QString program();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<QProcess> m_process;
    quint16 m_port = 0;
};

} // namespace Sheaf::Test
