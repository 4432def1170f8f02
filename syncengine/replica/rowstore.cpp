// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/rowstore.h"

#include "base/check.h"
#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "sql/database.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

namespace {

QByteArray whereKey(const TableInfo &table, int parameter)
{
    QByteArray sql = " WHERE ";
    for (const QByteArray &name : table.keyNames) {
        if (!sql.endsWith(" WHERE "))
            sql += " AND ";
        sql += quotedName(name) + " IS ?" + QByteArray::number(parameter++);
    }
    return sql;
}

using Cells = std::vector<const Cell *>;

QByteArray selectSql(const TableInfo &table, const Cells &)
{
    return "SELECT * FROM " + quotedName(table.name) + whereKey(table, 1);
}

QByteArray deleteSql(const TableInfo &table, const Cells &)
{
    return "DELETE FROM " + quotedName(table.name) + whereKey(table, 1);
}

QByteArray insertSql(const TableInfo &table, const Cells &cells)
{
    QByteArray names;
    QByteArray values;
    const auto add = [&](const QByteArray &name) {
        names += (names.isEmpty() ? "" : ",") + quotedName(name);
        values += values.isEmpty() ? "?" : ",?";
    };
    for (const QByteArray &name : table.keyNames)
        add(name);
    if (table.spacePosition >= 0)
        add(table.spaceColumn);
    for (const Cell *cell : cells)
        add(table.column(cell->column)->name);
    return "INSERT INTO " + quotedName(table.name) + '(' + names + ") VALUES (" + values + ')';
}

QByteArray updateSql(const TableInfo &table, const Cells &cells)
{
    QByteArray sql = "UPDATE " + quotedName(table.name) + " SET ";
    int parameter = 1;
    for (const Cell *cell : cells) {
        sql += (parameter == 1 ? "" : ",") + quotedName(table.column(cell->column)->name) + "=?" + QByteArray::number(parameter);
        ++parameter;
    }
    return sql + whereKey(table, parameter);
}

} // namespace

Result<void> RowStore::prepare()
{
    sqlite3_create_function(m_handle, "sheaf_edit", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, this, editFunction, nullptr, nullptr);
    const struct {
        SqlStatement &statement;
        const char *sql;
    } all[] = {
        {m_read, "SELECT space, outbox, clock FROM sheaf_rows WHERE tbl = ?1 AND pk = ?2"},
        {m_insert, "INSERT INTO sheaf_rows(tbl, pk, space, clock, outbox) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {m_birth, "INSERT INTO sheaf_rows(tbl, pk, space, clock, outbox) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"},
        {m_edit, "UPDATE sheaf_rows SET clock = sheaf_edit(clock, outbox, space), outbox = ?3 WHERE tbl = ?1 AND pk = ?2"},
        {m_update, "UPDATE sheaf_rows SET space = ?3, clock = ?4, outbox = ?5 WHERE tbl = ?1 AND pk = ?2"},
        {m_forget, "DELETE FROM sheaf_rows WHERE tbl = ?1 AND pk = ?2"},
        {m_enqueue, "INSERT INTO sheaf_outbox(n, tbl, pk, space, txn, mask, base, resolved, held, there) VALUES (?1, ?2, ?3, "
                    "?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
        {m_held, "SELECT held FROM sheaf_outbox WHERE n = ?1"},
        {m_dequeue, "DELETE FROM sheaf_outbox WHERE n = ?1"},
        {m_waiting, "SELECT mask, resolved, base, there FROM sheaf_outbox WHERE n = ?1"},
        {m_setMask, "UPDATE sheaf_outbox SET mask = ?2 WHERE n = ?1"},
        {m_setBase, "UPDATE sheaf_outbox SET base = ?2, there = ?3 WHERE n = ?1"},
        {m_setResolved, "UPDATE sheaf_outbox SET resolved = ?2 | (resolved & 1) WHERE n = ?1"},
        {m_setSent,
         "UPDATE sheaf_outbox SET resolved = (resolved & ~1) | ?2 WHERE n = ?1 AND (mask & 1) = 1 AND (resolved & 1) <> ?2"},
    };
    for (const auto &entry : all) {
        auto prepared = SqlStatement::prepare(m_handle, entry.sql);
        if (!prepared)
            return fail(prepared.error());
        entry.statement = std::move(*prepared);
    }
    // Who held them, is asked anew.
    if (auto done = execSql(m_handle, "UPDATE sheaf_outbox SET held = 0 WHERE held <> 0"); !done)
        return done;
    return reload();
}

Result<void> RowStore::reload()
{
    m_valueReader = nullptr;
    m_shapes.clear(); // tables may have other columns now
    m_statements.clear();
    auto counts = SqlStatement::prepare(m_handle, "SELECT count(*), coalesce(max(n), 0) FROM sheaf_outbox");
    if (!counts)
        return fail(counts.error());
    if (auto row = counts->step(); !row)
        return fail(row.error());
    m_outboxCount = counts->integer(0);
    // Numbers may be used again after a restart, when nothing refers to them any more.
    m_nextOutbox = std::max(m_nextOutbox, counts->integer(1) + 1);
    return countHeld();
}

Result<void> RowStore::read(const TableInfo &table, QByteArrayView key, RowState &row)
{
    m_read.bindInteger(1, table.id);
    m_read.bindBlob(2, key);
    const auto found = m_read.step();
    if (!found)
        return fail(found.error());
    row.known = *found;
    row.counted = false;
    Result<void> decoded;
    if (*found) {
        row.space = m_read.integer(0);
        row.outbox = m_read.integer(1);
        row.counted = row.outbox == 0;
        decoded = decodeClock(m_read.bytes(2), m_store.sites, row.clock);
    } else {
        row.space = 0;
        row.outbox = 0;
        row.clock = {};
    }
    m_read.reset();
    return decoded;
}

Result<void> RowStore::write(const TableInfo &table, QByteArrayView key, const RowClock &before, const RowState &row)
{
    if (!row.known)
        return insert(table, key, row);
    m_bytes.resize(0);
    encodeClock(row.clock, m_store.sites, m_bytes);
    m_update.bindInteger(1, table.id);
    m_update.bindBlob(2, key);
    m_update.bindInteger(3, row.space);
    m_update.bindBlob(4, m_bytes);
    if (row.outbox != 0)
        m_update.bindInteger(5, row.outbox);
    else
        m_update.bindNull(5);
    if (auto done = m_update.run(); !done)
        return done;
    const bool counts = row.outbox == 0;
    if (row.counted && counts && before == row.clock)
        return {};
    if (row.counted)
        discount(row.space, table, key, before);
    if (counts)
        count(row.space, table, key, row.clock);
    return {};
}

void RowStore::count(qint64 space, const TableInfo &table, QByteArrayView key, const RowClock &clock)
{
    Store::Space *known = m_store.find(space);
    if (known == nullptr)
        return;
    const RowFingerprint row = fingerprint(table.wireName, key, clock, table.byName);
    Store::add(*known, row);
    if (m_recount.hasPassed(table.id, key))
        m_recount.spaces[space].digest.add(row);
}

void RowStore::discount(qint64 space, const TableInfo &table, QByteArrayView key, const RowClock &clock)
{
    Store::Space *known = m_store.find(space);
    if (known == nullptr)
        return;
    const RowFingerprint row = fingerprint(table.wireName, key, clock, table.byName);
    Store::subtract(*known, row);
    if (m_recount.hasPassed(table.id, key))
        m_recount.spaces[space].digest.subtract(row);
}

Result<void> RowStore::insert(const TableInfo &table, QByteArrayView key, const RowState &row)
{
    m_bytes.resize(0);
    encodeClock(row.clock, m_store.sites, m_bytes);
    m_insert.bindInteger(1, table.id);
    m_insert.bindBlob(2, key);
    m_insert.bindInteger(3, row.space);
    m_insert.bindBlob(4, m_bytes);
    if (row.outbox != 0)
        m_insert.bindInteger(5, row.outbox);
    else
        m_insert.bindNull(5);
    if (auto done = m_insert.run(); !done)
        return done;
    if (row.outbox == 0)
        count(row.space, table, key, row.clock);
    return {};
}

void RowStore::editFunction(sqlite3_context *context, int, sqlite3_value **arguments)
{
    auto &self = *static_cast<RowStore *>(sqlite3_user_data(context));
    const auto *bytes = static_cast<const char *>(sqlite3_value_blob(arguments[0]));
    if (self.m_change == nullptr ||
        !decodeClock({bytes, sqlite3_value_bytes(arguments[0])}, self.m_store.sites, self.m_edited.clock)) {
        sqlite3_result_error(context, "sheaf_edit: a row clock is malformed", -1);
        return;
    }
    self.m_entry.base.resize(0);
    self.m_entry.base.append(bytes, sqlite3_value_bytes(arguments[0]));
    self.m_edited.outbox = sqlite3_value_int64(arguments[1]);
    self.m_edited.space = sqlite3_value_int64(arguments[2]);
    self.m_editedClock = self.m_edited.clock;
    (*self.m_change)(self.m_editedClock);
    self.m_bytes.resize(0);
    encodeClock(self.m_editedClock, self.m_store.sites, self.m_bytes);
    sqlite3_result_blob64(context, self.m_bytes.constData(), static_cast<sqlite3_uint64>(self.m_bytes.size()), SQLITE_TRANSIENT);
}

Result<bool> RowStore::edit(const TableInfo &table, QByteArrayView key, qint64 transaction, quint64 mask,
                            const std::function<void(RowClock &)> &change)
{
    m_change = &change;
    m_edit.bindInteger(1, table.id);
    m_edit.bindBlob(2, key);
    m_edit.bindInteger(3, m_nextOutbox);
    auto done = m_edit.run();
    m_change = nullptr;
    if (!done)
        return fail(done.error());
    if (sqlite3_changes(m_handle) == 0)
        return false;
    if (m_edited.outbox == 0) {
        discount(m_edited.space, table, key, m_edited.clock);
        m_entry.mask = mask;
        m_entry.resolved = 0;
        m_entry.there.reset();
    } else {
        if (auto waiting = readWaiting(m_edited.outbox, m_entry); !waiting)
            return fail(waiting.error());
        m_entry.resolved &= ~mask | Mask::whole;
        m_entry.mask = (mask & Mask::whole) != 0 ? mask : mask | m_entry.mask;
    }
    const auto number = enter(table, key, m_edited, transaction, m_entry);
    if (!number)
        return fail(number.error());
    return true;
}

void RowStore::expectBirths(const TableInfo &table, qint64 space, const RowClock &clock)
{
    m_birthClock.resize(0);
    encodeClock(clock, m_store.sites, m_birthClock);
    m_birth.bindInteger(1, table.id);
    m_birth.bindInteger(3, space);
    m_birth.bindBlob(4, m_birthClock);
}

Result<bool> RowStore::bear(QByteArrayView key, qint64 outbox)
{
    m_birth.bindBlob(2, key);
    m_birth.bindInteger(5, outbox);
    if (auto done = m_birth.run(); !done)
        return fail(done.error());
    return sqlite3_changes(m_handle) != 0;
}

Result<void> RowStore::forget(const TableInfo &table, QByteArrayView key, const RowState &row)
{
    m_forget.bindInteger(1, table.id);
    m_forget.bindBlob(2, key);
    if (auto done = m_forget.run(); !done)
        return done;
    if (row.counted)
        discount(row.space, table, key, row.clock);
    return {};
}

Result<SqlStatement *> RowStore::statement(const QByteArray &sql)
{
    if (const auto known = m_statements.constFind(sql); known != m_statements.constEnd())
        return known->get();
    auto prepared = SqlStatement::prepare(m_handle, sql);
    if (!prepared)
        return fail(prepared.error());
    constexpr qsizetype statementsMax = 500; // of tables times sets of changed columns
    if (m_statements.size() >= statementsMax && m_valueReader == nullptr) {
        m_shapes.clear();
        m_statements.clear();
    }
    return m_statements.insert(sql, std::make_shared<SqlStatement>(std::move(*prepared)))->get();
}

void RowStore::bind(SqlStatement &statement, int parameter, const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Null:
        return statement.bindNull(parameter);
    case ValueView::Type::Integer:
        return statement.bindInteger(parameter, value.integer);
    case ValueView::Type::Real:
        return statement.bindReal(parameter, value.real);
    case ValueView::Type::Text:
        return statement.bindText(parameter, value.bytes);
    case ValueView::Type::Blob:
        return statement.bindBlob(parameter, value.bytes);
    }
}

Result<void> RowStore::bindKey(SqlStatement &statement, int parameter, QByteArrayView key)
{
    if (auto done = decodeKey(key, m_key); !done)
        return done;
    for (const ValueView &value : m_key)
        bind(statement, parameter++, value);
    return {};
}

Result<SqlStatement *> RowStore::statement(Builder build, const TableInfo &table, const std::vector<const Cell *> &cells)
{
    constexpr ColumnId columnsWithBit = 64;
    quint64 columns = 0;
    for (const Cell *cell : cells) {
        if (cell->column >= columnsWithBit)
            return statement(build(table, cells)); // a wide table: found by its text
        columns |= 1ULL << cell->column;
    }
    const Shape shape{build, table.id, columns};
    if (SqlStatement *known = m_shapes.value(shape))
        return known;
    auto prepared = statement(build(table, cells));
    if (prepared)
        m_shapes.insert(shape, *prepared);
    return prepared;
}

Result<bool> RowStore::readValues(const TableInfo &table, QByteArrayView key, std::vector<ValueView> &byPosition)
{
    auto select = statement(selectSql, table, {});
    if (!select)
        return fail(select.error());
    SqlStatement &query = **select;
    if (auto done = bindKey(query, 1, key); !done)
        return fail(done.error());
    const auto row = query.step();
    if (!row || !*row) {
        query.reset();
        return row ? Result<bool>(false) : Result<bool>(fail(row.error()));
    }
    m_valueReader = &query;
    byPosition.clear();
    for (int position = 0; position < table.positions; ++position) {
        switch (query.columnType(position)) {
        case SQLITE_INTEGER:
            byPosition.push_back(ValueView::ofInteger(query.integer(position)));
            break;
        case SQLITE_FLOAT:
            byPosition.push_back(ValueView::ofReal(query.real(position)));
            break;
        case SQLITE_TEXT:
            byPosition.push_back(ValueView::ofText(query.bytes(position)));
            break;
        case SQLITE_BLOB:
            byPosition.push_back(ValueView::ofBlob(query.bytes(position)));
            break;
        default:
            byPosition.push_back({});
        }
    }
    return true;
}

void RowStore::releaseValues()
{
    if (SqlStatement *reader = std::exchange(m_valueReader, nullptr))
        reader->reset();
}

Result<void> RowStore::insertValues(const TableInfo &table, QByteArrayView key, const QByteArray &space,
                                    const std::vector<const Cell *> &cells)
{
    auto insert = statement(insertSql, table, cells);
    if (!insert)
        return fail(insert.error());
    if (auto done = bindKey(**insert, 1, key); !done)
        return done;
    int parameter = static_cast<int>(table.keyNames.size()) + 1;
    if (table.spacePosition >= 0)
        (*insert)->bindText(parameter++, space);
    for (const Cell *cell : cells)
        bind(**insert, parameter++, cell->value);
    return (*insert)->run();
}

Result<void> RowStore::updateValues(const TableInfo &table, QByteArrayView key, const std::vector<const Cell *> &cells)
{
    if (cells.empty())
        return {};
    auto update = statement(updateSql, table, cells);
    if (!update)
        return fail(update.error());
    int at = 1;
    for (const Cell *cell : cells)
        bind(**update, at++, cell->value);
    if (auto done = bindKey(**update, at, key); !done)
        return done;
    return (*update)->run();
}

Result<void> RowStore::deleteValues(const TableInfo &table, QByteArrayView key)
{
    auto remove = statement(deleteSql, table, {});
    if (!remove)
        return fail(remove.error());
    if (auto done = bindKey(**remove, 1, key); !done)
        return done;
    return (*remove)->run();
}

Result<void> RowStore::park(const TableInfo &table, QByteArrayView key, const Cell &cell, bool coded)
{
    auto insert = statement("REPLACE INTO sheaf_parked(tbl, pk, column, value, coded) VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert)
        return fail(insert.error());
    QByteArray value;
    Bytes::appendValue(value, cell.value);
    (*insert)->bindInteger(1, table.id);
    (*insert)->bindBlob(2, key);
    (*insert)->bindInteger(3, cell.column);
    (*insert)->bindBlob(4, value);
    (*insert)->bindInteger(5, coded ? 1 : 0);
    return (*insert)->run();
}

Result<void> RowStore::readParked(const TableInfo &table, QByteArrayView key, QHash<ColumnId, QByteArray> &values,
                                  QSet<ColumnId> *coded)
{
    values.clear();
    auto select = statement("SELECT column, value, coded FROM sheaf_parked WHERE tbl = ?1 AND pk = ?2");
    if (!select)
        return fail(select.error());
    (*select)->bindInteger(1, table.id);
    (*select)->bindBlob(2, key);
    while (true) {
        const auto row = (*select)->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            break;
        const auto column = static_cast<ColumnId>((*select)->integer(0));
        values.insert(column, (*select)->bytes(1).toByteArray());
        if (coded != nullptr && (*select)->integer(2) != 0)
            coded->insert(column);
    }
    (*select)->reset();
    return {};
}

Result<void> RowStore::unpark(const TableInfo &table, QByteArrayView key)
{
    for (const char *sql :
         {"DELETE FROM sheaf_parked WHERE tbl = ?1 AND pk = ?2", "DELETE FROM sheaf_stuck WHERE tbl = ?1 AND pk = ?2"}) {
        auto remove = statement(sql);
        if (!remove)
            return fail(remove.error());
        (*remove)->bindInteger(1, table.id);
        (*remove)->bindBlob(2, key);
        if (auto done = (*remove)->run(); !done)
            return done;
    }
    return {};
}

std::vector<const Cell *> pointersTo(const std::vector<Cell> &cells)
{
    std::vector<const Cell *> pointers(cells.size());
    std::ranges::transform(cells, pointers.begin(), [](const Cell &cell) { return &cell; });
    return pointers;
}

} // namespace Sheaf
