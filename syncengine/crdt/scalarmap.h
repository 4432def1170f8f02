// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/parts.h"

namespace Sheaf::ScalarMap {

/// An object of JSON whose values are scalars; each key is a register of its own. Shown with keys by bytes.
///
/// A part is a key as a JSON string; its value is the scalar as JSON, a text, or NULL when the key was taken out. The base,
/// the object that the row was born with, has only those keys that no part speaks of (a row's birth writes its keys as
/// parts too).
///
/// The law: each key is a register under the greater stamp, and keys do not know each other. So merging is commutative,
/// associative and idempotent. A part that cannot be read is ignored, a base that is no object is empty.
[[nodiscard]] QByteArray fold(const ValueView &base, Parts parts);

/// What makes the map that is seen into `now`. NULL is the empty map. Errors: `bad_value`.
Result<PartEdits> edit(const ValueView &base, const ValueView &now, Parts parts);

/// The keys of a row's birth. Errors: `bad_value`.
Result<PartEdits> bear(const ValueView &value);

} // namespace Sheaf::ScalarMap
