// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/merger.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

/// Whether this replica has written a register that waits, and not only offers what others wrote.
bool Merger::isEdited(const TableInfo &table, ColumnId column) const
{
    const TableInfo::Column *known = table.column(column);
    const bool waits = (m_waiting.mask & (Mask::whole | Mask::ofColumn(column))) != 0;
    if (!waits || known == nullptr || known->position < 0 || known->type != MergeType::Register)
        return false;
    const Stamp mine = m_before.stampOf(column);
    return mine.site == m_store.site && (m_base.length != m_before.length || mine > m_base.stampOf(column));
}

/// Finds who did not know of whom, before anything is written. A conflict of a row and a delete is logged
/// at once, for the rule is known; those of cells wait for settleClashes().
Result<void> Merger::findClashes(const TableInfo &table, const Change &change, const QByteArray &space, qint64 wallMs)
{
    if (auto done = m_rows.raiseBase(m_row.outbox, m_record, m_sentLength, m_isFirstOfSweep); !done)
        return done;
    if (!table.synced || m_record.length < m_base.length)
        return {};
    const ConflictEntry entry{.space = space,
                              .table = table.name,
                              .key = change.key,
                              .column = {},
                              .kind = Conflict::Kind::Delete,
                              .winner = table.deleteWins ? Conflict::Side::Theirs : Conflict::Side::Mine,
                              .mine = {},
                              .theirs = {},
                              .stands = {},
                              .stamp = m_record.life};
    if (m_outcome.life == MergeOutcome::Life::Deleted)
        return m_store.isOwn(m_record.life) ? Result<void>() : noteTheirDelete(table, entry, wallMs);
    if (!isAlive(m_record.length))
        return {};
    if (!isAlive(m_before.length))
        return m_record.length < m_before.length ? noteMyDelete(table, entry, wallMs) : Result<void>();
    if (m_record.length < m_before.length && isUnawareBirth(m_before.length))
        return {}; // mine travels, and they meet if it is refused: joinLife()
    findCells(table);
    return m_clashes.empty() ? Result<void>() : readValuesOfClashes(table, change.key);
}

/// The registers that were edited here and there, each without knowledge of the other; a group is one of them.
void Merger::findCells(const TableInfo &table)
{
    for (const Cell &cell : m_record.cells) {
        const bool news = m_base.length < m_record.length || cell.stamp > m_base.stampOf(cell.column);
        if (!news || m_store.isOwn(cell.stamp) || !isEdited(table, cell.column))
            continue;
        const quint32 group = table.column(cell.column)->group;
        if (group == 0 || std::ranges::find(m_clashes, group, &Clash::group) == m_clashes.end())
            addClash(table, cell);
    }
}

/// With all of the group that came along: its columns are written together.
void Merger::addClash(const TableInfo &table, const Cell &cell)
{
    const bool mineWins =
        m_before.length != m_record.length ? m_before.length > m_record.length : m_before.stampOf(cell.column) > cell.stamp;
    Clash clash{.group = table.column(cell.column)->group, .values = {}, .stamp = cell.stamp, .mineWins = mineWins};
    for (const Cell &mate : m_record.cells) {
        const TableInfo::Column *column = table.column(mate.column);
        const bool isMate = clash.group != 0 && column != nullptr && column->group == clash.group && column->position >= 0;
        if (mate.column == cell.column || isMate)
            clash.values.push_back({mate.column, {}, Bytes::encodedValue(mate.value)});
    }
    m_clashes.push_back(std::move(clash));
}

/// Adds this replica's values to the clashes; those with equal values are none.
Result<void> Merger::readValuesOfClashes(const TableInfo &table, QByteArrayView key)
{
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(table, key, values);
    if (!there)
        return fail(there.error());
    for (Clash &clash : m_clashes) {
        for (Clash::Values &one : clash.values) {
            if (*there)
                one.mine = Bytes::encodedValue(values[static_cast<size_t>(table.column(one.column)->position)]);
        }
    }
    m_rows.releaseValues();
    std::erase_if(m_clashes, [&](const Clash &clash) {
        return !*there || std::ranges::all_of(clash.values, [](const Clash::Values &one) { return one.mine == one.theirs; });
    });
    return {};
}

/// They have deleted what was edited here.
Result<void> Merger::noteTheirDelete(const TableInfo &table, ConflictEntry entry, qint64 wallMs)
{
    const bool edited = std::ranges::any_of(table.columns, [&](const TableInfo::Column &column) {
        const bool typed = table.isText(column.id) && (m_waiting.mask & Mask::ofColumn(column.id)) != 0 &&
                           m_before.textStampOf(column.id, m_store.site) > m_base.textStampOf(column.id, m_store.site);
        const bool counted = hasParts(column.type) && (m_waiting.mask & Mask::whole) == 0 &&
                             (m_waiting.mask & Mask::ofColumn(column.id)) != 0; // of parts the bit alone speaks
        return typed || counted || isEdited(table, column.id);
    });
    if (!edited)
        return {};
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(table, entry.key, values);
    if (!there)
        return fail(there.error());
    for (const TableInfo::Column &column : table.columns) {
        if (*there && column.position >= 0 && !m_coded.contains(column.id))
            appendNamed(entry.mine, column.name, values[static_cast<size_t>(column.position)]);
    }
    m_rows.releaseValues();
    return *there ? m_conflicts.add(entry, wallMs) : Result<void>();
}

/// They have edited what was deleted here; the delete stands, for the server has taken their edit already.
Result<void> Merger::noteMyDelete(const TableInfo &table, ConflictEntry entry, qint64 wallMs)
{
    entry.stamp = {};
    for (const Cell &cell : m_record.cells) {
        const TableInfo::Column *column = table.column(cell.column);
        const bool news = m_base.length < m_record.length || cell.stamp > m_base.stampOf(cell.column);
        if (column == nullptr || column->position < 0 || column->type != MergeType::Register)
            continue;
        if (news && !m_store.isOwn(cell.stamp))
            entry.stamp = std::max(entry.stamp, cell.stamp);
        if (!m_codedNews.contains(cell.column)) // what travelled is not for people
            appendNamed(entry.theirs, column->name, cell.value);
    }
    if (entry.stamp == Stamp() || entry.theirs.isEmpty()) // where nobody can read theirs there is nothing to choose
        return {};
    entry.winner = Conflict::Side::Mine;
    return m_conflicts.add(entry, wallMs);
}

/// Logs the clashes of cells, and writes again what the table's policy wants.
Result<void> Merger::settleClashes(const TableInfo &table, const Change &change, const QByteArray &space, qint64 wallMs)
{
    const ConflictPolicy policy = table.conflicts.value_or(m_policy);
    const bool sameLife = m_record.length == m_before.length;
    const bool twoBirths = sameLife && m_record.life != m_before.life;
    const Stamp now = m_clashes.empty() ? Stamp() : laterThan(m_row.clock, wallMs);
    for (const Clash &clash : m_clashes) {
        const bool defended = (m_waiting.resolved & Mask::ofColumn(clash.values.front().column)) != 0;
        bool mineWins = clash.mineWins;
        ConflictEntry entry{.space = space,
                            .table = table.name,
                            .key = change.key,
                            .column = clash.group == 0 ? table.column(clash.values.front().column)->name : QByteArray(),
                            .kind = twoBirths ? Conflict::Kind::Birth : Conflict::Kind::Edit,
                            .winner = {},
                            .mine = sideOf(table, clash, Conflict::Side::Mine),
                            .theirs = sideOf(table, clash, Conflict::Side::Theirs),
                            .stands = {},
                            .stamp = clash.stamp};
        if (sameLife && !defended) {
            if (mineWins ? policy == ConflictPolicy::Remote : policy == ConflictPolicy::Local) {
                const auto written = writeOther(table, change.key, clash, now);
                if (!written)
                    return fail(written.error());
                mineWins = mineWins != *written;
            }
            entry.asks = policy == ConflictPolicy::Custom ? ConflictLimits::asksMax : -1;
        }
        // Nobody can read theirs, here or in the log: where mine stands there is nothing to choose.
        const auto isCoded = [this](const Clash::Values &one) { return m_codedNews.contains(one.column); };
        if (mineWins && std::ranges::any_of(clash.values, isCoded))
            continue;
        entry.winner = mineWins ? Conflict::Side::Mine : Conflict::Side::Theirs;
        entry.stands = mineWins ? entry.mine : entry.theirs;
        if (auto done = m_conflicts.add(entry, wallMs); !done)
            return done;
    }
    return {};
}

/// Writes what has lost against the stamps; false when it did not go.
Result<bool> Merger::writeOther(const TableInfo &table, const QByteArray &key, const Clash &clash, Stamp now)
{
    std::vector<Cell> cells;
    for (const Clash::Values &one : clash.values)
        cells.push_back({one.column, now, Bytes::decodedValue(clash.mineWins ? one.theirs : one.mine)});
    const auto written = overwrite(table, key, m_row, cells);
    if (!written || !*written)
        return written;
    for (const Cell &cell : cells)
        noteShown(cell.column, clash.mineWins);
    return true;
}

/// What the log has of one side: a value, or those of a group by name. What travelled is not for people.
QByteArray Merger::sideOf(const TableInfo &table, const Clash &clash, Conflict::Side side) const
{
    QByteArray named;
    for (const Clash::Values &one : clash.values) {
        const bool isCoded = side == Conflict::Side::Theirs && m_codedNews.contains(one.column);
        const QByteArray value = side == Conflict::Side::Mine ? one.mine : isCoded ? Bytes::encodedValue({}) : one.theirs;
        if (clash.group == 0)
            return value;
        appendNamed(named, table.column(one.column)->name, Bytes::decodedValue(value));
    }
    return named;
}

/// A reading of the clock that wins over all of a row, even over what is too far ahead for the clock to follow.
Stamp Merger::laterThan(const RowClock &clock, qint64 wallMs)
{
    Hlc latest = clock.life.hlc;
    for (const RowClock::Entry &entry : clock.others)
        latest = std::max(latest, entry.stamp.hlc);
    for (const Clash &clash : m_clashes)
        latest = std::max(latest, clash.stamp.hlc);
    return {std::max(m_store.clock.tick(wallMs), latest + 1), m_store.site};
}

/// Writes a cell of `row`, or a group of them, as an edit of this replica and lets it wait, marked as decided by a policy. The
/// caller writes the row. False when a constraint is against it.
Result<bool> Merger::overwrite(const TableInfo &table, const QByteArray &key, RowState &row, const std::vector<Cell> &cells)
{
    if (auto done = m_rows.updateValues(table, key, pointersTo(cells)); !done)
        return done.error().code == "constraint"_L1 ? Result<bool>(false) : fail(done.error());
    if (sqlite3_changes(m_handle) == 0)
        return false; // it waits for a constraint as a whole
    quint64 positions = 0;
    for (const Cell &cell : cells)
        positions |= 1ULL << std::min(table.column(cell.column)->position, 63);
    m_capture.note(table, key, positions, false, false);
    // The columns of a group go on winning or losing together, also those that did not come along.
    const Cell &first = cells.front();
    const quint32 group = table.column(first.column)->group;
    std::vector<RowClock::Entry> stamps;
    quint64 columns = 0;
    for (const TableInfo::Column &mate : table.columns) {
        if (mate.id != first.column && (group == 0 || mate.group != group))
            continue;
        stamps.push_back({mate.id, first.stamp});
        columns |= Mask::ofColumn(mate.id);
    }
    if (row.outbox == 0) {
        QByteArray known;
        encodeClock(row.clock, m_store.sites, known);
        const auto number = m_rows.enqueue(table, key, row, 0, columns, known);
        if (!number)
            return fail(number.error());
        row.outbox = *number;
    }
    OutboxRow waiting;
    if (auto done = m_rows.readWaiting(row.outbox, waiting); !done)
        return fail(done.error());
    if (auto done = m_rows.setMask(row.outbox, waiting.mask | columns); !done)
        return fail(done.error());
    if (auto done = m_rows.setResolved(row.outbox, waiting.resolved | columns); !done)
        return fail(done.error());
    row.clock.setStamps(stamps);
    return true;
}

Result<bool> Merger::decide(const TableInfo &table, const QByteArray &key, std::vector<Cell> cells, qint64 wallMs)
{
    RowState row;
    if (auto done = m_rows.read(table, key, row); !done)
        return fail(done.error());
    if (!isAlive(row.clock.length))
        return false;
    const RowClock before = row.clock;
    m_clashes.clear();
    const Stamp now = laterThan(row.clock, wallMs);
    for (Cell &cell : cells)
        cell.stamp = now;
    const auto written = overwrite(table, key, row, cells);
    if (!written || !*written)
        return written;
    if (auto done = m_rows.write(table, key, before, row); !done)
        return fail(done.error());
    return true;
}

} // namespace Sheaf
