// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "replica/replica_p.h"

#include <algorithm>

/// What becomes of deletes that everybody has seen, and of a replica that has not: PROTOCOL.md "Forgetting deletes".
namespace Sheaf {

namespace {

struct RowPlace {
    qint64 table = 0;
    QByteArray key;
    CausalLength length = 0;
    Stamp life;
};

/// The rows that a statement with the columns tbl, pk and clock gives, as far as `wants` takes them.
Result<QList<RowPlace>> rowsOf(SqlStatement &select, const SiteNumbers &sites, const std::function<bool(const RowClock &)> &wants)
{
    QList<RowPlace> all;
    RowClock clock;
    Result<void> decoded;
    const auto read = forEachRow(select, [&](const SqlStatement &row) {
        if (decoded)
            decoded = decodeClock(row.bytes(2), sites, clock);
        if (decoded && wants(clock))
            all.append({row.integer(0), row.bytes(1).toByteArray(), clock.length, clock.life});
    });
    if (!read || !decoded)
        return fail(read ? decoded.error() : read.error());
    return all;
}

/// The delete of a life, or one beside what is deleted here, encoded. Nobody knows who it was.
QByteArray deleteAfter(CausalLength length, Hlc stamp)
{
    QByteArray record;
    encodeRecord({.length = isAlive(length) ? length + 1 : length, .life = {stamp, 0}, .cells = {}}, record);
    return record;
}

} // namespace

Result<void> Replica::Private::forgetDeletes(Store::Space &space, const Collected &deletes)
{
    space.state.forgotten = std::max(space.state.forgotten, deletes.stamp);
    space.state.forgottenLength = std::max(space.state.forgottenLength, deletes.length);
    space.dirty = true;
    auto select = SqlStatement::prepare(handle, "SELECT tbl, pk, clock FROM sheaf_rows WHERE space = ?1 AND outbox IS NULL"
                                                // the length comes first, and its lowest bit says whether the row lives
                                                " AND hex(substr(clock, 1, 1)) GLOB '*[02468ACE]'");
    auto remove = SqlStatement::prepare(handle, "DELETE FROM sheaf_rows WHERE tbl = ?1 AND pk = ?2");
    if (!select || !remove)
        return fail(select ? remove.error() : select.error());
    select->bindInteger(1, space.id);
    const auto dead = rowsOf(*select, store.sites,
                             [&](const RowClock &row) { return isForgotten(row.length, row.life, space.state.forgotten); });
    if (!dead)
        return fail(dead.error());
    for (const RowPlace &row : *dead) { // no digest has them
        remove->bindInteger(1, row.table);
        remove->bindBlob(2, row.key);
        if (auto done = remove->run(); !done)
            return done;
        // Whoever undoes the delete finds the row as if it had never been.
        const RowClock deleted{.length = row.length, .life = row.life, .uniform = 0, .others = {}};
        if (auto done = rebaseUndo(*catalog.find(row.table), row.key, deleted, {}); !done)
            return done;
    }
    if (auto done = forgetBases(space); !done)
        return done;
    return forgetGoneParts(space);
}

/// What waits above a delete that is forgotten is as if no server had had the row.
Result<void> Replica::Private::forgetBases(const Store::Space &space)
{
    auto select = SqlStatement::prepare(handle, "SELECT o.n FROM sheaf_rows r JOIN sheaf_outbox o ON o.n = r.outbox"
                                                " WHERE r.space = ?1 AND (hex(substr(o.base, 1, 1)) GLOB '*[02468ACE]'"
                                                " OR hex(substr(o.there, 1, 1)) GLOB '*[02468ACE]')");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    QList<qint64> numbers;
    if (auto read = forEachRow(*select, [&](const SqlStatement &row) { numbers.append(row.integer(0)); }); !read)
        return read;
    const auto forget = [&](QByteArray &known) -> Result<void> {
        RowClock clock;
        if (auto done = known.isEmpty() ? Result<void>() : decodeClock(known, store.sites, clock); !done)
            return done;
        if (isForgotten(clock.length, clock.life, space.state.forgotten))
            known.clear();
        return {};
    };
    for (const qint64 number : std::as_const(numbers)) {
        OutboxRow waiting;
        if (auto done = rows.readWaiting(number, waiting); !done)
            return done;
        if (auto done = forget(waiting.base); !done)
            return done;
        if (auto done = waiting.there ? forget(*waiting.there) : Result<void>(); !done)
            return done;
        if (auto done = rows.setBase(number, waiting); !done)
            return done;
    }
    return {};
}

/// As deletes that came from the server, those rows that it once had and did not send during the sweep. What is deleted here
/// as well, and waits, is among them.
Result<Changes> Replica::Private::missedDeletes(const Store::Space &space, Hlc stamp)
{
    auto select = SqlStatement::prepare(
        handle, "SELECT r.tbl, r.pk, r.clock FROM sheaf_rows r LEFT JOIN sheaf_outbox o ON o.n = r.outbox WHERE r.space = ?1"
                " AND CASE WHEN r.outbox IS NULL THEN hex(substr(r.clock, 1, 1)) GLOB '*[13579BDF]'"
                " ELSE coalesce(o.there, o.base) <> x'' END"
                " AND NOT EXISTS (SELECT 1 FROM sheaf_swept w WHERE w.space = ?1 AND w.tbl = r.tbl AND w.pk = r.pk)"
                " ORDER BY r.tbl, r.pk");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    const auto missed = rowsOf(*select, store.sites, [](const RowClock &) { return true; });
    if (!missed)
        return fail(missed.error());
    Changes deletes{
        .space = space.state.name, .previous = space.state.cursor, .sequence = space.state.cursor, .tables = {}, .changes = {}};
    qint64 last = 0;
    for (const RowPlace &row : *missed) {
        const TableInfo &table = *catalog.find(row.table);
        if (!space.state.follows(table.wireName))
            continue; // nobody has asked for it
        if (row.table != last)
            deletes.tables.append({.table = table.wireName, .columns = {}});
        last = row.table;
        deletes.changes.append({static_cast<quint32>(deletes.tables.size() - 1), row.key, deleteAfter(row.length, stamp)});
    }
    return deletes;
}

/// The server knows no row for what was pushed of one: its delete is forgotten, and did not come because the table is not
/// followed, or was forgotten just then. The edit meets it now.
Result<void> Replica::Private::meetForgottenDelete(const Store::Space &space, const TableInfo &table, const QByteArray &key,
                                                   CausalLength pushed)
{
    RowState row;
    if (auto done = rows.read(table, key, row); !done)
        return done;
    const auto mask = row.outbox == 0 ? Result<quint64>(Mask::whole) : rows.mask(row.outbox);
    if (!mask)
        return fail(mask.error());
    if ((*mask & Mask::whole) != 0 || row.clock.length != pushed)
        return {}; // it has come meanwhile, or all of the row waits
    const Hlc stamp = std::max(space.state.forgotten, editedLife.hlc);
    const Changes deletes{.space = space.state.name,
                          .previous = space.state.cursor,
                          .sequence = space.state.cursor,
                          .tables = {{.table = table.wireName, .columns = {}}},
                          .changes = {{0, key, deleteAfter(pushed, stamp)}}};
    return merger.mergeMissed(deletes, correctedWallMs());
}

Result<void> Replica::forgetDeletes(const Collected &deletes)
{
    Store::Space *known = d->store.find(deletes.space);
    if (known == nullptr || (known->state.forgotten >= deletes.stamp && known->state.forgottenLength >= deletes.length))
        return {};
    return d->transact(true, [&] { return d->forgetDeletes(*d->store.find(deletes.space), deletes); });
}

Result<void> Replica::beginSweep(const QByteArray &name, Sequence collected)
{
    return d->transact(true, [&]() -> Result<void> {
        Store::Space *space = d->store.find(name);
        if (space == nullptr)
            return {};
        space->state.cursor = 0;
        space->state.sweep = collected;
        space->dirty = true;
        return d->forgetArrivals(space->id);
    });
}

Result<void> Replica::Private::forgetArrivals(qint64 space)
{
    auto remove = SqlStatement::prepare(handle, "DELETE FROM sheaf_swept WHERE space = ?1");
    if (!remove)
        return fail(remove.error());
    remove->bindInteger(1, space);
    return remove->run();
}

Result<void> Replica::endSweep(const Collected &collected)
{
    const auto work = [&]() -> Result<void> {
        Store::Space *space = d->store.find(collected.space);
        if (space == nullptr || space->state.sweep == 0)
            return {};
        const auto deletes = d->missedDeletes(*space, collected.stamp);
        if (!deletes)
            return fail(deletes.error());
        if (auto done = d->merger.mergeMissed(*deletes, d->correctedWallMs()); !done)
            return done;
        if (auto done = d->conflictLog.prune(d->config.wallMs()); !done)
            return done;
        space->state.sweep = 0;
        if (auto done = d->forgetArrivals(space->id); !done)
            return done;
        return d->forgetDeletes(*space, collected);
    };
    // As when changes come: rows that refer to each other go in any order.
    return d->withoutForeignKeys([&] { return d->transact(true, work); });
}

} // namespace Sheaf
