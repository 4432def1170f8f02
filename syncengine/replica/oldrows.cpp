// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/oldrows.h"

#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <QHash>

#include <sqlite3.h>

namespace Sheaf {

namespace {

/// No trigger of the app runs while it is there: nothing has happened that it would have to know of.
class WithoutTriggers
{
public:
    explicit WithoutTriggers(sqlite3 *handle) : m_handle(handle)
    {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &m_were);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    }
    ~WithoutTriggers() { sqlite3_db_config(m_handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, m_were, nullptr); }
    WithoutTriggers(const WithoutTriggers &) = delete;
    WithoutTriggers &operator=(const WithoutTriggers &) = delete;

private:
    sqlite3 *m_handle;
    int m_were = 1;
};

} // namespace

Result<void> writeOutDefaults(sqlite3 *handle, const QByteArray &table, const QList<QByteArray> &columns)
{
    // A record is written whole, so any column will do; best one that no key has, because a row may refer to none that is there.
    auto info = SqlStatement::prepare(handle, "SELECT name, dflt_value IS NOT NULL FROM pragma_table_info(?1) ORDER BY name IN "
                                              "(SELECT \"from\" FROM pragma_foreign_key_list(?1)), pk > 0");
    if (!info)
        return fail(info.error());
    info->bindText(1, table);
    QByteArray name;
    bool isWanted = false;
    const auto read = forEachRow(*info, [&](const SqlStatement &row) {
        const QByteArray found = row.bytes(0).toByteArray();
        if (name.isEmpty())
            name = quotedName(found);
        isWanted = isWanted || (row.integer(1) != 0 && columns.contains(found));
    });
    if (!read || !isWanted)
        return read;
    const WithoutTriggers quiet(handle);
    const QByteArray sql = "UPDATE " + quotedName(table) + " SET " + name + " = " + name;
    return execSql(handle, sql.constData());
}

Result<void> writeOutDefaults(sqlite3 *handle)
{
    auto select = SqlStatement::prepare(handle, "SELECT t.name, i.name FROM sheaf_tables t, pragma_table_info(t.name) i"
                                                " WHERE t.synced");
    if (!select)
        return fail(select.error());
    QHash<QByteArray, QList<QByteArray>> tables;
    const auto read = forEachRow(
        *select, [&](const SqlStatement &row) { tables[row.bytes(0).toByteArray()].append(row.bytes(1).toByteArray()); });
    if (!read)
        return read;
    for (auto it = tables.cbegin(); it != tables.cend(); ++it) {
        if (auto done = writeOutDefaults(handle, it.key(), it.value()); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
