// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/storage/digestupgrade.h"

#include "crdt/digest.h"
#include "sql/sqlstatement.h"

#include <algorithm>
#include <map>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

struct Table {
    qint64 space = 0;
    QByteArray name;
    std::vector<NamedColumn> byName;
};

Result<std::map<qint64, Table>> readTables(sqlite3 *handle)
{
    std::map<qint64, Table> tables;
    auto read = forEachRow(handle, "SELECT id, space, name FROM dictionary_table", [&](const SqlStatement &row) {
        tables[row.integer(0)] = {row.integer(1), row.bytes(2).toByteArray(), {}};
    });
    if (!read)
        return fail(read.error());
    read = forEachRow(handle, "SELECT tbl, id, name FROM dictionary_column", [&](const SqlStatement &row) {
        tables[row.integer(0)].byName.push_back({row.bytes(2).toByteArray(), static_cast<ColumnId>(row.integer(1))});
    });
    if (!read)
        return fail(read.error());
    for (auto &[id, table] : tables)
        std::ranges::sort(table.byName, {}, &NamedColumn::name);
    return tables;
}

} // namespace

Result<void> upgradeDigests(sqlite3 *handle)
{
    bool isOld = false;
    auto asked = forEachRow(handle, "SELECT 1 FROM meta WHERE name = 'digests' AND value = 'old'",
                            [&](const SqlStatement &) { isOld = true; });
    if (!asked || !isOld)
        return asked;
    const auto tables = readTables(handle);
    if (!tables)
        return fail(tables.error());
    std::map<qint64, SpaceDigest> digests;
    RowRecord record;
    bool isDamaged = false;
    auto read = forEachRow(handle, "SELECT id FROM space", [&](const SqlStatement &row) { digests[row.integer(0)] = {}; });
    if (!read)
        return read;
    read = forEachRow(handle, "SELECT tbl, pk, record FROM record", [&](const SqlStatement &row) {
        const auto table = tables->find(row.integer(0));
        isDamaged = isDamaged || table == tables->end() || !decodeRecord(row.bytes(2), record);
        if (!isDamaged)
            digests[table->second.space].add(
                fingerprint(table->second.name, row.bytes(1), clockOf(record), table->second.byName));
    });
    if (!read)
        return read;
    if (isDamaged)
        return fail(u"database_damaged"_s, u"A stored row belongs to no table, or cannot be read."_s);
    auto update = SqlStatement::prepare(handle, "UPDATE space SET digest = ?1 WHERE id = ?2");
    auto done = SqlStatement::prepare(handle, "DELETE FROM meta WHERE name = 'digests'");
    if (!update || !done)
        return fail(update ? done.error() : update.error());
    for (const auto &[space, digest] : digests) {
        const QByteArray bytes = digest.toBytes();
        update->bindBlob(1, bytes);
        update->bindInteger(2, space);
        if (auto ran = update->run(); !ran)
            return ran;
    }
    return done->run();
}

} // namespace Sheaf::Server
