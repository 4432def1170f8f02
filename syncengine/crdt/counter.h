// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/parts.h"

namespace Sheaf::Counter {

/// A number to which every site adds. The base is the register that the row was born with; the part of a site is
/// the sum of what that site has added, and nobody else writes it.
///
/// The law: each part is a register under the greater stamp of one writer, whose later sums hold the earlier ones.
/// So merging is commutative, associative and idempotent, and the value, base plus all parts, has every
/// increment once. Integers are added exactly, then brought into the range of 64 bits; reals are added to that sum in the
/// order of the parts' names, and what leaves their range becomes the greatest finite one. Nothing wraps.
/// A base or part that is no number, or no finite one, counts as 0.
[[nodiscard]] ValueView fold(const ValueView &base, Parts parts);

/// What makes `before` into `now`: the difference goes to the writer's part. NULL is 0. A part that is full stays full.
/// Errors: `bad_value`.
Result<PartEdits> edit(const ValueView &before, const ValueView &now, Parts parts, const PartWriter &writer);

/// Whether a row may be born with this. Errors: `bad_value`.
Result<void> check(const ValueView &value);

} // namespace Sheaf::Counter
