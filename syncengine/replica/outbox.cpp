// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "sql/database.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Stamp sentText(const RowRecord &pushed, ColumnId column, SiteId site)
{
    const auto sent = std::ranges::find_if(
        pushed.texts, [&](const TextCell &text) { return text.column == column && text.stamp.site == site; });
    return sent == pushed.texts.end() ? Stamp() : sent->stamp;
}

/// The parts of the mask that the pushed record does not settle: what was edited or stamped anew since it
/// was built. `texts` are the columns that have waiting updates, `site` is ours.
quint64 stillWaiting(const TableInfo &table, const RowClock &clock, quint64 mask, const RowRecord &pushed,
                     const std::vector<ColumnId> &texts, SiteId site)
{
    const bool whole = (mask & Mask::whole) != 0;
    const bool sameLife = clock.length == pushed.length && clock.life == pushed.life;
    quint64 left = whole && !sameLife ? mask : 0;
    auto cell = pushed.cells.cbegin();
    for (const TableInfo::Column &column : table.columns) {
        while (cell != pushed.cells.cend() && cell->column < column.id)
            ++cell;
        const Stamp sent = cell != pushed.cells.cend() && cell->column == column.id ? cell->stamp : Stamp();
        const quint64 bit = mask & Mask::ofColumn(column.id);
        const bool differs = clock.stampOf(column.id) != sent;
        if (std::ranges::find(texts, column.id) != texts.end())
            left |= bit;
        if (!table.isEdited(column.id)) {
            left |= differs ? bit : 0;
            continue;
        }
        if (clock.textStampOf(column.id, site) != sentText(pushed, column.id, site).hlc)
            left |= bit;
        if (whole && differs)
            left |= Mask::whole | bit;
    }
    return left;
}

/// True if what waits in a row was stamped anew while `pushed` travelled, and with lesser stamps.
bool isOvertaken(const RowClock &clock, quint64 waiting, const RowRecord &pushed, SiteId site)
{
    if (clock.length != pushed.length || waiting == 0)
        return false;
    const auto waits = [waiting](ColumnId column) { return (waiting & Mask::ofColumn(column)) != 0; };
    return clock.life < pushed.life ||
           std::ranges::any_of(pushed.cells,
                               [&](const Cell &cell) { return waits(cell.column) && clock.stampOf(cell.column) < cell.stamp; }) ||
           std::ranges::any_of(pushed.texts,
                               [&](const TextCell &text) {
                                   return waits(text.column) && text.stamp.site == site &&
                                          clock.textStampOf(text.column, site) < text.stamp.hlc;
                               }) ||
           std::ranges::any_of(pushed.parts, [&](const PartCell &part) {
               return waits(part.column) && clock.partStampOf(part.column, part.part) < part.stamp;
           });
}

} // namespace

qint64 Replica::pendingCount() const
{
    return d->rows.outboxCount() - d->rows.heldCount();
}

Result<void> Replica::Private::settleChange(const PendingPush &push, qsizetype index, const Verdict *verdict, bool &overtaken)
{
    const Change &change = push.push.changes[index];
    const TableInfo *table = catalog.findOnWire(push.push.tables.at(change.table).table);
    if (table == nullptr)
        return {};
    RowState row;
    if (auto done = rows.read(*table, change.key, row); !done)
        return done;
    if (row.outbox == 0)
        return {}; // settled by a merge or an earlier ack
    const auto mask = rows.mask(row.outbox);
    if (!mask)
        return fail(mask.error());
    RowRecord pushed;
    if (auto decoded = decodeRecord(change.record, pushed); !decoded)
        return decoded;
    // Where all that waited was overtaken by what came, nothing was pushed that could be refused.
    const bool isBare = (*mask & Mask::whole) == 0 && pushed.cells.empty() && pushed.texts.empty() && pushed.parts.empty();
    if (verdict != nullptr && !isBare)
        return refuse({*table, change.key, row, pushed, *mask}, *verdict);
    // The server has these stamps now: a corrected clock must not fall behind them.
    store.see(latestStamp(pushed), correctedWallMs());
    if (auto done = takeLife(*table, change.key, row, pushed.length); !done)
        return done;
    std::vector<ColumnId> waiting;
    if (!row.clock.parts.empty()) {
        if (auto done = settleParts(*table, change.key, row.clock, pushed, waiting); !done)
            return done;
    }
    if (!row.clock.texts.empty()) {
        // Other stamps or not, the bytes are there; but an earlier life's numbers mean nothing.
        if (row.clock.length == pushed.length) {
            if (auto done = settleTexts(*table, change.key, pushed, push.textNumbers[index]); !done)
                return done;
        }
        const auto columns = texts.waitingColumns(*table, change.key);
        if (!columns)
            return fail(columns.error());
        waiting.insert(waiting.end(), columns->begin(), columns->end());
    }
    const quint64 left = stillWaiting(*table, row.clock, *mask, pushed, waiting, store.site);
    overtaken = overtaken || isOvertaken(row.clock, left, pushed, store.site);
    if (left != 0) { // also when all of it waits, as when the row has died meanwhile: the server has what was pushed
        if (auto done = rows.raiseBase(row.outbox, pushed, pushed.length); !done || left == *mask)
            return done;
        return rows.setMask(row.outbox, left);
    }
    const RowClock clock = row.clock;
    if (auto done = rows.dequeue(row.outbox); !done)
        return done;
    row.outbox = 0;
    return rows.write(*table, change.key, clock, row);
}

/// What the server says of a row that it does not know, or has in another life. False when it is for the list of rejected
/// changes.
Result<bool> Replica::Private::settleLife(Store::Space &space, const PendingPush &pending, const Verdict &verdict)
{
    const Push &push = pending.push;
    const bool isApart = verdict.code == "born_apart"_L1;
    if (!isApart && verdict.code != "no_row"_L1)
        return false;
    const Change &change = push.changes[verdict.index];
    const TableInfo *table = catalog.findOnWire(push.tables.at(change.table).table);
    if (table == nullptr)
        return true;
    space.state.cursor = 0; // another life may be there, also one that counts as earlier
    if (isApart) {          // it waits until theirs has come: Merger::joinLife()
        // If it was not written since, nothing else of it travels: a row has another number then, which is here no more.
        const auto cleared = rows.setSent(pending.outboxNumbers.at(verdict.index), false);
        return cleared ? Result<bool>(space.state.follows(table->wireName)) : fail(cleared.error());
    }
    auto met = meetForgottenDelete(space, *table, change.key, lifeOf(change.record).length);
    return met ? Result<bool>(true) : fail(met.error());
}

/// A birth in several pushes, of which the first was refused, may have joined another life while the others travelled, and the
/// server had seen the end of that one by then: it took the birth as it was pushed, and the row goes on in that life.
Result<void> Replica::Private::takeLife(const TableInfo &table, const QByteArray &key, RowState &row, CausalLength pushed)
{
    if (!isAlive(pushed) || pushed <= row.clock.length)
        return {};
    const RowClock before = row.clock;
    row.clock.length = isAlive(before.length) ? pushed : pushed + 1;
    if (auto done = rows.write(table, key, before, row); !done)
        return done;
    return rebaseUndo(table, key, before, row.clock);
}

Result<void> Replica::Private::settleTexts(const TableInfo &table, const QByteArray &key, const RowRecord &pushed, qint64 upTo)
{
    if (auto done = texts.settle(table, key, upTo); !done)
        return done;
    for (const TextCell &text : pushed.texts) {
        if (text.stamp.site != store.site)
            continue;
        if (auto done = texts.setAcked({table, key, text.column}, text.stamp.hlc); !done)
            return done;
    }
    return {};
}

Result<void> Replica::settlePush(const PendingPush &push, const Ack &ack)
{
    if (ack.verdicts.isEmpty())
        return d->settle(push, ack);
    // A refused row goes although others refer to it.
    return d->withoutForeignKeys([&] { return d->settle(push, ack); });
}

Result<void> Replica::Private::settle(const PendingPush &push, const Ack &ack)
{
    return transact(true, [&]() -> Result<void> {
        const Hlc serverNow = makeHlc(ack.clockMs);
        QHash<quint32, const Verdict *> verdicts;
        bool clockAhead = false;
        Stamp renewed; // of what is stamped too early
        for (const Verdict &verdict : ack.verdicts) {
            verdicts.insert(verdict.index, &verdict);
            clockAhead = clockAhead || verdict.code == "clock_ahead"_L1;
            if (verdict.code != "clock_behind"_L1)
                continue;
            if (renewed.hlc == 0)
                renewed = {std::max(store.clock.tick(correctedWallMs()), serverNow), store.site};
            if (auto done = renewRemovals(push.push, push.push.changes[verdict.index], renewed); !done)
                return done;
        }
        store.clock.observe(renewed.hlc);
        Store::Space *space = store.find(push.push.space);
        if (space == nullptr)
            return {};
        space->state.lastPush = std::max(space->state.lastPush, ack.number);
        if (space->state.cursor == ack.previous)
            space->state.cursor = ack.sequence;
        space->dirty = true;
        bool overtaken = false;
        for (qsizetype i = 0; i < push.push.changes.size(); ++i) {
            const Verdict *verdict = verdicts.value(static_cast<quint32>(i));
            if (verdict != nullptr && (verdict->code == "clock_ahead"_L1 || verdict->code == "clock_behind"_L1))
                continue; // stays in the outbox
            const auto isSettled = verdict != nullptr ? settleLife(*space, push, *verdict) : Result<bool>(false);
            if (!isSettled)
                return fail(isSettled.error());
            if (*isSettled)
                continue;
            if (auto done = settleChange(push, i, verdict, overtaken); !done)
                return done;
        }
        if (!clockAhead)
            return overtaken ? outrun() : Result<void>();
        return restamp({[serverNow](Hlc old) { return std::min(old, serverNow); }, store.site, ack.clockMs});
    });
}

Result<qint64> Replica::Private::offerRows(Store::Space &space, const SpaceDigest::Buckets &buckets)
{
    auto select = SqlStatement::prepare(handle, "SELECT tbl, pk FROM sheaf_rows WHERE space = ?1 ORDER BY tbl, pk");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    QList<std::pair<qint64, QByteArray>> all;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        if (buckets.test(bucketOf(catalog.find(row.integer(0))->wireName, row.bytes(1))))
            all.append({row.integer(0), row.bytes(1).toByteArray()});
    });
    if (!read)
        return fail(read.error());
    // Each row is a transaction of its own, unless it waits: what belonged together arrived together long ago.
    for (const auto &[tableId, key] : std::as_const(all)) {
        const TableInfo &table = *catalog.find(tableId);
        RowState row;
        if (auto done = rows.read(table, key, row); !done)
            return fail(done.error());
        const RowClock clock = row.clock;
        const auto number = rows.offer(table, key, row);
        if (!number)
            return fail(number.error());
        row.outbox = *number;
        if (auto done = rows.write(table, key, clock, row); !done)
            return fail(done.error());
        if (clock.texts.empty())
            continue;
        if (auto offered = texts.offer(table, key, false); !offered)
            return fail(offered.error());
    }
    if (auto counted = rows.countHeld(); !counted)
        return fail(counted.error());
    return all.size();
}

Result<qint64> Replica::offerAgain(const QByteArray &name, const SpaceDigest::Buckets &buckets)
{
    qint64 count = 0;
    auto done = d->transact(true, [&]() -> Result<void> {
        Store::Space *space = d->store.find(name);
        if (space == nullptr)
            return {};
        space->state.cursor = 0;
        space->dirty = true;
        const auto offered = d->offerRows(*space, buckets);
        if (!offered)
            return fail(offered.error());
        count = *offered;
        return {};
    });
    return done ? Result<qint64>(count) : Result<qint64>(fail(done.error()));
}

Result<QList<OutboxEntry>> Replica::outbox() const
{
    auto select = SqlStatement::prepare(d->handle, "SELECT n, tbl, pk, space, mask FROM sheaf_outbox ORDER BY n");
    if (!select)
        return fail(select.error());
    QList<OutboxEntry> all;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        const TableInfo &table = *d->catalog.find(row.integer(1));
        const Store::Space *space = d->store.find(row.integer(3));
        OutboxEntry entry{.number = row.integer(0),
                          .space = space != nullptr ? space->state.name : QByteArray(),
                          .table = table.name,
                          .key = row.bytes(2).toByteArray(),
                          .columns = {}};
        const auto mask = static_cast<quint64>(row.integer(4));
        for (const TableInfo::Column &column : table.columns) {
            if ((mask & Mask::ofColumn(column.id)) != 0)
                entry.columns.append(column.name);
        }
        all.append(std::move(entry));
    });
    if (!read)
        return fail(read.error());
    return all;
}

} // namespace Sheaf
