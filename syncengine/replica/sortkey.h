// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QByteArray>

namespace Sheaf {

/// How one term of ORDER BY compares.
struct SortTerm {
    enum class Collation : quint8 { Binary, NoCase, RTrim };
    Collation collation = Collation::Binary;
    bool descending = false;
    bool nullsFirst = true;
    friend bool operator==(const SortTerm &, const SortTerm &) = default;
};

/// Appends bytes that compare (memcmp, shorter first) as SQLite orders the values of `term`: terms
/// appended one after another order rows as ORDER BY does.
void appendSortKey(QByteArray &out, const ValueView &value, const SortTerm &term);

} // namespace Sheaf
