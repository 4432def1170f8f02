// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>

struct sqlite3;

namespace Sheaf {

/// ALTER TABLE ADD COLUMN leaves the rows as they are: SQL reads the column's default in them, but the preupdate hook says
/// NULL, and so what was there before a write would be lost. These rows are written out once,
/// without triggers and without a stamp, if one of `columns` has a default.
Result<void> writeOutDefaults(sqlite3 *handle, const QByteArray &table, const QList<QByteArray> &columns);
/// The same for all synced tables of a file, whose columns came before this was done; within the caller's transaction.
Result<void> writeOutDefaults(sqlite3 *handle);

} // namespace Sheaf
