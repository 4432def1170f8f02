// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

struct sqlite3;

namespace Sheaf {

/// Computes the sub-sums of all digests anew, for files of formats that counted deleted rows; within the caller's transaction.
Result<void> recomputeBuckets(sqlite3 *handle);

} // namespace Sheaf
