// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/importer.h"

#include "model/inpool.h"
#include "model/storewrites.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

namespace Sheaf {

using namespace Qt::StringLiterals;

/// Writes batches in the engine's thread, and knows the lists that it has met.
struct Importer::Writer {
    ModelPorts ports; ///< of that thread
    QSet<QString> planned;
    QHash<QString, QString> listIds;
    qint64 made = 0;
    qint64 present = 0;

    Result<void> write(const QSqlDatabase &database, const QList<ImportedNote> &notes);

private:
    Result<QString> listId(const QSqlDatabase &database, const QString &name);
    Result<QString> makeList(const QSqlDatabase &database, const QString &name);
    /// The id that the note gets; empty when the same note is here already.
    static Result<QString> idFor(const QSqlDatabase &database, const ImportedNote &note);
};

namespace {

Unexpected sqlError(const QSqlQuery &query)
{
    return fail(u"sql_error"_s, query.lastError().text());
}

} // namespace

Result<QString> Importer::Writer::idFor(const QSqlDatabase &database, const ImportedNote &note)
{
    if (note.id.isEmpty())
        return note.freeId;
    QSqlQuery query(database);
    query.prepare(u"SELECT title, body, tags FROM notes WHERE id = ?"_s);
    query.addBindValue(note.id);
    if (!query.exec())
        return sqlError(query);
    if (!query.next())
        return note.id;
    const bool same = query.value(0).toString() == note.title && query.value(1).toString() == note.body &&
                      tagsFromJson(query.value(2).toString()) == note.tags;
    return same ? QString() : note.freeId;
}

Result<QString> Importer::Writer::makeList(const QSqlDatabase &database, const QString &name)
{
    QString parentId;
    if (const QString parent = parentList(name, planned); !parent.isEmpty()) {
        const auto found = listId(database, parent);
        if (!found)
            return fail(found.error());
        parentId = *found;
    }
    const QString id = ports.newId();
    const Statement statement = StoreWrites::createList(id, name, ports.wallMs());
    QSqlQuery query(database);
    query.prepare(statement.sql);
    for (const QVariant &value : statement.params)
        query.addBindValue(value);
    if (!query.exec())
        return sqlError(query);
    if (!parentId.isEmpty()) {
        query.prepare(u"UPDATE lists SET parent = ? WHERE id = ?"_s);
        query.addBindValue(parentId);
        query.addBindValue(id);
        if (!query.exec())
            return sqlError(query);
    }
    return id;
}

Result<QString> Importer::Writer::listId(const QSqlDatabase &database, const QString &name)
{
    if (const QString known = listIds.value(name); !known.isEmpty() || name.isEmpty())
        return known;
    QSqlQuery query(database);
    query.prepare(u"SELECT id FROM lists WHERE name = ? ORDER BY created, id LIMIT 1"_s);
    query.addBindValue(name);
    if (!query.exec())
        return sqlError(query);
    Result<QString> id = query.next() ? query.value(0).toString() : makeList(database, name);
    if (id)
        listIds.insert(name, *id);
    return id;
}

Result<void> Importer::Writer::write(const QSqlDatabase &database, const QList<ImportedNote> &notes)
{
    QSqlQuery insert(database);
    insert.prepare(u"INSERT INTO notes(id, list, title, body, tags, pinned, created, updated)"
                   " VALUES(?, ?, coalesce(?, ''), coalesce(?, ''), ?, ?, ?, ?)"_s);
    for (const ImportedNote &note : notes) {
        const auto id = idFor(database, note);
        if (!id)
            return fail(id.error());
        if (id->isEmpty()) {
            ++present;
            continue;
        }
        const auto list = listId(database, note.list);
        if (!list)
            return fail(list.error());
        insert.bindValue(0, *id);
        insert.bindValue(1, StoreWrites::idOrNull(*list));
        insert.bindValue(2, note.title);
        insert.bindValue(3, note.body);
        insert.bindValue(4, tagsToJson(note.tags));
        insert.bindValue(5, note.pinned ? 1 : 0);
        insert.bindValue(6, note.created);
        insert.bindValue(7, note.updated);
        if (!insert.exec())
            return sqlError(insert);
        ++made;
    }
    return {};
}

Importer::Importer(SyncEngine &engine, ModelPorts ports, QObject *parent)
    : QObject(parent), m_engine(engine), m_ports(std::move(ports)), m_writer(std::make_shared<Writer>())
{
    m_pool.setMaxThreadCount(1);
}

Importer::~Importer() = default;

void Importer::start(const QString &folder)
{
    inPool(m_pool, [folder] { return planImport(folder); }).then(this, [this](const Result<ImportPlan> &plan) {
        if (!plan)
            return Q_EMIT failed(plan.error());
        m_plan = *plan;
        m_report.skipped = m_plan.skipped;
        m_writer->ports = ModelPorts::ofSystem();
        for (const ImportFile &file : std::as_const(m_plan.files))
            m_writer->planned.insert(file.list);
        readNext();
    });
}

void Importer::readNext()
{
    if (m_next >= m_plan.files.size()) {
        m_report.made = m_writer->made;
        m_report.present = m_writer->present;
        return Q_EMIT finished(m_report);
    }
    const QList<ImportFile> files = m_plan.files.mid(m_next, notesPerBatch);
    m_next += files.size();
    const auto readAll = [files] {
        Batch batch;
        for (const ImportFile &file : files) {
            auto note = readNote(file);
            if (note)
                batch.notes.append(std::move(*note));
            else
                batch.skipped.append({file.relativePath, note.error().message});
        }
        return batch;
    };
    inPool(m_pool, readAll).then(this, [this](const Batch &batch) { writeBatch(batch); });
}

void Importer::writeBatch(const Batch &batch)
{
    m_report.skipped += batch.skipped;
    m_report.read += batch.notes.size();
    QList<ImportedNote> notes = batch.notes;
    for (ImportedNote &note : notes) {
        note.freeId = m_ports.newId();
        for (const QString &key : std::as_const(note.otherKeys)) {
            if (!m_report.otherKeys.contains(key))
                m_report.otherKeys.append(key);
        }
    }
    m_engine.writeWith([writer = m_writer, notes](QSqlDatabase &database) { return writer->write(database, notes); })
        .then(this, [this](const Result<void> &done) {
            if (!done)
                return Q_EMIT failed(done.error());
            Q_EMIT progressed(m_next, m_plan.files.size());
            readNext();
        });
}

} // namespace Sheaf
