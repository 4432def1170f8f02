// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/rowparts.h"

#include "crdt/bytes.h"

#include <sqlite3.h>

namespace Sheaf {

std::vector<PartView> RowParts::Stored::views() const
{
    std::vector<PartView> all;
    all.reserve(parts.size());
    for (const auto &[part, value] : parts)
        all.push_back({part, Bytes::decodedValue(value)});
    return all;
}

Result<void> RowParts::prepare()
{
    const struct {
        SqlStatement &statement;
        const char *sql;
    } all[] = {
        {m_read, "SELECT part, value FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND part >= ?4 ORDER BY part"},
        {m_list, "SELECT column, part, value, waits, acked_hlc, acked FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2 AND waits >= ?3"
                 " AND part != x'' ORDER BY column, part"},
        {m_keys, "SELECT DISTINCT pk FROM sheaf_parts WHERE tbl = ?1 AND column = ?2"},
        {m_write, "INSERT INTO sheaf_parts(tbl, pk, column, part, value, waits) VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO"
                  " UPDATE SET acked_hlc = iif(waits, acked_hlc, ?6), acked = iif(waits, acked, value), value = ?5, waits = 1"},
        {m_accept, "REPLACE INTO sheaf_parts(tbl, pk, column, part, value) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {m_base, "REPLACE INTO sheaf_parts(tbl, pk, column, part, value) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {m_setAcked, "UPDATE sheaf_parts SET acked_hlc = ?5, acked = ?6 WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND part = ?4"
                     " AND waits AND acked_hlc < ?5"},
        {m_settle, "UPDATE sheaf_parts SET waits = 0, acked_hlc = 0, acked = NULL WHERE tbl = ?1 AND pk = ?2 AND column = ?3"
                   " AND part = ?4"},
        {m_removePart, "DELETE FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2 AND column = ?3 AND part = ?4"},
        {m_remove, "DELETE FROM sheaf_parts WHERE tbl = ?1 AND pk = ?2"},
    };
    for (const auto &entry : all) {
        auto prepared = SqlStatement::prepare(m_handle, entry.sql);
        if (!prepared)
            return fail(prepared.error());
        entry.statement = std::move(*prepared);
    }
    return {};
}

SqlStatement &RowParts::bound(SqlStatement &statement, const Place &place, QByteArrayView part)
{
    statement.bindInteger(1, place.table.id);
    statement.bindBlob(2, place.key);
    statement.bindInteger(3, place.column);
    statement.bindBlob(4, part);
    return statement;
}

Result<RowParts::Stored> RowParts::read(const Place &place)
{
    Stored stored;
    const auto done = forEachRow(bound(m_read, place, ""), [&](const SqlStatement &row) {
        if (row.bytes(0).isEmpty())
            stored.base = row.bytes(1).toByteArray();
        else
            stored.parts.emplace_back(row.bytes(0).toByteArray(), row.bytes(1).toByteArray());
    });
    if (!done)
        return fail(done.error());
    return stored;
}

Result<std::vector<RowParts::Part>> RowParts::list(const TableInfo &table, QByteArrayView key, bool waitingOnly)
{
    std::vector<Part> all;
    m_list.bindInteger(1, table.id);
    m_list.bindBlob(2, key);
    m_list.bindInteger(3, waitingOnly ? 1 : 0);
    const auto done = forEachRow(m_list, [&](const SqlStatement &row) {
        all.push_back({.column = static_cast<ColumnId>(row.integer(0)),
                       .part = row.bytes(1).toByteArray(),
                       .value = row.bytes(2).toByteArray(),
                       .waits = row.integer(3) != 0,
                       .ackedHlc = static_cast<Hlc>(row.integer(4)),
                       .acked = row.bytes(5).toByteArray()});
    });
    if (!done)
        return fail(done.error());
    return all;
}

Result<QList<QByteArray>> RowParts::keysOf(const TableInfo &table, ColumnId column)
{
    QList<QByteArray> keys;
    m_keys.bindInteger(1, table.id);
    m_keys.bindInteger(2, column);
    const auto done = forEachRow(m_keys, [&](const SqlStatement &row) { keys.append(row.bytes(0).toByteArray()); });
    if (!done)
        return fail(done.error());
    return keys;
}

Result<QByteArray> RowParts::presentValue(const Place &place)
{
    QHash<ColumnId, QByteArray> parked; // of a row that a constraint keeps out
    if (auto done = m_rows.readParked(place.table, place.key, parked); !done)
        return fail(done.error());
    if (const auto value = parked.constFind(place.column); value != parked.constEnd())
        return *value;
    QByteArray present;
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(place.table, place.key, values);
    if (!there)
        return fail(there.error());
    const int position = place.table.column(place.column)->position;
    Bytes::appendValue(present, *there && position >= 0 ? values[static_cast<size_t>(position)] : ValueView::null());
    m_rows.releaseValues();
    return present;
}

Result<void> RowParts::write(const TableInfo &table, QByteArrayView key, const Change &change, const RowClock &before)
{
    const Place place{table, key, change.column};
    if (change.base) {
        if (auto done = setBase(place, *change.base); !done)
            return done;
    }
    for (const PartEdit &edit : change.edits) {
        SqlStatement &insert = bound(m_write, place, edit.part);
        insert.bindBlob(5, edit.value);
        insert.bindInteger(6, static_cast<qint64>(before.partStampOf(change.column, edit.part).hlc));
        if (auto done = insert.run(); !done)
            return done;
    }
    return {};
}

Result<void> RowParts::accept(const Place &place, QByteArrayView part, const ValueView &value)
{
    QByteArray bytes;
    Bytes::appendValue(bytes, value);
    SqlStatement &replace = bound(m_accept, place, part);
    replace.bindBlob(5, bytes);
    return replace.run();
}

Result<void> RowParts::setBase(const Place &place, const QByteArray &value)
{
    SqlStatement &replace = bound(m_base, place, "");
    replace.bindBlob(5, value);
    return replace.run();
}

Result<void> RowParts::setAcked(const Place &place, QByteArrayView part, Hlc hlc, const ValueView &value)
{
    QByteArray bytes;
    Bytes::appendValue(bytes, value);
    SqlStatement &update = bound(m_setAcked, place, part);
    update.bindInteger(5, static_cast<qint64>(hlc));
    update.bindBlob(6, bytes);
    return update.run();
}

Result<void> RowParts::remove(const TableInfo &table, QByteArrayView key)
{
    m_remove.bindInteger(1, table.id);
    m_remove.bindBlob(2, key);
    return m_remove.run();
}

Result<void> RowParts::settle(const TableInfo &table, QByteArrayView key, const RowClock &clock, const RowRecord &pushed)
{
    for (const PartCell &part : pushed.parts) {
        const Place place{table, key, part.column};
        if (clock.partStampOf(part.column, part.part) != part.stamp) { // written or stamped anew meanwhile
            if (auto done = setAcked(place, part.part, part.stamp.hlc, part.value); !done)
                return done;
        } else if (auto done = bound(m_settle, place, part.part).run(); !done) {
            return done;
        }
    }
    return {};
}

} // namespace Sheaf
