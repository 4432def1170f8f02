// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <atomic>

namespace Sheaf {

/// Where a replica's commits stand, for readers in other threads. A reader that knows of all commits
/// up to number n, and has a snapshot, asks: isExactly(n). If so the snapshot holds those and no others.
struct CommitCount {
    std::atomic<quint64> begun = 0;   ///< before anybody can see the commit
    std::atomic<quint64> told = 0;    ///< number of the last commit that the observer was told of
    std::atomic<quint64> settled = 0; ///< as many as begun when none is on its way

    [[nodiscard]] bool isExactly(quint64 known) const
    {
        const quint64 done = settled;
        return done == begun && told == known;
    }
};

} // namespace Sheaf
