// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/merger.h"

#include "crdt/bytes.h"
#include "sql/database.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

quint64 positionsOf(const TableInfo &table, const std::vector<const Cell *> &cells)
{
    quint64 bits = 0;
    for (const Cell *cell : cells)
        bits |= 1ULL << std::min(table.column(cell->column)->position, 63);
    return bits;
}

} // namespace

Result<QList<Merger::Names>> Merger::resolve(const QList<TableNames> &tables)
{
    QList<Names> all;
    for (const TableNames &names : tables) {
        auto table = m_catalog.tableFor(names.table);
        if (!table)
            return fail(table.error());
        Names resolved{.table = *table, .columns = {}};
        ColumnId previous = 0;
        for (const TableNames::Column &column : names.columns) {
            const auto ours = m_catalog.columnFor(**table, column.name);
            if (!ours)
                return fail(ours.error());
            resolved.columns.insert(column.id, *ours);
            resolved.same = resolved.same && *ours == column.id && *ours > previous;
            previous = *ours;
        }
        all.append(std::move(resolved));
    }
    return all;
}

Result<void> Merger::merge(const Changes &changes, qint64 wallMs)
{
    const auto names = resolve(changes.tables);
    if (!names)
        return fail(names.error());
    auto space = m_store.spaceFor(changes.space);
    if (!space)
        return fail(space.error());
    if (m_rows.outboxCount() > 0) {
        if (auto done = see(changes, wallMs); !done)
            return done;
    }
    if (auto done = noteHidden(); !done)
        return done;
    for (const Change &change : changes.changes) {
        const TableInfo &table = *names->at(change.table).table;
        if (auto done = uncover(table, change.key, changes.space); !done)
            return done;
        if (auto done = mergeRow(names->at(change.table), change, **space, wallMs); !done)
            return done;
        if (isComparable(table, **space)) {
            if (auto done = mendValues(table, change.key, changes.space); !done)
                return done;
        }
        if (auto done = judge(table, change.key, changes.space); !done)
            return done;
    }
    (*space)->state.cursor = changes.sequence;
    (*space)->dirty = true;
    return {};
}

Result<void> Merger::mergeMissed(const Changes &deletes, qint64 wallMs)
{
    m_isMissed = true;
    auto merged = merge(deletes, wallMs);
    m_isMissed = false;
    return merged;
}

/// A delete that this replica has forgotten comes from a server that was restored to what was before, and the row that is
/// here was made since. A row that is older than the delete was never under it: the delete comes from a server that another
/// one's word of forgetting says nothing about. What waits may be stamped anew, so its birth is the one that a server had.
bool Merger::isOfForgottenHistory(const Store::Space &space) const
{
    const Stamp birth = m_base.length == m_before.length ? m_base.life : m_before.life;
    return !m_isMissed && m_outcome.life == MergeOutcome::Life::Deleted && isAlive(m_before.length) &&
           isForgotten(m_record.length, m_record.life, space.state.forgotten) && birth > m_record.life;
}

/// Whether somebody has written the waiting row without knowing of the delete that has come for it. A row that is only
/// offered, because the server is another one or differs, was written before the delete.
bool Merger::isWrittenBesides() const
{
    if (m_waiting.mask == 0 || !isAlive(m_before.length))
        return false;
    const bool isOffered = (m_waiting.mask & Mask::whole) != 0 && m_base.length == m_before.length;
    return !isOffered || m_before != m_base || m_base.latest() > m_record.life.hlc;
}

/// Whether this replica has edited the row later than the delete that has come for it: whoever deleted it cannot have known,
/// though the server has acknowledged the edit. A delete that knew of an edit is stamped later.
bool Merger::isEditedSince() const
{
    if (m_isMissed || !isAlive(m_before.length))
        return false;
    const auto isLater = [this](Stamp stamp) { return stamp.hlc > m_record.life.hlc && m_store.isOwn(stamp); };
    const RowRecord mine = m_before.registers();
    return std::ranges::any_of(mine.cells, [&](const Cell &cell) { return isLater(cell.stamp); }) ||
           std::ranges::any_of(m_before.texts, [&](const RowClock::Entry &text) { return isLater(text.stamp); }) ||
           std::ranges::any_of(m_before.parts, [&](const RowClock::Part &part) { return isLater(part.stamp); });
}

Result<void> Merger::noteArrival(const TableInfo &table, QByteArrayView key, const Store::Space &space)
{
    m_isFirstOfSweep = false;
    if (space.state.sweep == 0 || m_isMissed)
        return {};
    if (!m_arrive.isPrepared()) {
        auto insert = SqlStatement::prepare(m_handle, "INSERT OR IGNORE INTO sheaf_swept(space, tbl, pk) VALUES (?1, ?2, ?3)");
        if (!insert)
            return fail(insert.error());
        m_arrive = *std::move(insert);
    }
    m_arrive.bindInteger(1, space.id);
    m_arrive.bindInteger(2, table.id);
    m_arrive.bindBlob(3, key);
    auto noted = m_arrive.run();
    m_isFirstOfSweep = noted && sqlite3_changes(m_handle) > 0;
    return noted;
}

/// Takes note of all stamps of a batch at once, so that what waits is stamped anew once a batch at most.
Result<void> Merger::see(const Changes &changes, qint64 wallMs)
{
    for (const Change &change : changes.changes) {
        if (auto decoded = decodeRecord(change.record, m_record); !decoded)
            return decoded;
        m_store.see(latestStamp(m_record), wallMs);
    }
    return {};
}

/// True if the incoming record holds, with a greater stamp, what this replica wrote before its
/// clock was set right: an earlier version all the same, which must not win over a waiting cell.
bool Merger::isOwnEarlierVersion(quint64 waiting) const
{
    const RowClock &mine = m_row.clock;
    if (m_record.length != mine.length)
        return false;
    if ((waiting & Mask::whole) != 0 && m_record.life.site == m_store.site && m_record.life.hlc > mine.life.hlc)
        return true;
    const auto isEarlier = [&](ColumnId column, Stamp theirs, Hlc ours) {
        const bool waits = (waiting & (Mask::whole | Mask::ofColumn(column))) != 0;
        return waits && theirs.site == m_store.site && theirs.hlc > ours;
    };
    return std::ranges::any_of(
               m_record.cells,
               [&](const Cell &cell) { return isEarlier(cell.column, cell.stamp, mine.stampOf(cell.column).hlc); }) ||
           std::ranges::any_of(m_record.texts,
                               [&](const TextCell &text) {
                                   return isEarlier(text.column, text.stamp, mine.textStampOf(text.column, m_store.site));
                               }) ||
           isOwnEarlierPart(waiting);
}

/// Reads what is here of the row that m_record is about.
Result<void> Merger::readMine(const TableInfo &table, QByteArrayView key, qint64 wallMs)
{
    if (auto done = m_rows.read(table, key, m_row); !done)
        return done;
    m_store.see(latestStamp(m_record), wallMs);
    m_waiting = {};
    m_base = {};
    m_clashes.clear();
    if (m_row.outbox != 0) {
        if (auto done = m_rows.readWaiting(m_row.outbox, m_waiting); !done)
            return done;
        if (!m_waiting.base.isEmpty()) {
            if (auto done = decodeClock(m_waiting.base, m_store.sites, m_base); !done)
                return done;
        }
        if (isOwnEarlierVersion(m_waiting.mask)) {
            // What the new stamps must be later than.
            if (auto done = m_rows.raiseBase(m_row.outbox, m_record, m_sentLength); !done)
                return done;
            if (auto done = m_outrun(); !done)
                return done;
            if (auto done = m_rows.read(table, key, m_row); !done)
                return done;
        }
    }
    m_before = m_row.clock;
    return {};
}

Result<void> Merger::mergeRow(const Names &names, const Change &change, Store::Space &space, qint64 wallMs)
{
    const TableInfo &table = *names.table;
    if (auto decoded = decodeRecord(change.record, m_record); !decoded)
        return decoded;
    if (!names.same) {
        for (Cell &cell : m_record.cells)
            cell.column = names.columns.value(cell.column);
        for (TextCell &text : m_record.texts)
            text.column = names.columns.value(text.column);
        for (PartCell &part : m_record.parts)
            part.column = names.columns.value(part.column);
        std::ranges::sort(m_record.parts, {}, [](const PartCell &part) { return placeOf(part); });
        std::ranges::sort(m_record.cells, {}, &Cell::column);
        std::ranges::sort(m_record.texts, {}, [](const TextCell &text) { return std::pair(text.column, text.stamp.site); });
    }
    if (auto done = noteArrival(table, change.key, space); !done)
        return done;
    decodeValues(table, space.state.name);
    m_sentLength = m_record.length;
    m_hasJoined = false;
    if (auto done = readMine(table, change.key, wallMs); !done)
        return done;
    if (m_isMissed && m_row.outbox != 0 && !isAlive(m_before.length)) { // nobody needs to hear of our delete
        if (auto done = m_rows.dequeue(m_row.outbox); !done)
            return done;
        return forgetDelete(table, change.key);
    }
    if (auto done = joinLife(table, change.key); !done)
        return done;
    if (auto done = dropMissed(table, change.key); !done)
        return done;
    // The server has no more of the row than this, so of another life that is here the delete is forgotten.
    const bool isOtherLife =
        m_record.length < m_before.length || (m_record.length == m_before.length && m_record.life != m_before.life);
    if (m_isFirstOfSweep && m_row.outbox == 0 && isOtherLife)
        m_row.clock = RowClock();
    mergeRecord(m_row.clock, m_record, m_outcome);
    m_outcome.clockChanged = m_outcome.clockChanged || !m_lessened.empty() || m_row.clock.life != m_before.life;
    const quint64 waiting = m_waiting.mask;
    if (m_row.outbox != 0) {
        if (auto done = findClashes(table, change, space.state.name, wallMs); !done)
            return done;
    }
    if (auto done = findRivals(table, change.key, waiting); !done)
        return done;
    if (m_row.outbox != 0 && !m_record.parts.empty()) {
        if (auto done = notePartEcho(table, change.key); !done)
            return done;
    }
    if (m_row.outbox != 0 && !m_record.texts.empty()) {
        if (auto done = noteEcho(table, change.key); !done)
            return done;
    }
    const bool isNews = m_outcome.clockChanged || !m_outcome.textRepeats.empty() || !m_rivals.empty();
    if (!isNews && m_clashes.empty())
        return {};
    if (!m_row.known)
        m_row.space = space.id;
    if (!isNews) { // mine wins, and a policy may be against it
        if (auto done = settleClashes(table, change, space.state.name, wallMs); !done)
            return done;
        return m_rows.write(table, change.key, m_before, m_row);
    }

    const bool isAgainstDelete =
        m_outcome.life == MergeOutcome::Life::Deleted && !table.deleteWins && (isWrittenBesides() || isEditedSince());
    if (isAgainstDelete || isOfForgottenHistory(space))
        return revive(table, change, m_row, wallMs);
    if (m_row.outbox != 0) {
        if (auto done = settleOutbox(table, m_row); !done)
            return done;
    }
    if (auto done = writeValues(table, change, m_row, space.state.name); !done)
        return done;
    if (m_hasJoined && !m_record.texts.empty()) { // the server has them in a life that ends
        if (auto offered = m_texts.offer(table, change.key, false); !offered)
            return fail(offered.error());
    }
    if (auto done = keepRivals(table, change.key, wallMs); !done)
        return done;
    if (auto done = settleClashes(table, change, space.state.name, wallMs); !done)
        return done;
    // One of a row that lives here is news, to whatever other server this replica has, too; if it came, and was not only missed.
    if (m_row.outbox == 0 && (m_isMissed || !isAlive(m_before.length)) &&
        isForgotten(m_row.clock.length, m_row.clock.life, space.state.forgotten))
        return forgetDelete(table, change.key);
    const bool changed = m_outcome.clockChanged || !m_rivals.empty() || !m_clashes.empty();
    return changed ? m_rows.write(table, change.key, m_before, m_row) : Result<void>();
}

/// The incoming record meets unacknowledged local cells: those that lost leave the outbox.
Result<void> Merger::settleOutbox(const TableInfo &table, RowState &row)
{
    const quint64 waiting = m_waiting.mask;
    quint64 mask = waiting;
    if (m_outcome.life != MergeOutcome::Life::Unchanged) {
        mask = 0; // our edits belong to a life that is over
    } else {
        // A bit that columns share stays: another of them may wait. So does that of a text or of parts: edits never lose.
        for (const size_t winner : m_outcome.winners) {
            if (const ColumnId column = m_record.cells[winner].column; !table.isEdited(column))
                mask &= ~Mask::ofColumn(column) | Mask::shared;
        }
        if (!isAlive(row.clock.length) && row.clock.life != m_before.life)
            mask = 0; // somebody else's delete of the same life is the later one
    }
    if (mask == waiting)
        return {};
    if (mask != 0)
        return m_rows.setMask(row.outbox, mask);
    auto done = m_rows.dequeue(row.outbox);
    row.outbox = 0;
    return done;
}

/// Brings a row back whole that was deleted, as a new write.
Result<void> Merger::revive(const TableInfo &table, const Change &change, RowState &row, qint64 wallMs)
{
    const Stamp stamp{m_store.clock.tick(wallMs), m_store.site};
    row.clock = table.bornClock(rebornAbove(m_record.length), stamp);
    // What only newer apps know of the row comes back with it.
    for (const Cell &cell : m_before.registers().cells) {
        if (const auto *column = table.column(cell.column); column != nullptr && column->position < 0)
            row.clock.setStamp(cell.column, stamp);
    }
    const auto number = m_rows.enqueue(table, change.key, row, 0, Mask::all, {});
    if (!number)
        return fail(number.error());
    row.outbox = *number;
    if (auto done = m_rows.setResolved(row.outbox, 0); !done)
        return done;
    if (!m_before.texts.empty()) {
        const auto texts = m_texts.offer(table, change.key, true);
        if (!texts)
            return fail(texts.error());
        for (const ColumnId column : *texts)
            row.clock.setTextStamp(column, stamp);
    }
    if (!m_before.parts.empty() || !table.parted.empty()) {
        if (auto done = m_parts.revive(table, change.key, row.clock); !done)
            return done;
    }
    return m_rows.write(table, change.key, m_before, row);
}

Result<void> Merger::writeValues(const TableInfo &table, const Change &change, const RowState &row, const QByteArray &space)
{
    using Life = MergeOutcome::Life;
    const bool reborn = m_outcome.life == Life::Born && isAlive(m_before.length);
    if (m_outcome.life == Life::Deleted || reborn) {
        m_coded.clear();
        if (table.synced) {
            if (auto done = m_rows.deleteValues(table, change.key); !done)
                return done;
            if (!reborn)
                m_capture.note(table, change.key, 0, false, true);
        }
        if (auto done = m_rows.unpark(table, change.key); !done)
            return done;
        if (!m_before.texts.empty() || !table.texts.empty()) {
            if (auto done = m_texts.remove(table, change.key); !done)
                return done;
        }
        if (!m_before.parts.empty()) {
            if (auto done = m_parts.remove(table, change.key); !done)
                return done;
        }
    }
    if (!isAlive(row.clock.length))
        return {};
    m_cells.clear();
    for (const size_t winner : m_outcome.winners) {
        const Cell &cell = m_record.cells[winner];
        if (table.synced && table.column(cell.column)->position >= 0) {
            m_cells.push_back(&cell);
            noteShown(cell.column, true);
        } else if (auto done = m_rows.park(table, change.key, cell); !done) {
            return done;
        }
    }
    const bool born = m_outcome.life == Life::Born;
    m_shown.clear();
    m_shownTexts.clear();
    if (!m_record.texts.empty() || !table.texts.empty()) {
        if (auto done = mergeTexts(table, change.key, born); !done)
            return done;
    }
    if (!m_record.parts.empty() || !table.parted.empty()) { // else nothing was lessened, either
        if (auto done = mergeParts(table, change.key, born); !done)
            return done;
    }
    if (!table.synced || (!born && m_cells.empty()))
        return {};
    return place(table, change.key, space, m_cells, born);
}

/// Puts cells into the table; when a constraint of the app refuses them, they wait in sheaf_parked,
/// because sync must go on and the other row must not be thrown out for them.
Result<void> Merger::place(const TableInfo &table, QByteArrayView key, const QByteArray &space,
                           const std::vector<const Cell *> &cells, bool born)
{
    auto done = born ? m_rows.insertValues(table, key, space, cells) : m_rows.updateValues(table, key, cells);
    if (born && !done && done.error().code == "constraint"_L1) {
        // Nobody knows of a row that is there: it was written past the engine, and only it goes for the server's.
        if (auto removed = m_rows.deleteValues(table, key); !removed)
            return removed;
        if (sqlite3_changes(m_handle) > 0)
            done = m_rows.insertValues(table, key, space, cells);
    }
    const bool absent = done && !born && sqlite3_changes(m_handle) == 0; // stuck since it was born
    if (done && !absent) {
        m_capture.note(table, key, positionsOf(table, cells), born, false);
        return {};
    }
    if (!absent && done.error().code != "constraint"_L1)
        return done;
    for (const Cell *cell : cells) {
        if (auto parked = m_rows.park(table, key, *cell, m_coded.remove(cell->column)); !parked)
            return parked;
    }
    if (absent)
        return {};
    return keepOut(table, key, done.error().message.toUtf8(), false);
}

Result<void> Merger::awaitTable(const TableInfo &table)
{
    // A clock begins with the length, whose lowest bit says whether the row lives.
    auto insert = SqlStatement::prepare(m_handle, "INSERT OR IGNORE INTO sheaf_stuck(tbl, pk, reason) SELECT tbl, pk, '' FROM"
                                                  " sheaf_rows WHERE tbl = ?1 AND hex(substr(clock, 1, 1)) GLOB '*[13579BDF]'");
    if (!insert)
        return fail(insert.error());
    insert->bindInteger(1, table.id);
    return insert->run();
}

Result<void> Merger::retryStuck()
{
    const auto rows = stuckRows(false);
    if (!rows)
        return fail(rows.error());
    for (const Stuck &row : *rows) {
        if (auto done = unstick(row); !done)
            return done;
        if (auto done = m_coded.isEmpty() ? Result<void>() : hide(*row.table, row.key); !done)
            return done;
    }
    return {};
}

Result<void> Merger::unparkColumn(const TableInfo &table, ColumnId column, bool isRegister)
{
    if (auto done = isRegister && m_filters.all.decode ? decodeKept(table, column) : Result<void>(); !done)
        return done;
    auto select =
        SqlStatement::prepare(m_handle, "SELECT k.pk, k.value, s.name FROM sheaf_parked k JOIN sheaf_rows r USING (tbl, pk)"
                                        " JOIN sheaf_spaces s ON s.id = r.space WHERE k.tbl = ?1 AND k.column = ?2");
    auto remove = SqlStatement::prepare(m_handle, "DELETE FROM sheaf_parked WHERE tbl = ?1 AND column = ?2 AND pk NOT IN"
                                                  " (SELECT pk FROM sheaf_stuck WHERE tbl = ?1)");
    if (!select || !remove)
        return fail(select ? remove.error() : select.error());
    select->bindInteger(1, table.id);
    select->bindInteger(2, column);
    struct Parked {
        QByteArray key;
        QByteArray value;
        QByteArray space;
    };
    QList<Parked> values;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        values.append({row.bytes(0).toByteArray(), row.bytes(1).toByteArray(), row.bytes(2).toByteArray()});
    });
    if (!read)
        return fail(read.error());
    remove->bindInteger(1, table.id);
    remove->bindInteger(2, column);
    if (auto done = remove->run(); !done)
        return done;
    for (auto &[key, bytes, space] : values) { // as they travelled
        m_coded.clear();
        if (isRegister && m_filters.all.decode && !decode(table, column, space, bytes))
            m_coded.insert(column);
        const Cell cell{column, {}, Bytes::decodedValue(bytes)};
        if (auto done = place(table, key, {}, {&cell}, false); !done)
            return done;
        if (auto done = m_coded.isEmpty() ? Result<void>() : hide(table, key); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
