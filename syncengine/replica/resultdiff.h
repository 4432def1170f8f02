// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/resultrow.h"

namespace Sheaf {

/// One step from an old to a new result, to be applied in order.
struct ResultEdit {
    enum class Kind : quint8 { Insert, Remove, Move, Change };
    Kind kind = Kind::Insert;
    int index = 0;  ///< of the row (Move: where it is now)
    int target = 0; ///< Move only: index after the row was taken out
    ResultRow row;  ///< Insert and Change: all values
    friend bool operator==(const ResultEdit &, const ResultEdit &) = default;
};

/// The smallest edits from `before` to `after`, rows matched by their ids, which are unique in each:
/// removes from the end, then inserts and moves from the front (as few moves as can be: the longest
/// increasing subsequence stays), then changes.
[[nodiscard]] QList<ResultEdit> diffResults(const ResultRows &before, const ResultRows &after);

} // namespace Sheaf
