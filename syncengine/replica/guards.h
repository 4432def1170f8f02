// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/catalog.h"

namespace Sheaf {

/// Other programs must not write synced tables, because what they write would never be synced. Each
/// synced table has an index over all its columns for rows of which written_through_sheaf_only() is
/// true. It is true of none, so the index stays empty and costs next to nothing; but to prepare an
/// INSERT, UPDATE or DELETE, SQLite needs that function, and only the replica's connection has it.
/// A trigger does the same for a DELETE of all rows, which looks at no index.
Result<void> raiseGuards(sqlite3 *handle, const Catalog &catalog);
/// Takes the guards away, so that migrations may drop columns; a table that is dropped takes its own along.
Result<void> lowerGuards(sqlite3 *handle);

} // namespace Sheaf
