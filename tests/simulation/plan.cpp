// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/plan.h"

#include <array>
#include <charconv>
#include <sstream>

namespace Sheaf::Test {

namespace {

struct FeatureRow {
    std::string_view name;
    quint64 oneIn; ///< seeds that have it
};

/// In the order of Feature.
constexpr std::array<FeatureRow, static_cast<size_t>(Feature::Count)> featureTable{
    {{"server-crash", 2},   {"client-crash", 2},   {"power-cut", 2},   {"cuts", 2},       {"half-open", 2},   {"partitions", 2},
     {"delays", 2},         {"skew", 2},           {"clock-steps", 2}, {"offline", 2},    {"disk-faults", 2}, {"server-disk", 2},
     {"policies", 2},       {"grants", 2},         {"undo", 2},        {"forgetting", 2}, {"any-write", 2},   {"clones", 4},
     {"client-restore", 4}, {"server-restore", 4}, {"schema-mix", 3},  {"slow-disks", 4}, {"roles", 4},       {"pauses", 5},
     {"leaving", 5},        {"tables", 5},         {"sync-where", 5},  {"repairs", 5},    {"schema-min", 3},  {"filters", 5}}};

template<typename T>
std::string joined(const T &parts)
{
    std::ostringstream text;
    const char *separator = "";
    for (const auto &part : parts)
        text << std::exchange(separator, ",") << part;
    return text.str();
}

/// A server that forgets what it acknowledged gets it again from whoever has it: then nobody else may lose it too.
Features possible(Features features)
{
    if (features[static_cast<size_t>(Feature::ServerRestore)]) {
        features.reset(static_cast<size_t>(Feature::ClientRestore));
        features.reset(static_cast<size_t>(Feature::Grants));
        features.reset(static_cast<size_t>(Feature::Roles));
        features.reset(static_cast<size_t>(Feature::Leaving));
    }
    return features;
}

} // namespace

std::string_view nameOf(Feature feature)
{
    return featureTable[static_cast<size_t>(feature)].name;
}

std::optional<Feature> featureNamed(std::string_view name)
{
    for (size_t i = 0; i < featureTable.size(); ++i) {
        if (featureTable[i].name == name)
            return static_cast<Feature>(i);
    }
    return {};
}

Features drawFeatures(quint64 seed)
{
    SeededRandom random = SeededRandom::branch(seed, SeededRandom::Purpose::Features);
    Features features;
    for (size_t i = 0; i < featureTable.size(); ++i)
        features[i] = random.oneIn(featureTable[i].oneIn);
    return possible(features);
}

std::string Plan::options() const
{
    std::ostringstream text;
    text << "--seed 0x" << std::hex << seed << std::dec;
    if (onlySteps)
        text << " --only-steps " << (onlySteps->empty() ? "none" : joined(*onlySteps));
    if (!withoutDevices.empty())
        text << " --without-devices " << joined(withoutDevices);
    std::set<std::string_view> names;
    for (size_t i = 0; i < featureTable.size(); ++i) {
        if (without[i])
            names.insert(featureTable[i].name);
    }
    if (!names.empty())
        text << " --without " << joined(names);
    return text.str();
}

std::optional<std::set<int>> readNumbers(const std::string &list)
{
    std::set<int> numbers;
    if (list == "none")
        return numbers;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) {
        int number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (error != std::errc() || end != part.data() + part.size())
            return {};
        numbers.insert(number);
    }
    return numbers;
}

std::optional<Features> readFeatures(const std::string &list)
{
    Features features;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto feature = featureNamed(part);
        if (!feature)
            return {};
        features.set(static_cast<size_t>(*feature));
    }
    return features;
}

} // namespace Sheaf::Test
