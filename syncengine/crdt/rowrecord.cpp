// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowrecord.h"

#include "crdt/bytes.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 cellsMax = 2000; // SQLite's own limit of columns

Unexpected badRecord()
{
    return fail(u"bad_record"_s, u"A row record is malformed."_s);
}

} // namespace

Hlc latestStamp(const RowRecord &record)
{
    Hlc latest = record.life.hlc;
    for (const Cell &cell : record.cells)
        latest = std::max(latest, cell.stamp.hlc);
    return latest;
}

void encodeRecord(const RowRecord &record, QByteArray &out)
{
    Bytes::appendVarint(out, record.length);
    Bytes::appendStamp(out, record.life);
    Bytes::appendVarint(out, record.cells.size());
    for (const Cell &cell : record.cells) {
        const bool own = cell.stamp != record.life;
        Bytes::appendVarint(out, (static_cast<quint64>(cell.column) << 1) | (own ? 1U : 0U));
        if (own)
            Bytes::appendStamp(out, cell.stamp);
        Bytes::appendValue(out, cell.value);
    }
}

Result<void> decodeRecord(QByteArrayView bytes, RowRecord &record)
{
    Bytes::Reader reader(bytes);
    const quint64 length = reader.varint();
    record.life = reader.stamp();
    const quint64 count = reader.varint();
    record.cells.clear();
    // A cell takes two bytes at least, so a count that lies is found before anything is made of it.
    if (!reader.ok() || length == 0 || length > UINT32_MAX || !isPlausible(record.life.hlc) || count > cellsMax ||
        count > static_cast<quint64>(reader.left()) / 2 || (count > 0 && !isAlive(static_cast<CausalLength>(length))))
        return badRecord();
    record.length = static_cast<CausalLength>(length);
    record.cells.reserve(count);
    quint64 previous = 0;
    for (quint64 i = 0; i < count; ++i) {
        const quint64 head = reader.varint();
        const quint64 column = head >> 1;
        const Stamp stamp = (head & 1) != 0 ? reader.stamp() : record.life;
        const ValueView value = reader.value();
        const bool twice = (head & 1) != 0 && stamp == record.life; // one form per record
        if (!reader.ok() || column <= previous || column > columnIdMax || !isPlausible(stamp.hlc) || twice)
            return badRecord();
        previous = column;
        record.cells.push_back({static_cast<ColumnId>(column), stamp, value});
    }
    if (!reader.atEnd())
        return badRecord();
    return {};
}

} // namespace Sheaf
