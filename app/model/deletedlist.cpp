// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/deletedlist.h"

#include "model/storewrites.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Result<QSqlQuery> run(const QSqlDatabase &database, const QString &sql, const QVariantList &params)
{
    QSqlQuery query(database);
    query.prepare(sql);
    for (const QVariant &value : params)
        query.addBindValue(value);
    if (!query.exec())
        return fail(u"sql_error"_s, query.lastError().text());
    return query;
}

Result<QStringList> idsOf(const QSqlDatabase &database, const QString &sql, const QString &listId)
{
    auto query = run(database, sql, {listId});
    if (!query)
        return fail(query.error());
    QStringList ids;
    while (query->next())
        ids.append(query->value(0).toString());
    return ids;
}

Result<void> setAll(const QSqlDatabase &database, const QString &sql, const QString &listId, const QStringList &ids)
{
    for (const QString &id : ids) {
        if (const auto done = run(database, sql, {listId, id}); !done)
            return fail(done.error());
    }
    return {};
}

} // namespace

Result<void> DeletedList::remove(const QSqlDatabase &database)
{
    auto row = run(database, u"SELECT name, colour, position, parent, created, updated FROM lists WHERE id = ?"_s, {m_id});
    if (!row)
        return fail(row.error());
    if (!row->next())
        return {};
    for (int column = 0; column < 6; ++column)
        m_row.append(row->value(column));
    const std::pair<QStringList *, QString> parts[] = {{&m_notes, u"SELECT id FROM notes WHERE list = ?"_s},
                                                       {&m_tasks, u"SELECT id FROM tasks WHERE list = ?"_s},
                                                       {&m_lists, u"SELECT id FROM lists WHERE parent = ?"_s}};
    for (const auto &[ids, sql] : parts) {
        const auto found = idsOf(database, sql, m_id);
        if (!found)
            return fail(found.error());
        *ids = *found;
    }
    const QList<Statement> statements = StoreWrites::deleteList(m_id);
    for (const Statement &statement : statements) {
        if (const auto done = run(database, statement.sql, statement.params); !done)
            return fail(done.error());
    }
    return {};
}

Result<void> DeletedList::putBack(const QSqlDatabase &database) const
{
    if (m_row.isEmpty())
        return {};
    const auto made = run(database,
                          u"INSERT OR IGNORE INTO lists(id, name, colour, position, parent, created, updated)"
                          " VALUES(?, ?, ?, ?, ?, ?, ?)"_s,
                          QVariantList{m_id} + m_row);
    if (!made)
        return fail(made.error());
    if (const auto done = setAll(database, u"UPDATE notes SET list = ? WHERE id = ? AND list IS NULL"_s, m_id, m_notes); !done)
        return done;
    if (const auto done = setAll(database, u"UPDATE tasks SET list = ? WHERE id = ? AND list IS NULL"_s, m_id, m_tasks); !done)
        return done;
    return setAll(database, u"UPDATE lists SET parent = ? WHERE id = ? AND parent IS NULL"_s, m_id, m_lists);
}

} // namespace Sheaf
