// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowclock.h"

#include <vector>

namespace Sheaf {

/// What an incoming record does to a row.
struct MergeOutcome {
    enum class Life : quint8 {
        Unchanged, ///< the row lives or stays deleted as before
        Born,      ///< not there or deleted before, alive now; old cells are gone
        Deleted,   ///< alive before, deleted now
        Stale,     ///< the incoming record belongs to an earlier life: nothing of it counts
    };
    Life life = Life::Unchanged;
    bool clockChanged = false;           ///< anything at all changed, the life stamp included
    std::vector<size_t> winners;         ///< indexes into the incoming cells that replace ours
    std::vector<size_t> losers;          ///< indexes whose stamp is below ours
    std::vector<size_t> textWinners;     ///< indexes into the incoming texts whose stamp is greater than ours
    std::vector<size_t> textRepeats;     ///< indexes of those that bring bytes and no greater stamp: to be applied too
    std::vector<size_t> partWinners;     ///< indexes into the incoming parts that replace ours
    std::vector<RowClock::Entry> stamps; ///< of the winners; for mergeRecord() alone
};

/// Merges `incoming` into `mine` and reports what won. Commutative, associative and idempotent on
/// states in which a stamp names one value: the higher causal length wins whole; at equal length
/// each cell and each part is a register, the greater stamp wins, and the life stamp is the greater one; of a text
/// column each site's entry is the greater one, and the bytes of all are applied.
/// `outcome` is reused between calls to spare allocations.
void mergeRecord(RowClock &mine, const RowRecord &incoming, MergeOutcome &outcome);

} // namespace Sheaf
