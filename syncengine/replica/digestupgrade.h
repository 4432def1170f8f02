// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

struct sqlite3;

namespace Sheaf {

/// Lets all clocks tell which parts were taken out, for files of formats in which they did not; within the caller's transaction.
Result<void> markGoneParts(sqlite3 *handle);

/// Computes the sub-sums of all digests anew, for files of formats that counted deleted rows or parts that were taken out; the
/// same.
Result<void> recomputeBuckets(sqlite3 *handle);

} // namespace Sheaf
