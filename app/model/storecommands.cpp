// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/storecommands.h"

#include "model/exporter.h"
#include "model/importer.h"
#include "model/storewrites.h"

#include <QHash>
#include <QJsonArray>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

QJsonObject progressObject(const QString &verb, qint64 done, qint64 total)
{
    return {{u"verb"_s, verb}, {u"done"_s, done}, {u"total"_s, total}};
}

QJsonObject reportObject(const ImportReport &report)
{
    QJsonArray skipped;
    for (const SkippedFile &file : report.skipped)
        skipped.append(QJsonObject{{u"path"_s, file.relativePath}, {u"reason"_s, file.reason}});
    return {{u"read"_s, report.read},
            {u"made"_s, report.made},
            {u"present"_s, report.present},
            {u"skipped"_s, skipped},
            {u"other_keys"_s, QJsonArray::fromStringList(report.otherKeys)}};
}

/// Both kinds have the same columns, so that one query can hold both.
QString selectOf(const QString &kind)
{
    const bool note = kind == "note"_L1;
    const QString columns =
        note ? u"'note' AS kind, n.id AS id, n.title, n.body AS text, n.tags, NULL AS done, NULL AS due, n.created, n.updated,"
               " n.trashed, l.name AS list, n.pinned = 0 AS first, '' AS second, -n.updated AS third FROM notes n"_s
             : u"'task' AS kind, n.id AS id, n.title, n.notes AS text, '[]' AS tags, n.done, n.due, n.created, n.updated,"
               " n.trashed, l.name AS list, n.done IS NOT NULL AS first, n.position AS second, n.created AS third"
               " FROM tasks n"_s;
    return "SELECT "_L1 + columns + " LEFT JOIN lists l ON l.id = n.list"_L1;
}

QJsonObject itemOf(const QueryRows &rows, const QVariantList &row)
{
    QJsonObject item;
    for (qsizetype i = 0; i < rows.columns.size(); ++i) {
        const QString &column = rows.columns[i];
        if (column == "tags"_L1)
            item.insert(column, QJsonArray::fromStringList(tagsFromJson(row[i].toString())));
        else if (column != "first"_L1 && column != "second"_L1 && column != "third"_L1 && !row[i].isNull())
            item.insert(column, QJsonValue::fromVariant(row[i]));
    }
    return item;
}

/// The first line is the title; a heading stays in the body, as an import leaves it there.
std::pair<QString, QString> titleAndBody(const QString &text)
{
    if (text.startsWith(u'#')) {
        if (const QString heading = headingOf(text.section(u'\n', 0, 0)); !heading.isEmpty())
            return {heading, text};
    }
    return {text.section(u'\n', 0, 0).trimmed(), text.section(u'\n', 1)};
}

} // namespace

StoreCommands::StoreCommands(SyncEngine &engine, Profile profile, SyncRun::Connector connector, QObject *parent)
    : QObject(parent), m_engine(engine), m_profile(std::move(profile)), m_connector(std::move(connector))
{
}

StoreCommands::~StoreCommands() = default;

void StoreCommands::run(const QJsonObject &request, const Progress &progress, const Reply &reply)
{
    using Handler = void (StoreCommands::*)(const QJsonObject &, const Progress &, const Reply &);
    static const QHash<QString, Handler> handlers{
        {u"import"_s, &StoreCommands::import}, {u"add"_s, &StoreCommands::add},
        {u"list"_s, &StoreCommands::list},     {u"show"_s, &StoreCommands::show},
        {u"edit"_s, &StoreCommands::edit},     {u"export"_s, &StoreCommands::exportNotes},
        {u"sync"_s, &StoreCommands::sync},     {u"history"_s, &StoreCommands::history},
        {u"repair"_s, &StoreCommands::repair},
    };
    if (const Handler handler = handlers.value(request.value("do"_L1).toString()))
        return (this->*handler)(request, progress, reply);
    reply(fail(u"bad_request"_s, u"There is no command “%1”; the running app may be an older version, restart it."_s.arg(
                                     request.value("do"_L1).toString())));
}

void StoreCommands::import(const QJsonObject &request, const Progress &progress, const Reply &reply)
{
    auto *importer = new Importer(m_engine, m_ports, this);
    connect(importer, &Importer::progressed, this,
            [progress](qint64 done, qint64 total) { progress(progressObject(u"Imported"_s, done, total)); });
    connect(importer, &Importer::finished, this, [importer, reply](const ImportReport &report) {
        importer->deleteLater();
        reply(reportObject(report));
    });
    connect(importer, &Importer::failed, this, [importer, reply](const Error &error) {
        importer->deleteLater();
        reply(fail(error));
    });
    importer->start(request.value("dir"_L1).toString());
}

void StoreCommands::add(const QJsonObject &request, const Progress &, const Reply &reply)
{
    const QString name = request.value("list"_L1).toString();
    if (request.value("text"_L1).toString().trimmed().isEmpty())
        return reply(fail(u"bad_request"_s, u"There is nothing to add; write the text behind the command."_s));
    if (name.isEmpty())
        return addItem(request, {}, false, reply);
    findList(name, [this, request, reply](const Result<QString> &id) {
        if (!id)
            return reply(fail(id.error()));
        addItem(request, id->isEmpty() ? m_ports.newId() : *id, id->isEmpty(), reply);
    });
}

void StoreCommands::addItem(const QJsonObject &request, const QString &listId, bool makesList, const Reply &reply)
{
    const QString id = m_ports.newId();
    const qint64 now = m_ports.wallMs();
    const QString text = request.value("text"_L1).toString();
    QList<Statement> statements;
    if (makesList)
        statements.append(StoreWrites::createList(listId, request.value("list"_L1).toString(), now));
    if (request.value("kind"_L1).toString() == "note"_L1) {
        const auto [title, body] = titleAndBody(text);
        statements.append(StoreWrites::createNote(id, listId, title, body, now));
    } else {
        statements.append(StoreWrites::createTask(id, listId, text.simplified(), now));
    }
    m_engine.write(statements).then(this, [id, makesList, reply](const Result<QList<qint64>> &done) {
        if (!done)
            return reply(fail(done.error()));
        reply(QJsonObject{{u"id"_s, id}, {u"list_made"_s, makesList}});
    });
}

void StoreCommands::findList(const QString &name, const std::function<void(const Result<QString> &)> &found)
{
    // The exact name comes before one that differs in case only.
    m_engine
        .query(
            {u"SELECT id FROM lists WHERE name = ? COLLATE NOCASE ORDER BY name <> ?, created, id LIMIT 1"_s, {name, name}, {}})
        .then(this, [found](const Result<QueryRows> &rows) {
            if (!rows)
                return found(fail(rows.error()));
            found(rows->rows.isEmpty() ? QString() : rows->rows.first().first().toString());
        });
}

void StoreCommands::list(const QJsonObject &request, const Progress &, const Reply &reply)
{
    const QString name = request.value("list"_L1).toString();
    const QJsonArray kinds = request.value("kinds"_L1).toArray();
    if (name.isEmpty())
        return listItems(kinds, u"n.trashed IS NULL"_s, {}, reply);
    findList(name, [this, name, kinds, reply](const Result<QString> &id) {
        if (!id)
            return reply(fail(id.error()));
        if (!id->isEmpty())
            return listItems(kinds, u"n.trashed IS NULL AND n.list = ?"_s, {*id}, reply);
        if (name.compare("inbox"_L1, Qt::CaseInsensitive) == 0)
            return listItems(kinds, u"n.trashed IS NULL AND n.list IS NULL"_s, {}, reply);
        reply(fail(u"no_list"_s, u"There is no list “%1”; `sheaf-cli list` shows everything with its list."_s.arg(name)));
    });
}

void StoreCommands::listItems(const QJsonArray &kinds, const QString &where, const QVariantList &params, const Reply &reply)
{
    QStringList parts;
    QVariantList allParams;
    for (const QString &kind : {u"task"_s, u"note"_s}) {
        if (!kinds.contains(kind))
            continue;
        parts.append(selectOf(kind) + " WHERE "_L1 + where);
        allParams += params;
    }
    if (parts.isEmpty())
        return reply(fail(u"bad_request"_s, u"Ask for tasks, notes or both."_s));
    m_engine.query({parts.join(" UNION ALL "_L1) + " ORDER BY kind DESC, first, second, third, id"_L1, allParams, {}})
        .then(this, [reply](const Result<QueryRows> &rows) {
            if (!rows)
                return reply(fail(rows.error()));
            QJsonArray items;
            for (const QVariantList &row : rows->rows)
                items.append(itemOf(*rows, row));
            reply(QJsonObject{{u"items"_s, items}});
        });
}

void StoreCommands::show(const QJsonObject &request, const Progress &, const Reply &reply)
{
    findItem(request.value("item"_L1).toString(), [reply](const Result<QJsonObject> &item) {
        if (!item)
            return reply(fail(item.error()));
        reply(QJsonObject{{u"item"_s, *item}});
    });
}

void StoreCommands::edit(const QJsonObject &request, const Progress &, const Reply &reply)
{
    const QString given = request.value("text"_L1).toString();
    const QString text = given.isNull() ? u""_s : given;
    findItem(request.value("item"_L1).toString(), [this, text, reply](const Result<QJsonObject> &item) {
        if (!item)
            return reply(fail(item.error()));
        writeText({item->value("kind"_L1).toString(), item->value("id"_L1).toString()}, text, {}, reply);
    });
}

void StoreCommands::findItem(const QString &id, const Reply &found)
{
    if (id.isEmpty())
        return found(fail(u"bad_request"_s, u"Name a note or task by its id, or by the start of it."_s));
    const QString where = u" WHERE n.id = ? OR substr(n.id, 1, length(?)) = ?"_s;
    m_engine
        .query({selectOf(u"task"_s) + where + " UNION ALL "_L1 + selectOf(u"note"_s) + where + " LIMIT 2"_L1,
                {id, id, id, id, id, id},
                {}})
        .then(this, [id, found](const Result<QueryRows> &rows) {
            if (!rows)
                return found(fail(rows.error()));
            if (rows->rows.isEmpty())
                return found(
                    fail(u"not_found"_s, u"Nothing has an id that starts with “%1”; `sheaf-cli list` shows the ids."_s.arg(id)));
            if (rows->rows.size() > 1)
                return found(fail(u"ambiguous"_s, u"More than one id starts with “%1”; write more of it."_s.arg(id)));
            found(itemOf(*rows, rows->rows.first()));
        });
}

void StoreCommands::exportNotes(const QJsonObject &request, const Progress &progress, const Reply &reply)
{
    auto *exporter = new Exporter(m_engine, this);
    connect(exporter, &Exporter::progressed, this,
            [progress](qint64 done, qint64 total) { progress(progressObject(u"Exported"_s, done, total)); });
    connect(exporter, &Exporter::finished, this, [exporter, reply](const ExportReport &report) {
        exporter->deleteLater();
        reply(QJsonObject{{u"notes"_s, report.notes}, {u"replaced"_s, report.replaced}, {u"tasks"_s, report.tasks}});
    });
    connect(exporter, &Exporter::failed, this, [exporter, reply](const Error &error) {
        exporter->deleteLater();
        reply(fail(error));
    });
    exporter->start(request.value("dir"_L1).toString(), request.value("force"_L1).toBool());
}

void StoreCommands::sync(const QJsonObject &request, const Progress &progress, const Reply &reply)
{
    auto *run = new SyncRun(m_engine, m_profile, m_connector, this);
    connect(run, &SyncRun::progressed, this,
            [progress](const QString &verb, qint64 done, qint64 total) { progress(progressObject(verb, done, total)); });
    connect(run, &SyncRun::synced, this, [run, reply] {
        run->deleteLater();
        reply(QJsonObject{});
    });
    connect(run, &SyncRun::failed, this, [run, reply](const Error &error) {
        run->deleteLater();
        reply(fail(error));
    });
    run->start({QUrl(request.value("url"_L1).toString()), request.value("token"_L1).toString().toUtf8()});
}

void StoreCommands::repair(const QJsonObject &request, const Progress &progress, const Reply &reply)
{
    // sheaf-cli alone has no connection yet; one that there is, is kept.
    const ServerChoice server = m_profile.server();
    if (m_engine.state() == SyncEngine::State::LocalOnly && !server.url.isEmpty())
        m_connector(server.url, server.token);
    auto *listener = new QObject(this);
    connect(&m_engine, &SyncEngine::repairProgressed, listener, [progress](qint64 rows) {
        progress(QJsonObject{{u"verb"_s, u"Counted"_s}, {u"done"_s, rows}});
    });
    m_engine.repair(request.value("deep"_L1).toBool()).then(this, [listener, reply](const Result<RepairReport> &report) {
        listener->deleteLater();
        if (report)
            reply(QJsonObject{{u"report"_s, toJson(*report)}});
        else
            reply(fail(report.error()));
    });
}

} // namespace Sheaf
