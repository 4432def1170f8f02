// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "shell.h"

#include "jsonvalues.h"

#include <QJsonDocument>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

Shell::Shell(SyncEngine &engine) : m_engine(engine), m_commands(engine)
{
    connect(&m_input, &LineReader::lineRead, this, &Shell::take);
    connect(&m_input, &LineReader::ended, this, [this] {
        m_ended = true;
        next();
    });
    connect(&engine, &SyncEngine::statusChanged, this, &Shell::printState);
    connect(&engine, &SyncEngine::committed, this, &Shell::printChanged);
    connect(&engine, &SyncEngine::reported, this, [this](const Error &news) {
        printLine({{u"event"_s, u"log"_s}, {u"code"_s, news.code}, {u"message"_s, news.message}});
    });
    connect(&engine, &SyncEngine::conflict, this,
            [this](const Conflict &conflict) { printDispute(u"conflict"_s, toJson(conflict)); });
    connect(&engine, &SyncEngine::spaceOpened, this, [](const QString &space, const QString &role) {
        printLine({{u"event"_s, u"space_opened"_s}, {u"space"_s, space}, {u"role"_s, role}});
    });
    connect(&engine, &SyncEngine::roleChanged, this, [](const QString &space, const QString &role) {
        printLine({{u"event"_s, u"role_changed"_s}, {u"space"_s, space}, {u"role"_s, role}});
    });
    connect(&engine, &SyncEngine::spaceClosed, this, [](const QString &space, const QString &code, const QString &reason) {
        printLine({{u"event"_s, u"space_closed"_s}, {u"space"_s, space}, {u"code"_s, code}, {u"message"_s, reason}});
    });
    connect(&engine, &SyncEngine::rejected, this,
            [this](const RejectedChange &change) { printDispute(u"rejected"_s, toJson(change)); });
}

void Shell::take(const QByteArray &line)
{
    if (line.trimmed().isEmpty())
        return;
    m_lines.enqueue(line);
    next();
}

void Shell::next()
{
    if (m_busy)
        return;
    if (m_lines.isEmpty()) {
        if (m_ended)
            Q_EMIT finished();
        return;
    }
    m_busy = true;
    QJsonParseError parse;
    const QJsonDocument document = QJsonDocument::fromJson(m_lines.dequeue(), &parse);
    if (!document.isObject()) {
        const QString why = parse.error == QJsonParseError::NoError ? u"it is not an object"_s : parse.errorString();
        return answer(QJsonValue::Null, fail(u"bad_request"_s, u"A line must hold one JSON object: %1."_s.arg(why)));
    }
    const QJsonObject command = document.object();
    m_commands.run(command, [this, id = command.value("id"_L1)](const Result<QJsonValue> &result) { answer(id, result); });
}

void Shell::answer(const QJsonValue &id, const Result<QJsonValue> &result)
{
    QJsonObject line{{u"id"_s, id.isUndefined() ? QJsonValue(QJsonValue::Null) : id}};
    if (result)
        line.insert(u"ok"_s, *result);
    else
        line.insert(u"error"_s, QJsonObject{{u"code"_s, result.error().code}, {u"message"_s, result.error().message}});
    printLine(line);
    m_busy = false;
    QMetaObject::invokeMethod(this, &Shell::next, Qt::QueuedConnection);
}

void Shell::printState()
{
    QJsonObject state{{u"event"_s, u"state"_s},
                      {u"state"_s, SyncEngine::stateName(m_engine.state())},
                      {u"pending"_s, m_engine.pending()},
                      {u"done"_s, m_engine.progressDone()},
                      {u"total"_s, m_engine.progressTotal()}};
    if (!m_engine.errorText().isEmpty())
        state.insert(u"error"_s, QJsonObject{{u"code"_s, m_engine.errorCode()}, {u"message"_s, m_engine.errorText()}});
    if (std::exchange(m_lastState, state) != state)
        printLine(state);
}

void Shell::printChanged(const CommitChanges &changes)
{
    QJsonObject tables;
    for (auto it = changes.tables.begin(); it != changes.tables.end(); ++it) {
        QJsonArray keys;
        for (const CommitChanges::Row &row : it.value()) {
            if (!row.key.isEmpty())
                keys.append(keyToJson(row.key));
        }
        tables.insert(QString::fromUtf8(it.key()), keys);
    }
    QJsonObject event{
        {u"event"_s, u"changed"_s}, {u"tables"_s, tables}, {u"everything"_s, changes.everything}, {u"remote"_s, changes.remote}};
    QJsonArray texts;
    for (const TextUpdate &text : changes.texts)
        texts.append(QJsonObject{{u"table"_s, QString::fromUtf8(text.table)},
                                 {u"pk"_s, keyToJson(text.key)},
                                 {u"column"_s, QString::fromUtf8(text.column)}});
    if (!texts.isEmpty())
        event.insert(u"texts"_s, texts);
    printLine(event);
}

void Shell::printDispute(const QString &event, QJsonObject dispute)
{
    dispute.insert(u"event"_s, event);
    printLine(dispute);
}

} // namespace Sheaf
