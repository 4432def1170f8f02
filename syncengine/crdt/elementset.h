// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/parts.h"

namespace Sheaf::ElementSet {

/// How much of the end of a part's name makes it unique.
constexpr qsizetype dotBytes = 8;

/// A set of JSON scalars, shown as an array without doubles: null, false, true, numbers by value, strings by bytes.
///
/// A part is one add of one element: the element as JSON and eight random bytes, its dot; the value is 1 while the add
/// stands, anything else when it was taken back. An element is in the set while one of its adds stands. Removing takes back all
/// adds that are seen; an add that is made meanwhile has another dot and stays: add wins. The base, the array that the row was
/// born with, has only those elements that no part speaks of (a row's birth writes them as parts too, so that of two births of
/// one key all elements stay); taking one back leaves a part with dot 0.
///
/// The law: each part is a register that goes from "stands" to "taken back" under greater stamps and never again the other way,
/// because an add that comes later has a new dot; "some add stands" does not ask for an order. So merging is
/// commutative, associative and idempotent. A part that cannot be read is ignored, a base that is no array is empty.
[[nodiscard]] QByteArray fold(const ValueView &base, Parts parts);

/// What makes the set that is seen into `now`. NULL is the empty set. Errors: `bad_value`.
Result<PartEdits> edit(const ValueView &base, const ValueView &now, Parts parts, const PartWriter &writer);

/// The elements of a row's birth. Errors: `bad_value`.
Result<PartEdits> bear(const ValueView &value, const PartWriter &writer);

/// The name of a new add of the element that `part` is an add of.
[[nodiscard]] QByteArray addedAgain(QByteArrayView part, const std::function<quint64()> &random);

} // namespace Sheaf::ElementSet
