// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/stamper.h"

#include <algorithm>
#include <limits>

namespace Sheaf {

Result<void> Stamper::stamp(const Touch &touch)
{
    if (!touch.existed)
        return birth(touch);
    m_touch = &touch;
    const auto known = m_rows.edit(*touch.table, touch.key, m_transaction, touch.exists ? touch.mask : Mask::whole, m_change);
    if (!known)
        return fail(known.error());
    if (!*known) // another program put the row there: it is news to everybody
        return touch.exists ? birth(touch) : Result<void>();
    return touch.exists ? Result<void>() : m_rows.unpark(*touch.table, touch.key);
}

void Stamper::change(RowClock &clock)
{
    const Stamp stamp = later(clock);
    if (m_touch->exists) {
        m_touch->changedColumns(stamp, m_stamps);
        clock.setStamps(m_stamps);
    } else {
        clock = {.length = clock.length + 1, .life = stamp, .uniform = 0, .others = {}};
    }
}

/// The transaction's stamp, or for this row a later one: what the user saw and changed must not win
/// over the change, even if its stamp is so far ahead that the clock did not follow it.
Stamp Stamper::later(const RowClock &clock) const
{
    Hlc latest = clock.life.hlc;
    for (const RowClock::Entry &entry : clock.others)
        latest = std::max(latest, entry.stamp.hlc);
    if (latest < m_stamp.hlc || latest == std::numeric_limits<Hlc>::max())
        return m_stamp;
    return {latest + 1, m_stamp.site};
}

/// Finds the space of a birth, and has the row store expect the like of it.
Result<void> Stamper::spaceOf(const Touch &touch)
{
    const bool named = touch.table->spacePosition >= 0 && !touch.space.isEmpty();
    const QByteArrayView name = named ? touch.space : QByteArrayView(m_homeSpace);
    if (m_table == touch.table && m_space != nullptr && m_spaceName == name)
        return {};
    m_spaceName = name.toByteArray();
    auto space = m_store.spaceFor(m_spaceName);
    if (!space)
        return fail(space.error());
    m_space = *space;
    m_table = touch.table;
    m_rows.expectBirths(*m_table, m_space->id, m_table->bornClock(1, m_stamp));
    return {};
}

Result<void> Stamper::birth(const Touch &touch)
{
    if (auto done = spaceOf(touch); !done)
        return done;
    m_row.space = m_space->id;
    m_row.outbox = 0;
    const auto number = m_rows.enqueue(*touch.table, touch.key, m_row, m_transaction, Mask::all);
    if (!number)
        return fail(number.error());
    // Nearly always the key was never there: try that without a look first.
    const auto born = m_rows.bear(touch.key, *number);
    if (!born)
        return fail(born.error());
    if (*born)
        return {};
    m_row.outbox = *number;
    return rebirth(touch);
}

/// The key was used before. m_row has the space and the outbox number of the new life.
Result<void> Stamper::rebirth(const Touch &touch)
{
    const qint64 space = m_row.space;
    const qint64 outbox = m_row.outbox;
    if (auto done = m_rows.read(*touch.table, touch.key, m_row); !done)
        return done;
    if (m_row.outbox != 0) {
        if (auto done = m_rows.dequeue(m_row.outbox); !done)
            return done;
    }
    if (auto done = m_rows.unpark(*touch.table, touch.key); !done)
        return done;
    const RowClock before = m_row.clock;
    // A table that was written before it was synced may hold rows that others have, alive.
    m_row.clock = touch.table->bornClock(before.length + (isAlive(before.length) ? 2 : 1), later(before));
    m_row.space = space;
    m_row.outbox = outbox;
    return m_rows.write(*touch.table, touch.key, before, m_row);
}

} // namespace Sheaf
