// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "jsonvalues.h"
#include "textcommand.h"
#include "undocommand.h"

#include <QHash>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 defaultTimeoutMs = 5000;

QString string(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

QJsonObject entryToJson(const OutboxEntry &entry)
{
    QJsonArray columns;
    for (const QByteArray &column : entry.columns)
        columns.append(string(column));
    return {{u"n"_s, entry.number},
            {u"space"_s, string(entry.space)},
            {u"table"_s, string(entry.table)},
            {u"pk"_s, keyToJson(entry.key)},
            {u"columns"_s, columns}};
}

} // namespace

void Commands::run(const QJsonObject &command, const Reply &reply)
{
    using Handler = void (Commands::*)(const QJsonObject &, const Reply &);
    static const QHash<QString, Handler> handlers{
        {u"exec"_s, &Commands::exec},
        {u"transaction"_s, &Commands::transaction},
        {u"query"_s, &Commands::query},
        {u"watch"_s, &Commands::watch},
        {u"text"_s, &Commands::text},
        {u"connect"_s, &Commands::connectToServer},
        {u"disconnect"_s, &Commands::disconnectFromServer},
        {u"wait_synced"_s, &Commands::waitSynced},
        {u"sync"_s, &Commands::syncNow},
        {u"cancel"_s, &Commands::cancelSync},
        {u"pause"_s, &Commands::pause},
        {u"resume"_s, &Commands::resume},
        {u"repair"_s, &Commands::repair},
        {u"why"_s, &Commands::why},
        {u"status"_s, &Commands::status},
        {u"digest"_s, &Commands::digest},
        {u"outbox"_s, &Commands::outbox},
        {u"conflicts"_s, &Commands::conflicts},
        {u"undo_conflict"_s, &Commands::undoConflict},
        {u"dismiss"_s, &Commands::dismissConflict},
        {u"answer"_s, &Commands::answerConflict},
        {u"rejected"_s, &Commands::rejected},
        {u"retry"_s, &Commands::retryRejected},
        {u"discard"_s, &Commands::discardRejected},
        {u"undo"_s, &Commands::undo},
        {u"redo"_s, &Commands::redo},
        {u"presence"_s, &Commands::presence},
        {u"join"_s, &Commands::joinSpace},
        {u"leave"_s, &Commands::leaveSpace},
        {u"subscribe"_s, &Commands::subscribeTables},
        {u"quarantine"_s, &Commands::quarantine},
        {u"restore"_s, &Commands::restoreQuarantined},
        {u"forget"_s, &Commands::discardQuarantined},
        {u"sync_where"_s, &Commands::syncWhere},
    };
    const QString name = command.value("do"_L1).toString();
    if (const Handler handler = handlers.value(name))
        (this->*handler)(command, reply);
    else if (name.isEmpty())
        reply(fail(u"bad_request"_s, u"\"do\" is missing."_s));
    else
        reply(fail(u"unknown_command"_s, u"There is no command \"%1\"."_s.arg(name)));
}

void Commands::exec(const QJsonObject &command, const Reply &reply)
{
    const auto statement = statementFromJson(command);
    if (!statement)
        return reply(fail(statement.error()));
    m_engine.write({*statement}, actionFromJson(command)).then(this, [reply](const Result<QList<qint64>> &done) {
        if (!done)
            return reply(fail(done.error()));
        reply(QJsonValue(QJsonObject{{u"rows_affected"_s, done->first()}}));
    });
}

void Commands::transaction(const QJsonObject &command, const Reply &reply)
{
    QList<Statement> statements;
    const QJsonArray array = command.value("statements"_L1).toArray();
    for (const QJsonValue &value : array) {
        const auto statement = statementFromJson(value.toObject());
        if (!statement)
            return reply(fail(statement.error()));
        statements.push_back(*statement);
    }
    if (statements.isEmpty())
        return reply(fail(u"bad_request"_s, u"\"statements\" is missing or empty."_s));
    m_engine.write(statements, actionFromJson(command)).then(this, [reply](const Result<QList<qint64>> &done) {
        if (!done)
            return reply(fail(done.error()));
        QJsonArray counts;
        for (const qint64 rows : *done)
            counts.append(rows);
        reply(QJsonValue(QJsonObject{{u"rows_affected"_s, counts}}));
    });
}

void Commands::query(const QJsonObject &command, const Reply &reply)
{
    const auto statement = statementFromJson(command);
    if (!statement)
        return reply(fail(statement.error()));
    m_engine.query(*statement).then(this, [reply](const Result<QueryRows> &found) {
        if (!found)
            return reply(fail(found.error()));
        reply(QJsonValue(
            QJsonObject{{u"columns"_s, QJsonArray::fromStringList(found->columns)}, {u"rows"_s, toJson(found->rows)}}));
    });
}

void Commands::watch(const QJsonObject &command, const Reply &reply)
{
    const auto statement = statementFromJson(command);
    if (!statement)
        return reply(fail(statement.error()));
    m_watches.start(*statement, reply);
}

void Commands::text(const QJsonObject &command, const Reply &reply)
{
    const auto wanted = textCommandFromJson(command);
    if (!wanted)
        return reply(fail(wanted.error()));
    // One number for each command: nothing that this document made is built on later.
    const quint64 client = std::max<quint64>(m_random.next() & 0xFFFF'FFFFU, 1);
    askReplica(
        [wanted = *wanted, client, action = actionFromJson(command)](Replica &replica) -> Result<QJsonValue> {
            const auto text = runTextCommand(replica, wanted, client, action);
            if (!text)
                return fail(text.error());
            return QJsonValue(QJsonObject{{u"text"_s, *text}});
        },
        reply);
}

void Commands::connectToServer(const QJsonObject &command, const Reply &reply)
{
    const QString url = command.value("url"_L1).toString();
    if (url.isEmpty())
        return reply(fail(u"bad_request"_s, u"\"url\" is missing."_s));
    m_engine.connectToServer(QUrl(url), command.value("token"_L1).toString().toUtf8())
        .then(this, [reply](const Result<void> &done) {
            reply(done ? Result<QJsonValue>(QJsonValue(true)) : Result<QJsonValue>(fail(done.error())));
        });
}

void Commands::disconnectFromServer(const QJsonObject &, const Reply &reply)
{
    m_engine.disconnectFromServer();
    reply(QJsonValue(true));
}

void Commands::waitSynced(const QJsonObject &command, const Reply &reply)
{
    const qint64 timeoutMs = command.value("timeout_ms"_L1).toInteger(defaultTimeoutMs);
    m_engine.waitSynced(timeoutMs).then(this, [reply](const Result<void> &synced) {
        reply(synced ? Result<QJsonValue>(QJsonValue(true)) : Result<QJsonValue>(fail(synced.error())));
    });
}

void Commands::askReplica(std::function<Result<QJsonValue>(Replica &)> question, const Reply &reply)
{
    auto answer = std::make_shared<Result<QJsonValue>>(fail(u"not_open"_s, u"The replica is not open."_s));
    m_engine.withReplica([answer, question = std::move(question)](Replica &replica) { *answer = question(replica); })
        .then(this, [answer, reply] { reply(*answer); });
}

void Commands::syncNow(const QJsonObject &, const Reply &reply)
{
    m_engine.syncNow().then(this, [reply](const Result<SyncResult> &synced) {
        reply(synced ? Result<QJsonValue>(QJsonValue(toJson(*synced))) : Result<QJsonValue>(fail(synced.error())));
    });
}

void Commands::cancelSync(const QJsonObject &, const Reply &reply)
{
    m_engine.cancelSync();
    reply(QJsonValue(true));
}

void Commands::repair(const QJsonObject &command, const Reply &reply)
{
    m_engine.repair(command.value("deep"_L1).toBool()).then(this, [reply](const Result<RepairReport> &report) {
        reply(report ? Result<QJsonValue>(QJsonValue(toJson(*report))) : Result<QJsonValue>(fail(report.error())));
    });
}

void Commands::pause(const QJsonObject &command, const Reply &reply)
{
    setPaused(command, true, reply);
}

void Commands::resume(const QJsonObject &command, const Reply &reply)
{
    setPaused(command, false, reply);
}

/// All, or the space that is named.
void Commands::setPaused(const QJsonObject &command, bool paused, const Reply &reply)
{
    if (const QString space = command.value("space"_L1).toString(); !space.isEmpty())
        m_engine.setSpacePaused(space, paused);
    else if (paused)
        m_engine.pause();
    else
        m_engine.resume();
    reply(QJsonValue(true));
}

void Commands::why(const QJsonObject &command, const Reply &reply)
{
    QVariantList key;
    const QJsonArray values = command.value("pk"_L1).toArray();
    for (const QJsonValue &value : values) {
        const auto part = fromJson(value);
        if (!part)
            return reply(fail(part.error()));
        key.append(*part);
    }
    const QString table = command.value("table"_L1).toString();
    if (table.isEmpty() || key.isEmpty())
        return reply(fail(u"bad_request"_s, u"A row is named by \"table\" and \"pk\"."_s));
    m_engine.why(table, key).then(this, [reply](const Result<RowAnswer> &answer) {
        reply(answer ? Result<QJsonValue>(QJsonValue(toJson(*answer))) : Result<QJsonValue>(fail(answer.error())));
    });
}

void Commands::status(const QJsonObject &, const Reply &reply)
{
    m_engine.refreshFigures().then(this, [this, reply] { reply(QJsonValue(m_engine.diagnostics())); });
}

void Commands::digest(const QJsonObject &command, const Reply &reply)
{
    const QByteArray space = command.value("space"_L1).toString(u"home"_s).toUtf8();
    askReplica(
        [space](Replica &replica) -> Result<QJsonValue> {
            const auto stamps = replica.digest(space);
            if (!stamps)
                return fail(stamps.error());
            const auto rows = replica.visibleDigest(space);
            if (!rows)
                return fail(rows.error());
            return QJsonValue(QJsonObject{{u"stamps"_s, QString::fromLatin1(stamps->totalBytes().toHex())},
                                          {u"rows"_s, QString::fromLatin1(rows->toHex())}});
        },
        reply);
}

void Commands::outbox(const QJsonObject &, const Reply &reply)
{
    askReplica(
        [](Replica &replica) -> Result<QJsonValue> {
            const auto entries = replica.outbox();
            if (!entries)
                return fail(entries.error());
            QJsonArray list;
            for (const OutboxEntry &entry : *entries)
                list.append(entryToJson(entry));
            return QJsonValue(list);
        },
        reply);
}

void Commands::undo(const QJsonObject &, const Reply &reply)
{
    m_engine.undo().then(this, [this, reply](const Result<UndoOutcome> &outcome) { reply(answerOf(outcome, m_engine)); });
}

void Commands::redo(const QJsonObject &, const Reply &reply)
{
    m_engine.redo().then(this, [this, reply](const Result<UndoOutcome> &outcome) { reply(answerOf(outcome, m_engine)); });
}

void Commands::presence(const QJsonObject &command, const Reply &reply)
{
    reply(m_presences.show(command));
}

void Commands::conflicts(const QJsonObject &, const Reply &reply)
{
    m_engine.conflicts().then(this, [reply](const Result<QList<Conflict>> &all) {
        if (!all)
            return reply(fail(all.error()));
        QJsonArray list;
        for (const Conflict &conflict : *all)
            list.append(toJson(conflict));
        reply(QJsonValue(list));
    });
}

void Commands::rejected(const QJsonObject &, const Reply &reply)
{
    m_engine.rejectedChanges().then(this, [reply](const Result<QList<RejectedChange>> &all) {
        if (!all)
            return reply(fail(all.error()));
        QJsonArray list;
        for (const RejectedChange &change : *all)
            list.append(toJson(change));
        reply(QJsonValue(list));
    });
}

void Commands::settle(const QJsonObject &command, const std::function<QFuture<Result<void>>(qint64)> &call, const Reply &reply)
{
    const QJsonValue number = command.value("n"_L1);
    if (!number.isDouble())
        return reply(fail(u"bad_request"_s, u"\"n\" is missing."_s));
    call(number.toInteger()).then(this, [reply](const Result<void> &done) {
        reply(done ? Result<QJsonValue>(QJsonValue(true)) : Result<QJsonValue>(fail(done.error())));
    });
}

void Commands::undoConflict(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.undoConflict(number); }, reply);
}

void Commands::dismissConflict(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.dismissConflict(number); }, reply);
}

void Commands::answerConflict(const QJsonObject &command, const Reply &reply)
{
    const auto value = answerFromJson(command.value("value"_L1));
    if (!value)
        return reply(fail(value.error()));
    settle(
        command, [this, value = *value](qint64 number) { return m_engine.answerConflict(number, value); }, reply);
}

void Commands::retryRejected(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.retryRejected(number); }, reply);
}

void Commands::discardRejected(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.discardRejected(number); }, reply);
}

void Commands::answerSpace(const QJsonObject &command, const std::function<QFuture<Result<void>>(const QString &)> &call,
                           const Reply &reply)
{
    const QString space = command.value("space"_L1).toString();
    if (space.isEmpty())
        return reply(fail(u"bad_request"_s, u"\"space\" is missing."_s));
    call(space).then(this, [reply](const Result<void> &done) {
        reply(done ? Result<QJsonValue>(QJsonValue(true)) : Result<QJsonValue>(fail(done.error())));
    });
}

void Commands::joinSpace(const QJsonObject &command, const Reply &reply)
{
    answerSpace(
        command, [this](const QString &space) { return m_engine.joinSpace(space); }, reply);
}

void Commands::leaveSpace(const QJsonObject &command, const Reply &reply)
{
    answerSpace(
        command, [this](const QString &space) { return m_engine.leaveSpace(space); }, reply);
}

void Commands::subscribeTables(const QJsonObject &command, const Reply &reply)
{
    const QStringList tables = command.value("tables"_L1).toVariant().toStringList();
    answerSpace(
        command, [this, tables](const QString &space) { return m_engine.subscribeTables(space, tables); }, reply);
}

void Commands::quarantine(const QJsonObject &, const Reply &reply)
{
    m_engine.quarantined().then(this, [reply](const Result<QList<QuarantinedChange>> &all) {
        if (!all)
            return reply(fail(all.error()));
        QJsonArray list;
        for (const QuarantinedChange &change : *all)
            list.append(toJson(change));
        reply(QJsonValue(list));
    });
}

void Commands::restoreQuarantined(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.restoreQuarantined(number); }, reply);
}

void Commands::discardQuarantined(const QJsonObject &command, const Reply &reply)
{
    settle(
        command, [this](qint64 number) { return m_engine.discardQuarantined(number); }, reply);
}

void Commands::syncWhere(const QJsonObject &command, const Reply &reply)
{
    SyncSelection selection{.table = command.value("table"_L1).toString().toUtf8(),
                            .where = command.value("where"_L1).toString(),
                            .params = {},
                            .tagsColumn = command.value("tags_column"_L1).toString().toUtf8(),
                            .tags = command.value("tags"_L1).toVariant().toStringList()};
    const QJsonArray params = command.value("params"_L1).toArray();
    for (const QJsonValue &param : params) {
        const auto value = fromJson(param);
        if (!value)
            return reply(fail(value.error()));
        selection.params.append(*value);
    }
    m_engine.syncWhere(std::move(selection)).then(this, [reply](const Result<SyncResult> &synced) {
        reply(synced ? Result<QJsonValue>(QJsonValue(toJson(*synced))) : Result<QJsonValue>(fail(synced.error())));
    });
}

} // namespace Sheaf
