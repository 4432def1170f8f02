// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serverprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Sheaf {

using namespace Qt::StringLiterals;

/// A running sheaf-replica and what it printed.
class ReplicaProgram
{
public:
    explicit ReplicaProgram(const QString &folder, const QString &name, const QStringList &more = {})
    {
        QFile schema(folder + "/schema.sql"_L1);
        if (!schema.open(QIODevice::WriteOnly))
            qFatal("cannot write the schema");
        schema.write(
            "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, picture BLOB, body TEXT);\n"
            "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');\n"
            "CREATE TABLE places(id TEXT PRIMARY KEY, lat, lon);\n"
            "SELECT sheaf_sync('places', '{\"groups\":[[\"lat\",\"lon\"]],\"conflicts\":\"custom\"}');\n");
        schema.close();
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(ServerProcess::program(u"sheaf-replica"_s),
                        QStringList{u"--db"_s, folder + u'/' + name, u"--schema"_s, folder + "/schema.sql"_L1} + more);
    }
    ~ReplicaProgram()
    {
        m_process.closeWriteChannel();
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(patienceMs))
            qFatal("sheaf-replica does not end at the end of its input");
    }

    void send(const QByteArray &line) { m_process.write(line + '\n'); }
    /// The answer to a command; events that come before it are kept.
    QJsonObject ask(QJsonObject command)
    {
        command.insert(u"id"_s, ++m_lastId);
        send(QJsonDocument(command).toJson(QJsonDocument::Compact));
        return next([this](const QJsonObject &line) { return line.value("id"_L1).toInt() == m_lastId; });
    }
    QJsonObject event(const QString &name)
    {
        for (qsizetype i = 0; i < m_events.size(); ++i) {
            if (m_events[i].value("event"_L1) == name)
                return m_events.takeAt(i);
        }
        return next([&](const QJsonObject &line) { return line.value("event"_L1) == name; });
    }
    QJsonObject next(const std::function<bool(const QJsonObject &)> &wanted)
    {
        for (;;) {
            while (!m_process.canReadLine()) {
                if (!m_process.waitForReadyRead(patienceMs))
                    return {};
            }
            const QJsonObject line = QJsonDocument::fromJson(m_process.readLine()).object();
            if (wanted(line))
                return line;
            m_events.push_back(line);
        }
    }
    int finish()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished(patienceMs);
        return m_process.exitCode();
    }

private:
    static constexpr int patienceMs = 30'000;

    QProcess m_process;
    QList<QJsonObject> m_events;
    int m_lastId = 0;
};

inline QJsonObject exec(const QString &sql, const QJsonArray &params = {})
{
    return {{u"do"_s, u"exec"_s}, {u"sql"_s, sql}, {u"params"_s, params}};
}

inline QString codeOf(const QJsonObject &answer)
{
    return answer.value("error"_L1).toObject().value("code"_L1).toString();
}

} // namespace Sheaf
