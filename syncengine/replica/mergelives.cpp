// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/merger.h"

namespace Sheaf {

/// Two births of one key, made in view of different forgotten deletes: neither is the later life, whatever their lengths. What
/// waits here goes on in the life that the server has, and from then on they are two births of one length. A row that another
/// server had, and that is offered to this one, takes in what this one has, and goes on as a life that knew of both: a delete
/// from before it must not reach it. A birth that travels goes down to no lower life: the server may take it as it was pushed,
/// and if it does not, it says so. Where another device has joined the life that is here, it goes on in what became of it.
Result<void> Merger::joinLife(const TableInfo &table, const QByteArray &key)
{
    const CausalLength mine = m_before.length;
    const CausalLength theirs = m_record.length;
    if (mine == theirs || !isAlive(mine) || !isAlive(theirs))
        return {};
    if (mine < theirs && m_record.life == m_before.life)
        return followLife(table, key);
    if (theirs < mine && m_base.length == mine && m_base.life == m_record.life) { // more of what was joined: texts come in pieces
        m_record.length = mine;
        m_hasJoined = true;
        return {};
    }
    if ((m_waiting.mask & Mask::whole) == 0)
        return {};
    const bool isBornHere = m_base.length != mine;
    const bool joins = theirs < mine ? isUnawareBirth(mine) && !(isBornHere && m_waiting.wasSent())
                                     : isBornHere && (m_waiting.base.isEmpty() || isUnawareBirth(theirs));
    if (!joins)
        return {};
    const bool isOffered = theirs < mine && !isBornHere;
    m_hasJoined = isOffered;
    m_row.clock.length = isOffered ? rebornAbove(mine) : theirs;
    m_record.length = m_row.clock.length;
    if (auto done = m_rows.write(table, key, m_before, m_row); !done)
        return done;
    // The server has nothing of mine in this life; of what it has, the length is another one while that is only offered.
    m_waiting.there = isOffered ? std::optional(m_waiting.presentBase()) : std::nullopt;
    m_waiting.base.clear();
    if (auto done = m_rows.setBase(m_row.outbox, m_waiting); !done)
        return done;
    m_base = {};
    if (auto done = m_rebaseUndo(table, key, m_before, m_row.clock); !done)
        return done;
    m_before = m_row.clock;
    return {};
}

/// All of the row is offered: what the server took of it, it took for a life that was over.
Result<void> Merger::followLife(const TableInfo &table, const QByteArray &key)
{
    if (m_row.outbox == 0) {
        const auto number = m_rows.offer(table, key, m_row);
        if (!number)
            return fail(number.error());
        m_row.outbox = *number;
        if (auto offered = m_texts.offer(table, key, false); !offered)
            return fail(offered.error());
        m_waiting.mask = Mask::all;
        m_waiting.there.emplace();
        m_base = m_before;
    }
    if (m_base.length == m_before.length) {
        m_base.length = m_record.length;
        m_waiting.base.clear();
        encodeClock(m_base, m_store.sites, m_waiting.base);
        if (auto done = m_rows.setBase(m_row.outbox, m_waiting); !done)
            return done;
    }
    m_row.clock.length = m_record.length;
    if (auto done = m_rows.write(table, key, m_before, m_row); !done)
        return done;
    m_row.counted = false; // it waits from now on
    if (auto done = m_rebaseUndo(table, key, m_before, m_row.clock); !done)
        return done;
    m_before = m_row.clock;
    return {};
}

/// The row is as if it had never been, for merges and for who undoes the delete.
Result<void> Merger::forgetDelete(const TableInfo &table, const QByteArray &key)
{
    if (!m_row.known)
        return {};
    RowState stored = m_row;
    stored.clock = m_before;
    if (auto done = m_rows.forget(table, key, stored); !done)
        return done;
    return m_rebaseUndo(table, key, m_row.clock, {});
}

} // namespace Sheaf
