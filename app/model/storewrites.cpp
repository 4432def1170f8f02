// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/storewrites.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

namespace Sheaf::StoreWrites {

using namespace Qt::StringLiterals;

namespace {

Unexpected sqlError(const QSqlQuery &query)
{
    return fail(u"sql_error"_s, query.lastError().text());
}

Result<QString> positionOf(const QSqlDatabase &database, const QString &id)
{
    QSqlQuery query(database);
    query.prepare(u"SELECT position FROM tasks WHERE id = ?"_s);
    query.addBindValue(id);
    if (!query.exec())
        return sqlError(query);
    return query.next() ? query.value(0).toString() : QString();
}

Result<QString> nextPosition(const QSqlDatabase &database, const QString &position)
{
    QSqlQuery query(database);
    query.prepare(u"SELECT min(position) FROM tasks WHERE position > ?"_s);
    query.addBindValue(position);
    if (!query.exec())
        return sqlError(query);
    return query.next() ? query.value(0).toString() : QString();
}

} // namespace

QVariant idOrNull(const QString &id)
{
    return id.isEmpty() ? QVariant(QMetaType::fromType<QString>()) : QVariant(id);
}

Statement createList(const QString &id, const QString &name, qint64 nowMs)
{
    return {u"INSERT INTO lists(id, name, position, created, updated)"
            " VALUES(?, ?, sheaf_order((SELECT nullif(max(position), '') FROM lists), NULL), ?, ?)"_s,
            {id, name, nowMs, nowMs},
            {}};
}

Statement renameList(const QString &id, const QString &name, qint64 nowMs)
{
    return {u"UPDATE lists SET name = ?, updated = ? WHERE id = ? AND name IS NOT ?"_s, {name, nowMs, id, name}, {}};
}

QList<Statement> abandonList(const QString &id)
{
    return {{u"UPDATE notes SET list = NULL WHERE list = ?"_s, {id}, {}},
            {u"UPDATE tasks SET list = NULL WHERE list = ?"_s, {id}, {}},
            {u"UPDATE lists SET parent = NULL WHERE parent = ?"_s, {id}, {}}};
}

QList<Statement> deleteList(const QString &id)
{
    QList<Statement> statements = abandonList(id);
    statements.append(remove(u"lists"_s, id));
    return statements;
}

Statement createNote(const QString &id, const QString &listId, const QString &title, const QString &body, qint64 nowMs)
{
    // Qt binds a null string as NULL, and NULL is not an empty text.
    return {u"INSERT INTO notes(id, list, title, body, created, updated) VALUES(?, ?, coalesce(?, ''), coalesce(?, ''), ?, ?)"_s,
            {id, idOrNull(listId), title, body, nowMs, nowMs},
            {}};
}

Statement createTask(const QString &id, const QString &listId, const QString &title, qint64 nowMs)
{
    return {u"INSERT INTO tasks(id, list, title, position, created, updated) VALUES(?, ?, coalesce(?, ''),"
            " sheaf_order((SELECT nullif(max(position), '') FROM tasks WHERE list IS ?), NULL), ?, ?)"_s,
            {id, idOrNull(listId), title, idOrNull(listId), nowMs, nowMs},
            {}};
}

Statement setText(const QString &table, const QString &column, const QString &id, const QVariant &text, qint64 nowMs)
{
    return {u"UPDATE %1 SET %2 = ?, updated = ? WHERE id = ? AND %2 IS NOT ?"_s.arg(table, column), {text, nowMs, id, text}, {}};
}

Statement touch(const QString &table, const QString &id, qint64 nowMs)
{
    return {u"UPDATE %1 SET updated = ? WHERE id = ?"_s.arg(table), {nowMs, id}, {}};
}

Statement setTaskDone(const QString &id, bool done, qint64 nowMs)
{
    if (done)
        return {u"UPDATE tasks SET done = ?, updated = ? WHERE id = ? AND done IS NULL"_s, {nowMs, nowMs, id}, {}};
    return {u"UPDATE tasks SET done = NULL, updated = ? WHERE id = ? AND done IS NOT NULL"_s, {nowMs, id}, {}};
}

Statement moveNoteToList(const QString &id, const QString &listId)
{
    return {u"UPDATE notes SET list = ? WHERE id = ?"_s, {idOrNull(listId), id}, {}};
}

Statement moveTaskToList(const QString &id, const QString &listId)
{
    return {u"UPDATE tasks SET list = ?, position = sheaf_order((SELECT nullif(max(t.position), '') FROM tasks t WHERE t.list IS "
            u"?), NULL)"
            " WHERE id = ? AND list IS NOT ?"_s,
            {idOrNull(listId), idOrNull(listId), id, idOrNull(listId)},
            {}};
}

Statement setTrashed(const QString &table, const QString &id, const QVariant &whenMs)
{
    return {u"UPDATE %1 SET trashed = ? WHERE id = ?"_s.arg(table), {whenMs, id}, {}};
}

Statement remove(const QString &table, const QString &id)
{
    return {u"DELETE FROM %1 WHERE id = ?"_s.arg(table), {id}, {}};
}

Result<void> moveTask(const QSqlDatabase &database, const QString &id, const QString &beforeId, const QString &afterId)
{
    const auto before = positionOf(database, beforeId);
    if (!before)
        return fail(before.error());
    auto after = positionOf(database, afterId);
    if (!after)
        return fail(after.error());
    // Two devices can have made equal keys, however rarely; nothing fits between those.
    if (!before->isEmpty() && !after->isEmpty() && *before >= *after) {
        after = nextPosition(database, *before);
        if (!after)
            return fail(after.error());
    }
    if (before->isEmpty() && after->isEmpty())
        return {};
    QSqlQuery query(database);
    query.prepare(u"UPDATE tasks SET position = sheaf_order(?, ?) WHERE id = ?"_s);
    query.addBindValue(idOrNull(*before));
    query.addBindValue(idOrNull(*after));
    query.addBindValue(id);
    if (!query.exec())
        return sqlError(query);
    return {};
}

} // namespace Sheaf::StoreWrites
