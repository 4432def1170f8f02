// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveset.h"

#include "crdt/rowkey.h"

#include <algorithm>

namespace Sheaf {

namespace {

/// So many rows behind a window are held: a full run follows only when all of them have moved up.
constexpr qint64 spareRows = 100;

bool isBefore(const std::unique_ptr<PlacedRow> &a, const std::unique_ptr<PlacedRow> &b)
{
    return a->order < b->order;
}

} // namespace

qint64 LiveSet::held() const
{
    return m_plan.limit < 0 ? -1 : m_plan.offset + m_plan.limit + spareRows;
}

Result<bool> LiveSet::readAll(size_t part, std::vector<Placed> &rows)
{
    SqlStatement &statement = m_plan.parts[part].all;
    if (m_plan.limit >= 0)
        statement.bindInteger(m_plan.parameters + 1, held());
    bool sorted = true;
    while (true) {
        const auto row = statement.step();
        if (!row)
            return fail(row.error());
        if (!*row)
            break;
        ++m_rowsRead;
        rows.push_back(std::make_unique<PlacedRow>(m_plan.placed(part, statement)));
        sorted = sorted && (rows.size() < 2 || isBefore(rows[rows.size() - 2], rows.back()));
    }
    statement.reset();
    return sorted;
}

Result<bool> LiveSet::load()
{
    std::vector<Placed> rows;
    for (size_t part = 0; part < m_plan.parts.size(); ++part) {
        std::vector<Placed> fresh;
        const auto sorted = readAll(part, fresh);
        if (!sorted || !*sorted)
            return sorted;
        const auto middle = static_cast<std::ptrdiff_t>(rows.size());
        rows.insert(rows.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
        if (!m_plan.partsInTurn)
            std::inplace_merge(rows.begin(), rows.begin() + middle, rows.end(), isBefore);
    }
    m_complete = m_plan.limit < 0 || static_cast<qint64>(rows.size()) < held();
    if (!m_complete)
        rows.resize(static_cast<size_t>(held()));
    m_rows = std::move(rows);
    m_byId.clear();
    m_byId.reserve(static_cast<qsizetype>(m_rows.size()));
    for (const Placed &row : m_rows)
        m_byId.insert(row->id, row.get());
    return true;
}

/// The row behind a key as it is now; none if it is not in the result.
Result<LiveSet::Placed> LiveSet::readOne(const ChangedKey &key)
{
    LivePlan::Part &part = m_plan.parts[key.part];
    std::vector<ValueView> values;
    if (auto decoded = decodeKey(key.key, values); !decoded)
        return fail(decoded.error());
    for (size_t i = 0; i < values.size(); ++i) {
        const int parameter = m_plan.parameters + 1 + static_cast<int>(i);
        switch (values[i].type) {
        case ValueView::Type::Integer:
            part.one.bindInteger(parameter, values[i].integer);
            break;
        case ValueView::Type::Real:
            part.one.bindReal(parameter, values[i].real);
            break;
        case ValueView::Type::Text:
            part.one.bindText(parameter, values[i].bytes);
            break;
        case ValueView::Type::Blob:
            part.one.bindBlob(parameter, values[i].bytes);
            break;
        case ValueView::Type::Null:
            part.one.bindNull(parameter);
            break;
        }
    }
    const auto row = part.one.step();
    if (!row)
        return fail(row.error());
    Placed placed;
    if (*row) {
        ++m_rowsRead;
        placed = std::make_unique<PlacedRow>(m_plan.placed(key.part, part.one));
    }
    part.one.reset();
    return placed;
}

size_t LiveSet::placeOf(const SortKey &order) const
{
    const auto at = std::ranges::lower_bound(m_rows, order, {}, [](const Placed &row) -> const SortKey & { return row->order; });
    return static_cast<size_t>(at - m_rows.begin());
}

void LiveSet::take(size_t place)
{
    m_byId.remove(m_rows[place]->id);
    m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(place));
}

void LiveSet::insert(size_t place, Placed row)
{
    m_byId.insert(row->id, row.get());
    m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(place), std::move(row));
}

/// Puts what is in the table now in the place of what was there.
void LiveSet::replace(const QByteArray &id, Placed fresh, QList<ResultEdit> &edits)
{
    using Kind = ResultEdit::Kind;
    const PlacedRow *old = m_byId.value(id);
    if (old == nullptr && !fresh)
        return;
    std::optional<size_t> from;
    bool changes = true;
    if (old != nullptr) {
        from = placeOf(old->order);
        changes = fresh && fresh->row != old->row;
        take(*from);
    }
    const size_t target = fresh ? placeOf(fresh->order) : 0;
    // Behind the last row that is held there may be others, in front of this one.
    const bool beyond = fresh && !m_complete && target == m_rows.size();
    if (!fresh || beyond) {
        if (from)
            edits.append({Kind::Remove, static_cast<int>(*from), 0, {}});
        return;
    }
    if (from && *from != target)
        edits.append({Kind::Move, static_cast<int>(*from), static_cast<int>(target), {}});
    if (!from || changes)
        edits.append({from ? Kind::Change : Kind::Insert, static_cast<int>(target), 0, fresh->row});
    insert(target, std::move(fresh));
}

Result<std::optional<QList<ResultEdit>>> LiveSet::patch(const QList<ChangedKey> &keys)
{
    const bool window = m_plan.limit >= 0;
    const ResultRows before = window ? result() : ResultRows();
    std::vector<Placed> fresh;
    for (const ChangedKey &key : keys) {
        auto row = readOne(key);
        if (!row)
            return fail(row.error());
        if (*row && (*row)->id != LivePlan::idOf(key.part, key.key))
            return std::optional<QList<ResultEdit>>(); // SQLite finds keys equal that are not the same bytes
        fresh.push_back(*std::move(row));
    }
    QList<ResultEdit> edits;
    for (qsizetype i = 0; i < keys.size(); ++i)
        replace(LivePlan::idOf(keys[i].part, keys[i].key), std::move(fresh[static_cast<size_t>(i)]), edits);
    if (!window)
        return std::optional(edits);
    if (!m_complete && static_cast<qint64>(m_rows.size()) < m_plan.offset + m_plan.limit)
        return std::optional<QList<ResultEdit>>();
    while (static_cast<qint64>(m_rows.size()) > held()) {
        take(m_rows.size() - 1);
        m_complete = false;
    }
    return std::optional(diffResults(before, result()));
}

ResultRows LiveSet::result() const
{
    const auto size = static_cast<qint64>(m_rows.size());
    const qint64 from = std::min(m_plan.offset, size);
    const qint64 to = m_plan.limit < 0 ? size : std::min(size, from + m_plan.limit);
    ResultRows result;
    result.ids.reserve(to - from);
    result.rows.reserve(to - from);
    for (qint64 i = from; i < to; ++i) {
        result.ids.append(m_rows[static_cast<size_t>(i)]->id);
        result.rows.append(m_rows[static_cast<size_t>(i)]->row);
    }
    return result;
}

} // namespace Sheaf
