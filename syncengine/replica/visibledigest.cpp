// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "replica/variants.h"
#include "sql/database.h"

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

namespace {

QByteArray hashed(const QByteArray &bytes)
{
    QByteArray hash(16, Qt::Uninitialized);
    crypto_generichash(reinterpret_cast<unsigned char *>(hash.data()), 16,
                       reinterpret_cast<const unsigned char *>(bytes.constData()), static_cast<unsigned long long>(bytes.size()),
                       nullptr, 0);
    return hash;
}

} // namespace

Result<QByteArray> Replica::visibleDigest(const QByteArray &space) const
{
    Digest128 sum;
    for (const auto &table : d->catalog.tables()) {
        if (!table->synced || (table->spacePosition < 0 && space != d->config.homeSpace))
            continue;
        QByteArray names;
        for (const QByteArray &name : table->keyNames)
            names += quotedName(name) + ',';
        for (const NamedColumn &column : table->byName) {
            if (const TableInfo::Column *here = table->column(column.id); here->position >= 0)
                names += quotedName(here->name) + ',';
        }
        names.chop(1);
        const QByteArray where = table->spacePosition >= 0 ? " WHERE " + quotedName(table->spaceColumn) + " = ?1" : QByteArray();
        const auto select = d->rows.statement("SELECT " + names + " FROM " + quotedName(table->name) + where);
        if (!select)
            return fail(select.error());
        if (!where.isEmpty())
            (*select)->bindText(1, space);
        const auto read = forEachRow(**select, [&](const SqlStatement &row) {
            QByteArray bytes;
            Bytes::appendBytes(bytes, table->wireName);
            for (int column = 0; column < sqlite3_column_count(row.raw()); ++column)
                Bytes::appendValue(bytes, columnValue(row, column));
            const QByteArray hashBytes = hashed(bytes);
            Bytes::Reader hash(hashBytes);
            const quint64 high = hash.fixed();
            sum += Digest128{hash.fixed(), high};
        });
        if (!read)
            return fail(read.error());
    }
    QByteArray out;
    Bytes::appendFixed(out, sum.high);
    Bytes::appendFixed(out, sum.low);
    return out;
}

/// Adds the rows of a space that `select` gives: table, key, clock; those whose clock is empty, and of other tables than
/// these, are not there.
Result<void> Replica::Private::addFingerprints(SqlStatement &select, const QList<QByteArray> &tables, SpaceDigest &digest)
{
    RowClock clock;
    return forEachRow(select, [&](const SqlStatement &row) -> Result<void> {
        const TableInfo &table = *catalog.find(row.integer(0));
        if (row.bytes(2).isEmpty() || (!tables.isEmpty() && !std::ranges::binary_search(tables, table.wireName)))
            return {};
        if (auto done = decodeClock(row.bytes(2), store.sites, clock); !done)
            return done;
        digest.add(fingerprint(table.wireName, row.bytes(1), clock, table.byName));
        return {};
    });
}

/// Takes the rows at rest out that are of tables to which nobody has subscribed: few, mostly.
Result<void> Replica::Private::subtractOthers(const Store::Space &space, SpaceDigest &digest)
{
    for (const auto &table : catalog.tables()) {
        if (std::ranges::binary_search(space.state.tables, table->wireName))
            continue;
        const auto rest =
            rows.statement("SELECT tbl, pk, clock FROM sheaf_rows WHERE tbl = ?1 AND space = ?2 AND outbox IS NULL");
        if (!rest)
            return fail(rest.error());
        (*rest)->bindInteger(1, table->id);
        (*rest)->bindInteger(2, space.id);
        SpaceDigest others;
        if (auto done = addFingerprints(**rest, {}, others); !done)
            return done;
        digest.subtract(others);
    }
    return {};
}

Result<SpaceDigest> Replica::digest(const QByteArray &space) const
{
    const Store::Space *known = d->store.find(space);
    if (known == nullptr)
        return SpaceDigest();
    SpaceDigest digest = known->digest;
    if (!known->state.tables.isEmpty()) {
        if (auto done = d->subtractOthers(*known, digest); !done)
            return fail(done.error());
    }
    if (d->rows.outboxCount() == 0)
        return digest;
    const auto waiting =
        d->rows.statement("SELECT tbl, pk, iif(o.held <> 0, coalesce(o.there, o.base), r.clock) FROM sheaf_outbox o"
                          " JOIN sheaf_rows r USING (tbl, pk) WHERE o.space = ?1");
    if (!waiting)
        return fail(waiting.error());
    (*waiting)->bindInteger(1, known->id);
    if (auto done = d->addFingerprints(**waiting, known->state.tables, digest); !done)
        return fail(done.error());
    return digest;
}

Result<SpaceDigest> Replica::recomputedDigest(const QByteArray &space) const
{
    SpaceDigest digest;
    const Store::Space *known = d->store.find(space);
    if (known == nullptr)
        return digest;
    const auto all = d->rows.statement("SELECT r.tbl, r.pk, iif(coalesce(o.held, 0) <> 0, coalesce(o.there, o.base), r.clock)"
                                       " FROM sheaf_rows r LEFT JOIN sheaf_outbox o ON o.n = r.outbox WHERE r.space = ?1");
    if (!all)
        return fail(all.error());
    (*all)->bindInteger(1, known->id);
    if (auto done = d->addFingerprints(**all, known->state.tables, digest); !done)
        return fail(done.error());
    return digest;
}

} // namespace Sheaf
