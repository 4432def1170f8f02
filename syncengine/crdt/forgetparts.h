// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowrecord.h"

#include <span>

namespace Sheaf {

/// Which of the parts of one column, all that it has, mean nothing any more once everybody knows what was taken out under stamps
/// up to `upTo`: indexes into `parts`, ascending. PROTOCOL.md "Forgetting deletes".
///
/// A part that was taken out is forgotten, for its name comes back only under a greater stamp. Two things stay: one part for each
/// element or key of `base` (null: the row has none) that was taken out after the base was written, because without any part the
/// base would show it again; and one part of a column, because a column without parts is shown as its base is written.
[[nodiscard]] std::vector<size_t> forgettableParts(std::span<const PartCell> parts, const Cell *base, Hlc upTo);

/// Takes them out of a whole record; true if there were any.
bool forgetParts(RowRecord &record, Hlc upTo);

} // namespace Sheaf
