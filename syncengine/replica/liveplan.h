// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/resultrow.h"
#include "replica/sortkey.h"
#include "sql/sqlstatement.h"

#include <QHash>
#include <QSet>
#include <QVariantList>

#include <optional>
#include <vector>

namespace Sheaf {

/// What SQLite's compiler said that a statement reads and calls; it sees through views, CTEs and subqueries.
struct StatementReads {
    QHash<QByteArray, QList<QByteArray>> columns; ///< by lower-case table, as are the names
    QSet<QByteArray> functions;                   ///< lower case
    bool views = false;

    /// Prepares `sql` and listens. Takes the place of the connection's authorizer.
    static Result<SqlStatement> prepare(sqlite3 *handle, const QByteArray &sql, StatementReads &reads);
};

/// A row of a result with where it came from and where it belongs.
struct PlacedRow {
    QByteArray id; ///< part and key: the row of the table behind it
    SortKey order; ///< compares as the statement orders; unique
    ResultRow row;
};

/// How a result can be kept without reading it again: a statement that gives all rows, and one that
/// gives the row of one key, for each part of a UNION ALL (mostly there is one part).
struct LivePlan {
    struct OrderColumn {
        int column = 0;
        SortTerm term;
    };
    struct Part {
        QByteArray table; ///< lower case
        SqlStatement all; ///< in the order of the result; with a limit as its last parameter if the result has one
        SqlStatement one;
        QList<OrderColumn> order;
        int keyColumn = 0; ///< the key's columns stand there; one if rows are known by their rowid
        int keyColumns = 0;
        bool byRowid = false; ///< the table is not synced
        int rowidColumn = -1; ///< breaks ties, so that they lie as SQLite mostly finds them
    };

    std::vector<Part> parts;
    int columns = 0;
    int parameters = 0;      ///< of the statement as it was given; those of a key and a limit follow
    bool partsInTurn = true; ///< one part after another; false: sorted as a whole
    qint64 offset = 0;
    qint64 limit = -1;                 ///< negative: none
    std::optional<QCollator> collator; ///< if a term compares as the locale does

    /// Nothing if the statement is not of that kind or cannot be shown to be. `values` are its parameters.
    static std::optional<LivePlan> make(const SqlStatement &statement, const StatementReads &reads, const QVariantList &values);

    /// The row on which `statement`, one of `part`, stands.
    [[nodiscard]] PlacedRow placed(size_t part, const SqlStatement &statement) const;
    [[nodiscard]] static QByteArray idOf(size_t part, QByteArrayView key);
};

} // namespace Sheaf
