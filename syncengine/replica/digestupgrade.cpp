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
    auto read = forEachRow(handle, "SELECT id, coalesce(wire, name) FROM sheaf_tables",
                           [&](const SqlStatement &row) { tables[row.integer(0)].name = row.bytes(1).toByteArray(); });
    if (!read)
        return fail(read.error());
    read = forEachRow(handle, "SELECT tbl, id, coalesce(wire, name) FROM sheaf_columns", [&](const SqlStatement &row) {
        tables[row.integer(0)].byName.push_back({row.bytes(2).toByteArray(), static_cast<ColumnId>(row.integer(1))});
    });
    if (!read)
        return fail(read.error());
    for (auto &[id, table] : tables)
        std::ranges::sort(table.byName, {}, &NamedColumn::name);
    return tables;
}

/// Clocks of one kind, each found by a number and a key, and the parts that are gone from the rows they speak of.
struct Clocks {
    const char *select;
    const char *gone;
    const char *update;
};

constexpr Clocks allClocks[] = {
    {"SELECT tbl, pk, clock FROM sheaf_rows WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_parts)",
     "SELECT column, part FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2 AND part <> x'' AND value = x'00'",
     "UPDATE sheaf_rows SET clock = ?3 WHERE tbl = ?1 AND pk = ?2"},
    {"SELECT tbl, pk, base FROM sheaf_outbox WHERE base <> x'' AND (tbl, pk) IN (SELECT tbl, pk FROM sheaf_parts)",
     "SELECT column, part FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2 AND part <> x'' AND iif(waits, acked, value) = x'00'",
     "UPDATE sheaf_outbox SET base = ?3 WHERE tbl = ?1 AND pk = ?2"},
    {"SELECT n, x'', clock FROM sheaf_quarantine WHERE clock <> x''",
     "SELECT column, part FROM sheaf_quarantine_parts WHERE entry = ?1 AND ?2 = x'' AND part <> x'' AND value = x'00'",
     "UPDATE sheaf_quarantine SET clock = ?3 WHERE n = ?1 AND ?2 = x''"},
    {"SELECT n, x'', base FROM sheaf_quarantine WHERE base <> x''",
     "SELECT column, part FROM sheaf_quarantine_parts WHERE entry = ?1 AND ?2 = x'' AND part <> x''"
     " AND iif(waits, acked, value) = x'00'",
     "UPDATE sheaf_quarantine SET base = ?3 WHERE n = ?1 AND ?2 = x''"},
};

struct ClockPlace {
    qint64 number = 0;
    QByteArray key;
    QByteArray clock;
};

void bindPlace(SqlStatement &statement, const ClockPlace &place)
{
    statement.bindInteger(1, place.number);
    statement.bindBlob(2, place.key);
}

Result<void> markGoneParts(sqlite3 *handle, const Clocks &clocks, SiteNumbers &sites)
{
    auto gone = SqlStatement::prepare(handle, clocks.gone);
    auto update = SqlStatement::prepare(handle, clocks.update);
    if (!gone || !update)
        return fail(gone ? update.error() : gone.error());
    QList<ClockPlace> places;
    const auto read = forEachRow(handle, clocks.select, [&](const SqlStatement &row) {
        places.append({row.integer(0), row.bytes(1).toByteArray(), row.bytes(2).toByteArray()});
    });
    if (!read)
        return read;
    RowClock clock;
    for (const ClockPlace &place : std::as_const(places)) {
        if (auto decoded = decodeClock(place.clock, sites, clock); !decoded)
            return fail(u"database_damaged"_s, u"The clock of a row cannot be read."_s);
        bindPlace(*gone, place);
        const auto marked = forEachRow(*gone, [&](const SqlStatement &row) {
            const auto column = static_cast<ColumnId>(row.integer(0));
            if (const Stamp stamp = clock.partStampOf(column, row.bytes(1)); stamp != Stamp())
                clock.setPart(column, row.bytes(1), stamp, true);
        });
        if (!marked)
            return marked;
        QByteArray bytes;
        encodeClock(clock, sites, bytes);
        bindPlace(*update, place);
        update->bindBlob(3, bytes);
        if (auto done = update->run(); !done)
            return done;
    }
    return {};
}

} // namespace

Result<void> markGoneParts(sqlite3 *handle)
{
    auto sites = Store::readSites(handle);
    if (!sites)
        return fail(sites.error());
    for (const Clocks &clocks : allClocks) {
        if (auto done = markGoneParts(handle, clocks, *sites); !done)
            return done;
    }
    return {};
}

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
