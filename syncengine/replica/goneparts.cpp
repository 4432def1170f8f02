// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/forgetparts.h"
#include "replica/replica.h"
#include "replica/replica_p.h"

#include <algorithm>

/// What becomes of elements and keys that were taken out, once everybody has seen it: PROTOCOL.md "Forgetting deletes".
namespace Sheaf {

namespace {

// Read from the parts, of which most rows have none.
constexpr char selectGone[] =
    "SELECT DISTINCT p.tbl, p.pk FROM sheaf_parts p CROSS JOIN sheaf_rows r ON r.tbl = p.tbl AND r.pk = p.pk"
    " WHERE p.value = x'00' AND p.part <> x'' AND r.space = ?1 AND r.outbox IS NULL";

} // namespace

/// Rows that wait have their turn with the next that is forgotten.
Result<void> Replica::Private::forgetGoneParts(const Store::Space &space)
{
    auto select = SqlStatement::prepare(handle, selectGone);
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    QList<std::pair<const TableInfo *, QByteArray>> found;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        if (const TableInfo *table = catalog.find(row.integer(0)); table->synced)
            found.append({table, row.bytes(1).toByteArray()});
    });
    if (!read)
        return read;
    for (const auto &[table, key] : std::as_const(found)) {
        if (auto done = forgetGoneParts(*table, key, space.state.forgotten); !done)
            return done;
    }
    return {};
}

Result<void> Replica::Private::forgetGoneParts(const TableInfo &table, const QByteArray &key, Hlc upTo)
{
    RowState row;
    if (auto done = rows.read(table, key, row); !done)
        return done;
    const RowClock before = row.clock;
    std::vector<ColumnId> smaller;
    for (size_t first = 0; first < before.parts.size();) {
        const RowParts::Place place{table, key, before.parts[first].column};
        const auto stored = parts.read(place);
        if (!stored)
            return fail(stored.error());
        const auto present = parts.presentValue(place);
        if (!present)
            return fail(present.error());
        const Cell base{place.column, before.stampOf(place.column), Bytes::decodedValue(stored->base ? *stored->base : *present)};
        std::vector<PartCell> cells;
        for (const auto &[part, value] : stored->parts)
            cells.push_back({place.column, part, before.partStampOf(place.column, part), Bytes::decodedValue(value)});
        for (const size_t gone : forgettableParts(cells, &base, upTo)) {
            if (auto done = parts.remove(place, cells[gone].part); !done)
                return done;
            row.clock.removePart(place.column, cells[gone].part);
            if (smaller.empty() || smaller.back() != place.column)
                smaller.push_back(place.column);
        }
        while (first < before.parts.size() && before.parts[first].column == place.column)
            ++first;
    }
    if (smaller.empty())
        return {};
    if (auto done = rows.write(table, key, before, row); !done)
        return done;
    for (const ColumnId column : smaller) { // a base that was written later may come into view
        if (!hasParts(table.typeOf(column)))
            continue;
        if (auto done = merger.showParts({table, key, column}); !done)
            return done;
    }
    return rebaseUndo(table, key, before, row.clock);
}

/// The server's floor has moved past the stamp of a delete, or of elements and keys that were taken out: what still stands as it
/// was pushed, and be it only offered on behalf of others, gets the stamp `fresh`.
Result<void> Replica::Private::renewRemovals(const Push &push, const Change &change, Stamp fresh)
{
    const TableInfo *known = catalog.findOnWire(push.tables.at(change.table).table);
    if (known == nullptr)
        return {};
    const TableInfo &table = *known;
    const QByteArray &key = change.key;
    RowRecord pushed;
    if (auto decoded = decodeRecord(change.record, pushed); !decoded)
        return decoded;
    RowState row;
    if (auto done = rows.read(table, key, row); !done)
        return done;
    const RowClock before = row.clock;
    if (row.outbox == 0 || before.length != pushed.length) // let go meanwhile, or lives anew
        return {};
    if (!isAlive(pushed.length) && before.life == pushed.life)
        row.clock.life = fresh;
    const auto all = parts.list(table, key, false);
    if (!all)
        return fail(all.error());
    for (const RowParts::Part &part : *all) {
        const auto sent = std::ranges::find_if(
            pushed.parts, [&](const PartCell &cell) { return cell.column == part.column && cell.part == part.part; });
        if (part.value != encodedNull || sent == pushed.parts.end() || sent->stamp != before.partStampOf(part.column, part.part))
            continue;
        const SiteId old = part.waits ? store.site : 0; // what is only offered, the server has not
        if (auto done = parts.restamp({table, key, part.column}, row.clock, part, old, fresh); !done)
            return done;
    }
    if (auto done = rows.write(table, key, before, row); !done)
        return done;
    return rebaseUndo(table, key, before, row.clock);
}

/// The first that a sweep brings of a row is all that the server has of it. What is here and was on the server, and is later, is
/// of a life whose end is forgotten: another one has begun with the same length, by somebody who never knew of it. It must not
/// go on in that one; what waits here stays.
void Merger::dropMissedStamps(const RowClock &server)
{
    const bool isAtRest = m_row.outbox == 0 || server.life == m_before.life;
    RowRecord left = m_before.registers();
    if (isAtRest)
        left.life = m_row.clock.life = std::min(m_before.life, m_record.life);
    std::erase_if(left.cells, [&](const Cell &mine) {
        const auto theirs = std::ranges::lower_bound(m_record.cells, mine.column, {}, &Cell::column);
        const bool isKnown = m_row.outbox == 0 || server.stampOf(mine.column) == mine.stamp;
        return isKnown && theirs != m_record.cells.end() && theirs->column == mine.column && mine.stamp > theirs->stamp;
    });
    m_row.clock.setRegisters(left);
}

/// Likewise, what stands here and is not among what came was taken out there, and that is forgotten already.
Result<void> Merger::dropMissed(const TableInfo &table, QByteArrayView key)
{
    m_lessened.clear();
    if (!m_isFirstOfSweep || !isAlive(m_record.length) || m_record.length != m_before.length)
        return {};
    RowClock server;
    if (const QByteArray &known = m_waiting.presentBase(); !known.isEmpty()) {
        if (auto done = decodeClock(known, m_store.sites, server); !done)
            return done;
    }
    dropMissedStamps(server);
    for (const RowClock::Part &part : m_before.parts) {
        const bool isAtRest = m_row.outbox == 0 || server.partStampOf(part.column, part.part) == part.stamp;
        const auto there =
            std::ranges::lower_bound(m_record.parts, placeOf(part), {}, [](const PartCell &p) { return placeOf(p); });
        if (!isAtRest || (there != m_record.parts.end() && placeOf(*there) == placeOf(part)))
            continue;
        if (auto done = m_parts.remove({table, key, part.column}, part.part); !done)
            return done;
        m_row.clock.removePart(part.column, part.part);
        if (m_lessened.empty() || m_lessened.back() != part.column)
            m_lessened.push_back(part.column);
    }
    return {};
}

} // namespace Sheaf
