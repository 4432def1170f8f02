// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/counter.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "replica/resultrow.h"
#include "replica/variants.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Takes the stamps of registers away, so that whatever the server has of them is newer.
void dropStamps(RowClock &clock, quint64 columns)
{
    RowRecord left = clock.registers();
    std::erase_if(left.cells, [columns](const Cell &cell) { return (columns & Mask::ofColumn(cell.column)) != 0; });
    clock.setRegisters(left);
}

/// What an inserted row has in a column that the INSERT does not name.
Result<QVariant> defaultOf(sqlite3 *handle, const TableInfo &table, const QByteArray &column)
{
    auto select = SqlStatement::prepare(handle, "SELECT dflt_value FROM pragma_table_info(?1) WHERE name = ?2");
    if (!select)
        return fail(select.error());
    select->bindText(1, table.name);
    select->bindText(2, column);
    if (auto row = select->step(); !row || !*row)
        return row ? Result<QVariant>(QVariant()) : fail(row.error());
    const QByteArray expression = select->bytes(0).toByteArray();
    if (expression.isEmpty())
        return QVariant();
    auto value = SqlStatement::prepare(handle, "SELECT " + expression);
    if (!value)
        return fail(value.error());
    if (auto row = value->step(); !row)
        return fail(row.error());
    return toVariant(resultValue(*value, 0));
}

} // namespace

/// The columns of a push that still wait as they were pushed; all for a birth or a delete.
quint64 Replica::Private::refusedColumns(const Refused &refused) const
{
    const RowClock &clock = refused.row.clock;
    const RowRecord &pushed = refused.pushed;
    if (clock.length != pushed.length)
        return 0;
    if ((refused.mask & Mask::whole) != 0)
        return clock.life == pushed.life ? Mask::all : 0;
    quint64 columns = 0;
    for (const Cell &cell : pushed.cells) {
        if (!refused.table.isText(cell.column) && clock.stampOf(cell.column) == cell.stamp)
            columns |= Mask::ofColumn(cell.column);
    }
    for (const TextCell &text : pushed.texts) {
        if (text.stamp.site == store.site)
            columns |= Mask::ofColumn(text.column);
    }
    for (const PartCell &part : pushed.parts) {
        if (clock.partStampOf(part.column, part.part) == part.stamp)
            columns |= Mask::ofColumn(part.column);
    }
    return columns & refused.mask;
}

/// The server's word is final: what it refused goes back to what it has, and the user's version is kept
/// in the list of rejected changes. The stamps go and the cursor starts over, which brings the values.
Result<void> Replica::Private::refuse(const Refused &refused, const Verdict &verdict)
{
    const quint64 columns = refusedColumns(refused);
    if (columns == 0)
        return {}; // written again since: that has a push of its own
    const bool whole = (columns & Mask::whole) != 0;
    KeptChange entry{.change = {}, .bytes = {}, .record = {}, .mask = columns, .texts = {}};
    if (auto done = recordOf(refused, entry.bytes); !done)
        return done;
    // The server may have taken it all the same, when that answer got lost: no later sum may stand for that one.
    if (!refused.table.parted.empty())
        store.writer = std::max<SiteId>(config.random(), 1);
    Withdrawals withdrawn;
    for (const ColumnId column : refused.table.texts) {
        const RowTexts::Place place{refused.table, refused.key, column};
        if (whole) { // others may have made a row of this key meanwhile: then both texts are kept
            if (auto done = keepWholeText(place, isAlive(refused.row.clock.length), entry); !done)
                return done;
            continue;
        }
        if ((columns & Mask::ofColumn(column)) == 0)
            continue;
        auto text = texts.withdraw(place);
        if (!text)
            return fail(text.error());
        if (!text->has_value())
            continue;
        if ((*text)->update.isEmpty()) // it had been taken, and has come back meanwhile
            entry.mask &= ~Mask::ofColumn(column) | Mask::shared;
        entry.addText(column, (*text)->update);
        withdrawn.emplace_back(column, **std::move(text));
    }
    if (auto done = entry.mask != 0 ? keepRejected(refused, entry, {verdict.code, verdict.reason}) : Result<void>(); !done)
        return done;
    if (Store::Space *space = store.find(refused.row.space)) {
        space->state.cursor = 0;
        space->dirty = true;
    }
    if (!whole)
        return takeBackColumns(refused, columns, withdrawn);
    auto done = rows.dequeue(refused.row.outbox);
    return done ? forgetRow(refused.table, refused.key, refused.row) : done;
}

/// The text of a row that goes as a whole, as an edit that merges with whatever is there when it comes back.
Result<void> Replica::Private::keepWholeText(const RowTexts::Place &place, bool isAlive, KeptChange &entry)
{
    if (!isAlive || !place.table.synced)
        return {};
    const auto update = texts.takeWhole(place);
    if (!update)
        return fail(update.error());
    entry.addText(place.column, *update);
    return {};
}

/// Puts what the user wrote into the list.
Result<void> Replica::Private::keepRejected(const Refused &refused, const KeptChange &entry, const Error &why)
{
    auto keep = SqlStatement::prepare(handle, "INSERT INTO sheaf_rejected(space, tbl, pk, code, reason, record, mask, texts, at)"
                                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    if (!keep)
        return fail(keep.error());
    const Store::Space *space = store.find(refused.row.space);
    const QByteArray name = space != nullptr ? space->state.name : QByteArray();
    const QByteArray code = why.code.toUtf8();
    const QByteArray reason = why.message.toUtf8();
    keep->bindBlob(1, name);
    keep->bindBlob(2, refused.table.name);
    keep->bindBlob(3, refused.key);
    keep->bindText(4, code);
    keep->bindText(5, reason);
    keep->bindBlob(6, entry.bytes);
    keep->bindInteger(7, static_cast<qint64>(entry.mask));
    keep->bindBlob(8, entry.texts);
    keep->bindInteger(9, config.wallMs());
    if (auto done = keep->run(); !done)
        return done;
    refusedNumbers.append(sqlite3_last_insert_rowid(handle));
    return {};
}

/// The row as the user has it, texts by what they show; and what they have done to columns with parts.
Result<void> Replica::Private::recordOf(const Refused &refused, QByteArray &bytes)
{
    const TableInfo &table = refused.table;
    const RowClock &clock = refused.row.clock;
    RowRecord record{.length = clock.length, .life = clock.life, .cells = {}};
    QHash<ColumnId, QByteArray> parked;
    std::vector<ValueView> values;
    if (isAlive(clock.length)) {
        if (auto done = rows.readParked(table, refused.key, parked); !done)
            return done;
        const auto there = table.synced ? rows.readValues(table, refused.key, values) : Result<bool>(false);
        if (!there)
            return fail(there.error());
        for (const TableInfo::Column &column : table.columns) {
            const Stamp stamp = clock.stampOf(column.id).hlc != 0 ? clock.stampOf(column.id) : clock.life;
            if (const auto value = parked.constFind(column.id); value != parked.constEnd())
                record.cells.push_back({column.id, stamp, Bytes::decodedValue(*value)});
            else if (*there && column.position >= 0)
                record.cells.push_back({column.id, stamp, values[static_cast<size_t>(column.position)]});
        }
    }
    const auto waiting = isAlive(clock.length) ? waitingEdits(table, refused.key)
                                               : Result<std::vector<RowParts::Part>>(std::vector<RowParts::Part>());
    if (!waiting)
        return fail(waiting.error());
    for (const RowParts::Part &part : *waiting) {
        const Stamp stamp = clock.partStampOf(part.column, part.part);
        record.parts.push_back({part.column, part.part, stamp, Bytes::decodedValue(part.value)});
    }
    encodeRecord(record, bytes);
    rows.releaseValues();
    return {};
}

/// What waits of counters, as differences, of sets and of maps.
Result<std::vector<RowParts::Part>> Replica::Private::waitingEdits(const TableInfo &table, QByteArrayView key)
{
    auto waiting = parts.list(table, key, true);
    if (!waiting)
        return waiting;
    std::erase_if(*waiting, [&table](RowParts::Part &part) {
        const MergeType type = table.typeOf(part.column);
        if (type != MergeType::Counter)
            return type != MergeType::Set && type != MergeType::Map;
        const ValueView before = part.acked.isEmpty() ? ValueView() : Bytes::decodedValue(part.acked);
        const auto difference = Counter::edit(before, Bytes::decodedValue(part.value), {}, {.site = 1, .random = {}});
        if (!difference || difference->empty())
            return true;
        part.value = difference->front().value;
        return false;
    });
    return waiting;
}

/// Removes a row and all that is known of it.
Result<void> Replica::Private::forgetRow(const TableInfo &table, QByteArrayView key, const RowState &row)
{
    if (table.synced) {
        if (auto done = rows.deleteValues(table, key); !done)
            return done;
    }
    if (auto done = rows.unpark(table, key); !done)
        return done;
    if (auto done = texts.remove(table, key); !done)
        return done;
    if (auto done = parts.remove(table, key); !done)
        return done;
    if (auto done = undoLog.forget(table.id, key, Mask::whole); !done)
        return done;
    capture->note(table, key, 0, false, true);
    return rows.forget(table, key, row);
}

/// Values stay in view until the server's arrive, but for columns of which it never had one.
Result<void> Replica::Private::takeBackColumns(const Refused &refused, quint64 columns, const Withdrawals &withdrawn)
{
    const TableInfo &table = refused.table;
    RowState &row = refused.row;
    const RowClock before = row.clock;
    if (auto done = undoLog.forget(table.id, refused.key, columns); !done)
        return done;
    OutboxRow waiting;
    RowClock base;
    if (auto done = rows.readWaiting(row.outbox, waiting); !done)
        return done;
    if (!waiting.base.isEmpty()) {
        if (auto done = decodeClock(waiting.base, store.sites, base); !done)
            return done;
    }
    const auto show = [&](ColumnId column, const ValueView &value) -> Result<void> {
        const Cell cell{column, {}, value};
        auto done = rows.updateValues(table, refused.key, {&cell});
        if (!done && done.error().code == "constraint"_L1)
            return {};
        capture->note(table, refused.key, 1ULL << std::min(table.column(column)->position, 63), false, false);
        return done;
    };
    quint64 registers = columns;
    for (const ColumnId column : table.texts)
        registers &= ~Mask::ofColumn(column);
    for (const ColumnId column : table.parted)
        registers &= ~Mask::ofColumn(column);
    for (const TableInfo::Column &column : table.columns) {
        if ((registers & Mask::ofColumn(column.id)) == 0 || column.position < 0 || base.stampOf(column.id).hlc != 0)
            continue;
        const auto value = defaultOf(handle, table, column.name);
        if (!value)
            return fail(value.error());
        QByteArray bytes;
        appendVariant(bytes, *value);
        if (auto done = show(column.id, Bytes::decodedValue(bytes)); !done)
            return done;
    }
    dropStamps(row.clock, registers);
    for (const ColumnId column : table.parted) {
        if ((columns & Mask::ofColumn(column)) == 0)
            continue;
        const auto left = takeBackParts({table, refused.key, column}, row.clock);
        if (!left)
            return fail(left.error());
        if (auto done = show(column, Bytes::decodedValue(*left)); !done)
            return done;
    }
    for (const auto &[column, text] : withdrawn) {
        std::erase_if(row.clock.texts, [&, id = column](const RowClock::Entry &entry) {
            return entry.column == id && entry.stamp.site == store.site;
        });
        if (text.acked != 0)
            row.clock.setTextStamp(column, {text.acked, store.site});
        if (auto done = show(column, ValueView::ofText(text.text)); !done)
            return done;
    }
    const quint64 left = refused.mask & ~columns;
    if (left == 0) {
        if (auto done = rows.dequeue(row.outbox); !done)
            return done;
        row.outbox = 0;
    } else if (auto done = rows.setMask(row.outbox, left); !done) {
        return done;
    }
    return rows.write(table, refused.key, before, row);
}

/// Takes back the parts of a column that wait, and returns what it shows without them. What this replica alone writes goes
/// back to what the server had, under a stamp that its word beats.
Result<QByteArray> Replica::Private::takeBackParts(const RowParts::Place &place, RowClock &clock)
{
    const auto waiting = parts.list(place.table, place.key, true);
    if (!waiting)
        return fail(waiting.error());
    for (const RowParts::Part &part : *waiting) {
        if (part.column != place.column)
            continue;
        const bool isKnown = hasPartsOfSites(place.table.typeOf(place.column)) && part.ackedHlc > 1;
        const auto entry = std::ranges::find_if(
            clock.parts, [&part](const RowClock::Part &known) { return known.column == part.column && known.part == part.part; });
        if (isKnown && entry != clock.parts.end())
            entry->stamp.hlc = part.ackedHlc - 1;
        else if (entry != clock.parts.end())
            clock.parts.erase(entry);
        auto done = isKnown ? parts.accept(place, part.part, Bytes::decodedValue(part.acked)) : parts.remove(place, part.part);
        if (!done)
            return fail(done.error());
    }
    const auto stored = parts.read(place);
    const auto shown = parts.presentValue(place);
    if (!stored || !shown)
        return fail(stored ? shown.error() : stored.error());
    const QByteArray base = stored->base ? *stored->base : *shown;
    return ColumnMerge(place.table.typeOf(place.column)).fold(Bytes::decodedValue(base), stored->views());
}

// The list

Result<QList<RejectedChange>> Replica::rejected() const
{
    return listKept(d->handle, d->catalog, "sheaf_rejected");
}

Result<void> Replica::Private::tellRefused()
{
    const QList<qint64> numbers = std::exchange(refusedNumbers, {});
    if (numbers.isEmpty() || !rejectedObserver)
        return {};
    auto select = SqlStatement::prepare(handle, selectKept("sheaf_rejected", " WHERE n >= ?1 ORDER BY n"));
    if (!select)
        return fail(select.error());
    select->bindInteger(1, numbers.first());
    QList<RejectedChange> fresh;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        KeptChange entry;
        if (readKept(row, catalog, entry))
            fresh.append(std::move(entry.change));
    });
    for (const RejectedChange &change : std::as_const(fresh))
        rejectedObserver(change);
    return read;
}

void Replica::setRejectedObserver(std::function<void(const RejectedChange &)> observer)
{
    d->rejectedObserver = std::move(observer);
}

Result<void> Replica::Private::forgetRejected(qint64 number)
{
    auto remove = SqlStatement::prepare(handle, "DELETE FROM sheaf_rejected WHERE n = ?1");
    if (!remove)
        return fail(remove.error());
    remove->bindInteger(1, number);
    return remove->run();
}

Result<void> Replica::discardRejected(qint64 number)
{
    return d->transact(true, [&]() -> Result<void> {
        if (auto done = d->forgetRejected(number); !done)
            return done;
        if (sqlite3_changes(d->handle) == 0)
            return fail(u"no_entry"_s, u"There is no rejected change %1."_s.arg(number));
        return {};
    });
}

} // namespace Sheaf
