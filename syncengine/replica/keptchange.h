// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowrecord.h"
#include "replica/disputes.h"
#include "sql/sqlstatement.h"

#include <vector>

struct sqlite3;

namespace Sheaf {

class Catalog;

/// What a user wrote and the server does not have: a line of sheaf_rejected or of sheaf_quarantine. The record's values look
/// into `bytes`.
struct KeptChange {
    RejectedChange change;
    QByteArray bytes;
    RowRecord record; ///< the row as the user had it
    quint64 mask = 0; ///< which columns are the user's, as in the outbox
    QByteArray texts; ///< his edits of texts among them

    [[nodiscard]] bool has(ColumnId column) const;
    void addText(ColumnId column, const QByteArray &update);
    [[nodiscard]] std::vector<std::pair<ColumnId, QByteArray>> textUpdates() const;
};

/// A SELECT from one of the two tables, for readKept(); `more` is the rest of its SQL.
[[nodiscard]] QByteArray selectKept(QByteArrayView table, QByteArrayView more);
Result<void> readKept(const SqlStatement &row, const Catalog &catalog, KeptChange &entry);
/// All of them, the oldest first.
[[nodiscard]] Result<QList<RejectedChange>> listKept(sqlite3 *handle, const Catalog &catalog, QByteArrayView table);
/// Errors: `no_entry`.
Result<void> findKept(sqlite3 *handle, const Catalog &catalog, QByteArrayView table, qint64 number, KeptChange &entry);

} // namespace Sheaf
