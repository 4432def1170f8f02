// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/catalog.h"
#include "replica/store.h"

#include <QHash>

namespace Sheaf {

/// Bits of the outbox mask: bit 0 = the whole row or its delete, bit i = column i, bit 63 = all from 63 on.
namespace Mask {
constexpr quint64 whole = 1;
constexpr quint64 ofColumn(ColumnId column)
{
    return 1ULL << (column < 63 ? column : 63);
}
} // namespace Mask

/// What sheaf_rows says of one row.
struct RowState {
    bool known = false;
    qint64 space = 0;
    qint64 outbox = 0; ///< 0: acknowledged
    RowClock clock;    ///< length 0 when unknown
};

/// Rows with their clocks, values and outbox entries: prepared statements on the writer
/// connection, in the caller's transaction. Keeps digests and outbox in step with the clocks.
class RowStore
{
public:
    RowStore(sqlite3 *handle, Store &store, Catalog &catalog) : m_handle(handle), m_store(store), m_catalog(catalog) {}

    Result<void> prepare();

    // Clocks
    Result<void> read(const TableInfo &table, QByteArrayView key, RowState &row);
    /// Writes clock and outbox number and brings the digest from `before` (length 0: new) to the new clock.
    Result<void> write(const TableInfo &table, QByteArrayView key, const RowClock &before, const RowState &row);
    /// Adds a row that was never known; false when it is known and nothing was done.
    Result<bool> insert(const TableInfo &table, QByteArrayView key, const RowState &row);
    Result<void> forget(const TableInfo &table, QByteArrayView key, const RowState &row);

    // Outbox
    /// Enters or re-enters a row at the end of the outbox; returns its number.
    Result<qint64> enqueue(const TableInfo &table, QByteArrayView key, const RowState &row, Hlc hlc, quint64 mask);
    Result<void> dequeue(qint64 number);
    Result<quint64> mask(qint64 number);
    Result<void> setMask(qint64 number, quint64 mask);

    // Values
    /// Reads a row's values by position; false when there is no such row. They live until
    /// releaseValues(), which must follow: a statement left on a row keeps the log from starting over.
    Result<bool> readValues(const TableInfo &table, QByteArrayView key, std::vector<ValueView> &byPosition);
    void releaseValues() { m_valueReader->reset(); }
    Result<void> insertValues(const TableInfo &table, QByteArrayView key, const QByteArray &space, const std::vector<const Cell *> &cells);
    Result<void> updateValues(const TableInfo &table, QByteArrayView key, const std::vector<const Cell *> &cells);
    Result<void> deleteValues(const TableInfo &table, QByteArrayView key);

    // Parked values
    Result<void> park(const TableInfo &table, QByteArrayView key, const Cell &cell);
    Result<void> readParked(const TableInfo &table, QByteArrayView key, QHash<ColumnId, QByteArray> &values);
    Result<void> unpark(const TableInfo &table, QByteArrayView key);

    [[nodiscard]] qint64 outboxCount() const { return m_outboxCount; }
    Result<void> reload();

private:
    Result<SqlStatement *> statement(const QByteArray &sql);
    Result<void> bindKey(SqlStatement &statement, int parameter, QByteArrayView key);
    static void bind(SqlStatement &statement, int parameter, const ValueView &value);
    [[nodiscard]] static QByteArray whereKey(const TableInfo &table, int parameter);

    sqlite3 *m_handle;
    Store &m_store;
    Catalog &m_catalog;
    QHash<QByteArray, std::shared_ptr<SqlStatement>> m_statements;
    SqlStatement m_read, m_insert, m_update, m_forget, m_enqueue, m_dequeue, m_mask, m_setMask;
    SqlStatement *m_valueReader = nullptr; ///< of the last readValues()
    std::vector<ValueView> m_key;
    QByteArray m_bytes;
    qint64 m_outboxCount = 0;
    qint64 m_nextOutbox = 1;
};

} // namespace Sheaf
