// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "victim.h"

#include <QCoreApplication>
#include <QFile>

namespace Sheaf::Test {

using namespace Qt::StringLiterals;

namespace {
constexpr int programMsMax = 30'000;
}

Victim::~Victim()
{
    kill();
}

QString Victim::program()
{
    return qEnvironmentVariable("SHEAF_BIN", QCoreApplication::applicationDirPath() + "/../bin"_L1) + u"/sheaf-server"_s;
}

bool Victim::start(const QStringList &moreArguments, const QString &listen)
{
    m_process = std::make_unique<QProcess>();
    m_process->setStandardErrorFile(QProcess::nullDevice());
    m_process->start(program(), QStringList{u"serve"_s, u"--data"_s, folder(), u"--listen"_s, listen} + moreArguments);
    QByteArray line;
    while (!line.endsWith('\n')) {
        if (!m_process->waitForReadyRead(programMsMax))
            return false;
        line += m_process->readLine();
    }
    m_port = line.trimmed().split(':').last().toUShort();
    return line.startsWith("listening ws://") && m_port != 0;
}

int Victim::stop()
{
    m_process->terminate();
    return m_process->waitForFinished(programMsMax) && m_process->exitStatus() == QProcess::NormalExit ? m_process->exitCode()
                                                                                                       : -1;
}

void Victim::kill()
{
    if (!m_process)
        return;
    m_process->kill();
    m_process->waitForFinished();
    m_process.reset();
}

qint64 Victim::peakKb() const
{
    QFile file(u"/proc/%1/status"_s.arg(processId()));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray &line : lines) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).trimmed().split(' ').first().toLongLong();
    }
    return -1;
}

QByteArray Victim::token(const QString &device) const
{
    const Ran ran = run({u"token"_s, u"add"_s, u"--data"_s, folder(), u"--name"_s, device});
    return ran.code == 0 ? ran.out.trimmed() : QByteArray();
}

Victim::Ran Victim::run(const QStringList &arguments)
{
    QProcess process;
    process.start(program(), arguments);
    if (!process.waitForFinished(programMsMax)) {
        process.kill();
        process.waitForFinished();
        return {-1, process.readAllStandardOutput(), process.readAllStandardError()};
    }
    const bool isNormal = process.exitStatus() == QProcess::NormalExit;
    return {isNormal ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace Sheaf::Test
