// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "sql/database.h"

#include <sodium.h>
#include <sqlite3.h>

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

ValueView columnValue(const SqlStatement &row, int column)
{
    switch (row.columnType(column)) {
    case SQLITE_INTEGER:
        return ValueView::ofInteger(row.integer(column));
    case SQLITE_FLOAT:
        return ValueView::ofReal(row.real(column));
    case SQLITE_TEXT:
        return ValueView::ofText(row.bytes(column));
    case SQLITE_BLOB:
        return ValueView::ofBlob(row.bytes(column));
    default:
        return {};
    }
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
            if (table->column(column.id)->position >= 0)
                names += quotedName(column.name) + ',';
        }
        names.chop(1);
        const QByteArray where = table->spacePosition >= 0 ? " WHERE " + quotedName(table->spaceColumn) + " = ?1" : QByteArray();
        auto select = SqlStatement::prepare(d->handle, "SELECT " + names + " FROM " + quotedName(table->name) + where);
        if (!select)
            return fail(select.error());
        if (!where.isEmpty())
            select->bindText(1, space);
        const auto read = forEachRow(*select, [&](const SqlStatement &row) {
            QByteArray bytes;
            Bytes::appendBytes(bytes, table->name);
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

/// Adds the rows of a space that `select` gives: table, key, clock.
Result<void> Replica::Private::addFingerprints(SqlStatement &select, SpaceDigest &digest)
{
    RowClock clock;
    while (true) {
        const auto row = select.step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        if (auto done = decodeClock(select.bytes(2), store.sites, clock); !done)
            return done;
        const TableInfo &table = *catalog.find(select.integer(0));
        digest.add(fingerprint(table.name, select.bytes(1), clock, table.byName));
    }
}

Result<SpaceDigest> Replica::digest(const QByteArray &space) const
{
    const Store::Space *known = d->store.find(space);
    if (known == nullptr)
        return SpaceDigest();
    SpaceDigest digest = known->digest;
    if (pendingCount() == 0)
        return digest;
    auto waiting =
        SqlStatement::prepare(d->handle, "SELECT tbl, pk, r.clock FROM sheaf_outbox o JOIN sheaf_rows r USING (tbl, pk)"
                                         " WHERE o.space = ?1");
    if (!waiting)
        return fail(waiting.error());
    waiting->bindInteger(1, known->id);
    if (auto done = d->addFingerprints(*waiting, digest); !done)
        return fail(done.error());
    return digest;
}

Result<SpaceDigest> Replica::recomputedDigest(const QByteArray &space) const
{
    SpaceDigest digest;
    const Store::Space *known = d->store.find(space);
    if (known == nullptr)
        return digest;
    auto all = SqlStatement::prepare(d->handle, "SELECT tbl, pk, clock FROM sheaf_rows WHERE space = ?1");
    if (!all)
        return fail(all.error());
    all->bindInteger(1, known->id);
    if (auto done = d->addFingerprints(*all, digest); !done)
        return fail(done.error());
    return digest;
}

} // namespace Sheaf
