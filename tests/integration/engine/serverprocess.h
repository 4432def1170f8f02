// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

#include <memory>

namespace Sheaf {

/// A real sheaf-server of this build on a port of 127.0.0.1, with its data in a folder of its own
/// that outlives restarts.
class ServerProcess
{
public:
    ~ServerProcess();

    /// Starts on a free port, after a stop on the port from before; ends the test when it cannot.
    void start();
    void kill();      ///< as kill -9 does
    void terminate(); ///< SIGTERM, and waits for the end

    /// Between two starts: copies the data into a folder, or a folder's into the data, as a backup is made and restored.
    void backUp(const QString &folder) const;
    void restore(const QString &folder) const;

    [[nodiscard]] QUrl url() const { return m_url; }
    [[nodiscard]] qint64 processId() const { return m_process ? m_process->processId() : 0; }
    /// A new device token for the space `home`.
    [[nodiscard]] QByteArray token(const QString &device) const;
    /// Runs `sheaf-server` with these arguments on the data, while the server goes on, and returns what it prints; ends
    /// the test when it fails.
    QByteArray order(const QStringList &arguments) const;

    /// Where the programs of this build are.
    [[nodiscard]] static QString program(const QString &name);

private:
    QTemporaryDir m_data;
    std::unique_ptr<QProcess> m_process;
    QUrl m_url;
};

} // namespace Sheaf
