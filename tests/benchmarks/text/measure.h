// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <algorithm>
#include <limits>

namespace Sheaf::Bench {

/// Processor time of this process: what others do on the machine does not count.
[[nodiscard]] double cpuMs();

/// Bytes that live on the heap.
[[nodiscard]] qint64 heapBytes();

/// The least processor time of some runs. What the work returns is let go after the clock has stopped.
template<typename Work>
[[nodiscard]] double leastMs(int runs, Work work)
{
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < runs; ++i) {
        const double start = cpuMs();
        const auto kept = work();
        least = std::min(least, cpuMs() - start);
    }
    return least;
}

} // namespace Sheaf::Bench
