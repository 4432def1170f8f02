// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>

struct sqlite3;
struct sqlite3_stmt;

namespace Sheaf {

/// The row that a query is pinned to in one table: whatever happens to rows with other keys cannot
/// change its result.
struct KeyPin {
    QByteArray key; ///< as encodeKey() makes it

    /// True if the row with this key is certainly another one. Keys whose values have other types
    /// than the pinned ones are not judged: SQLite may find 5 and '5' equal.
    [[nodiscard]] bool excludes(QByteArrayView otherKey) const;
};

/// The pins of a bound statement by lower-case table name. Understood is one SELECT without subqueries
/// over plain tables, whose WHERE has, among terms joined by AND, `key = value` for each key column of a
/// table that is there once. Everything else gets no pin, which is always right.
[[nodiscard]] QHash<QByteArray, KeyPin> keyPins(sqlite3 *handle, sqlite3_stmt *statement);

} // namespace Sheaf
