// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/guards.h"

#include "sql/database.h"
#include "sql/sqltransaction.h"

#include <map>

namespace Sheaf {

namespace {

constexpr qsizetype columnsPerIndex = 1000; // SQLite takes 2,000, the key's own included

using Guards = std::map<QByteArray, QByteArray>; // name to SQL

Result<Guards> guardsThere(sqlite3 *handle)
{
    auto select = SqlStatement::prepare(handle, "SELECT name, sql FROM sqlite_schema WHERE name GLOB 'sheaf_guard_*'");
    if (!select)
        return fail(select.error());
    Guards guards;
    const auto read =
        forEachRow(*select, [&](const SqlStatement &row) { guards[row.bytes(0).toByteArray()] = row.bytes(1).toByteArray(); });
    if (!read)
        return fail(read.error());
    return guards;
}

/// `info` lists the columns of a table.
Result<void> addGuards(SqlStatement &info, const TableInfo &table, Guards &guards)
{
    info.bindText(1, table.name);
    QList<QByteArray> columns;
    const auto read = forEachRow(info, [&](const SqlStatement &row) { columns.append(quotedName(row.bytes(0))); });
    if (!read)
        return fail(read.error());
    const QByteArray name = "sheaf_guard_" + QByteArray::number(table.id);
    for (qsizetype from = 0; from < columns.size(); from += columnsPerIndex) {
        const QByteArray index = name + '_' + QByteArray::number(from / columnsPerIndex);
        guards[index] = "CREATE INDEX " + index + " ON " + quotedName(table.name) + '(' +
                        columns.mid(from, columnsPerIndex).join(',') + ") WHERE written_through_sheaf_only()";
    }
    guards[name + "_all"] = "CREATE TRIGGER " + name + "_all BEFORE DELETE ON " + quotedName(table.name) +
                            " WHEN written_through_sheaf_only() BEGIN SELECT 1; END";
    return {};
}

Result<void> drop(sqlite3 *handle, const QByteArray &name, const QByteArray &sql)
{
    const QByteArray statement = (sql.startsWith("CREATE TRIGGER") ? "DROP TRIGGER " : "DROP INDEX ") + name;
    return execSql(handle, statement.constData());
}

} // namespace

Result<void> raiseGuards(sqlite3 *handle, const Catalog &catalog)
{
    const auto there = guardsThere(handle);
    if (!there)
        return fail(there.error());
    auto info = SqlStatement::prepare(handle, "SELECT name FROM pragma_table_info(?1)");
    if (!info)
        return fail(info.error());
    Guards wanted;
    for (const auto &table : catalog.tables()) {
        if (!table->synced)
            continue;
        if (auto done = addGuards(*info, *table, wanted); !done)
            return done;
    }
    if (*there == wanted)
        return {};
    auto transaction = SqlTransaction::begin(handle);
    if (!transaction)
        return fail(transaction.error());
    for (const auto &[name, sql] : *there) {
        if (const auto same = wanted.find(name); same != wanted.end() && same->second == sql)
            wanted.erase(same);
        else if (auto done = drop(handle, name, sql); !done)
            return done;
    }
    for (const auto &[name, sql] : wanted) {
        if (auto done = execSql(handle, sql.constData()); !done)
            return done;
    }
    return transaction->commit();
}

Result<void> lowerGuards(sqlite3 *handle)
{
    const auto there = guardsThere(handle);
    if (!there)
        return fail(there.error());
    for (const auto &[name, sql] : *there) {
        if (auto done = drop(handle, name, sql); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
