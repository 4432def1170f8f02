// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "crdt/bytes.h"
#include "protocol/limits.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "sql/database.h"
#include "text/updatealgebra.h"

#include <QScopeGuard>

#include <map>

namespace Sheaf {

namespace {

constexpr qsizetype joinedBytesMax = 96 * 1024;         // of updates that go as one: joining may add a little
constexpr qint64 offerToleranceMs = 5000;               // the server's clock is known to a round trip
constexpr qsizetype textsOfChangeBytesMax = 384 * 1024; // a record takes 512 KiB

TableNames namesOf(const TableInfo &table)
{
    TableNames names{.table = table.wireName, .columns = {}};
    for (const TableInfo::Column &column : table.columns)
        names.columns.append({column.id, column.wireName});
    return names;
}

/// Updates of a row that travel in one change.
struct Group {
    bool offered = false;
    bool sealed = false;
    qint64 number = 0; ///< of the last one
    std::map<ColumnId, std::vector<QByteArray>> updates{};
};

std::vector<Group> grouped(const std::vector<RowTexts::Waiting> &waiting)
{
    std::vector<Group> groups;
    qsizetype bytes = 0;
    for (const RowTexts::Waiting &one : waiting) {
        const bool isApart = groups.empty() || one.sealed || groups.back().sealed || groups.back().offered != one.offered;
        if (isApart || bytes + one.update.size() > joinedBytesMax) {
            groups.push_back({.offered = one.offered, .sealed = one.sealed});
            bytes = 0;
        }
        groups.back().number = one.number;
        groups.back().updates[one.column].push_back(one.update);
        bytes += one.update.size();
    }
    return groups;
}

/// A record for what of a row waits.
RowRecord recordFor(const RowClock &clock, quint64 mask)
{
    const bool isWhole = (mask & Mask::whole) != 0 || !isAlive(clock.length);
    return {.length = clock.length, .life = isWhole ? clock.life : editedLife, .cells = {}};
}

} // namespace

/// The registers of `mask`, which look into the row or into `kept`.
Result<void> Replica::Private::registersOf(const TableInfo &table, const QByteArray &key, const RowState &row, quint64 mask,
                                           QHash<ColumnId, QByteArray> &kept, std::vector<Cell> &cells)
{
    std::vector<ValueView> values;
    const auto there = table.synced ? rows.readValues(table, key, values) : Result<bool>(false);
    if (!there)
        return fail(there.error());
    const bool whole = (mask & Mask::whole) != 0;
    if (!*there || whole) {
        if (auto done = rows.readParked(table, key, kept); !done)
            return done;
    }
    for (const TableInfo::Column &column : table.columns) {
        const Stamp stamp = row.clock.stampOf(column.id);
        const bool edited = table.isEdited(column.id); // of these the bit speaks of edits
        if (stamp.hlc == 0 || (!whole && (edited || (mask & Mask::ofColumn(column.id)) == 0)))
            continue;
        if (hasParts(table.typeOf(column.id)) && !row.clock.parts.empty()) {
            const auto stored = parts.read({table, key, column.id});
            if (!stored)
                return fail(stored.error());
            if (stored->base)
                kept.insert(column.id, *stored->base);
        }
        if (table.isText(column.id) && !row.clock.texts.empty()) {
            const auto seed = texts.seed(table, key, column.id);
            if (!seed)
                return fail(seed.error());
            if (seed->has_value())
                kept.insert(column.id, **seed);
        }
        if (const auto value = kept.constFind(column.id); value != kept.constEnd())
            cells.push_back({column.id, stamp, Bytes::decodedValue(*value)});
        else if (*there && column.position >= 0)
            cells.push_back({column.id, stamp, values[static_cast<size_t>(column.position)]});
    }
    return {};
}

/// The entries of the row's texts that are told without bytes: all of a whole row, else our own ones in `mask`, also those of a
/// name that was given up after they were stamped anew: the bytes are there, and nobody else tells the stamp.
void Replica::Private::tellTexts(const RowClock &clock, quint64 mask, std::vector<TextCell> &cells) const
{
    const bool whole = (mask & Mask::whole) != 0;
    for (const RowClock::Entry &entry : clock.texts) {
        const bool isOurs = store.isOwn({0, entry.stamp.site}); // under whatever name
        if (whole || (isOurs && (mask & Mask::ofColumn(entry.column)) != 0))
            cells.push_back({entry.column, entry.stamp, {}});
    }
}

/// Adds one update to the entries that vouch for it: ours for an edit of ours, all of them for what is offered, because the
/// receiver may lack any. The bytes go under the first of these. Begins another record when one is full.
void Replica::Private::addText(const RowClock &clock, ColumnId column, const QByteArray &update, bool offered,
                               QList<RowRecord> &records) const
{
    qsizetype bytes = update.size();
    for (const TextCell &cell : records.last().texts)
        bytes += cell.update.size();
    for (const Cell &cell : records.last().cells)
        bytes += cell.value.bytes.size();
    for (const PartCell &part : records.last().parts)
        bytes += part.part.size() + part.value.bytes.size();
    if (bytes > textsOfChangeBytesMax && bytes > update.size())
        records.append({.length = clock.length, .life = records.last().life, .cells = {}});
    bool isTold = false;
    for (const RowClock::Entry &entry : clock.texts) {
        if (entry.column != column || (!offered && entry.stamp.site != store.site))
            continue;
        auto &cells = records.last().texts;
        auto at = std::ranges::lower_bound(cells, std::pair(column, entry.stamp.site), {},
                                           [](const TextCell &cell) { return std::pair(cell.column, cell.stamp.site); });
        if (at == cells.end() || at->column != column || at->stamp != entry.stamp)
            at = cells.insert(at, {column, entry.stamp, {}});
        if (!isTold)
            at->update = update;
        isTold = true;
    }
}

/// What a row has to say, as records in their order; `after`: its texts up to there have gone.
Result<QList<Replica::Private::RowChange>> Replica::Private::changesOf(const TableInfo &table, const QByteArray &key,
                                                                       const RowState &row, quint64 mask, qint64 after)
{
    QList<RowChange> changes;
    const RowClock &clock = row.clock;
    const auto release = qScopeGuard([this] { rows.releaseValues(); }); // the records look into them
    std::vector<Group> groups;
    if (!clock.texts.empty()) {
        const auto waiting = texts.waiting(table, key, after);
        if (!waiting)
            return fail(waiting.error());
        groups = grouped(*waiting);
    }
    QHash<ColumnId, QByteArray> kept;
    std::vector<RowParts::Part> keptParts;
    std::deque<QByteArray> joined;
    QList<RowRecord> records;
    qint64 sent = after;
    const auto flush = [&](qint64 number) {
        for (const RowRecord &record : std::as_const(records)) {
            const bool last = &record == &records.constLast();
            QByteArray bytes;
            encodeRecord(record, bytes);
            changes.append({std::move(bytes), last ? number : sent});
        }
        records.clear();
        sent = number;
    };
    if (after == 0) {
        records.append(recordFor(clock, mask));
        if (isAlive(clock.length)) {
            if (auto done = registersOf(table, key, row, mask, kept, records.last().cells); !done)
                return fail(done.error());
            tellTexts(clock, mask, records.last().texts);
            if (auto done = partsOf(table, key, clock, mask, keptParts, records.last().parts); !done)
                return fail(done.error());
        }
        if (groups.empty())
            flush(0);
    }
    for (const Group &group : groups) {
        if (records.isEmpty())
            records.append(recordFor(clock, mask));
        for (const auto &[column, updates] : group.updates) {
            auto update =
                updates.size() == 1 ? Result<QByteArray>(updates.front()) : Text::mergeUpdates(updates, Text::Format::V1);
            if (!update)
                return fail(update.error());
            joined.push_back(*std::move(update));
            addText(clock, column, joined.back(), group.offered, records);
        }
        flush(group.number);
    }
    return changes;
}

/// Adds the stamps of `site` that are not there yet; neighbours mostly share theirs.
void Replica::Private::collectStamps(const RowClock &clock, SiteId site, QList<Hlc> &stamps)
{
    const auto add = [&](const Stamp &stamp) {
        if (stamp.site == site && (stamps.isEmpty() || stamps.constLast() != stamp.hlc))
            stamps.append(stamp.hlc);
    };
    add(clock.life);
    for (const RowClock::Entry &entry : clock.others)
        add(entry.stamp);
    for (const RowClock::Entry &entry : clock.texts)
        add(entry.stamp);
    for (const RowClock::Part &part : clock.parts)
        add(part.stamp);
}

Result<void> Replica::noteOffer(const PendingPush &push, qint64 serverMs)
{
    // Later ones are refused, and must not hide those that were not.
    const Hlc latest = makeHlc(serverMs + Limits::stampAheadMsMax + offerToleranceMs);
    Hlc offered = d->store.offered;
    for (const Hlc stamp : push.stamps) {
        if (stamp <= latest)
            offered = std::max(offered, stamp);
    }
    const SqlRules::Scope own(d->rules, SqlRules::Work::Engine);
    // It has to outlive this process, not a power cut: no reason to wait for the disk.
    if (auto done = execSql(d->handle, "PRAGMA synchronous=NORMAL"); !done)
        return done;
    auto noted = d->transact(true, [&]() -> Result<void> {
        d->store.offered = offered;
        qint64 last = 0;
        for (const qint64 number : push.outboxNumbers) {
            if (auto done = number != last ? d->rows.setSent(number, true) : Result<void>(); !done)
                return done;
            last = number;
        }
        return {};
    });
    auto restored = execSql(d->handle, "PRAGMA synchronous=FULL");
    return noted ? restored : noted;
}

/// A row of the outbox.
struct Replica::Private::WaitingRow {
    qint64 number = 0;
    qint64 transaction = 0;
    const TableInfo &table;
    QByteArray key;
};

/// A push while it is filled, row by row.
struct Replica::Private::Filling {
    PendingPush pending;
    QHash<qint64, quint32> tables{}; ///< their places in the message
    qint64 bytes = 0;
    qint64 transaction = 0; ///< of the newest change in it

    [[nodiscard]] bool takesNoMore(qint64 next) const
    {
        const auto &changes = pending.push.changes;
        return changes.size() >= Limits::changesPerMessageMax || bytes >= Limits::changesMessageBytesTarget ||
               (bytes + next > Limits::messageBytesMax - Limits::changesMessageBytesTarget && !changes.isEmpty());
    }
    void add(const WaitingRow &row, const RowChange &change);
};

void Replica::Private::Filling::add(const WaitingRow &row, const RowChange &change)
{
    if (!tables.contains(row.table.id)) {
        tables.insert(row.table.id, static_cast<quint32>(pending.push.tables.size()));
        pending.push.tables.append(namesOf(row.table));
    }
    transaction = row.transaction;
    bytes += change.record.size() + row.key.size();
    pending.push.changes.append({tables.value(row.table.id), row.key, change.record});
    pending.outboxNumbers.append(row.number);
    pending.textNumbers.append(change.textNumber);
    pending.end = {row.number, change.textNumber};
}

/// Fills in a row that waits, in the columns of `mask`; false when there is no room for all of it.
Result<bool> Replica::Private::fill(Filling &filling, const WaitingRow &row, quint64 mask)
{
    PendingPush &pending = filling.pending;
    RowState state;
    if (auto done = rows.read(row.table, row.key, state); !done)
        return fail(done.error());
    const qint64 textsSent = row.number == pending.end.row ? pending.end.text : 0;
    auto changes = changesOf(row.table, row.key, state, mask, textsSent);
    if (!changes)
        return fail(changes.error());
    const auto passes = pass(pending.push.space, row.table, row.key, *changes);
    if (!passes)
        return fail(passes.error());
    if (!*passes) { // what the filter keeps here is no more to come
        pending.held.append(row.number);
        return true;
    }
    pending.isFull = filling.takesNoMore(0);
    for (qsizetype i = 0; !pending.isFull && i < changes->size(); ++i) {
        pending.isFull = filling.takesNoMore(changes->at(i).record.size());
        if (pending.isFull)
            break;
        filling.add(row, changes->at(i));
        collectStamps(state.clock, store.site, pending.stamps);
    }
    if (pending.isFull)
        pending.push.more = row.transaction == filling.transaction;
    else
        pending.end = {row.number, 0};
    return !pending.isFull;
}

Result<std::optional<PendingPush>> Replica::nextPush(const QByteArray &space, quint64 number, OutboxPosition after) const
{
    const Store::Space *known = d->store.find(space);
    if (known == nullptr || d->rows.outboxCount() == 0)
        return std::optional<PendingPush>();
    SqlStatement &select = d->selectWaiting;
    if (!select.isPrepared()) {
        auto prepared = SqlStatement::prepare(d->handle, "SELECT n, tbl, pk, txn, mask FROM sheaf_outbox WHERE space = ?1 AND"
                                                         " n >= ?2 AND held = 0 ORDER BY n");
        if (!prepared)
            return fail(prepared.error());
        select = *std::move(prepared);
    }
    const auto reset = qScopeGuard([&select] { select.reset(); });
    select.bindInteger(1, known->id);
    select.bindInteger(2, after.text == 0 ? after.row + 1 : after.row);
    Private::Filling filling;
    filling.pending.push.space = space;
    filling.pending.push.number = number;
    filling.pending.end = after;
    for (bool hasRoom = true; hasRoom;) {
        const auto found = select.step();
        if (!found)
            return fail(found.error());
        if (!*found)
            break;
        const Private::WaitingRow row{select.integer(0), select.integer(3), *d->catalog.find(select.integer(1)),
                                      select.bytes(2).toByteArray()};
        const auto filled = d->fill(filling, row, static_cast<quint64>(select.integer(4)));
        if (!filled)
            return fail(filled.error());
        hasRoom = *filled;
    }
    if (filling.pending.push.changes.isEmpty() && filling.pending.held.isEmpty())
        return std::optional<PendingPush>();
    return std::optional<PendingPush>(std::move(filling.pending));
}

} // namespace Sheaf
