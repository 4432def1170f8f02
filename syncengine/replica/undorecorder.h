// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/rowparts.h"
#include "replica/rowstore.h"
#include "replica/touches.h"
#include "replica/undolog.h"

#include <algorithm>

namespace Sheaf {

/// Watches the stamping of one transaction that is a user's action, row by row, and makes the entries of the undo log of
/// it. Reads twice for each row; where there is no action nobody asks it.
class UndoRecorder
{
public:
    UndoRecorder(Store &store, RowStore &rows, RowParts &parts, const UndoOptions &options)
        : m_store(store), m_rows(rows), m_parts(parts), m_options(options)
    {
    }

    /// So many rows will come: of too many none is looked at.
    void expect(size_t rows) { m_tooLarge = m_tooLarge || rows > static_cast<size_t>(std::max(m_options.rowsMax, 0)); }
    /// Before the row gets its stamps: true if after() wants to see it then.
    Result<bool> before(const Touch &touch);
    Result<void> after(const Touch &touch);

    /// It is more than the limits allow: nothing is recorded.
    [[nodiscard]] bool isTooLarge() const { return m_tooLarge; }
    [[nodiscard]] const QList<UndoLog::Row> &recorded() const { return m_recorded; }

private:
    void addBirth(UndoEntry &entry, const RowClock &now) const;
    void addDelete(UndoEntry &entry, const Touch &touch, const RowClock &now) const;
    Result<void> addEdit(UndoEntry &entry, const Touch &touch, const RowClock &now);
    void addText(UndoEntry &entry, const Touch &touch, const TableInfo::Column &column, const RowClock &now,
                 const ValueView &value) const;
    Result<void> addParts(UndoEntry &entry, const Touch &touch, const TableInfo::Column &column, const RowClock &now,
                          const QByteArray &shown);
    void take(const Touch &touch, qint64 space, UndoEntry entry);

    Store &m_store;
    RowStore &m_rows;
    RowParts &m_parts;
    const UndoOptions &m_options;
    RowState m_before;
    QHash<ColumnId, QByteArray> m_parked; ///< values of a row that is deleted and have no place in the table
    QList<UndoLog::Row> m_recorded;
    qint64 m_bytes = 0;
    bool m_tooLarge = false;
};

/// The value of a key in a map as it is shown: a text of JSON, or NULL when the key is not there; encoded. `part` is the
/// key's name as a part.
[[nodiscard]] QByteArray valueInMap(const ValueView &map, QByteArrayView part);

} // namespace Sheaf
