// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "replica/variants.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected rowGone()
{
    return fail(u"row_gone"_s, u"The row of the conflict was deleted since."_s);
}

Unexpected cellChanged()
{
    return fail(u"cell_changed"_s, u"Somebody has written there since the conflict: look at what is there now."_s);
}

/// Cells of a row that was kept by names; their values look into `bytes`.
std::vector<Cell> cellsOf(const TableInfo &table, QByteArrayView bytes)
{
    std::vector<Cell> cells;
    Bytes::Reader reader(bytes);
    while (reader.ok() && !reader.atEnd()) {
        const TableInfo::Column *column = table.column(reader.bytes().toByteArray());
        const ValueView value = reader.value();
        if (column != nullptr && column->position >= 0)
            cells.push_back({column->id, {}, value});
    }
    std::ranges::sort(cells, {}, &Cell::column);
    return cells;
}

} // namespace

Result<QList<Conflict>> Replica::conflicts() const
{
    return d->conflictLog.list();
}

void Replica::setConflictObserver(std::function<void(const Conflict &)> observer)
{
    d->conflictObserver = std::move(observer);
}

Result<void> Replica::Private::tellDisputes()
{
    if (conflictLog.hasNew()) {
        const auto fresh = conflictLog.takeNew();
        if (!fresh)
            return fail(fresh.error());
        for (const Conflict &conflict : *fresh) {
            if (conflictObserver)
                conflictObserver(conflict);
        }
    }
    return tellRefused();
}

Result<void> Replica::undoConflict(qint64 number)
{
    return d->transact(false, [&]() -> Result<void> {
        const auto entry = d->conflictLog.find(number);
        if (!entry)
            return fail(entry.error());
        if (auto done = d->undo(*entry); !done)
            return done;
        return d->conflictLog.remove(number);
    });
}

/// Writes the loser's value in a transaction that captures.
Result<void> Replica::Private::undo(const ConflictEntry &entry)
{
    const TableInfo *table = catalog.find(entry.table);
    if (table == nullptr || !table->synced)
        return rowGone();
    if (entry.kind == Conflict::Kind::Delete)
        return undoRow(*table, entry);
    const TableInfo::Column *column = table->column(entry.column);
    if (column == nullptr || column->position < 0)
        return rowGone();
    const auto now = valueOf(*table, entry.key, column->id);
    if (!now)
        return fail(now.error());
    if (!now->has_value())
        return rowGone();
    if (**now != entry.stands)
        return cellChanged();
    const QByteArray &loser = entry.winner == Conflict::Side::Mine ? entry.theirs : entry.mine;
    const Cell cell{column->id, {}, Bytes::decodedValue(loser)};
    return rows.updateValues(*table, entry.key, {&cell});
}

/// A row that an edit kept is deleted again; one that a delete took comes back with what is known of it.
Result<void> Replica::Private::undoRow(const TableInfo &table, const ConflictEntry &entry)
{
    std::vector<ValueView> values;
    const auto there = rows.readValues(table, entry.key, values);
    if (!there)
        return fail(there.error());
    const bool editStands = entry.winner == Conflict::Side::Mine && !entry.mine.isEmpty();
    const std::vector<Cell> cells = cellsOf(table, entry.mine.isEmpty() ? entry.theirs : entry.mine);
    const bool same = *there && std::ranges::all_of(cells, [&](const Cell &cell) {
        return sameValue(cell.value, values[static_cast<size_t>(table.column(cell.column)->position)]);
    });
    rows.releaseValues();
    if (editStands) {
        if (!*there)
            return rowGone();
        return same ? rows.deleteValues(table, entry.key) : cellChanged();
    }
    if (*there)
        return cellChanged();
    return rows.insertValues(table, entry.key, entry.space, pointersTo(cells));
}

Result<std::optional<QByteArray>> Replica::Private::valueOf(const TableInfo &table, const QByteArray &key, ColumnId column)
{
    std::vector<ValueView> values;
    const auto there = rows.readValues(table, key, values);
    if (!there)
        return fail(there.error());
    std::optional<QByteArray> value;
    if (*there) {
        value.emplace();
        Bytes::appendValue(*value, values[static_cast<size_t>(table.column(column)->position)]);
    }
    rows.releaseValues();
    return value;
}

Result<void> Replica::dismissConflict(qint64 number)
{
    return d->transact(true, [&] { return d->conflictLog.remove(number); });
}

Result<QList<Conflict>> Replica::takeOpenConflicts()
{
    QList<Conflict> open;
    const auto any = d->conflictLog.hasOpen();
    if (!any || !*any)
        return any ? Result<QList<Conflict>>(open) : fail(any.error());
    const auto taken = d->transact(true, [&]() -> Result<void> {
        auto found = d->conflictLog.takeOpen();
        if (!found)
            return fail(found.error());
        open = *std::move(found);
        return {};
    });
    return taken ? Result<QList<Conflict>>(open) : fail(taken.error());
}

Result<void> Replica::answerConflict(qint64 number, const QVariant &value)
{
    return d->transact(true, [&]() -> Result<void> {
        const auto entry = d->conflictLog.find(number);
        if (!entry)
            return fail(entry.error());
        if (entry->asks < 0)
            return fail(u"answered"_s, u"The conflict %1 was decided already."_s.arg(number));
        const TableInfo *table = d->catalog.find(entry->table);
        const TableInfo::Column *column = table != nullptr && table->synced ? table->column(entry->column) : nullptr;
        QByteArray answer;
        appendVariant(answer, value);
        if (column == nullptr || column->position < 0)
            return d->conflictLog.close(number, entry->stands);
        const auto now = d->valueOf(*table, entry->key, column->id);
        if (!now)
            return fail(now.error());
        // Who wrote there since knew of both values, or has seen the outcome.
        if (*now != entry->stands || answer == entry->stands)
            return d->conflictLog.close(number, entry->stands);
        const auto written = d->merger.decide(*table, entry->key, column->id, Bytes::decodedValue(answer), d->correctedWallMs());
        if (!written)
            return fail(written.error());
        if (!*written)
            return fail(u"constraint"_s, u"A constraint of the table is against the value."_s);
        return d->conflictLog.close(number, answer);
    });
}

} // namespace Sheaf
