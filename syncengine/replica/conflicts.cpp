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

/// Cells that were kept by names; their values look into `bytes`.
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

/// The cells that the entry is about, with the values of `side`, into which they look; none if the table has them no more.
std::vector<Cell> cellsOf(const TableInfo &table, const ConflictEntry &entry, QByteArrayView side)
{
    if (entry.isOfGroup())
        return cellsOf(table, side);
    const TableInfo::Column *column = table.column(entry.column);
    if (column == nullptr || column->position < 0)
        return {};
    return {{column->id, {}, Bytes::decodedValue(side)}};
}

/// An answer as the log keeps it. Of a group it names all columns: half a group would be mixed with the other half.
Result<QByteArray> bytesOf(const ConflictEntry &entry, const QVariant &answer)
{
    QByteArray bytes;
    const QList<NamedValue> mine = entry.isOfGroup() ? namedValues(entry.mine) : QList<NamedValue>();
    const QVariantMap named = answer.toMap();
    const bool isMap = answer.typeId() == QMetaType::QVariantMap;
    if (isMap != entry.isOfGroup() || named.size() != mine.size())
        return fail(u"bad_answer"_s, u"The answer must be a value, and for a group of columns a map with a value for each."_s);
    if (!isMap)
        appendVariant(bytes, answer);
    for (const NamedValue &one : mine) {
        const auto value = named.constFind(QString::fromUtf8(one.column));
        if (value == named.constEnd())
            return fail(u"bad_answer"_s, u"The answer names no value for %1."_s.arg(QString::fromUtf8(one.column)));
        Bytes::appendBytes(bytes, one.column);
        appendVariant(bytes, *value);
    }
    return bytes;
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
    const QByteArray &loser = entry.winner == Conflict::Side::Mine ? entry.theirs : entry.mine;
    const std::vector<Cell> cells = cellsOf(*table, entry, loser);
    const auto now = standing(*table, entry);
    if (!now)
        return fail(now.error());
    if (!now->has_value() || cells.empty())
        return rowGone();
    if (**now != entry.stands)
        return cellChanged();
    return rows.updateValues(*table, entry.key, pointersTo(cells));
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

/// What is in the cells of the entry now, as `stands` has it; nothing if the row is not there.
Result<std::optional<QByteArray>> Replica::Private::standing(const TableInfo &table, const ConflictEntry &entry)
{
    std::vector<ValueView> values;
    const auto there = rows.readValues(table, entry.key, values);
    if (!there)
        return fail(there.error());
    std::optional<QByteArray> now;
    if (*there)
        now.emplace();
    for (const Cell &cell : *there ? cellsOf(table, entry, entry.mine) : std::vector<Cell>()) {
        const TableInfo::Column &column = *table.column(cell.column);
        const ValueView &value = values[static_cast<size_t>(column.position)];
        if (entry.isOfGroup())
            appendNamed(*now, column.name, value);
        else
            Bytes::appendValue(*now, value);
    }
    rows.releaseValues();
    return now;
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
        const auto answer = bytesOf(*entry, value);
        if (!answer)
            return fail(answer.error());
        const TableInfo *table = d->catalog.find(entry->table);
        if (table == nullptr || !table->synced)
            return d->conflictLog.close(number, entry->stands);
        std::vector<Cell> cells = cellsOf(*table, *entry, *answer);
        if (cells.empty())
            return d->conflictLog.close(number, entry->stands);
        const auto now = d->standing(*table, *entry);
        if (!now)
            return fail(now.error());
        // Who wrote there since knew of both values, or has seen the outcome.
        if (*now != entry->stands || *answer == entry->stands)
            return d->conflictLog.close(number, entry->stands);
        const auto written = d->merger.decide(*table, entry->key, std::move(cells), d->correctedWallMs());
        if (!written)
            return fail(written.error());
        if (!*written)
            return fail(u"constraint"_s, u"A constraint of the table is against the value."_s);
        return d->conflictLog.close(number, *answer);
    });
}

} // namespace Sheaf
