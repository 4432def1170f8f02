// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "replica/replica_p.h"

#include <sqlite3.h>

/// What waited in the outbox when its space was closed, and its way back.
namespace Sheaf {

using namespace Qt::StringLiterals;

/// A row of the outbox of a space that is being closed.
struct Replica::Private::Parting {
    qint64 number = 0;
    TableInfo *table = nullptr;
    QByteArray key;
    qint64 transaction = 0;
};

/// An entry of the quarantine with what brings it back.
struct Replica::Private::Return {
    KeptChange kept;
    QByteArray coded; ///< record of the values that nobody could decode
    RowClock clock;
    OutboxRow waiting; ///< without the mask, which `kept` has
    qint64 transaction = 0;
    SiteId site = 0;
};

namespace {

Result<void> runOn(sqlite3 *handle, const char *sql, qint64 entry, qint64 table = 0, QByteArrayView key = {})
{
    auto statement = SqlStatement::prepare(handle, sql);
    if (!statement)
        return fail(statement.error());
    statement->bindInteger(1, entry);
    if (table != 0) {
        statement->bindInteger(2, table);
        statement->bindBlob(3, key);
    }
    return statement->run();
}

/// Moves the values of some columns into a record of their own.
Result<void> takeOut(const QSet<ColumnId> &columns, QByteArray &bytes, QByteArray &taken)
{
    if (columns.isEmpty())
        return {};
    RowRecord record;
    const QByteArray all = bytes;
    if (auto decoded = decodeRecord(all, record); !decoded)
        return decoded;
    RowRecord theirs{.length = record.length, .life = record.life, .cells = {}};
    for (const Cell &cell : record.cells) {
        if (columns.contains(cell.column))
            theirs.cells.push_back(cell);
    }
    std::erase_if(record.cells, [&columns](const Cell &cell) { return columns.contains(cell.column); });
    bytes.clear();
    encodeRecord(record, bytes);
    encodeRecord(theirs, taken);
    return {};
}

/// A row with values that cannot be shown waits out of sight; what is pulled next brings it into view as far as that is possible.
Result<void> putBackHidden(sqlite3 *handle, RowStore &rows, const TableInfo &table, const KeptChange &kept,
                           const QByteArray &codedBytes)
{
    const QByteArray &key = kept.change.key;
    RowRecord coded;
    if (auto decoded = decodeRecord(codedBytes, coded); !decoded)
        return decoded;
    for (const Cell &cell : kept.record.cells) {
        if (auto done = rows.park(table, key, cell); !done)
            return done;
    }
    for (const Cell &cell : coded.cells) {
        if (auto done = rows.park(table, key, cell, true); !done)
            return done;
    }
    auto stuck = SqlStatement::prepare(handle, "REPLACE INTO sheaf_stuck(tbl, pk, reason, filtered) VALUES (?1, ?2, '', 1)");
    if (!stuck)
        return fail(stuck.error());
    stuck->bindInteger(1, table.id);
    stuck->bindBlob(2, key);
    return stuck->run();
}

} // namespace

Result<void> Replica::Private::quarantineAll(Store::Space &space, const QString &code, const QString &reason)
{
    auto select = SqlStatement::prepare(handle, "SELECT n, tbl, pk, txn FROM sheaf_outbox WHERE space = ?1 ORDER BY n");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    QList<Parting> all;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        all.append({row.integer(0), catalog.find(row.integer(1)), row.bytes(2).toByteArray(), row.integer(3)});
    });
    if (!read)
        return fail(read.error());
    for (const Parting &parting : std::as_const(all)) {
        if (auto done = quarantine(space, parting, {code, reason}); !done)
            return done;
    }
    return {};
}

Result<void> Replica::Private::quarantine(const Store::Space &space, const Parting &parting, const Error &why)
{
    const TableInfo &table = *parting.table;
    RowState row;
    OutboxRow waiting;
    if (auto done = rows.read(table, parting.key, row); !done)
        return done;
    if (auto done = rows.readWaiting(parting.number, waiting); !done)
        return done;
    QByteArray clock;
    encodeClock(row.clock, store.sites, clock);
    if (clock == waiting.base)
        return {}; // offered to a server that had lost it: nobody has edited it here
    const Refused asWaiting{table, parting.key, row, {}, waiting.mask};
    KeptChange kept{.change = {}, .bytes = {}, .record = {}, .mask = waiting.mask, .texts = {}};
    if (!isAlive(row.clock.length))
        kept.change.kind = RejectedChange::Kind::Delete;
    if (auto done = recordOf(asWaiting, kept.bytes); !done)
        return done;
    QHash<ColumnId, QByteArray> parked;
    QSet<ColumnId> coded;
    if (auto done = rows.readParked(table, parting.key, parked, &coded); !done)
        return done;
    QByteArray codedBytes;
    if (auto done = takeOut(coded, kept.bytes, codedBytes); !done)
        return done;
    auto insert = SqlStatement::prepare(
        handle, "INSERT INTO sheaf_quarantine(space, tbl, pk, code, reason, record, mask, texts, at, clock, base, resolved, txn,"
                " site, coded, there) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, x'', ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
    if (!insert)
        return fail(insert.error());
    const QByteArray code = why.code.toUtf8();
    const QByteArray reason = why.message.toUtf8();
    insert->bindBlob(1, space.state.name);
    insert->bindBlob(2, table.name);
    insert->bindBlob(3, parting.key);
    insert->bindText(4, code);
    insert->bindText(5, reason);
    insert->bindBlob(6, kept.bytes);
    insert->bindInteger(7, static_cast<qint64>(kept.mask));
    insert->bindInteger(8, config.wallMs());
    insert->bindBlob(9, clock);
    insert->bindBlob(10, waiting.base);
    insert->bindInteger(11, static_cast<qint64>(waiting.resolved));
    insert->bindInteger(12, parting.transaction);
    insert->bindInteger(13, static_cast<qint64>(store.site));
    insert->bindBlob(14, codedBytes);
    if (waiting.there)
        insert->bindBlob(15, *waiting.there);
    if (auto done = insert->run(); !done)
        return done;
    return quarantineEdits(sqlite3_last_insert_rowid(handle), parting, kept);
}

/// The documents and parts of the row as they are, and what its user typed as edits of their own.
Result<void> Replica::Private::quarantineEdits(qint64 entry, const Parting &parting, KeptChange &kept)
{
    const TableInfo &table = *parting.table;
    for (const char *sql : {"INSERT INTO sheaf_quarantine_texts SELECT ?1, n, column, kind, acked, bytes, size FROM sheaf_texts"
                            " WHERE tbl = ?2 AND pk = ?3",
                            "INSERT INTO sheaf_quarantine_parts SELECT ?1, column, part, value, waits, acked_hlc, acked"
                            " FROM sheaf_parts WHERE tbl = ?2 AND pk = ?3"}) {
        if (auto done = Sheaf::runOn(handle, sql, entry, table.id, parting.key); !done)
            return done;
    }
    for (const ColumnId column : table.texts) {
        const RowTexts::Place place{table, parting.key, column};
        if ((kept.mask & Mask::whole) != 0) {
            if (auto done = keepWholeText(place, kept.change.kind != RejectedChange::Kind::Delete, kept); !done)
                return done;
            continue;
        }
        if (!kept.has(column))
            continue;
        const auto update = texts.takeWaiting(place);
        if (!update)
            return fail(update.error());
        if (!update->isEmpty())
            kept.addText(column, *update);
    }
    if (kept.texts.isEmpty())
        return {};
    auto update = SqlStatement::prepare(handle, "UPDATE sheaf_quarantine SET texts = ?2 WHERE n = ?1");
    if (!update)
        return fail(update.error());
    update->bindInteger(1, entry);
    update->bindBlob(2, kept.texts);
    return update->run();
}

Result<bool> Replica::Private::hasQuarantined(const QByteArray &space)
{
    auto select = SqlStatement::prepare(handle, "SELECT 1 FROM sheaf_quarantine WHERE space = ?1");
    if (!select)
        return fail(select.error());
    select->bindBlob(1, space);
    return select->step();
}

/// Brings the rows back as they were, clocks and documents and all, so that what is pulled from cursor 0 meets them as it
/// meets the edits of a device that was offline: by the rules, with policies and the conflict log; and what the server took in
/// the last moment before it closed the space is nothing new. True when there was any.
Result<bool> Replica::Private::putBack(Store::Space &space)
{
    auto select = SqlStatement::prepare(handle, selectKept("sheaf_quarantine", " WHERE space = ?1 ORDER BY n"));
    auto more =
        SqlStatement::prepare(handle, "SELECT clock, base, resolved, txn, site, coded, there FROM sheaf_quarantine WHERE n = ?1");
    if (!select || !more)
        return fail(!select ? select.error() : more.error());
    select->bindBlob(1, space.state.name);
    std::vector<Return> all;
    Result<void> good;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        if (auto done = readKept(row, catalog, all.emplace_back().kept); !done)
            good = done;
    });
    if (!read || !good)
        return fail(read ? good.error() : read.error());
    QHash<qint64, qint64> transactions; // then and now
    QHash<SiteId, QList<std::pair<TableInfo *, QByteArray>>> byFormerSite;
    bool any = false;
    for (Return &entry : all) {
        more->bindInteger(1, entry.kept.change.number);
        if (const auto found = more->step(); !found || !*found)
            return fail(found ? Error{u"no_entry"_s, {}} : found.error());
        if (auto decoded = decodeClock(more->bytes(0), store.sites, entry.clock); !decoded)
            return fail(decoded.error());
        entry.waiting.base = more->bytes(1).toByteArray();
        entry.waiting.resolved = static_cast<quint64>(more->integer(2));
        entry.transaction = more->integer(3);
        entry.site = static_cast<SiteId>(more->integer(4));
        entry.coded = more->bytes(5).toByteArray();
        if (!more->isNull(6))
            entry.waiting.there = more->bytes(6).toByteArray();
        more->reset();
        const auto number = putBack(space, entry, transactions.value(entry.transaction));
        if (!number)
            return fail(number.error());
        if (*number == 0)
            continue;
        any = true;
        if (!transactions.contains(entry.transaction))
            transactions.insert(entry.transaction, *number);
        if (entry.site != store.site)
            byFormerSite[entry.site].append({catalog.find(entry.kept.change.table), entry.kept.change.key});
    }
    texts.reload();
    if (any) { // what only one writes may have been copied while it was in quarantine
        if (auto done = store.chooseWriter(std::max<SiteId>(config.random(), 1)); !done)
            return fail(done.error());
    }
    for (auto former = byFormerSite.cbegin(); former != byFormerSite.cend(); ++former) {
        if (auto done = takeOver(former.key(), *former); !done)
            return fail(done.error());
    }
    if (any) {
        if (auto done = merger.showAgain(); !done) // the filter may be another one by now
            return fail(done.error());
        space.state.cursor = 0;
        // Of what comes back the server may have forgotten the delete, whatever else was followed meanwhile: a sweep finds it.
        space.state.reached = 1;
        space.dirty = true;
    }
    return any;
}

/// The row's number in the outbox; 0 when it has to stay in quarantine, because its table is gone or it was written here since.
Result<qint64> Replica::Private::putBack(Store::Space &space, const Return &entry, qint64 transaction)
{
    const RejectedChange &change = entry.kept.change;
    const TableInfo *table = catalog.find(change.table);
    if (table == nullptr || !table->synced)
        return 0;
    RowState row;
    if (auto done = rows.read(*table, change.key, row); !done)
        return fail(done.error());
    if (row.outbox != 0)
        return 0;
    if (row.known) {
        if (auto done = forgetRow(*table, change.key, row); !done)
            return fail(done.error());
    }
    row = {.known = false, .space = space.id, .outbox = 0, .counted = false, .clock = entry.clock};
    const auto number = rows.enqueue(*table, change.key, row, transaction, entry.kept.mask, {});
    if (!number)
        return number;
    row.outbox = *number;
    if (auto done = rows.setBase(*number, entry.waiting); !done)
        return fail(done.error());
    if (auto done = rows.setResolved(*number, entry.waiting.resolved); !done)
        return fail(done.error());
    if (auto done = rows.write(*table, change.key, {}, row); !done)
        return fail(done.error());
    for (const char *sql :
         {"INSERT INTO sheaf_texts SELECT ?2, ?3, n, column, kind, acked, bytes, size FROM sheaf_quarantine_texts"
          " WHERE entry = ?1",
          "INSERT INTO sheaf_parts SELECT ?2, ?3, column, part, value, waits, acked_hlc, acked"
          " FROM sheaf_quarantine_parts WHERE entry = ?1"}) {
        if (auto done = Sheaf::runOn(handle, sql, change.number, table->id, change.key); !done)
            return fail(done.error());
    }
    if (isAlive(entry.clock.length)) {
        auto done = entry.coded.isEmpty() ? merger.putBack(*table, change.key, space.state.name, entry.kept.record)
                                          : putBackHidden(handle, rows, *table, entry.kept, entry.coded);
        if (!done)
            return fail(done.error());
    }
    if (auto done = forgetQuarantined(change.number); !done)
        return fail(done.error());
    return number;
}

/// What came back was stamped under a name that this replica had when the space was closed: it is this one's now.
Result<void> Replica::Private::takeOver(SiteId former, const QList<std::pair<TableInfo *, QByteArray>> &keys)
{
    const SiteId site = std::exchange(store.site, former);
    const Hlc last = store.clock.last();
    auto done = restampFor(site);
    store.site = site;
    store.clock.observe(last);
    if (!done)
        return done;
    for (const auto &[table, key] : keys) {
        auto forget = SqlStatement::prepare(handle, "UPDATE sheaf_texts SET acked = 0 WHERE tbl = ?1 AND pk = ?2");
        if (!forget)
            return fail(forget.error());
        forget->bindInteger(1, table->id);
        forget->bindBlob(2, key);
        if (auto forgotten = forget->run(); !forgotten)
            return forgotten;
    }
    return {};
}

Result<void> Replica::Private::forgetQuarantined(qint64 number)
{
    for (const char *sql : {"DELETE FROM sheaf_quarantine_texts WHERE entry = ?1",
                            "DELETE FROM sheaf_quarantine_parts WHERE entry = ?1", "DELETE FROM sheaf_quarantine WHERE n = ?1"}) {
        if (auto done = Sheaf::runOn(handle, sql, number); !done)
            return done;
    }
    return {};
}

Result<QList<QuarantinedChange>> Replica::quarantined() const
{
    return listKept(d->handle, d->catalog, "sheaf_quarantine");
}

Result<void> Replica::restoreQuarantined(qint64 number)
{
    return d->transact(false, [&]() -> Result<void> {
        KeptChange entry;
        if (auto done = findKept(d->handle, d->catalog, "sheaf_quarantine", number, entry); !done)
            return done;
        const Store::Space *space = d->store.find(entry.change.space);
        if (space == nullptr || space->state.role < Role::Editor)
            return fail(u"closed_space"_s, u"The space of the change is not open for writing."_s);
        auto done = d->writeAgain(entry);
        return done ? d->forgetQuarantined(number) : done;
    });
}

Result<void> Replica::discardQuarantined(qint64 number)
{
    return d->transact(true, [&]() -> Result<void> {
        if (auto done = d->forgetQuarantined(number); !done)
            return done;
        if (sqlite3_changes(d->handle) == 0)
            return fail(u"no_entry"_s, u"There is no change %1 in quarantine."_s.arg(number));
        return {};
    });
}

} // namespace Sheaf
