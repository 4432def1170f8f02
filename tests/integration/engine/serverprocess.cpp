// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr int startMsMax = 30'000;

} // namespace

QString ServerProcess::program(const QString &name)
{
    const QString folder = qEnvironmentVariable("SHEAF_BIN", QCoreApplication::applicationDirPath() + "/../bin"_L1);
    return folder + u'/' + name;
}

ServerProcess::~ServerProcess()
{
    kill();
}

void ServerProcess::start()
{
    const QString listen = u"127.0.0.1:%1"_s.arg(m_url.port(0));
    m_process = std::make_unique<QProcess>();
    m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process->start(program(u"sheaf-server"_s), {u"serve"_s, u"--data"_s, m_data.path(), u"--listen"_s, listen});
    QByteArray line;
    while (!line.endsWith('\n')) {
        if (!m_process->waitForReadyRead(startMsMax))
            qFatal("sheaf-server does not start: %s", qUtf8Printable(m_process->errorString()));
        line += m_process->readLine();
    }
    const QByteArray prefix = "listening ";
    if (!line.startsWith(prefix))
        qFatal("sheaf-server said: %s", line.constData());
    m_url = QUrl(QString::fromUtf8(line.mid(prefix.size()).trimmed()));
}

void ServerProcess::kill()
{
    if (!m_process)
        return;
    m_process->kill();
    m_process->waitForFinished();
    m_process.reset();
}

void ServerProcess::terminate()
{
    m_process->terminate();
    if (!m_process->waitForFinished(startMsMax))
        qFatal("sheaf-server does not stop");
    m_process.reset();
}

namespace {

void replaceFiles(const QString &from, const QString &to)
{
    for (const QFileInfo &old : QDir(to).entryInfoList(QDir::Files | QDir::Hidden))
        QFile::remove(old.filePath());
    for (const QFileInfo &file : QDir(from).entryInfoList(QDir::Files | QDir::Hidden)) {
        if (!QFile::copy(file.filePath(), QDir(to).filePath(file.fileName())))
            qFatal("%s cannot be copied", qUtf8Printable(file.filePath()));
    }
}

} // namespace

void ServerProcess::backUp(const QString &folder) const
{
    replaceFiles(m_data.path(), folder);
}

void ServerProcess::restore(const QString &folder) const
{
    replaceFiles(folder, m_data.path());
}

QByteArray ServerProcess::token(const QString &device) const
{
    return order({u"token"_s, u"add"_s, u"--name"_s, device}).trimmed();
}

QByteArray ServerProcess::order(const QStringList &arguments) const
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(program(u"sheaf-server"_s), arguments + QStringList{u"--data"_s, m_data.path()});
    if (!process.waitForFinished(startMsMax) || process.exitCode() != 0)
        qFatal("sheaf-server %s failed", qUtf8Printable(arguments.join(u' ')));
    return process.readAllStandardOutput();
}

} // namespace Sheaf
