// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/liveresult.h"

#include <QSqlDatabase>

namespace Sheaf {

/// What a view would show after these edits, which are checked to fit.
[[nodiscard]] QList<ResultRow> applied(QList<ResultRow> rows, const QList<ResultEdit> &edits);

/// A row whose first value tells it apart.
void appendRow(ResultRows &rows, const QVariantList &values);

/// The rows of a query, run as it stands.
[[nodiscard]] QList<ResultRow> plainRows(const QSqlDatabase &database, const QString &sql, const QVariantList &params);

/// Rows for the message of a failed comparison.
[[nodiscard]] QByteArray shown(const QList<ResultRow> &rows);

} // namespace Sheaf
