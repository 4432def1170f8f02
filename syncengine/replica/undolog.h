// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/undo.h"
#include "replica/undoentry.h"
#include "sql/sqlstatement.h"

#include <QList>

#include <functional>

struct sqlite3;

namespace Sheaf {

/// sheaf_undo and sheaf_undo_rows, within the caller's transaction.
class UndoLog
{
public:
    /// One row of an action.
    struct Row {
        qint64 table = 0;
        QByteArray key;
        qint64 space = 0; ///< whose values the entry has: nothing else may know the row by now
        UndoEntry entry;
    };
    /// An action that can be undone or redone next.
    struct Action {
        qint64 number = 0;
        QString text;
    };

    UndoLog(sqlite3 *handle, const UndoOptions &options) : m_handle(handle), m_options(options) {}

    /// Notes what the user has just done; nothing can be redone from now on.
    Result<void> add(const UserAction &action, const QList<Row> &rows, qint64 wallMs);
    /// What undo (After) or redo (Before) takes next; number 0: nothing.
    [[nodiscard]] Result<Action> next(UndoSide from) const;
    [[nodiscard]] Result<QList<Row>> rowsOf(qint64 action) const;
    /// Keeps the rows of an action as they are now, and on which side it is.
    Result<void> store(qint64 action, const QList<Row> &rows, UndoSide now);
    Result<void> remove(qint64 action);
    Result<void> clear();
    /// The rows of a space go, and what the user has done to them is not undone.
    Result<void> forgetSpace(qint64 space);
    /// Columns of a row, or with Mask::whole all of it, have become something else behind the user's back: what the user has
    /// done to them is neither undone nor done again.
    Result<void> forget(qint64 table, QByteArrayView key, quint64 columns);
    /// The stamps of a row are others now: every state that had the old ones has the new ones.
    Result<void> rebase(qint64 table, QByteArrayView key, const UndoRebase &rebase);

    [[nodiscard]] Result<UndoState> state() const;
    /// Whether anything was written since takeChanged().
    [[nodiscard]] bool takeChanged() { return std::exchange(m_changed, false); }
    [[nodiscard]] const UndoOptions &options() const { return m_options; }

private:
    Result<bool> joinGroup(const UserAction &action, const QList<Row> &rows, qint64 wallMs);
    Result<void> insertRows(qint64 action, const QList<Row> &rows);
    Result<void> prune();
    Result<void> removeEmpty();
    Result<void> changeRow(qint64 table, QByteArrayView key, const std::function<bool(UndoEntry &)> &change);
    Result<void> run(QByteArrayView sql, qint64 number);

    sqlite3 *m_handle;
    UndoOptions m_options;
    SqlStatement m_select; ///< of changeRow(): rows that wait may be many
    SqlStatement m_update;
    SqlStatement m_remove;
    bool m_changed = true;
};

} // namespace Sheaf
