// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include "serverprocess.h"

#include <QJsonDocument>
#include <QTest>

namespace Sheaf {

using namespace Qt::StringLiterals;

ProgramRun runProgram(const QString &name, const QStringList &arguments, const QProcessEnvironment &environment)
{
    QProcess process;
    if (!environment.isEmpty())
        process.setProcessEnvironment(environment);
    process.start(ServerProcess::program(name), arguments);
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, programMsMax))
        qFatal("%s does not end", qUtf8Printable(name));
    ProgramRun run;
    run.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    run.output = QString::fromUtf8(process.readAllStandardOutput());
    run.errors = QString::fromUtf8(process.readAllStandardError());
    return run;
}

ProgramRun runCli(const QString &profile, const QStringList &arguments)
{
    return runProgram(u"sheaf-cli"_s, QStringList{u"--data"_s, profile} + arguments);
}

AppReplica::AppReplica(const QString &profile, const QStringList &more)
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(ServerProcess::program(u"sheaf-replica"_s),
                    QStringList{u"--db"_s, profile + "/store.sqlite"_L1, u"--schema"_s, QStringLiteral(SHEAF_SCHEMA)} + more);
}

AppReplica::~AppReplica()
{
    m_process.closeWriteChannel();
    while (m_process.state() != QProcess::NotRunning && m_process.waitForReadyRead(programMsMax))
        m_process.readAllStandardOutput();
    m_process.waitForFinished();
}

QJsonObject AppReplica::ask(QJsonObject command)
{
    command.insert(u"id"_s, ++m_lastId);
    m_process.write(QJsonDocument(command).toJson(QJsonDocument::Compact) + '\n');
    for (;;) {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(programMsMax))
                qFatal("sheaf-replica does not answer");
        }
        const QJsonObject line = QJsonDocument::fromJson(m_process.readLine()).object();
        if (line.value("id"_L1).toInt() == m_lastId)
            return line;
    }
}

QJsonValue AppReplica::demand(const QJsonObject &command)
{
    const QJsonObject answer = ask(command);
    if (!answer.contains("ok"_L1))
        qFatal("%s: %s", QJsonDocument(command).toJson(QJsonDocument::Compact).constData(),
               QJsonDocument(answer).toJson(QJsonDocument::Compact).constData());
    return answer.value("ok"_L1);
}

void AppReplica::exec(const QString &sql, const QJsonArray &params)
{
    demand({{u"do"_s, u"exec"_s}, {u"sql"_s, sql}, {u"params"_s, params}});
}

QJsonArray AppReplica::rows(const QString &sql, const QJsonArray &params)
{
    return demand({{u"do"_s, u"query"_s}, {u"sql"_s, sql}, {u"params"_s, params}}).toObject().value("rows"_L1).toArray();
}

QJsonValue AppReplica::value(const QString &sql, const QJsonArray &params)
{
    return rows(sql, params).at(0).toArray().at(0);
}

void AppReplica::connectTo(const QUrl &url, const QByteArray &token)
{
    demand({{u"do"_s, u"connect"_s}, {u"url"_s, url.toString()}, {u"token"_s, QString::fromUtf8(token)}});
}

void AppReplica::disconnect()
{
    demand({{u"do"_s, u"disconnect"_s}});
}

bool AppReplica::waitSynced()
{
    const QJsonObject answer = ask({{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, programMsMax / 2}});
    if (!answer.contains("ok"_L1))
        qWarning("not synced: %s", QJsonDocument(answer).toJson(QJsonDocument::Compact).constData());
    return answer.contains("ok"_L1);
}

QJsonObject AppReplica::digest()
{
    return demand({{u"do"_s, u"digest"_s}}).toObject();
}

qsizetype AppReplica::outboxSize()
{
    return demand({{u"do"_s, u"outbox"_s}}).toArray().size();
}

} // namespace Sheaf
