// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include "base/check.h"
#include "crdt/bytes.h"

#include <set>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

void expect(const Result<void> &done)
{
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
}

} // namespace

void Relay::forget()
{
    m_rows.clear();
    m_lastPush.clear();
    m_head = 0;
    ++epoch;
}

void Relay::merge(const Push &push)
{
    for (const Change &change : push.changes) {
        RowRecord record;
        expect(decodeRecord(change.record, record));
        const TableNames &names = push.tables.at(change.table);
        Row &row = m_rows[{names.table, change.key}];
        if (record.length < row.length)
            continue;
        if (record.length > row.length)
            row = {.length = record.length, .life = record.life, .cells = {}, .sequence = 0};
        row.life = std::max(row.life, record.life);
        for (const Sheaf::Cell &cell : record.cells) {
            const auto column = std::find_if(names.columns.begin(), names.columns.end(),
                                             [&cell](const TableNames::Column &known) { return known.id == cell.column; });
            Cell &mine = row.cells[column->name];
            if (cell.stamp <= mine.stamp)
                continue;
            mine.stamp = cell.stamp;
            mine.value.clear();
            Bytes::appendValue(mine.value, cell.value);
        }
        row.sequence = ++m_head;
    }
}

void Relay::push(Device &device)
{
    Replica &replica = device.replica();
    quint64 &last = m_lastPush[replica.site()];
    expect(replica.openSpace("home", Role::Editor, epoch, last));
    while (true) {
        const auto next = replica.nextPush("home", last + 1, 0);
        SHEAF_CHECK(next);
        if (!next->has_value())
            return;
        const PendingPush &pending = **next;
        Ack ack{
            .space = "home", .number = ++last, .previous = m_head, .sequence = m_head, .clockMs = device.wallMs, .verdicts = {}};
        if (!refuseWith.isEmpty()) {
            for (quint32 i = 0; i < static_cast<quint32>(pending.push.changes.size()); ++i)
                ack.verdicts.append({i, refuseWith, u"The test refuses it."_s});
        } else {
            merge(pending.push);
        }
        ack.sequence = m_head;
        expect(replica.settlePush(pending, ack));
        if (!refuseWith.isEmpty())
            return;
    }
}

void Relay::pull(Device &device)
{
    Replica &replica = device.replica();
    expect(replica.openSpace("home", Role::Editor, epoch, m_lastPush[replica.site()]));
    Sequence cursor = 0;
    for (const SpaceState &space : replica.spaces())
        cursor = space.name == "home" ? space.cursor : cursor;
    // Column numbers of the message are by name here and so differ from those of the replicas.
    Changes batch{
        .space = "home", .previous = cursor, .sequence = m_head, .head = m_head, .more = false, .tables = {}, .changes = {}};
    std::map<QByteArray, std::set<QByteArray>> columns;
    for (const auto &[id, row] : m_rows) {
        for (const auto &[name, cell] : row.cells)
            columns[id.first].insert(name);
        columns[id.first];
    }
    std::map<QByteArray, quint32> tables;
    for (const auto &[table, names] : columns) {
        TableNames known{.table = table, .columns = {}};
        for (const QByteArray &name : names)
            known.columns.append({static_cast<ColumnId>(known.columns.size() + 1), name});
        tables[table] = static_cast<quint32>(batch.tables.size());
        batch.tables.append(known);
    }
    for (const auto &[id, row] : m_rows) {
        if (row.sequence <= cursor)
            continue;
        RowRecord record{.length = row.length, .life = row.life, .cells = {}};
        ColumnId number = 0;
        for (const QByteArray &name : columns[id.first]) {
            ++number;
            if (const auto cell = row.cells.find(name); cell != row.cells.end())
                record.cells.push_back({number, cell->second.stamp, Bytes::Reader(cell->second.value).value()});
        }
        QByteArray bytes;
        encodeRecord(record, bytes);
        batch.changes.append({tables[id.first], id.second, bytes});
    }
    expect(replica.applyChanges({batch}));
}

} // namespace Sheaf
