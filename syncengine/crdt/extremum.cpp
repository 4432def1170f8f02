// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/extremum.h"

#include "crdt/jsonscalar.h"

namespace Sheaf {

bool Extremum::isBetter(const ValueView &value, const ValueView &than) const
{
    if (value.type == ValueView::Type::Null || than.type == ValueView::Type::Null)
        return value.type != ValueView::Type::Null;
    const auto order = compareValues(value, than);
    return m_greatest ? order > 0 : order < 0;
}

ValueView Extremum::fold(const ValueView &base, Parts parts) const
{
    ValueView best = base;
    for (const PartView &part : parts) {
        if (isPartOfSite(part.part) && isBetter(part.value, best))
            best = part.value;
    }
    return best;
}

PartEdits Extremum::bear(const ValueView &value, const PartWriter &writer)
{
    if (value.type == ValueView::Type::Null)
        return {};
    return {partEdit(partOfSite(writer.site), value)};
}

PartEdits Extremum::edit(const ValueView &base, const ValueView &now, Parts parts, const PartWriter &writer) const
{
    if (!isBetter(now, fold(base, parts)))
        return {};
    return {partEdit(partOfSite(writer.site), now)};
}

} // namespace Sheaf
