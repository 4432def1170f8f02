// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowrecord.h"

#include "crdt/bytes.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 cellsMax = 2000; // SQLite's own limit of columns
constexpr quint64 textsMax = 4096; // 80 KB of stamps

Unexpected badRecord()
{
    return fail(u"bad_record"_s, u"A row record is malformed."_s);
}

/// What follows the cells: nothing, or a count; it is 0 only when parts follow.
bool readTexts(Bytes::Reader &reader, RowRecord &record)
{
    if (reader.atEnd())
        return true;
    constexpr quint64 leastBytes = 18; // column, stamp, length of the update
    const quint64 count = reader.varint();
    if (!reader.ok() || (count == 0 && reader.atEnd()) || count > textsMax ||
        count > static_cast<quint64>(reader.left()) / leastBytes || !isAlive(record.length))
        return false;
    record.texts.reserve(count);
    std::pair<quint64, SiteId> previous;
    for (quint64 i = 0; i < count; ++i) {
        const quint64 column = reader.varint();
        const Stamp stamp = reader.stamp();
        const QByteArrayView update = reader.bytes();
        const std::pair<quint64, SiteId> place(column, stamp.site);
        const bool follows = column != 0 && (i == 0 || place > previous);
        if (!reader.ok() || !follows || column > columnIdMax || !isPlausible(stamp.hlc))
            return false;
        previous = place;
        record.texts.push_back({static_cast<ColumnId>(column), stamp, update});
    }
    return true;
}

/// What follows the texts: nothing, or a count that is not 0.
bool readParts(Bytes::Reader &reader, RowRecord &record)
{
    if (reader.atEnd())
        return true;
    constexpr quint64 leastBytes = 20; // column, length and a byte of the name, stamp, value
    const quint64 count = reader.varint();
    if (!reader.ok() || count == 0 || count > partsMax || count > static_cast<quint64>(reader.left()) / leastBytes)
        return false;
    record.parts.reserve(count);
    for (quint64 i = 0; i < count; ++i) {
        const quint64 column = reader.varint();
        const QByteArrayView part = reader.bytes();
        const Stamp stamp = reader.stamp();
        const ValueView value = reader.value();
        if (!reader.ok() || column == 0 || column > columnIdMax || part.isEmpty() || part.size() > partBytesMax ||
            !isPlausible(stamp.hlc))
            return false;
        const PartCell next{static_cast<ColumnId>(column), part, stamp, value};
        if (i > 0 && placeOf(next) <= placeOf(record.parts.back()))
            return false;
        record.parts.push_back(next);
    }
    return true;
}

} // namespace

RowLife lifeOf(QByteArrayView bytes)
{
    Bytes::Reader reader(bytes);
    const auto length = static_cast<CausalLength>(reader.varint());
    const Stamp life = reader.stamp();
    return reader.ok() ? RowLife{length, life} : RowLife{};
}

Hlc latestStamp(const RowRecord &record)
{
    Hlc latest = record.life.hlc;
    for (const Cell &cell : record.cells)
        latest = std::max(latest, cell.stamp.hlc);
    for (const TextCell &text : record.texts)
        latest = std::max(latest, text.stamp.hlc);
    for (const PartCell &part : record.parts)
        latest = std::max(latest, part.stamp.hlc);
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
    if (record.texts.empty() && record.parts.empty())
        return;
    Bytes::appendVarint(out, record.texts.size());
    for (const TextCell &text : record.texts) {
        Bytes::appendVarint(out, text.column);
        Bytes::appendStamp(out, text.stamp);
        Bytes::appendBytes(out, text.update);
    }
    if (record.parts.empty())
        return;
    Bytes::appendVarint(out, record.parts.size());
    for (const PartCell &part : record.parts) {
        Bytes::appendVarint(out, part.column);
        Bytes::appendBytes(out, part.part);
        Bytes::appendStamp(out, part.stamp);
        Bytes::appendValue(out, part.value);
    }
}

Result<void> decodeRecord(QByteArrayView bytes, RowRecord &record)
{
    Bytes::Reader reader(bytes);
    const quint64 length = reader.varint();
    record.life = reader.stamp();
    const quint64 count = reader.varint();
    record.cells.clear();
    record.texts.clear();
    record.parts.clear();
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
    if (!readTexts(reader, record) || !readParts(reader, record) || !reader.atEnd())
        return badRecord();
    return {};
}

} // namespace Sheaf
