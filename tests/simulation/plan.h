// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/seededrandom.h"

#include <bitset>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace Sheaf::Test {

/// What a schedule may do: each seed has a random part of them.
enum class Feature {
    ServerCrash,
    ClientCrash,
    PowerCut,
    Cuts,
    HalfOpen,
    Partitions,
    Delays,
    Skew,
    ClockSteps,
    Offline,
    DiskFaults,
    ServerDisk,
    Policies,
    Grants,
    Undo,
    Forgetting,
    AnyWrite,
    Clones,
    ClientRestore,
    ServerRestore,
    SchemaMix,
    SlowDisks,
    Roles,
    Pauses,
    Leaving,
    Tables,
    SyncWhere,
    Repairs,
    SchemaMin,
    Filters,
    Count
};
using Features = std::bitset<static_cast<size_t>(Feature::Count)>;

[[nodiscard]] std::string_view nameOf(Feature feature);
[[nodiscard]] std::optional<Feature> featureNamed(std::string_view name);
[[nodiscard]] Features drawFeatures(quint64 seed);

/// One schedule: what follows from a seed, but for what is taken away. Every step draws from a generator of its own, so
/// the others do the same without it, as far as they can.
struct Plan {
    quint64 seed = 0;
    std::optional<std::set<int>> onlySteps{}; ///< from 1
    std::set<int> withoutDevices{};           ///< from 0
    Features without{};

    [[nodiscard]] bool hasStep(int step) const { return !onlySteps || onlySteps->contains(step); }
    /// The options of sim_sync that run it.
    [[nodiscard]] std::string options() const;
    friend bool operator==(const Plan &, const Plan &) = default;
};

/// The options of a plan back again; nothing when they are none. Lists are separated by commas.
[[nodiscard]] std::optional<std::set<int>> readNumbers(const std::string &list);
[[nodiscard]] std::optional<Features> readFeatures(const std::string &list);

} // namespace Sheaf::Test
