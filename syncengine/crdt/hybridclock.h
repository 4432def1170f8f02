// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"

namespace Sheaf {

/// The hybrid logical clock of one replica, pure: the wall time is handed in.
/// Never fails and never goes back: a wall clock set back is outrun by the counter, and a full
/// counter borrows a millisecond.
class HybridClock
{
public:
    explicit HybridClock(Hlc last = 0) : m_last(last) {}

    /// A reading greater than every one given or observed before.
    Hlc tick(qint64 wallMs);

    /// Makes later ticks greater than `seen`, a stamp that the server has vetted.
    void observe(Hlc seen);

    /// The greatest reading so far; persisted by the owner with each commit.
    [[nodiscard]] Hlc last() const { return m_last; }

private:
    Hlc m_last;
};

} // namespace Sheaf
