// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <optional>
#include <vector>

/// What every benchmark program prints and how it is asked.
namespace Sheaf::Bench {

/// What the command line asked for.
struct Wishes {
    QString filter;
    bool quick = false;
    /// Whether a figure is wanted; a filter matches by prefix.
    [[nodiscard]] bool wants(const QString &name) const { return name.startsWith(filter); }
};

/// Prints one figure as one JSON object; `ratio` is value to baseline, `least` is in it where the value is a median of runs.
void printFigure(const QString &name, double value, const QString &unit, std::optional<double> baseline = {},
                 std::optional<double> least = {});

/// Monotonic time that is comparable between processes.
[[nodiscard]] qint64 nowNs();

/// The value at `share` (0 to 1) of the sorted samples.
[[nodiscard]] double percentile(std::vector<double> samples, double share);

} // namespace Sheaf::Bench
