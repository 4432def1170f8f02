// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/rowtexts.h"

#include "crdt/bytes.h"
#include "protocol/limits.h"
#include "protocol/packing.h"
#include "protocol/sealedupdate.h"
#include "protocol/textseed.h"
#include "text/updatealgebra.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using Text::Format;

namespace {

constexpr int smallUpdatesMax = 32;  ///< at rest, before they are joined to a snapshot
constexpr int storedUpdatesMax = 96; ///< of a document in memory, before it is loaded anew and compacted
constexpr size_t documentsMax = 4;   ///< in memory: somebody types in one of them, others write to a few more

QByteArray textOf(Text::Doc &doc)
{
    return doc.text().toString().toUtf8();
}

} // namespace

QByteArray RowTexts::textOfValue(const ValueView &value)
{
    return seedText(value);
}

QByteArray RowTexts::seedUpdate(const ValueView &value)
{
    return Text::seedUpdate(textOfValue(value));
}

Result<void> RowTexts::prepare()
{
    const struct {
        SqlStatement &statement;
        const char *sql;
    } all[] = {
        {m_select, "SELECT kind, bytes, size FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 ORDER BY kind, n"},
        {m_seed, "SELECT bytes FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 0"},
        {m_setSeed, "UPDATE sheaf_texts SET bytes = ?4 WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 0"},
        {m_append,
         "INSERT INTO sheaf_texts(tbl, pk, n, column, kind, acked, bytes, size) SELECT ?1, ?2, coalesce(max(n), 0) + 1, ?3, ?4,"
         " ?5, ?6, ?7 FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2"},
        {m_removeRow, "DELETE FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2"},
        {m_removeAtRest, "DELETE FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind IN (1, 2)"},
        {m_removeUpdates,
         "DELETE FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind BETWEEN 1 AND 4 AND n <= ?4"},
        {m_last, "SELECT max(n) FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2"},
        {m_waiting, "SELECT n, column, kind, bytes, size FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND n > ?3"
                    " AND kind IN (3, 4, 6) ORDER BY n"},
        {m_columns, "SELECT DISTINCT column FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND kind IN (3, 4, 6)"},
        {m_settle, "UPDATE sheaf_texts SET kind = CASE kind WHEN 6 THEN 5 ELSE 2 END WHERE tbl = ?1 AND pk = ?2 AND n <= ?3"
                   " AND kind IN (3, 4, 6)"},
        {m_acked, "SELECT acked FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 3 ORDER BY n LIMIT 1"},
        {m_removeOwn, "DELETE FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 3"},
        {m_raiseSeed, "UPDATE sheaf_texts SET n = (SELECT max(n) + 1 FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2)"
                      " WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 0"},
        {m_setAcked, "UPDATE sheaf_texts SET acked = max(acked, ?4) WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind = 3"},
        {m_findSealed, "SELECT 1 FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind IN (5, 6) AND bytes = ?4"},
        // Each under a number of its own, behind all others.
        {m_offerSealed, "UPDATE sheaf_texts SET kind = 6, n = n + (SELECT max(n) FROM sheaf_texts WHERE tbl = ?1 AND pk = ?2)"
                        " WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND kind IN (5, 6)"},
    };
    for (const auto &entry : all) {
        auto prepared = SqlStatement::prepare(m_handle, entry.sql);
        if (!prepared)
            return fail(prepared.error());
        entry.statement = std::move(*prepared);
    }
    drawClient();
    return {};
}

/// Another number at each opening: a copied or restored file must not use clocks twice. Nor must one
/// that has taken back what it wrote.
void RowTexts::drawClient()
{
    m_client = std::max<quint64>(m_random() & 0xFFFF'FFFFU, 1);
}

void RowTexts::reload()
{
    m_open.clear();
    m_updates.clear();
}

SqlStatement &RowTexts::bound(SqlStatement &statement, const TableInfo &table, QByteArrayView key, ColumnId column)
{
    statement.bindInteger(1, table.id);
    statement.bindBlob(2, key);
    if (column != 0)
        statement.bindInteger(3, column);
    return statement;
}

// Documents

RowTexts::Open *RowTexts::find(const Place &place) const
{
    const auto found = std::find_if(m_open.cbegin(), m_open.cend(), [&](const auto &open) {
        return open->column == place.column && open->table == place.table.id && open->key == place.key;
    });
    return found == m_open.cend() ? nullptr : found->get();
}

void RowTexts::close(const TableInfo &table, QByteArrayView key)
{
    std::erase_if(m_open, [&](const auto &open) { return open->table == table.id && open->key == key; });
}

/// The document of a text. `before` is what the table has; without it the table is asked.
Result<RowTexts::Open *> RowTexts::open(const Place &place, const std::optional<ValueView> &before)
{
    if (Open *known = find(place)) {
        // One that went on for long is read again, and its updates are joined.
        if (known->stored <= storedUpdatesMax || !known->unsaved.empty())
            return known;
        std::erase_if(m_open, [known](const auto &open) { return open.get() == known; });
    }
    auto open = std::make_unique<Open>();
    open->table = place.table.id;
    open->key = place.key.toByteArray();
    open->column = place.column;
    open->doc = std::make_unique<Text::Doc>(Text::Doc::Options{.clientId = m_client});
    if (auto done = readStored(*open, place); !done)
        return fail(done.error());
    if (!open->seedKept) {
        if (before) {
            open->seedValue = Bytes::encodedValue(*before);
        } else {
            auto value = valueInTable(place);
            if (!value)
                return fail(value.error());
            open->seedValue = *std::move(value);
        }
    }
    if (auto done = plant(*open); !done)
        return fail(done.error());
    open->doc->onUpdate([raw = open.get()](const QByteArray &update, bool, quint64) { raw->made = update; });
    ++m_loads;
    if (m_open.size() >= documentsMax) {
        const auto idle = std::find_if(m_open.begin(), m_open.end(), [](const auto &known) { return known->unsaved.empty(); });
        if (idle != m_open.end())
            m_open.erase(idle);
    }
    m_open.push_back(std::move(open));
    return m_open.back().get();
}

/// Applies the seed, and remembers it for the first edit if the stored updates lack it.
Result<void> RowTexts::plant(Open &open)
{
    const Text::StateVector known = open.doc->stateVector();
    const QByteArray seed = seedUpdate(Bytes::decodedValue(open.seedValue));
    open.uncoveredSeed.clear();
    if (auto done = open.doc->apply(seed); !done)
        return done;
    if (open.doc->stateVector() != known)
        open.uncoveredSeed = seed;
    return {};
}

Result<void> RowTexts::readStored(Open &open, const Place &place)
{
    Result<void> applied;
    const auto done = forEachRow(bound(m_select, place.table, place.key, place.column), [&](const SqlStatement &row) {
        const auto kind = static_cast<Kind>(row.integer(0));
        if (!isReadable(row))
            return;
        if (kind == Seed) {
            open.seedValue = row.bytes(1).toByteArray();
            open.seedKept = true;
            return;
        }
        // What is at rest comes first: of that alone a snapshot is made.
        if (kind > AtRest && open.small > smallUpdatesMax && open.snapshot.isEmpty())
            open.snapshot = open.doc->encode();
        open.small += kind == AtRest ? 1 : 0;
        ++open.stored;
        if (applied)
            applied = applyStored(*open.doc, row);
    });
    if (!done || !applied)
        return done ? applied : done;
    if (open.small > smallUpdatesMax && open.snapshot.isEmpty())
        open.snapshot = open.doc->encode();
    return {};
}

/// What the table, or the place for parked values, has of the column; encoded.
Result<QByteArray> RowTexts::valueInTable(const Place &place)
{
    std::vector<ValueView> values;
    const auto there = place.table.synced ? m_rows.readValues(place.table, place.key, values) : Result<bool>(false);
    if (!there)
        return fail(there.error());
    const int position = place.table.column(place.column)->position;
    if (*there && position >= 0) {
        QByteArray value = Bytes::encodedValue(values[static_cast<size_t>(position)]);
        m_rows.releaseValues();
        return value;
    }
    m_rows.releaseValues();
    QHash<ColumnId, QByteArray> parked;
    if (auto done = m_rows.readParked(place.table, place.key, parked); !done)
        return fail(done.error());
    return parked.value(place.column, Bytes::encodedValue({}));
}

Result<QByteArray> RowTexts::load(const Place &place)
{
    const auto opened = open(place, {});
    if (!opened)
        return fail(opened.error());
    return (*opened)->doc->encode();
}

Result<QByteArray> RowTexts::text(const Place &place, const std::optional<ValueView> &before)
{
    const auto opened = open(place, before);
    if (!opened)
        return fail(opened.error());
    return textOf(*(*opened)->doc);
}

bool RowTexts::wantsCompaction(const Place &place) const
{
    const Open *known = find(place);
    return known != nullptr && !known->snapshot.isEmpty();
}

Result<void> RowTexts::compact(const Place &place)
{
    Open *known = find(place);
    if (known == nullptr || known->snapshot.isEmpty())
        return {};
    const QByteArray snapshot = std::exchange(known->snapshot, {});
    if (auto done = bound(m_removeAtRest, place.table, place.key, place.column).run(); !done)
        return done;
    known->stored -= known->small - 1;
    known->small = 0;
    return append(place, Snapshot, snapshot, 0);
}

Result<std::optional<QByteArray>> RowTexts::seed(const TableInfo &table, QByteArrayView key, ColumnId column)
{
    std::optional<QByteArray> value;
    const auto done =
        forEachRow(bound(m_seed, table, key, column), [&](const SqlStatement &row) { value = row.bytes(0).toByteArray(); });
    if (!done)
        return fail(done.error());
    return value;
}

Result<QByteArray> RowTexts::seedUpdateOf(const Place &place)
{
    auto value = seed(place.table, place.key, place.column);
    if (!value)
        return fail(value.error());
    if (!value->has_value()) {
        auto inTable = valueInTable(place);
        if (!inTable)
            return inTable;
        *value = *std::move(inTable);
    }
    return seedUpdate(Bytes::decodedValue(**value));
}

// Writing

Result<void> RowTexts::append(const Place &place, Kind kind, QByteArrayView bytes, Hlc acked)
{
    Packing packing;
    const QByteArrayView kept = isUpdate(kind) ? packing.pack(bytes) : bytes;
    SqlStatement &insert = bound(m_append, place.table, place.key, place.column);
    insert.bindInteger(4, kind);
    insert.bindInteger(5, static_cast<qint64>(acked));
    insert.bindBlob(6, kept);
    insert.bindInteger(7, kept.size() < bytes.size() ? bytes.size() : 0);
    return insert.run();
}

Result<void> RowTexts::appendParts(const Place &place, Kind kind, const QByteArray &update, Hlc acked)
{
    if (update.size() <= Limits::textUpdateBytesMax)
        return append(place, kind, update, acked);
    const auto parts = Text::splitUpdate(update, Limits::textUpdateBytesMax);
    if (!parts)
        return fail(parts.error());
    for (const QByteArray &part : *parts) {
        if (auto done = append(place, kind, part, acked); !done)
            return done;
    }
    return {};
}

Result<void> RowTexts::keepSeed(Open &open, const Place &place)
{
    if (std::exchange(open.seedKept, true))
        return {};
    return append(place, Seed, open.seedValue, 0);
}

void RowTexts::tell(const Place &place, const QByteArray &update, bool reset)
{
    m_updates.append({.table = place.table.name.toLower(),
                      .key = place.key.toByteArray(),
                      .column = place.table.column(place.column)->name,
                      .update = update,
                      .reset = reset});
}

/// An edit that makes a text of too many structs, or one that has too many still larger, is refused: others could not take it.
Result<void> RowTexts::judgeSize(const Open &open, size_t before)
{
    if (open.doc->structs() <= std::max<size_t>(before, Limits::textStructsMax))
        return {};
    return fail(u"too_large"_s, u"The text has been edited in more than a million places: go on in a new one."_s);
}

Result<std::optional<QByteArray>> RowTexts::edit(const Place &place, QByteArrayView update)
{
    const auto opened = open(place, {});
    if (!opened)
        return fail(opened.error());
    const size_t before = (*opened)->doc->structs();
    auto text = applyTo(**opened, update);
    const auto judged = text ? judgeSize(**opened, before) : Result<void>();
    return judged ? text : fail(judged.error());
}

Result<std::optional<QByteArray>> RowTexts::add(const Place &place, QByteArrayView update)
{
    const auto opened = open(place, {});
    return opened ? applyTo(**opened, update) : fail(opened.error());
}

Result<std::optional<QByteArray>> RowTexts::applyTo(Open &open, QByteArrayView update)
{
    const bool waited = open.doc->hasPending();
    open.made.reset();
    if (auto done = open.doc->apply(update); !done)
        return fail(u"bad_update"_s, done.error().message);
    if (!waited && open.doc->hasPending())
        return fail(u"text_gap"_s, u"The edit builds on text that is not here: load the text again."_s);
    if (!open.made)
        return std::optional<QByteArray>();
    open.unsaved.push_back(update.toByteArray());
    return std::optional<QByteArray>(textOf(*open.doc));
}

Result<bool> RowTexts::replace(const Place &place, const ValueView &before, const ValueView &now)
{
    const auto opened = open(place, before);
    if (!opened)
        return fail(opened.error());
    Open &open = **opened;
    const size_t structs = open.doc->structs();
    open.made.reset();
    open.doc->text().replaceWith(QString::fromUtf8(now.bytes));
    if (auto done = judgeSize(open, structs); !done)
        return fail(done.error());
    if (open.made)
        open.unsaved.push_back(*open.made);
    else if (open.unsaved.empty() && open.stored == 0 && !sameValue(before, now))
        open.unsaved.push_back(Text::seedUpdate({})); // from NULL to '': others must see that too
    return !open.unsaved.empty();
}

Result<void> RowTexts::bear(const Place &place, const ValueView &value)
{
    if (auto done = append(place, Seed, Bytes::encodedValue(ValueView::ofText({})), 0); !done)
        return done;
    const QByteArray update = seedUpdate(value);
    tell(place, update, true);
    return appendParts(place, Own, update, 0);
}

Result<void> RowTexts::save(const Place &place, Hlc acked)
{
    Open *open = find(place);
    if (open == nullptr || open->unsaved.empty())
        return {};
    if (auto done = compact(place); !done)
        return done;
    if (auto done = keepSeed(*open, place); !done)
        return done;
    const auto waits = this->acked(place);
    if (!waits)
        return fail(waits.error());
    std::vector<QByteArray> updates = std::exchange(open->unsaved, {});
    if (!open->uncoveredSeed.isEmpty())
        updates.insert(updates.begin(), std::exchange(open->uncoveredSeed, {}));
    const auto merged = updates.size() == 1 ? Result<QByteArray>(updates.front()) : Text::mergeUpdates(updates, Format::V1);
    if (!merged)
        return fail(merged.error());
    ++open->stored;
    tell(place, *merged, false);
    return appendParts(place, Own, *merged, waits->value_or(acked));
}

/// Somebody with an older schema wrote the register under the edits.
Result<void> RowTexts::changeSeed(const Place &place, const ValueView &value)
{
    close(place.table, place.key);
    SqlStatement &update = bound(m_setSeed, place.table, place.key, place.column);
    const QByteArray bytes = Bytes::encodedValue(value);
    update.bindBlob(4, bytes);
    return update.run();
}

Result<QByteArray> RowTexts::merge(const Place &place, const Arrival &arrival)
{
    auto opened = open(place, arrival.before);
    if (!opened)
        return fail(opened.error());
    if (auto done = compact(place); !done)
        return fail(done.error());
    if (auto done = keepSeed(**opened, place); !done)
        return fail(done.error());
    if (arrival.seed) {
        if (auto done = changeSeed(place, *arrival.seed); !done)
            return fail(done.error());
        opened = open(place, {});
        if (!opened)
            return fail(opened.error());
    }
    Open &open = **opened;
    for (const QByteArrayView update : arrival.updates) {
        if (isSealedUpdate(update)) {
            if (auto done = keepSealed(place, update); !done)
                return fail(done.error());
            continue;
        }
        if (auto done = open.doc->apply(update); !done)
            return fail(u"bad_update"_s, done.error().message);
        if (auto done = append(place, AtRest, update, 0); !done)
            return fail(done.error());
        ++open.stored;
        if (!arrival.seed)
            tell(place, update.toByteArray(), false);
    }
    if (arrival.seed)
        tell(place, open.doc->encode(), true);
    QByteArray text = textOf(*open.doc);
    if (!open.uncoveredSeed.isEmpty()) // what came has it, most likely: that is seen when it is loaded again
        close(place.table, place.key);
    return text;
}

Result<void> RowTexts::park(const Place &place, const std::vector<QByteArrayView> &updates)
{
    for (const QByteArrayView update : updates) {
        if (auto done = isSealedUpdate(update) ? keepSealed(place, update) : append(place, AtRest, update, 0); !done)
            return done;
    }
    return {};
}

void RowTexts::reset(const Place &place, const ValueView &value)
{
    close(place.table, place.key);
    tell(place, seedUpdate(value), true);
}

Result<void> RowTexts::remove(const TableInfo &table, QByteArrayView key)
{
    close(table, key);
    return bound(m_removeRow, table, key, 0).run();
}

Result<QList<QByteArray>> RowTexts::keysOf(const TableInfo &table, ColumnId column)
{
    auto select =
        SqlStatement::prepare(m_handle, "SELECT DISTINCT pk FROM sheaf_texts WHERE tbl = ?1 AND column = ?2 AND kind > 0");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, table.id);
    select->bindInteger(2, column);
    QList<QByteArray> keys;
    if (auto done = forEachRow(*select, [&](const SqlStatement &row) { keys.append(row.bytes(0).toByteArray()); }); !done)
        return fail(done.error());
    return keys;
}

} // namespace Sheaf
