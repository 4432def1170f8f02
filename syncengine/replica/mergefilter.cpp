// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/merger.h"
#include "replica/variants.h"

#include <algorithm>

/// Rows that the app's filter keeps out of sight: their clocks are in sheaf_rows, their values in sheaf_parked. What arrives
/// for one of them is merged in view, where all rules are at home, and then it is judged anew.
namespace Sheaf {

namespace {

constexpr char selectStuck[] = "SELECT s.tbl, s.pk, p.name FROM sheaf_stuck s JOIN sheaf_rows r USING (tbl, pk)"
                               " JOIN sheaf_spaces p ON p.id = r.space WHERE s.filtered = ?1";

} // namespace

Result<QList<Merger::Stuck>> Merger::stuckRows(bool filtered)
{
    const auto select = m_rows.statement(selectStuck);
    if (!select)
        return fail(select.error());
    (*select)->bindInteger(1, filtered ? 1 : 0);
    QList<Stuck> rows;
    const auto read = forEachRow(**select, [&](const SqlStatement &row) {
        rows.append({m_catalog.find(row.integer(0)), row.bytes(1).toByteArray(), row.bytes(2).toByteArray()});
    });
    return read ? Result<QList<Stuck>>(std::move(rows)) : fail(read.error());
}

/// Tries to put the values that wait for the row into the table, decoded as far as that is possible by now: m_coded tells.
Result<void> Merger::unstick(const Stuck &row)
{
    QHash<ColumnId, QByteArray> parked;
    QSet<ColumnId> coded;
    if (auto done = m_rows.readParked(*row.table, row.key, parked, &coded); !done)
        return done;
    m_coded.clear();
    for (const ColumnId column : std::as_const(coded)) {
        if (row.table->typeOf(column) == MergeType::Register && !decode(*row.table, column, row.space, parked[column]))
            m_coded.insert(column);
    }
    std::vector<Cell> cells;
    for (auto it = parked.cbegin(); it != parked.cend(); ++it) {
        if (row.table->column(it.key())->position >= 0)
            cells.push_back({it.key(), {}, Bytes::decodedValue(*it)});
    }
    std::ranges::sort(cells, {}, &Cell::column); // statements are found by their set of columns
    std::vector<ValueView> present;
    const auto there = m_rows.readValues(*row.table, row.key, present);
    if (!there)
        return fail(there.error());
    m_rows.releaseValues();
    if (auto done = m_rows.unpark(*row.table, row.key); !done)
        return done;
    if (auto done = place(*row.table, row.key, row.space, pointersTo(cells), !*there); !done)
        return done;
    for (auto it = parked.cbegin(); it != parked.cend(); ++it) {
        const Cell cell{it.key(), {}, Bytes::decodedValue(*it)};
        if (row.table->column(it.key())->position < 0) {
            if (auto done = m_rows.park(*row.table, row.key, cell); !done)
                return done;
        }
    }
    return {};
}

/// A record as it was here before: its values into the table, or where they wait for one.
Result<void> Merger::putBack(const TableInfo &table, QByteArrayView key, const QByteArray &space, const RowRecord &record)
{
    std::vector<const Cell *> cells;
    for (const Cell &cell : record.cells) {
        const TableInfo::Column *column = table.column(cell.column);
        if (column == nullptr)
            continue;
        if (column->position >= 0)
            cells.push_back(&cell);
        else if (auto done = m_rows.park(table, key, cell); !done)
            return done;
    }
    return place(table, key, space, cells, true);
}

Result<void> Merger::noteHidden()
{
    const auto any = m_rows.statement("SELECT 1 FROM sheaf_stuck WHERE filtered = 1 LIMIT 1");
    if (!any)
        return fail(any.error());
    const auto found = (*any)->step();
    m_anyHidden = found && *found;
    (*any)->reset();
    return found ? Result<void>() : fail(found.error());
}

/// Brings a hidden row into view for the merge.
Result<void> Merger::uncover(const TableInfo &table, const QByteArray &key, const QByteArray &space)
{
    m_coded.clear();
    if (!m_anyHidden || !table.synced)
        return {};
    auto select = SqlStatement::prepare(m_handle, "SELECT 1 FROM sheaf_stuck WHERE tbl = ?1 AND pk = ?2 AND filtered = 1");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, table.id);
    select->bindBlob(2, key);
    const auto hidden = select->step();
    if (!hidden)
        return fail(hidden.error());
    select->reset();
    return *hidden ? unstick({&table, key, space}) : Result<void>();
}

/// Makes of a value that travelled what it is here; false when that is not known yet.
bool Merger::decode(const TableInfo &table, ColumnId column, const QByteArray &space, QByteArray &bytes)
{
    if (!m_filters.all.decode)
        return false;
    QVariant value = toVariant(Bytes::decodedValue(bytes));
    if (!m_filters.map(m_filters.all.decode, {space, table.name, table.column(column)->name}, value))
        return false;
    bytes.clear();
    appendVariant(bytes, value);
    return true;
}

/// Rows in quarantine and in the list of rejected ones have a newer peer's value of the column as it travelled, as rows here
/// had until it got its place. One that cannot be decoded waits in quarantine for the key; a row that its user writes again
/// from the other list goes without it, for it would travel as if it were his.
Result<void> Merger::decodeKept(const TableInfo &table, ColumnId column)
{
    struct Kept {
        qint64 number = 0;
        QByteArray space;
        QByteArray record;
        QByteArray coded;
    };
    const auto decodeIn = [&](const char *selectSql, const char *updateSql) -> Result<void> {
        auto select = SqlStatement::prepare(m_handle, selectSql);
        auto update = SqlStatement::prepare(m_handle, updateSql);
        if (!select || !update)
            return fail(select ? update.error() : select.error());
        select->bindBlob(1, table.name);
        QList<Kept> all;
        const auto read = forEachRow(*select, [&](const SqlStatement &row) {
            all.append({row.integer(0), row.bytes(1).toByteArray(), row.bytes(2).toByteArray(), row.bytes(3).toByteArray()});
        });
        if (!read)
            return fail(read.error());
        for (Kept &kept : all) {
            RowRecord record;
            if (auto decoded = decodeRecord(kept.record, record); !decoded)
                return decoded;
            const auto cell = std::ranges::find(record.cells, column, &Cell::column);
            if (cell == record.cells.end())
                continue;
            RowRecord coded{.length = record.length, .life = record.life, .cells = {}};
            if (auto decoded = kept.coded.isEmpty() ? Result<void>() : decodeRecord(kept.coded, coded); !decoded)
                return decoded;
            QByteArray value = Bytes::encodedValue(cell->value);
            QByteArray bytes;
            QByteArray codedBytes = kept.coded;
            if (decode(table, column, kept.space, value)) {
                cell->value = Bytes::decodedValue(value);
                encodeRecord(record, bytes);
            } else {
                coded.cells.insert(std::ranges::upper_bound(coded.cells, column, {}, &Cell::column), *cell);
                codedBytes.clear();
                encodeRecord(coded, codedBytes);
                record.cells.erase(cell);
                encodeRecord(record, bytes);
            }
            update->bindInteger(1, kept.number);
            update->bindBlob(2, bytes);
            update->bindBlob(3, codedBytes);
            if (auto done = update->run(); !done)
                return done;
        }
        return {};
    };
    if (auto done = decodeIn("SELECT n, space, record, coded FROM sheaf_quarantine WHERE tbl = ?1",
                             "UPDATE sheaf_quarantine SET record = ?2, coded = ?3 WHERE n = ?1");
        !done)
        return done;
    return decodeIn("SELECT n, space, record, x'' FROM sheaf_rejected WHERE tbl = ?1",
                    "UPDATE sheaf_rejected SET record = ?2 WHERE n = ?1");
}

/// Makes the values of the incoming record what they are here.
void Merger::decodeValues(const TableInfo &table, const QByteArray &space)
{
    m_decoded.clear();
    m_codedNews.clear();
    if (!m_filters.all.decode)
        return;
    for (Cell &cell : m_record.cells) {
        const TableInfo::Column *column = table.column(cell.column);
        if (column == nullptr || column->position < 0 || column->type != MergeType::Register)
            continue;
        QByteArray &bytes = m_decoded.emplace_back(Bytes::encodedValue(cell.value));
        if (decode(table, cell.column, space, bytes))
            cell.value = Bytes::decodedValue(bytes);
        else
            m_codedNews.insert(cell.column);
    }
}

/// A value of the incoming record, or one of this replica, goes into the table.
void Merger::noteShown(ColumnId column, bool isTheirs)
{
    if (isTheirs && m_codedNews.contains(column))
        m_coded.insert(column);
    else
        m_coded.remove(column);
}

/// After the merge: a row that the app does not want goes out of sight, unless its user has edited it. One with a value that
/// could not be decoded goes in any case: what travels is not for people, and would travel again as if it were.
Result<void> Merger::judge(const TableInfo &table, const QByteArray &key, const QByteArray &space)
{
    if (!table.synced || !isAlive(m_row.clock.length))
        return {};
    if (!m_coded.isEmpty())
        return hide(table, key);
    if (m_row.outbox != 0 || !m_filters.all.show)
        return {};
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(table, key, values);
    if (!there || !*there)
        return there ? Result<void>() : fail(there.error());
    FilteredRow row{.space = space, .table = table.name, .key = key, .isDeleted = false, .values = {}};
    for (const TableInfo::Column &column : table.columns) {
        if (column.position >= 0)
            row.values.append({column.name, toVariant(values[static_cast<size_t>(column.position)])});
    }
    m_rows.releaseValues();
    return m_filters.allows(m_filters.all.show, row) ? Result<void>() : hide(table, key);
}

/// Takes a row out of the table; what waits already was kept out of it just now, and is newer.
Result<void> Merger::hide(const TableInfo &table, const QByteArray &key)
{
    QHash<ColumnId, QByteArray> waiting;
    if (auto done = m_rows.readParked(table, key, waiting); !done)
        return done;
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(table, key, values);
    if (!there || !*there)
        return there ? Result<void>() : fail(there.error());
    std::vector<std::pair<ColumnId, QByteArray>> kept;
    for (const TableInfo::Column &column : table.columns) {
        if (column.position >= 0 && !waiting.contains(column.id))
            kept.emplace_back(column.id, Bytes::encodedValue(values[static_cast<size_t>(column.position)]));
    }
    m_rows.releaseValues();
    if (auto done = m_rows.deleteValues(table, key); !done)
        return done;
    m_capture.note(table, key, 0, false, true);
    for (const auto &[column, bytes] : kept) {
        if (auto done = m_rows.park(table, key, {column, {}, Bytes::decodedValue(bytes)}, m_coded.contains(column)); !done)
            return done;
    }
    m_anyHidden = true;
    return keepOut(table, key, {}, true);
}

Result<void> Merger::keepOut(const TableInfo &table, QByteArrayView key, const QByteArray &reason, bool filtered)
{
    auto stuck = SqlStatement::prepare(m_handle, "REPLACE INTO sheaf_stuck(tbl, pk, reason, filtered) VALUES (?1, ?2, ?3, ?4)");
    if (!stuck)
        return fail(stuck.error());
    stuck->bindInteger(1, table.id);
    stuck->bindBlob(2, key);
    stuck->bindText(3, reason);
    stuck->bindInteger(4, filtered ? 1 : 0);
    return stuck->run();
}

/// The filter is another one: every hidden row is judged anew.
Result<void> Merger::showAgain()
{
    const auto hidden = stuckRows(true);
    if (!hidden)
        return fail(hidden.error());
    for (const Stuck &row : *hidden) {
        if (auto done = unstick(row); !done)
            return done;
        if (auto done = m_rows.read(*row.table, row.key, m_row); !done)
            return done;
        if (auto done = judge(*row.table, row.key, row.space); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
