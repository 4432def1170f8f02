// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

namespace Sheaf {

constexpr int programMsMax = 180'000; ///< for slow machines; nothing waits that long when all is well

/// What a program has said and how it ended.
struct ProgramRun {
    int exitCode = -1;
    QString output;
    QString errors;
};

/// Runs a program of this build to its end while the event loop of the test goes on.
[[nodiscard]] ProgramRun runProgram(const QString &name, const QStringList &arguments,
                                    const QProcessEnvironment &environment = {});
/// sheaf-cli on a profile.
[[nodiscard]] ProgramRun runCli(const QString &profile, const QStringList &arguments);

/// A running sheaf-replica on the store of a profile, with the tables of the app.
class AppReplica
{
public:
    explicit AppReplica(const QString &profile, const QStringList &more = {});
    ~AppReplica();

    /// The answer to one command; the test ends when there is none.
    QJsonObject ask(QJsonObject command);
    /// What `ok` holds; the test ends when it is an error.
    QJsonValue demand(const QJsonObject &command);

    void exec(const QString &sql, const QJsonArray &params = {});
    [[nodiscard]] QJsonArray rows(const QString &sql, const QJsonArray &params = {});
    /// First value of the first row.
    [[nodiscard]] QJsonValue value(const QString &sql, const QJsonArray &params = {});
    void connectTo(const QUrl &url, const QByteArray &token);
    void disconnect();
    [[nodiscard]] bool waitSynced();
    /// Digest of stamps and digest of visible rows.
    [[nodiscard]] QJsonObject digest();
    [[nodiscard]] qsizetype outboxSize();

private:
    QProcess m_process;
    int m_lastId = 0;
};

} // namespace Sheaf
