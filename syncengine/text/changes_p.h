// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"
#include "text/store.h"

namespace Sheaf::Text {

/// What the open transaction changed in a text, as a delta. Must be asked before the transaction is
/// collected and merged. Without formats only what changed is visited.
[[nodiscard]] Delta changesOf(const Store &store, quint32 type);

} // namespace Sheaf::Text
