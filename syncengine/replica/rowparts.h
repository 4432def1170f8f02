// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/rowstore.h"
#include "replica/touches.h"

#include <functional>
#include <optional>
#include <vector>

namespace Sheaf {

/// What columns with parts are made of: sheaf_parts. Stamps are the row clock's. Only what differs from the table is
/// kept: a column that shows its base has no base here.
class RowParts
{
public:
    /// One column of one row.
    struct Place {
        const TableInfo &table;
        QByteArrayView key;
        ColumnId column;
    };
    /// All of a column; values are encoded by Bytes::appendValue().
    struct Stored {
        std::optional<QByteArray> base;
        std::vector<std::pair<QByteArray, QByteArray>> parts; ///< name and value, by name
        [[nodiscard]] std::vector<PartView> views() const;
    };
    /// One part of a row.
    struct Part {
        ColumnId column = 0;
        QByteArray part;
        QByteArray value;
        bool waits = false;
        Hlc ackedHlc = 0; ///< what the server had when the write was made that waits
        QByteArray acked;
    };
    /// What a local write does to a column.
    struct Change {
        ColumnId column = 0;
        PartEdits edits;
        QByteArray shown;               ///< the column's value after it, encoded
        std::optional<QByteArray> base; ///< to be kept from now on
    };

    RowParts(sqlite3 *handle, RowStore &rows, std::function<quint64()> random)
        : m_handle(handle), m_rows(rows), m_random(std::move(random))
    {
    }

    Result<void> prepare();

    // Reading
    Result<Stored> read(const Place &place);
    /// All parts of a row, or those that wait, by column and name; no bases.
    Result<std::vector<Part>> list(const TableInfo &table, QByteArrayView key, bool waitingOnly);
    /// Keys of the rows that have parts of a column.
    Result<QList<QByteArray>> keysOf(const TableInfo &table, ColumnId column);
    /// What a column shows in the table, or would if a constraint let it.
    Result<QByteArray> presentValue(const Place &place);

    // Local writes
    /// What a transaction has done to the columns with parts of one row, which is there. `birth`: all of it is new. Errors:
    /// `bad_value`, `too_large`. `writer` names the parts that only one writes.
    Result<std::vector<Change>> changesOf(const Touch &touch, bool birth, SiteId writer);
    /// Until forgetIntended(), changesOf() says these edits of the column, whatever the table shows of it.
    Result<void> intend(const Place &place, PartEdits edits);
    void forgetIntended() { m_intended.clear(); }
    /// The name of a new add of the element of a set that `part` is an add of.
    [[nodiscard]] QByteArray addedAgain(QByteArrayView part) const;
    /// Keeps the parts of a change, which wait from now on. `before` is the row's clock before it.
    Result<void> write(const TableInfo &table, QByteArrayView key, const Change &change, const RowClock &before);
    /// A row that is back shows what it did: its elements and keys become parts of the new life.
    Result<void> revive(const TableInfo &table, QByteArrayView key, RowClock &clock);

    // Merging
    /// Keeps a part that came from the server.
    Result<void> accept(const Place &place, QByteArrayView part, const ValueView &value);
    /// The server has another value than the one that waits.
    Result<void> setAcked(const Place &place, QByteArrayView part, Hlc hlc, const ValueView &value);
    Result<void> setBase(const Place &place, const QByteArray &value);
    /// The row was deleted or lives anew.
    Result<void> remove(const TableInfo &table, QByteArrayView key);
    Result<void> remove(const Place &place, QByteArrayView part) { return bound(m_removePart, place, part).run(); }

    // Uploading
    /// The server has taken what `pushed` holds of a row.
    Result<void> settle(const TableInfo &table, QByteArrayView key, const RowClock &clock, const RowRecord &pushed);
    /// Gives a part that waits the stamp `fresh`; if that is of another site than `old`, the server has nothing of it.
    Result<void> restamp(const Place &place, RowClock &clock, const Part &part, SiteId old, Stamp fresh);
    /// The same for a part that only one writes, when another replica goes on writing it under the old name: what the server
    /// knows of it stays there, what waits goes on under that of the stamp.
    Result<void> rename(const Place &place, RowClock &clock, const Part &part, const QByteArray &name, SiteId old, Stamp fresh);

private:
    Result<Change> updateOf(const Place &place, MergeType type, const ValueView &before, const ValueView &now, SiteId writer);
    Result<Change> birthOf(const Place &place, MergeType type, const ValueView &value, SiteId writer);
    static SqlStatement &bound(SqlStatement &statement, const Place &place, QByteArrayView part);

    sqlite3 *m_handle;
    RowStore &m_rows;
    std::function<quint64()> m_random;
    struct Intended {
        qint64 table = 0;
        QByteArray key;
        Change change;
    };
    [[nodiscard]] const Change *intended(const TableInfo &table, QByteArrayView key, ColumnId column) const;
    std::vector<Intended> m_intended;
    SqlStatement m_read, m_list, m_keys, m_write, m_accept, m_base, m_setAcked, m_settle, m_removePart, m_remove;
};

} // namespace Sheaf
