// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "chaosprocess.h"

#include <QElapsedTimer>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

namespace {
constexpr int patienceMs = 20'000; ///< for a process to begin or end on a busy machine
}

ChaosProcess::~ChaosProcess()
{
    kill();
}

bool ChaosProcess::start()
{
    m_partial.clear();
    m_process = std::make_unique<QProcess>();
    m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process->start(m_program, m_arguments);
    return m_process->waitForStarted(patienceMs);
}

void ChaosProcess::kill()
{
    if (!m_process)
        return;
    m_process->kill();
    m_process->waitForFinished(patienceMs);
    m_process.reset();
}

bool ChaosProcess::stop()
{
    if (!m_process)
        return true;
    m_process->closeWriteChannel();
    m_process->terminate();
    const bool ended = m_process->waitForFinished(patienceMs);
    m_process.reset();
    return ended;
}

void ChaosProcess::writeLine(const QByteArray &line)
{
    if (isRunning())
        m_process->write(line + '\n');
}

QList<QByteArray> ChaosProcess::readLines(int ms)
{
    if (!m_process)
        return {};
    m_process->waitForReadyRead(ms);
    m_partial += m_process->readAllStandardOutput();
    QList<QByteArray> lines = m_partial.split('\n');
    m_partial = lines.takeLast();
    return lines;
}

void ChaosReplica::kill()
{
    m_process.kill();
    m_answers.clear();
}

void ChaosReplica::request(QJsonObject message, Answer answer)
{
    message[u"id"_s] = ++m_lastId;
    m_answers.insert(m_lastId, std::move(answer));
    m_process.writeLine(QJsonDocument(message).toJson(QJsonDocument::Compact));
}

void ChaosReplica::poll(int ms)
{
    for (const QByteArray &line : m_process.readLines(ms)) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (const Answer answer = m_answers.take(object[u"id"_s].toInt()))
            answer(object);
    }
}

std::optional<QJsonObject> ChaosReplica::ask(const QJsonObject &message, int msMax)
{
    std::optional<QJsonObject> found;
    request(message, [&found](const QJsonObject &answer) { found = answer; });
    QElapsedTimer timer;
    timer.start();
    while (!found && timer.elapsed() < msMax && isRunning())
        poll(10);
    if (!found)
        m_answers.remove(m_lastId);
    return found;
}

} // namespace Sheaf::Test
