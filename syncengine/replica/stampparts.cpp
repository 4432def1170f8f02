// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/stamper.h"

namespace Sheaf {

/// What SQL did to columns with parts, as edits of these.
Result<void> Stamper::editParts(const Touch &touch)
{
    if ((touch.mask & touch.table->partedMask) == 0)
        return {};
    auto changes = m_parts.changesOf(touch, false, m_store.writer);
    if (!changes)
        return fail(changes.error());
    m_parted = *std::move(changes);
    std::erase_if(m_parted, [](const RowParts::Change &change) { return change.edits.empty(); });
    return {};
}

Result<void> Stamper::saveParts(const Touch &touch)
{
    for (const RowParts::Change &change : m_parted) {
        if (auto done = m_parts.write(*touch.table, touch.key, change, m_before); !done)
            return done;
    }
    return {};
}

/// The elements and keys that a row is born with wait as parts beside its registers.
Result<void> Stamper::bearParts(const Touch &touch)
{
    const auto changes = m_parts.changesOf(touch, true, m_store.writer);
    if (!changes)
        return fail(changes.error());
    if (auto done = m_rows.read(*touch.table, touch.key, m_row); !done)
        return done;
    const RowClock before = m_row.clock;
    for (const RowParts::Change &change : *changes) {
        for (const PartEdit &edit : change.edits)
            m_row.clock.setPart(change.column, edit.part, m_row.clock.life, isGone(edit));
        if (auto done = m_parts.write(*touch.table, touch.key, change, before); !done)
            return done;
    }
    return before == m_row.clock ? Result<void>() : m_rows.write(*touch.table, touch.key, before, m_row);
}

} // namespace Sheaf
