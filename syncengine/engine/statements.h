// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QSqlDatabase>

namespace Sheaf {

/// Runs one statement to its end; the number of rows it changed. Errors: `sql_error` and those of sqliteError().
Result<qint64> runStatement(const QSqlDatabase &database, const Statement &statement);

/// Runs one query and reads all of its rows. Errors: likewise, `not_a_query`.
Result<QueryRows> readRows(const QSqlDatabase &database, const Statement &statement);

/// The encoded key of a row by the values of its primary key, in key order.
[[nodiscard]] QByteArray encodedKey(const QVariantList &values);

} // namespace Sheaf
