// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

struct sqlite3;

namespace Sheaf::Server {

/// Computes the digests of all spaces anew if the file says that they are old; within the caller's transaction.
Result<void> upgradeDigests(sqlite3 *handle);

} // namespace Sheaf::Server
