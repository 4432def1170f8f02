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
    if (*row)
        waiting = {.mask = static_cast<quint64>(m_waiting.integer(0)),
                   .resolved = static_cast<quint64>(m_waiting.integer(1)),
                   .base = m_waiting.bytes(2).toByteArray()};
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

Result<void> RowStore::setBase(qint64 number, QByteArrayView base)
{
    m_setBase.bindInteger(1, number);
    m_setBase.bindBlob(2, base);
    return m_setBase.run();
}

Result<void> RowStore::raiseBase(qint64 number, const RowRecord &record)
{
    OutboxRow waiting;
    if (auto done = readWaiting(number, waiting); !done)
        return done;
    RowClock base;
    if (!waiting.base.isEmpty()) {
        if (auto done = decodeClock(waiting.base, m_store.sites, base); !done)
            return done;
    }
    MergeOutcome outcome;
    mergeRecord(base, record, outcome);
    if (!outcome.clockChanged)
        return {};
    QByteArray bytes;
    encodeClock(base, m_store.sites, bytes);
    return setBase(number, bytes);
}

Result<void> RowStore::setResolved(qint64 number, quint64 columns)
{
    m_setResolved.bindInteger(1, number);
    m_setResolved.bindInteger(2, static_cast<qint64>(columns));
    return m_setResolved.run();
}

} // namespace Sheaf
