// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/syncfilters.h"

namespace Sheaf {

/// The app's filters, and what went wrong in them: no exception of theirs gets any further.
struct SyncFilterHost {
    SyncFilters all;
    QString error;

    /// What a filter says of a row; false when it throws.
    bool allows(const std::function<bool(const FilteredRow &)> &judge, const FilteredRow &row);
    /// Puts the mapped value in place of `value`; false when the map throws.
    bool map(const SyncFilters::Map &map, const ValuePlace &place, QVariant &value);
};

} // namespace Sheaf
