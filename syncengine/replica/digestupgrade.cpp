// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/digestupgrade.h"

#include "crdt/bytes.h"
#include "crdt/digest.h"
#include "replica/store.h"
#include "sql/sqlstatement.h"

#include <algorithm>
#include <map>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

struct Table {
    QByteArray name;
    std::vector<NamedColumn> byName;
};

Result<std::map<qint64, Table>> readTables(sqlite3 *handle)
{
    std::map<qint64, Table> tables;
    auto read = forEachRow(handle, "SELECT id, name FROM sheaf_tables",
                           [&](const SqlStatement &row) { tables[row.integer(0)].name = row.bytes(1).toByteArray(); });
    if (!read)
        return fail(read.error());
    read = forEachRow(handle, "SELECT tbl, id, name FROM sheaf_columns", [&](const SqlStatement &row) {
        tables[row.integer(0)].byName.push_back({row.bytes(2).toByteArray(), static_cast<ColumnId>(row.integer(1))});
    });
    if (!read)
        return fail(read.error());
    for (auto &[id, table] : tables)
        std::ranges::sort(table.byName, {}, &NamedColumn::name);
    return tables;
}

} // namespace

Result<void> recomputeBuckets(sqlite3 *handle)
{
    const auto tables = readTables(handle);
    if (!tables)
        return fail(tables.error());
    const auto sites = Store::readSites(handle);
    if (!sites)
        return fail(sites.error());
    std::map<qint64, SpaceDigest> digests;
    RowClock clock;
    bool isDamaged = false;
    auto read =
        forEachRow(handle, "SELECT space, tbl, pk, clock FROM sheaf_rows WHERE outbox IS NULL", [&](const SqlStatement &row) {
            const auto table = tables->find(row.integer(1));
            isDamaged = isDamaged || table == tables->end() || !decodeClock(row.bytes(3), *sites, clock);
            if (!isDamaged)
                digests[row.integer(0)].add(fingerprint(table->second.name, row.bytes(2), clock, table->second.byName));
        });
    if (!read)
        return read;
    if (isDamaged)
        return fail(u"database_damaged"_s, u"The clock of a row cannot be read."_s);
    auto clear = SqlStatement::prepare(handle, "DELETE FROM sheaf_buckets");
    auto insert = SqlStatement::prepare(handle, "INSERT INTO sheaf_buckets(space, bucket, sum) VALUES (?1, ?2, ?3)");
    if (!clear || !insert)
        return fail(clear ? insert.error() : clear.error());
    if (auto done = clear->run(); !done)
        return done;
    for (const auto &[space, digest] : digests) {
        for (int bucket = 0; bucket < SpaceDigest::bucketCount; ++bucket) {
            const Digest128 sum = digest.bucket(bucket);
            if (sum == Digest128())
                continue;
            QByteArray bytes;
            Bytes::appendFixed(bytes, sum.high);
            Bytes::appendFixed(bytes, sum.low);
            insert->bindInteger(1, space);
            insert->bindInteger(2, bucket);
            insert->bindBlob(3, bytes);
            if (auto done = insert->run(); !done)
                return done;
        }
    }
    return {};
}

} // namespace Sheaf
