// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include "base/check.h"
#include "crdt/bytes.h"
#include "protocol/limits.h"

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

Collected Relay::forgetDeletes(Hlc stamp)
{
    for (const auto &[place, row] : m_rows) {
        if (!isAlive(row.length))
            m_longestDelete = std::max(m_longestDelete, row.length);
    }
    std::erase_if(m_rows, [stamp](const auto &row) { return isForgotten(row.second.length, row.second.life, stamp); });
    return {"home", m_head, stamp, m_longestDelete};
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
            row = {.length = record.length, .life = record.life, .cells = {}, .texts = {}, .updates = {}, .sequence = 0};
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
        mergeTexts(row, record, names);
        mergeParts(row, record, names);
    }
}

void Relay::mergeParts(Row &row, const RowRecord &record, const TableNames &names)
{
    for (const PartCell &part : record.parts) {
        const auto column = std::find_if(names.columns.begin(), names.columns.end(),
                                         [&part](const TableNames::Column &known) { return known.id == part.column; });
        Cell &mine = row.parts[{column->name, part.part.toByteArray()}];
        SHEAF_CHECK(part.stamp != mine.stamp || sameValue(Bytes::Reader(mine.value).value(), part.value));
        if (part.stamp <= mine.stamp)
            continue;
        mine.stamp = part.stamp;
        mine.value.clear();
        Bytes::appendValue(mine.value, part.value);
    }
}

void Relay::mergeTexts(Row &row, const RowRecord &record, const TableNames &names)
{
    for (const TextCell &text : record.texts) {
        const auto column = std::find_if(names.columns.begin(), names.columns.end(),
                                         [&text](const TableNames::Column &known) { return known.id == text.column; });
        Hlc &mine = row.texts[{column->name, text.stamp.site}];
        const bool known = text.stamp.hlc < mine;
        mine = std::max(mine, text.stamp.hlc);
        textBytes += text.update.size();
        SHEAF_CHECK(text.update.size() <= Limits::textUpdateBytesMax);
        if (!known && !text.update.isEmpty())
            row.updates.push_back({column->name, text.stamp.site, text.update.toByteArray(), row.sequence});
    }
}

/// Updates come in changes of their own, behind the one that tells all stamps.
void Relay::appendTexts(const Row &row, const TableNames &names, quint32 table, const QByteArray &key, Sequence cursor,
                        QList<Change> &changes) const
{
    const auto number = [&](const QByteArray &column) {
        return std::find_if(names.columns.begin(), names.columns.end(), [&](const auto &known) { return known.name == column; })
            ->id;
    };
    for (const Row::Update &update : row.updates) {
        if (update.sequence <= cursor)
            continue;
        RowRecord record{.length = row.length, .life = row.life, .cells = {}};
        record.texts.push_back({number(update.column), {1, update.site}, update.bytes}); // tells nothing of its own
        QByteArray bytes;
        encodeRecord(record, bytes);
        changes.append({table, key, bytes});
    }
}

/// Takes what is refused out of the push.
QList<Verdict> Relay::judge(Push &push)
{
    QList<Verdict> verdicts;
    const QList<Change> changes = std::exchange(push.changes, {});
    for (qsizetype i = 0; i < changes.size(); ++i) {
        if (!refuseWith.isEmpty() && ++m_judged % refuseEvery == 0)
            verdicts.append({static_cast<quint32>(i), refuseWith, u"The test refuses it."_s});
        else
            push.changes.append(changes[i]);
    }
    return verdicts;
}

void Relay::push(Device &device)
{
    Replica &replica = device.replica();
    quint64 &last = m_lastPush[replica.site()];
    expect(replica.openSpace("home", role, epoch, last));
    while (true) {
        const auto next = replica.nextPush("home", last + 1, {});
        SHEAF_CHECK(next);
        if (!next->has_value())
            return;
        const PendingPush &pending = **next;
        Ack ack{
            .space = "home", .number = ++last, .previous = m_head, .sequence = m_head, .clockMs = device.wallMs, .verdicts = {}};
        Push accepted = pending.push;
        ack.verdicts = judge(accepted);
        merge(accepted);
        ++pushes;
        if (losesAcks)
            return;
        ack.sequence = m_head;
        expect(replica.settlePush(pending, ack));
        if (!refuseWith.isEmpty() && refuseEvery == 1)
            return;
    }
}

void Relay::pull(Device &device)
{
    Replica &replica = device.replica();
    expect(replica.openSpace("home", role, epoch, m_lastPush[replica.site()]));
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
        for (const auto &[text, hlc] : row.texts)
            columns[id.first].insert(text.first);
        for (const auto &[part, cell] : row.parts)
            columns[id.first].insert(part.first);
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
        const TableNames &names = batch.tables.at(tables[id.first]);
        for (const auto &[text, hlc] : row.texts) {
            const auto column = std::ranges::find(names.columns, text.first, &TableNames::Column::name);
            record.texts.push_back({column->id, {hlc, text.second}, {}});
        }
        for (const auto &[part, cell] : row.parts) {
            const auto column = std::ranges::find(names.columns, part.first, &TableNames::Column::name);
            record.parts.push_back({column->id, part.second, cell.stamp, Bytes::Reader(cell.value).value()});
        }
        QByteArray bytes;
        encodeRecord(record, bytes);
        batch.changes.append({tables[id.first], id.second, bytes});
        appendTexts(row, names, tables[id.first], id.second, cursor, batch.changes);
    }
    expect(replica.applyChanges({batch}));
}

} // namespace Sheaf
