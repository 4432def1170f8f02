// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simclient.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <cstdio>

using namespace Qt::StringLiterals;

/// What the app of a device sends and shows.
namespace Sheaf::Test {

Verified SimClient::filterSome(SeededRandom &random)
{
    const bool ends = m_filter.any() && random.oneIn(3);
    return setFilter(ends ? SimFilter() : SimFilter::drawn(random, m_parts.step));
}

SyncFilters SimClient::filters() const
{
    SyncFilters filters = m_filter.filters(m_parts.isCoded);
    if (spoilFilters)
        spoilFilters(filters);
    return filters;
}

/// Nothing that waits is lost by it, nor anything new.
Verified SimClient::setFilter(const SimFilter &filter)
{
    m_filter = filter;
    m_filtersFail = m_filtersFail || filter.throws || filter.lacksKey;
    if (m_parts.trace)
        std::printf("    c%d sends by %d, shows by %d, salt %llu%s%s\n", m_number, static_cast<int>(filter.send),
                    static_cast<int>(filter.show), filter.salt, filter.throws ? ", throws" : "",
                    filter.lacksKey ? ", without key" : "");
    const qint64 waiting = m_replica->pendingCount() + m_replica->heldCount();
    m_seen.clear(); // other rows are shown
    if (auto found = ordered(m_replica->setFilters(filters()), "filters"); found || !m_replica)
        return found;
    if (m_replica->pendingCount() + m_replica->heldCount() != waiting)
        return Violation{"F2 a filter loses nothing", "c" + std::to_string(m_number)};
    m_reconnector->localChangesCommitted();
    return {};
}

/// What a filter holds is what it says no to.
Verified SimClient::checkHeld() const
{
    Verified found;
    static_cast<void>(forEachRow(sqliteHandle(m_replica->database()),
                                 "SELECT t.name, o.pk FROM sheaf_outbox o JOIN sheaf_tables t ON t.id = o.tbl WHERE o.held = 1",
                                 [&](const SqlStatement &row) {
                                     const FilteredRow held{.space = {},
                                                            .table = row.bytes(0).toByteArray(),
                                                            .key = row.bytes(1).toByteArray(),
                                                            .isDeleted = false,
                                                            .values = {}};
                                     const bool isByValue = m_filter.send == SimFilter::Rule::ByValue;
                                     if (!isByValue && !m_filter.denies(m_filter.send, held))
                                         found = Violation{"F3 what is held is what the filter denies",
                                                           "c" + std::to_string(m_number) + " " + held.table.toStdString()};
                                 }));
    return found;
}

Verified SimClient::endFilter()
{
    m_held = heldRows();
    return setFilter({});
}

/// The registers of the rows that are held, as they would travel, with the stamps that they have now.
Oracle::Rows SimClient::heldRows() const
{
    Oracle::Rows held;
    const Oracle::Rows shown = visibleRows();
    const auto known = stamps();
    const auto lengths = lives();
    static_cast<void>(forEachRow(
        sqliteHandle(m_replica->database()),
        "SELECT s.name, t.name, o.pk, c.id, coalesce(c.wire, c.name) FROM sheaf_outbox o JOIN sheaf_tables t ON t.id = o.tbl"
        " JOIN sheaf_spaces s ON s.id = o.space JOIN sheaf_columns c ON c.tbl = o.tbl"
        " WHERE o.held = 1 AND (o.mask >> c.id) & 1 AND c.type = 0",
        [&](const SqlStatement &row) {
            const auto text = [&row](int column) { return row.bytes(column).toByteArray().toStdString(); };
            const Oracle::RowId id{text(0), text(1), text(2)};
            const auto stamp = known.find({text(1), text(2), static_cast<quint32>(row.integer(3))});
            const auto values = shown.find(id);
            if (stamp == known.end() || values == shown.end() || !values->second.cells.contains(text(4)))
                return;
            const std::string value = values->second.cells.at(text(4)).value;
            const bool isEncoded = m_parts.isCoded && isCoded(row.bytes(1), row.bytes(4));
            held[id].length = lengths.at({text(1), text(2)});
            held[id].cells[text(4)] = {stamp->second, isEncoded ? encodedBytes(value) : value};
        }));
    return held;
}

/// Who held a value sends it as soon as nothing holds it any more, unless somebody else has written a later one. Not judged
/// where stamps may have been corrected, deletes forgotten or edits given up meanwhile.
Verified SimClient::checkArrived(const Oracle::Rows &stored) const
{
    for (const Feature uncertain :
         {Feature::Skew, Feature::ClockSteps, Feature::SlowDisks, Feature::Forgetting, Feature::Roles}) {
        if (m_parts.has(uncertain))
            return {};
    }
    for (const auto &[id, row] : m_held) {
        const auto there = stored.find(id);
        if (there != stored.end() && there->second.length > row.length)
            continue;
        for (const auto &[column, cell] : row.cells) {
            const bool isLater = there != stored.end() && there->second.cells.contains(column) &&
                                 there->second.cells.at(column).stamp > cell.stamp;
            if (!isLater && !m_parts.oracle.isOffered(id, column, cell.value))
                return Violation{"F4 what was held arrives",
                                 "c" + std::to_string(m_number) + " " + std::get<1>(id) + "." + column};
        }
    }
    return {};
}

} // namespace Sheaf::Test
