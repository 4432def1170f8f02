// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/syncfilters.h"
#include "sim/seededrandom.h"
#include "simulation/oracle.h"

namespace Sheaf::Test {

/// What the app of a device says about what is sent and shown. It outlives the process, as an app's code does.
struct SimFilter {
    enum class Rule { None, ByKey, ByValue };
    Rule send = Rule::None; ///< what it says no to stays here
    Rule show = Rule::None; ///< what it says no to is out of sight
    quint64 salt = 0;       ///< makes other rows of the same rule
    bool throws = false;    ///< instead of saying no
    bool lacksKey = false;  ///< values that others encoded cannot be read
    int since = 0;          ///< step

    [[nodiscard]] static SimFilter drawn(SeededRandom &random, int step);
    /// `isCoded`: all apps of the world share the codec below.
    [[nodiscard]] SyncFilters filters(bool isCoded) const;
    [[nodiscard]] bool denies(Rule rule, const FilteredRow &row) const;
    [[nodiscard]] bool any() const { return send != Rule::None || show != Rule::None || lacksKey; }
};

/// Whether the codec is asked about a column, by its name on the wire or here.
[[nodiscard]] bool isCoded(QByteArrayView table, QByteArrayView column);
/// Rows as the wire has them, with the values that they have here.
[[nodiscard]] Oracle::Rows decoded(Oracle::Rows rows);
/// A value of valueBytes() as it travels.
[[nodiscard]] std::string encodedBytes(const std::string &value);

/// Whether a message has what a filter of its writer holds. `held` says of a device, the step in which something was written and
/// the row with what is told of it whether it is to stay there: who wrote a value, and when, can be read in it.
using IsHeld = std::function<bool(int device, int step, const FilteredRow &row)>;
[[nodiscard]] Verified judgeHeld(const Message &message, bool isCoded, const IsHeld &isHeld);

} // namespace Sheaf::Test
