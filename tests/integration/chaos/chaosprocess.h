// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QProcess>
#include <QString>

#include <functional>
#include <optional>

namespace Sheaf::Test {

/// One program under test that reads and writes lines, and that is killed now and then.
class ChaosProcess
{
public:
    ChaosProcess(QString program, QStringList arguments) : m_program(std::move(program)), m_arguments(std::move(arguments)) {}
    ~ChaosProcess();

    void setArguments(QStringList arguments) { m_arguments = std::move(arguments); }
    bool start();
    /// SIGKILL, and waits until it is gone.
    void kill();
    /// SIGTERM; false when it did not end by itself.
    bool stop();
    [[nodiscard]] bool isRunning() const { return m_process && m_process->state() == QProcess::Running; }
    void writeLine(const QByteArray &line);
    /// Complete lines that have come since the last call; waits at most `ms` for some.
    QList<QByteArray> readLines(int ms);

private:
    QString m_program;
    QStringList m_arguments;
    std::unique_ptr<QProcess> m_process;
    QByteArray m_partial;
};

/// A sheaf-replica: requests by id, answers by callback, which never comes for what dies.
class ChaosReplica
{
public:
    using Answer = std::function<void(const QJsonObject &)>;

    ChaosReplica(QString program, QStringList arguments) : m_process(std::move(program), std::move(arguments)) {}

    bool start() { return m_process.start(); }
    void kill();
    bool stop() { return m_process.stop(); }
    [[nodiscard]] bool isRunning() const { return m_process.isRunning(); }
    [[nodiscard]] qsizetype unanswered() const { return m_answers.size(); }
    void request(QJsonObject message, Answer answer);
    void poll(int ms);
    /// Waits for the answer; nothing when it does not come in time.
    std::optional<QJsonObject> ask(const QJsonObject &message, int msMax);

private:
    ChaosProcess m_process;
    QHash<int, Answer> m_answers;
    int m_lastId = 0;
};

} // namespace Sheaf::Test
