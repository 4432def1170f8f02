// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/parts.h"

namespace Sheaf {

/// The greatest or the least value that anybody has written, in the order of compareValues(). NULL is no value. The base is
/// the register that the row was born with, which of two births is the later one's; the part of a site is the best value that
/// this site has written, births among it.
///
/// The law: a site's parts only get better, so the register under its greater stamp is the better one, and the best of
/// base and parts is commutative, associative and idempotent like every maximum. NULL parts and parts that are no site's
/// are ignored.
class Extremum
{
public:
    explicit Extremum(bool greatest) : m_greatest(greatest) {}

    /// The value looks into `base` or a part.
    [[nodiscard]] ValueView fold(const ValueView &base, Parts parts) const;
    /// The part of a row that is born with `value`.
    [[nodiscard]] static PartEdits bear(const ValueView &value, const PartWriter &writer);
    /// A value that is not better than what is seen changes nothing.
    [[nodiscard]] PartEdits edit(const ValueView &base, const ValueView &now, Parts parts, const PartWriter &writer) const;

private:
    [[nodiscard]] bool isBetter(const ValueView &value, const ValueView &than) const;

    bool m_greatest;
};

} // namespace Sheaf
