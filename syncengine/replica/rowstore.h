// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/catalog.h"
#include "replica/recount.h"
#include "replica/store.h"

#include <QHash>
#include <QSet>

#include <functional>

struct sqlite3_context;
struct sqlite3_value;

namespace Sheaf {

/// What sheaf_rows says of one row.
struct RowState {
    bool known = false;
    qint64 space = 0;
    qint64 outbox = 0;    ///< 0: acknowledged
    bool counted = false; ///< the file says that it is at rest, so the digest of its space has it
    RowClock clock;       ///< length 0 when unknown
};

/// sheaf_outbox.held
namespace HeldBy {
constexpr int nobody = 0;
constexpr int filter = 1;    ///< SyncFilters::send
constexpr int selection = 2; ///< Replica::holdAllBut()
} // namespace HeldBy

/// What sheaf_outbox says of one row.
struct OutboxRow {
    quint64 mask = 0;
    quint64 resolved = 0; ///< columns of it that a conflict policy wrote, not the user; and see wasSent()
    QByteArray base;      ///< encoded clock of the row as a server has had it, as far as known; empty: none has had it
    /// The same of the present server alone, where another one is known to have had more. What is equal, and what was
    /// missed, is judged by it.
    std::optional<QByteArray> there{};

    [[nodiscard]] const QByteArray &presentBase() const { return there ? *there : base; }
    /// Whether a push has carried this birth or delete, or one of the row before it, and no server is known to have refused it:
    /// the next life is above one that others may know.
    [[nodiscard]] bool wasSent() const { return (resolved & Mask::whole) != 0; }
};

/// Rows with their clocks, values and outbox entries: prepared statements on the writer
/// connection, in the caller's transaction. Keeps digests and outbox in step with the clocks.
class RowStore
{
public:
    RowStore(sqlite3 *handle, Store &store, Catalog &catalog, Recount &recount)
        : m_handle(handle), m_store(store), m_catalog(catalog), m_recount(recount)
    {
    }

    Result<void> prepare();

    // Clocks
    Result<void> read(const TableInfo &table, QByteArrayView key, RowState &row);
    /// Writes clock and outbox number and brings the digest from `before` to the new state.
    Result<void> write(const TableInfo &table, QByteArrayView key, const RowClock &before, const RowState &row);
    /// Changes the clock of a row that is in the table, in one statement: `change` gets what the file
    /// says of the row and returns its new clock. The row goes to the end of the outbox, with `mask`
    /// and what waited of it already. False when the row is unknown and nothing was done.
    Result<bool> edit(const TableInfo &table, QByteArrayView key, qint64 transaction, quint64 mask,
                      const std::function<void(RowClock &)> &change);
    /// Names what the rows of the following bear() calls have in common.
    void expectBirths(const TableInfo &table, qint64 space, const RowClock &clock);
    /// Adds a row that was never known and waits in the outbox; false when it is known and nothing was done.
    Result<bool> bear(QByteArrayView key, qint64 outbox);
    Result<void> forget(const TableInfo &table, QByteArrayView key, const RowState &row);

    // Outbox
    /// Enters or re-enters a row at the end of the outbox; returns its number. Rows with one
    /// `transaction` belong together; 0 makes the row one of its own. `base` is the row's clock as the
    /// server has it, encoded; a row that waits already keeps the one it has.
    Result<qint64> enqueue(const TableInfo &table, QByteArrayView key, const RowState &row, qint64 transaction, quint64 mask,
                           QByteArrayView base);
    /// Enters a row whole that a server has had; nothing is known of what the present one has of it. A row that waits keeps
    /// its place, its transaction and its base; a filter is asked again. countHeld() must follow.
    Result<qint64> offer(const TableInfo &table, QByteArrayView key, const RowState &row);
    /// The number that the next enqueue() will give.
    [[nodiscard]] qint64 nextOutbox() const { return m_nextOutbox; }
    Result<void> dequeue(qint64 number);
    Result<quint64> mask(qint64 number);
    Result<void> setMask(qint64 number, quint64 mask);
    Result<void> readWaiting(qint64 number, OutboxRow &waiting);
    /// Writes what `waiting` says of servers.
    Result<void> setBase(qint64 number, const OutboxRow &waiting);
    /// Takes note that the server has this record too, or, if it `isAll`, this one alone. `length` is the one that it has there.
    Result<void> raiseBase(qint64 number, const RowRecord &record, CausalLength length, bool isAll = false);
    /// Leaves OutboxRow::wasSent() as it is, unless `columns` has it.
    Result<void> setResolved(qint64 number, quint64 columns);
    /// Of a row that waits as a whole; others have a base that says more.
    Result<void> setSent(qint64 number, bool isSent);

    // Values
    /// Reads a row's values by position; false when there is no such row. They live until
    /// releaseValues(), which must follow: a statement left on a row keeps the log from starting over.
    Result<bool> readValues(const TableInfo &table, QByteArrayView key, std::vector<ValueView> &byPosition);
    void releaseValues();
    static void bind(SqlStatement &statement, int parameter, const ValueView &value);
    /// `cells`: by column, see pointersTo().
    Result<void> insertValues(const TableInfo &table, QByteArrayView key, const QByteArray &space,
                              const std::vector<const Cell *> &cells);
    Result<void> updateValues(const TableInfo &table, QByteArrayView key, const std::vector<const Cell *> &cells);
    Result<void> deleteValues(const TableInfo &table, QByteArrayView key);

    // Parked values
    /// `coded`: the value of a column that is here is as it travelled, because it could not be decoded.
    Result<void> park(const TableInfo &table, QByteArrayView key, const Cell &cell, bool coded = false);
    Result<void> readParked(const TableInfo &table, QByteArrayView key, QHash<ColumnId, QByteArray> &values,
                            QSet<ColumnId> *coded = nullptr);
    Result<void> unpark(const TableInfo &table, QByteArrayView key);

    /// A statement that is kept for the next time, by its text. It may go with the next other one that is asked for: not for
    /// work that reads or writes values between its rows. Whoever uses it resets it.
    Result<SqlStatement *> statement(const QByteArray &sql);

    [[nodiscard]] qint64 outboxCount() const { return m_outboxCount; }
    /// How many of these are held.
    [[nodiscard]] qint64 heldCount() const { return m_heldCount; }
    /// Rows that enter the outbox from now on are held, or no more.
    void holdNew(bool hold) { m_holdNew = hold; }
    /// Counts them anew: after they were marked by SQL.
    Result<void> countHeld();
    Result<void> reload();

private:
    static void editFunction(sqlite3_context *context, int count, sqlite3_value **arguments);
    Result<void> insert(const TableInfo &table, QByteArrayView key, const RowState &row);
    /// A row is at rest from now on, with this clock, or was until now.
    void count(qint64 space, const TableInfo &table, QByteArrayView key, const RowClock &clock);
    void discount(qint64 space, const TableInfo &table, QByteArrayView key, const RowClock &clock);
    Result<qint64> enter(const TableInfo &table, QByteArrayView key, const RowState &row, qint64 transaction,
                         const OutboxRow &waiting);
    Result<bool> raise(QByteArray &clock, const RowRecord &record) const;
    using Builder = QByteArray (*)(const TableInfo &, const std::vector<const Cell *> &);
    /// The statement for a table and a set of columns; `build` makes its text the first time.
    Result<SqlStatement *> statement(Builder build, const TableInfo &table, const std::vector<const Cell *> &cells);
    Result<void> bindKey(SqlStatement &statement, int parameter, QByteArrayView key);

    sqlite3 *m_handle;
    Store &m_store;
    Catalog &m_catalog;
    Recount &m_recount;
    struct Shape {
        Builder build;
        qint64 table;
        quint64 columns; ///< a bit for each
        friend bool operator==(const Shape &, const Shape &) = default;
        friend size_t qHash(const Shape &shape, size_t seed = 0)
        {
            return qHashMulti(seed, reinterpret_cast<quintptr>(shape.build), shape.table, shape.columns);
        }
    };
    QHash<QByteArray, std::shared_ptr<SqlStatement>> m_statements;
    QHash<Shape, SqlStatement *> m_shapes; ///< shortcut into m_statements
    SqlStatement m_read, m_insert, m_birth, m_edit, m_update, m_forget, m_enqueue, m_dequeue, m_waiting, m_setMask, m_setBase,
        m_setResolved, m_setSent, m_held;
    SqlStatement *m_valueReader = nullptr; ///< between readValues() and releaseValues()
    std::vector<ValueView> m_key;
    QByteArray m_bytes;
    QByteArray m_birthClock; ///< bound to m_birth
    RowState m_edited;       ///< by edit(), as the file has it,
    OutboxRow m_entry;       ///< its place in the outbox, then and now,
    RowClock m_editedClock;  ///< and its new clock
    const std::function<void(RowClock &)> *m_change = nullptr;
    qint64 m_outboxCount = 0;
    qint64 m_heldCount = 0;
    bool m_holdNew = false;
    qint64 m_nextOutbox = 1;
};

/// The form in which values are put into a table.
[[nodiscard]] std::vector<const Cell *> pointersTo(const std::vector<Cell> &cells);

} // namespace Sheaf
