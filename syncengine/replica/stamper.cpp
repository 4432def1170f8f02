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
    if (auto done = m_rows.read(*touch.table, touch.key, m_row); !done)
        return done;
    m_before = m_row.clock;
    return touch.exists ? update(touch) : removal(touch);
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
    m_before = m_row.clock;
    // A table that was written before it was synced may hold rows that others have, alive.
    m_row.clock = touch.table->bornClock(m_before.length + (isAlive(m_before.length) ? 2 : 1), later(m_before));
    m_row.space = space;
    m_row.outbox = outbox;
    return m_rows.write(*touch.table, touch.key, m_before, m_row);
}

Result<void> Stamper::update(const Touch &touch)
{
    touch.table->stampedColumns(touch.mask, later(m_before), m_stamps);
    m_row.clock.setStamps(m_stamps);
    quint64 mask = touch.mask;
    if (m_row.outbox != 0) {
        const auto waiting = m_rows.mask(m_row.outbox);
        if (!waiting)
            return fail(waiting.error());
        mask |= *waiting;
    }
    const auto number = m_rows.enqueue(*touch.table, touch.key, m_row, m_transaction, mask);
    if (!number)
        return fail(number.error());
    m_row.outbox = *number;
    return m_rows.write(*touch.table, touch.key, m_before, m_row);
}

Result<void> Stamper::removal(const Touch &touch)
{
    m_row.clock = {.length = m_before.length + 1, .life = later(m_before), .uniform = 0, .others = {}};
    const auto number = m_rows.enqueue(*touch.table, touch.key, m_row, m_transaction, Mask::whole);
    if (!number)
        return fail(number.error());
    m_row.outbox = *number;
    if (auto done = m_rows.unpark(*touch.table, touch.key); !done)
        return done;
    return m_rows.write(*touch.table, touch.key, m_before, m_row);
}

} // namespace Sheaf
