// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"
#include "text/store.h"

namespace Sheaf::Text {

/// The value of one unit of an item that is no text; undefined for what has none that a delta could hold, such as a type.
[[nodiscard]] Value embedOf(const Store &store, const Item &item, quint32 unit);

/// What the open transaction changed in a text, as a delta. Must be asked before the transaction is
/// collected and merged. Without formats only what changed is visited.
[[nodiscard]] Delta changesOf(const Store &store, quint32 type);

} // namespace Sheaf::Text
