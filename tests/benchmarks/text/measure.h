// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.h"

#include <QtGlobal>

#include <optional>
#include <vector>

namespace Sheaf::Bench {

/// Processor time of this process: what others do on the machine does not count.
[[nodiscard]] double cpuMs();

/// Bytes that live on the heap.
[[nodiscard]] qint64 heapBytes();

/// One figure: the median of some runs, and the least of them, which a busy machine disturbs less.
struct Figure {
    double median = 0;
    std::optional<double> least;
};

/// Processor time of some runs. What the work returns is let go after the clock has stopped.
template<typename Work>
[[nodiscard]] Figure timed(int runs, Work work)
{
    std::vector<double> samples;
    for (int i = 0; i < runs; ++i) {
        const double start = cpuMs();
        const auto kept = work();
        samples.push_back(cpuMs() - start);
    }
    return {percentile(samples, 0.5), percentile(samples, 0)};
}

} // namespace Sheaf::Bench
