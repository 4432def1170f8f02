// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowclock.h"

#include "crdt/bytes.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

auto find(auto &entries, ColumnId column)
{
    return std::lower_bound(entries.begin(), entries.end(), column,
                            [](const RowClock::Entry &entry, ColumnId id) { return entry.column < id; });
}

auto findText(auto &entries, ColumnId column, SiteId site)
{
    return std::lower_bound(
        entries.begin(), entries.end(), std::pair(column, site),
        [](const RowClock::Entry &entry, auto place) { return std::pair(entry.column, entry.stamp.site) < place; });
}

auto findPart(auto &entries, ColumnId column, QByteArrayView part)
{
    return std::lower_bound(entries.begin(), entries.end(), std::pair(column, part),
                            [](const RowClock::Part &entry, auto place) { return placeOf(entry) < place; });
}

// Packed stamps are milliseconds, counter and number of the site, each a varint. A column that follows a stamp equal to
// its own says so in its lowest bit.

struct Unpacker {
    Bytes::Reader bytes;
    const SiteNumbers *sites; ///< null: columns and stamps are as the wire has them
    Stamp last = {};
    bool same = false; ///< the stamp of the column that was read is the last one
    bool good = true;  ///< all stamps so far are in their one form

    [[nodiscard]] quint64 column()
    {
        const quint64 number = bytes.varint();
        if (sites == nullptr)
            return number;
        same = (number & 1) != 0;
        good = good && number != 1;
        return number >> 1;
    }

    /// Of the column before it.
    [[nodiscard]] Stamp stamp()
    {
        if (sites == nullptr)
            return bytes.stamp();
        if (same)
            return last;
        const quint64 ms = bytes.varint();
        const quint64 counter = bytes.varint();
        const auto site = sites->siteOf(bytes.varint());
        const Stamp read{(ms << hlcCounterBits) | counter, site.value_or(0)};
        good = good && site && (ms >> (64 - hlcCounterBits)) == 0 && (counter >> hlcCounterBits) == 0 &&
               (read != last || last == Stamp());
        last = read;
        return read;
    }

    [[nodiscard]] bool ok() const { return good && bytes.ok(); }
    [[nodiscard]] bool atEnd() const { return bytes.atEnd(); }
};

struct Packer {
    QByteArray &out;
    SiteNumbers &sites;
    Stamp last = {};
    bool same = false;

    void column(ColumnId column, Stamp stamp)
    {
        same = stamp == last && stamp != Stamp();
        Bytes::appendVarint(out, quint64(column) << 1 | (same ? 1 : 0));
    }

    void stamp(Stamp stamp)
    {
        if (same)
            return;
        Bytes::appendVarint(out, stamp.hlc >> hlcCounterBits);
        Bytes::appendVarint(out, stamp.hlc & ((1U << hlcCounterBits) - 1));
        Bytes::appendVarint(out, sites.numberOf(stamp.site));
        last = stamp;
    }
};

/// Those that stand and, behind a mark, those that are gone.
bool readParts(Unpacker &reader, RowClock &clock)
{
    std::vector<RowClock::Part> gone;
    bool areGone = false;
    do { // the mark before them promises one, or another mark
        const quint64 column = reader.column();
        if (column == 0 && !areGone) {
            areGone = true;
            continue;
        }
        const QByteArrayView part = reader.bytes.bytes();
        const Stamp stamp = reader.stamp();
        if (!reader.ok() || column == 0 || column > columnIdMax || part.isEmpty())
            return false;
        std::vector<RowClock::Part> &list = areGone ? gone : clock.parts;
        const std::pair place(static_cast<ColumnId>(column), part);
        if (!list.empty() && place <= placeOf(list.back()))
            return false;
        list.push_back({place.first, part.toByteArray(), stamp, areGone});
    } while (!reader.atEnd());
    if (areGone == gone.empty())
        return false;
    const auto middle = static_cast<std::ptrdiff_t>(clock.parts.size());
    clock.parts.insert(clock.parts.end(), std::move_iterator(gone.begin()), std::move_iterator(gone.end()));
    const auto byPlace = [](const RowClock::Part &part) { return placeOf(part); };
    std::ranges::inplace_merge(clock.parts, clock.parts.begin() + middle, {}, byPlace);
    return std::ranges::adjacent_find(clock.parts, {}, byPlace) == clock.parts.end();
}

bool readTexts(Unpacker &reader, RowClock &clock)
{
    std::pair<quint64, SiteId> previous;
    do { // the mark before them promises one, or another mark
        const quint64 column = reader.column();
        if (column == 0)
            return reader.ok() && readParts(reader, clock);
        const Stamp stamp = reader.stamp();
        const std::pair<quint64, SiteId> place(column, stamp.site);
        if (!reader.ok() || column > columnIdMax || (!clock.texts.empty() && place <= previous))
            return false;
        previous = place;
        clock.texts.push_back({static_cast<ColumnId>(column), stamp});
    } while (!reader.atEnd());
    return true;
}

} // namespace

Stamp RowClock::stampOf(ColumnId column) const
{
    const auto at = find(others, column);
    if (at != others.end() && at->column == column)
        return at->stamp;
    return column != 0 && column <= uniform ? life : Stamp{};
}

void RowClock::setStamp(ColumnId column, Stamp stamp)
{
    const auto at = find(others, column);
    const bool listed = at != others.end() && at->column == column;
    const bool implied = stamp == life && column <= uniform;
    if (listed && implied)
        others.erase(at);
    else if (listed)
        at->stamp = stamp;
    else if (!implied && stamp == life && column == uniform + 1)
        uniform = column;
    else if (!implied)
        others.insert(at, {column, stamp});
}

void RowClock::setStamps(std::span<const Entry> stamps)
{
    constexpr size_t fewMax = 8; // as many are quicker one by one, in place
    if (stamps.size() <= fewMax) {
        for (const Entry &entry : stamps)
            setStamp(entry.column, entry.stamp);
        return;
    }
    std::vector<Entry> merged;
    merged.reserve(others.size() + stamps.size());
    auto old = others.cbegin();
    for (const Entry &entry : stamps) {
        while (old != others.cend() && old->column < entry.column)
            merged.push_back(*old++);
        if (old != others.cend() && old->column == entry.column)
            ++old;
        if (entry.stamp == life && entry.column == uniform + 1)
            uniform = entry.column;
        else if (entry.stamp != life || entry.column > uniform)
            merged.push_back(entry);
    }
    merged.insert(merged.end(), old, others.cend());
    others = std::move(merged);
}

RowRecord RowClock::registers() const
{
    RowRecord record{.length = length, .life = life, .cells = {}};
    record.cells.reserve(uniform + others.size());
    for (ColumnId column = 1; column <= uniform; ++column)
        record.cells.push_back({column, stampOf(column), {}});
    for (const Entry &entry : others) {
        if (entry.column > uniform)
            record.cells.push_back({entry.column, entry.stamp, {}});
    }
    return record;
}

void RowClock::setRegisters(const RowRecord &record)
{
    RowClock clock = clockOf(record);
    clock.texts = std::move(texts);
    clock.parts = std::move(parts);
    *this = std::move(clock);
}

Hlc RowClock::textStampOf(ColumnId column, SiteId site) const
{
    const auto at = findText(texts, column, site);
    return at != texts.end() && at->column == column && at->stamp.site == site ? at->stamp.hlc : 0;
}

void RowClock::setTextStamp(ColumnId column, Stamp stamp)
{
    const auto at = findText(texts, column, stamp.site);
    if (at != texts.end() && at->column == column && at->stamp.site == stamp.site)
        at->stamp = stamp;
    else
        texts.insert(at, {column, stamp});
}

Stamp RowClock::partStampOf(ColumnId column, QByteArrayView part) const
{
    const auto at = findPart(parts, column, part);
    return at != parts.end() && placeOf(*at) == std::pair(column, part) ? at->stamp : Stamp{};
}

void RowClock::setPart(ColumnId column, QByteArrayView part, Stamp stamp, bool isGone)
{
    const auto at = findPart(parts, column, part);
    if (at == parts.end() || placeOf(*at) != std::pair(column, part)) {
        parts.insert(at, {column, part.toByteArray(), stamp, isGone});
        return;
    }
    at->stamp = stamp;
    at->isGone = isGone;
}

void RowClock::removePart(ColumnId column, QByteArrayView part)
{
    const auto at = findPart(parts, column, part);
    if (at != parts.end() && placeOf(*at) == std::pair(column, part))
        parts.erase(at);
}

Hlc RowClock::latest() const
{
    Hlc latest = life.hlc;
    for (const Entry &entry : others)
        latest = std::max(latest, entry.stamp.hlc);
    for (const Entry &entry : texts)
        latest = std::max(latest, entry.stamp.hlc);
    for (const Part &part : parts)
        latest = std::max(latest, part.stamp.hlc);
    return latest;
}

void encodeClock(const RowClock &clock, SiteNumbers &sites, QByteArray &out)
{
    Packer packer{out, sites};
    Bytes::appendVarint(out, clock.length);
    packer.stamp(clock.life);
    Bytes::appendVarint(out, clock.uniform);
    for (const RowClock::Entry &entry : clock.others) {
        packer.column(entry.column, entry.stamp);
        packer.stamp(entry.stamp);
    }
    if (clock.texts.empty() && clock.parts.empty())
        return;
    Bytes::appendVarint(out, 0); // no column: here begin the texts
    for (const RowClock::Entry &entry : clock.texts) {
        packer.column(entry.column, entry.stamp);
        packer.stamp(entry.stamp);
    }
    if (clock.parts.empty())
        return;
    Bytes::appendVarint(out, 0); // and here the parts
    for (const bool areGone : {false, true}) {
        bool isFirst = true;
        for (const RowClock::Part &part : clock.parts) {
            if (part.isGone != areGone)
                continue;
            if (areGone && std::exchange(isFirst, false))
                Bytes::appendVarint(out, 0); // and here those that are gone
            packer.column(part.column, part.stamp);
            Bytes::appendBytes(out, part.part);
            packer.stamp(part.stamp);
        }
    }
}

namespace {

Result<void> decode(Unpacker reader, RowClock &clock)
{
    const quint64 length = reader.bytes.varint();
    clock.life = reader.stamp();
    const quint64 uniform = reader.bytes.varint();
    clock.others.clear();
    clock.texts.clear();
    clock.parts.clear();
    bool good = reader.ok() && length != 0 && length <= UINT32_MAX && uniform <= columnIdMax &&
                (isAlive(static_cast<CausalLength>(length)) || (uniform == 0 && reader.atEnd()));
    quint64 previous = 0;
    while (good && !reader.atEnd()) {
        const quint64 column = reader.column();
        if (column == 0) {
            good = reader.ok() && readTexts(reader, clock);
            break;
        }
        const Stamp stamp = reader.stamp();
        good = reader.ok() && column > previous && column <= columnIdMax;
        previous = column;
        clock.others.push_back({static_cast<ColumnId>(column), stamp});
    }
    if (!good)
        return fail(u"bad_record"_s, u"A row clock is malformed."_s);
    clock.length = static_cast<CausalLength>(length);
    clock.uniform = static_cast<ColumnId>(uniform);
    return {};
}

} // namespace

Result<void> decodeClock(QByteArrayView bytes, const SiteNumbers &sites, RowClock &clock)
{
    return decode({Bytes::Reader(bytes), &sites}, clock);
}

Result<void> decodeWideClock(QByteArrayView bytes, RowClock &clock)
{
    return decode({Bytes::Reader(bytes), nullptr}, clock);
}

RowClock clockOf(const RowRecord &record)
{
    RowClock clock{.length = record.length, .life = record.life, .uniform = 0, .others = {}};
    for (const Cell &cell : record.cells) {
        // Columns that follow one another from 1 are counted, whatever comes after a hole is listed.
        if (cell.column == clock.uniform + 1)
            clock.uniform = cell.column;
        else if (cell.stamp == record.life)
            clock.others.push_back({cell.column, cell.stamp});
        if (cell.stamp != record.life)
            clock.others.push_back({cell.column, cell.stamp});
    }
    clock.texts.reserve(record.texts.size());
    for (const TextCell &text : record.texts)
        clock.texts.push_back({text.column, text.stamp});
    clock.parts.reserve(record.parts.size());
    for (const PartCell &part : record.parts)
        clock.parts.push_back({part.column, part.part.toByteArray(), part.stamp, isGone(part)});
    return clock;
}

} // namespace Sheaf
