// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/merge.h"
#include "replica/rowstore.h"

#include <sqlite3.h>

namespace Sheaf {

Result<qint64> RowStore::enqueue(const TableInfo &table, QByteArrayView key, const RowState &row, qint64 transaction,
                                 quint64 mask, QByteArrayView base)
{
    OutboxRow waiting{.mask = mask, .base = base.toByteArray()};
    if (row.outbox != 0) {
        if (auto done = readWaiting(row.outbox, waiting); !done)
            return fail(done.error());
        waiting.mask = mask;
    }
    return enter(table, key, row, transaction, waiting);
}

Result<qint64> RowStore::offer(const TableInfo &table, QByteArrayView key, const RowState &row)
{
    OutboxRow waiting{.mask = isAlive(row.clock.length) ? Mask::all : Mask::whole, .base = {}};
    waiting.there.emplace();
    if (row.outbox == 0) {
        encodeClock(row.clock, m_store.sites, waiting.base);
        return enter(table, key, row, 0, waiting);
    }
    const auto more = statement("UPDATE sheaf_outbox SET mask = ?2, there = ?3, held = iif(held = 1, 0, held) WHERE n = ?1");
    if (!more)
        return fail(more.error());
    (*more)->bindInteger(1, row.outbox);
    (*more)->bindInteger(2, static_cast<qint64>(waiting.mask));
    (*more)->bindBlob(3, *waiting.there);
    auto done = (*more)->run();
    return done ? Result<qint64>(row.outbox) : fail(done.error());
}

Result<qint64> RowStore::enter(const TableInfo &table, QByteArrayView key, const RowState &row, qint64 transaction,
                               const OutboxRow &waiting)
{
    if (row.outbox != 0) {
        if (auto done = dequeue(row.outbox); !done)
            return fail(done.error());
    }
    const qint64 number = m_nextOutbox++;
    m_enqueue.bindInteger(1, number);
    m_enqueue.bindInteger(2, table.id);
    m_enqueue.bindBlob(3, key);
    m_enqueue.bindInteger(4, row.space);
    m_enqueue.bindInteger(5, transaction != 0 ? transaction : number);
    m_enqueue.bindInteger(6, static_cast<qint64>(waiting.mask));
    m_enqueue.bindBlob(7, waiting.base);
    m_enqueue.bindInteger(8, static_cast<qint64>(waiting.resolved));
    m_enqueue.bindInteger(9, m_holdNew ? HeldBy::selection : HeldBy::nobody);
    if (waiting.there)
        m_enqueue.bindBlob(10, *waiting.there);
    else
        m_enqueue.bindNull(10);
    if (auto done = m_enqueue.run(); !done)
        return fail(done.error());
    ++m_outboxCount;
    m_heldCount += m_holdNew ? 1 : 0;
    return number;
}

Result<void> RowStore::dequeue(qint64 number)
{
    if (m_heldCount > 0) {
        m_held.bindInteger(1, number);
        const auto row = m_held.step();
        if (!row)
            return fail(row.error());
        m_heldCount -= *row && m_held.integer(0) != HeldBy::nobody ? 1 : 0;
        m_held.reset();
    }
    m_dequeue.bindInteger(1, number);
    if (auto done = m_dequeue.run(); !done)
        return done;
    m_outboxCount -= sqlite3_changes(m_handle);
    return {};
}

Result<void> RowStore::countHeld()
{
    auto held = SqlStatement::prepare(m_handle, "SELECT count(*) FROM sheaf_outbox WHERE held <> 0");
    if (!held)
        return fail(held.error());
    if (auto row = held->step(); !row)
        return fail(row.error());
    m_heldCount = held->integer(0);
    return {};
}

Result<void> RowStore::readWaiting(qint64 number, OutboxRow &waiting)
{
    m_waiting.bindInteger(1, number);
    const auto row = m_waiting.step();
    if (!row)
        return fail(row.error());
    waiting = {};
    if (*row) {
        waiting = {.mask = static_cast<quint64>(m_waiting.integer(0)),
                   .resolved = static_cast<quint64>(m_waiting.integer(1)),
                   .base = m_waiting.bytes(2).toByteArray()};
        if (!m_waiting.isNull(3))
            waiting.there = m_waiting.bytes(3).toByteArray();
    }
    m_waiting.reset();
    return {};
}

Result<quint64> RowStore::mask(qint64 number)
{
    OutboxRow waiting;
    if (auto done = readWaiting(number, waiting); !done)
        return fail(done.error());
    return waiting.mask;
}

Result<void> RowStore::setMask(qint64 number, quint64 mask)
{
    m_setMask.bindInteger(1, number);
    m_setMask.bindInteger(2, static_cast<qint64>(mask));
    return m_setMask.run();
}

Result<void> RowStore::setBase(qint64 number, const OutboxRow &waiting)
{
    m_setBase.bindInteger(1, number);
    m_setBase.bindBlob(2, waiting.base);
    if (waiting.there)
        m_setBase.bindBlob(3, *waiting.there);
    else
        m_setBase.bindNull(3);
    return m_setBase.run();
}

/// Merges a record into an encoded clock; true when that has changed it.
Result<bool> RowStore::raise(QByteArray &clock, const RowRecord &record) const
{
    RowClock known;
    if (!clock.isEmpty()) {
        if (auto done = decodeClock(clock, m_store.sites, known); !done)
            return fail(done.error());
    }
    MergeOutcome outcome;
    mergeRecord(known, record, outcome);
    if (outcome.clockChanged) {
        clock.clear();
        encodeClock(known, m_store.sites, clock);
    }
    return outcome.clockChanged;
}

Result<void> RowStore::raiseBase(qint64 number, const RowRecord &record, CausalLength length, bool isAll)
{
    OutboxRow waiting;
    if (auto done = readWaiting(number, waiting); !done)
        return done;
    const auto raised = raise(waiting.base, record);
    if (!raised)
        return fail(raised.error());
    if (isAll)
        waiting.there.emplace();
    RowRecord there = record;
    there.length = length;
    const auto raisedThere = waiting.there ? raise(*waiting.there, there) : false;
    if (!raisedThere)
        return fail(raisedThere.error());
    return *raised || *raisedThere ? setBase(number, waiting) : Result<void>();
}

Result<void> RowStore::setResolved(qint64 number, quint64 columns)
{
    m_setResolved.bindInteger(1, number);
    m_setResolved.bindInteger(2, static_cast<qint64>(columns));
    return m_setResolved.run();
}

Result<void> RowStore::setSent(qint64 number, bool isSent)
{
    m_setSent.bindInteger(1, number);
    m_setSent.bindInteger(2, isSent ? 1 : 0);
    return m_setSent.run();
}

} // namespace Sheaf
