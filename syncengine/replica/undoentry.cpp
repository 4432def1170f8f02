// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undoentry.h"

#include "crdt/bytes.h"
#include "replica/catalog.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Packed in one way only, and as the log has it.
RowClock packed(RowClock clock)
{
    clock.setRegisters(clock.registers());
    for (RowClock::Part &part : clock.parts)
        part.isGone = false;
    return clock;
}

void setText(RowClock &clock, ColumnId column, Stamp old, Stamp now)
{
    std::erase_if(clock.texts, [&](const RowClock::Entry &entry) { return entry.column == column && entry.stamp == old; });
    if (now.hlc != 0)
        clock.setTextStamp(column, now);
}

/// Stamps of one place in a clock go from old to now, if it has the old one.
bool move(RowClock &clock, const UndoRebase::Place &place)
{
    if (place.type == MergeType::Text) {
        if (clock.textStampOf(place.column, place.old.site) != place.old.hlc)
            return false;
        setText(clock, place.column, place.old, place.now);
        return true;
    }
    if (!place.part.isEmpty()) {
        if (clock.partStampOf(place.column, place.part) != place.old)
            return false;
        if (place.now == Stamp())
            clock.removePart(place.column, place.part);
        else
            clock.setPart(place.column, place.part, place.now, false);
        return true;
    }
    if (clock.stampOf(place.column) != place.old)
        return false;
    RowRecord record = clock.registers();
    const auto at = std::ranges::lower_bound(record.cells, place.column, {}, &Cell::column);
    const bool there = at != record.cells.end() && at->column == place.column;
    if (place.now == Stamp())
        record.cells.erase(at, there ? at + 1 : at);
    else if (there)
        at->stamp = place.now;
    else
        record.cells.insert(at, {place.column, place.now, {}});
    clock.setRegisters(record);
    return true;
}

/// With whole sites: the log need not know what numbers the file gives them. It is about stamps alone, so which parts are gone
/// is not in it.
void appendClock(QByteArray &out, const RowClock &clock)
{
    Bytes::appendVarint(out, clock.length);
    Bytes::appendStamp(out, clock.life);
    Bytes::appendVarint(out, clock.uniform);
    for (const auto *entries : {&clock.others, &clock.texts}) {
        Bytes::appendVarint(out, entries->size());
        for (const RowClock::Entry &entry : *entries) {
            Bytes::appendVarint(out, entry.column);
            Bytes::appendStamp(out, entry.stamp);
        }
    }
    Bytes::appendVarint(out, clock.parts.size());
    for (const RowClock::Part &part : clock.parts) {
        Bytes::appendVarint(out, part.column);
        Bytes::appendBytes(out, part.part);
        Bytes::appendStamp(out, part.stamp);
    }
}

RowClock readClock(Bytes::Reader &reader)
{
    RowClock clock;
    clock.length = static_cast<CausalLength>(reader.varint());
    clock.life = reader.stamp();
    clock.uniform = static_cast<ColumnId>(std::min<quint64>(reader.varint(), columnIdMax));
    for (auto *entries : {&clock.others, &clock.texts}) {
        for (quint64 left = reader.varint(); left > 0 && reader.ok(); --left) {
            const auto column = static_cast<ColumnId>(reader.varint());
            entries->push_back({column, reader.stamp()});
        }
    }
    for (quint64 left = reader.varint(); left > 0 && reader.ok(); --left) {
        const auto column = static_cast<ColumnId>(reader.varint());
        QByteArray part = reader.bytes().toByteArray();
        clock.parts.push_back({column, std::move(part), reader.stamp()});
    }
    return clock;
}

bool isAt(const UndoCell &cell, const UndoRebase::Place &place)
{
    if (cell.column != place.column || (cell.type == MergeType::Text) != (place.type == MergeType::Text))
        return false;
    return cell.part == place.part;
}

/// All registers at once: columns may be many.
void moveRegisters(RowClock &clock, const UndoRebase &rebase)
{
    RowRecord record = clock.registers();
    std::erase_if(record.cells, [&](Cell &cell) {
        for (const UndoRebase::Place &place : rebase.places) {
            if (place.column == cell.column && place.part.isEmpty() && place.type == MergeType::Register &&
                place.old == cell.stamp) {
                cell.stamp = place.now;
                return place.now == Stamp();
            }
        }
        return false;
    });
    if (record.life == rebase.oldLife)
        record.life = rebase.nowLife;
    record.length = rebase.nowLength;
    clock.setRegisters(record);
}

/// A row that begins a new life has no parts and no edits of texts any more, as it had none in states before they were
/// made; what it shows is another thing, so those states get a stamp that nothing has.
std::optional<Stamp> stampOfNone(const UndoRebase &rebase, const UndoRebase::Place &place)
{
    const bool isText = place.type == MergeType::Text;
    if (rebase.oldLength == rebase.nowLength || (!isText && place.part.isEmpty()) || place.now.hlc != 0)
        return {};
    return isText ? Stamp{1, place.old.site} : Stamp{0, rebase.nowLife.hlc};
}

void markNone(RowClock &clock, const UndoRebase &rebase)
{
    for (const UndoRebase::Place &place : rebase.places) {
        const auto none = stampOfNone(rebase, place);
        if (!none)
            continue;
        if (place.type == MergeType::Text && clock.textStampOf(place.column, place.old.site) == 0)
            clock.setTextStamp(place.column, *none);
        else if (place.type != MergeType::Text && clock.partStampOf(place.column, place.part) == Stamp())
            clock.setPart(place.column, place.part, *none, false);
    }
}

/// A clock in any state of the row: what it has of the old one becomes what the new one has.
void moveAll(RowClock &clock, const UndoRebase &rebase)
{
    std::vector<const UndoRebase::Rename *> added; // stands under its new name where it stood under the old one
    for (const UndoRebase::Rename &rename : rebase.renames) {
        const auto place = std::ranges::find_if(rebase.places, [&](const UndoRebase::Place &known) {
            return known.column == rename.column && known.part == rename.old;
        });
        if (place != rebase.places.end() && clock.partStampOf(rename.column, rename.old) == place->old)
            added.push_back(&rename);
    }
    markNone(clock, rebase);
    if (rebase.oldLength != rebase.nowLength || rebase.oldLife != rebase.nowLife)
        moveRegisters(clock, rebase);
    for (const UndoRebase::Place &place : rebase.places)
        move(clock, place);
    for (const UndoRebase::Rename *rename : added)
        clock.setPart(rename->column, rename->now, rename->stamp, false);
}

} // namespace

bool sameStamps(const RowClock &a, const RowClock &b)
{
    return a.length == b.length && packed(a) == packed(b);
}

UndoRebase UndoRebase::between(const RowClock &old, const RowClock &now)
{
    UndoRebase rebase{.oldLength = old.length, .nowLength = now.length, .oldLife = old.life, .nowLife = now.life};
    ColumnId last = std::max(old.uniform, now.uniform);
    for (const RowClock *clock : {&old, &now}) {
        if (!clock->others.empty())
            last = std::max(last, clock->others.back().column);
    }
    for (ColumnId column = 1; column <= last; ++column) {
        if (old.stampOf(column) != now.stampOf(column))
            rebase.places.push_back({.column = column, .old = old.stampOf(column), .now = now.stampOf(column)});
    }
    for (const RowClock::Entry &text : old.texts) {
        const Stamp stamp{now.textStampOf(text.column, text.stamp.site), text.stamp.site};
        if (stamp != text.stamp)
            rebase.places.push_back({.column = text.column, .type = MergeType::Text, .old = text.stamp, .now = stamp});
    }
    for (const RowClock::Part &part : old.parts) {
        const Stamp stamp = now.partStampOf(part.column, part.part);
        if (stamp != part.stamp)
            rebase.places.push_back({part.column, MergeType::Map, part.part, part.stamp, stamp});
    }
    return rebase;
}

UndoCell *UndoEntry::find(ColumnId column, MergeType type, QByteArrayView part)
{
    const auto at = std::ranges::find_if(
        cells, [&](const UndoCell &cell) { return cell.column == column && cell.type == type && cell.part == part; });
    return at == cells.end() ? nullptr : &*at;
}

bool UndoEntry::rebase(const UndoRebase &rebase)
{
    bool changed = false;
    if (life && !isAlive(rebase.oldLength) && life->deadLength == rebase.oldLength && life->deadLife == rebase.oldLife) {
        life->deadLength = rebase.nowLength;
        life->deadLife = rebase.nowLife;
        changed = true;
    }
    if (life && isAlive(rebase.oldLength) && life->alive.length == rebase.oldLength) {
        RowClock &clock = life->alive;
        const RowClock before = clock;
        moveAll(clock, rebase);
        changed = changed || before != clock;
    }
    if (cells.empty() || !isAlive(rebase.oldLength) || length != rebase.oldLength)
        return changed;
    length = rebase.nowLength;
    for (UndoCell &cell : cells) {
        for (UndoCell::State &state : cell.states) {
            const auto isNone = [&](const UndoRebase::Place &place) {
                return state.stamp == Stamp{0, place.type == MergeType::Text ? place.old.site : 0};
            };
            const auto place = std::ranges::find_if(rebase.places, [&](const UndoRebase::Place &known) {
                return isAt(cell, known) && (known.old == state.stamp || isNone(known));
            });
            if (place == rebase.places.end())
                continue;
            if (place->old == state.stamp)
                state.stamp = place->now;
            else if (const auto none = stampOfNone(rebase, *place))
                state.stamp = *none;
        }
        for (const UndoRebase::Rename &rename : rebase.renames) {
            if (cell.type != MergeType::Set || cell.column != rename.column || cell.part != rename.old)
                continue;
            cell.part = rename.now;
            for (UndoCell::State &state : cell.states)
                state.stamp = Bytes::decodedValue(state.value).integer == 1 ? rename.stamp : Stamp();
            break;
        }
    }
    return true;
}

bool UndoEntry::forget(quint64 columns)
{
    if ((columns & Mask::whole) != 0) {
        *this = {};
        return true;
    }
    return std::erase_if(cells, [columns](const UndoCell &cell) { return (columns & Mask::ofColumn(cell.column)) != 0; }) > 0;
}

bool UndoEntry::join(const UndoEntry &later)
{
    using enum UndoSide;
    if (later.life)
        return false;
    if (life) {
        RowClock clock = life->alive;
        if (life->aliveSide != After || clock.length != later.length)
            return false;
        for (const UndoCell &cell : later.cells) {
            if (!move(clock, {cell.column, cell.type, cell.part, cell.at(Before).stamp, cell.at(After).stamp}))
                return false; // somebody else has been there meanwhile
        }
        life->alive = std::move(clock);
        return true;
    }
    if (length != later.length)
        return false;
    UndoEntry joined = *this;
    for (const UndoCell &cell : later.cells) {
        UndoCell *known = joined.find(cell.column, cell.type, cell.part);
        if (known == nullptr) {
            joined.cells.push_back(cell);
            continue;
        }
        if (cell.type == MergeType::Set || known->at(After).stamp != cell.at(Before).stamp)
            return false;
        if (cell.type == MergeType::Text && known->at(After).value != cell.at(Before).value)
            return false; // words of others came in between
        if (cell.type == MergeType::Counter && known->at(After).value != cell.at(Before).value)
            return false;
        known->at(After) = cell.at(After);
    }
    *this = std::move(joined);
    return true;
}

void UndoEntry::encode(QByteArray &out) const
{
    out.append(life ? '\1' : '\0');
    if (!life) {
        Bytes::appendVarint(out, length);
        for (const UndoCell &cell : cells) {
            Bytes::appendVarint(out, cell.column);
            out.append(static_cast<char>(cell.type));
            Bytes::appendBytes(out, cell.part);
            for (const UndoCell::State &state : cell.states) {
                Bytes::appendStamp(out, state.stamp);
                Bytes::appendBytes(out, state.value);
            }
        }
        return;
    }
    appendClock(out, life->alive);
    Bytes::appendVarint(out, life->deadLength);
    Bytes::appendStamp(out, life->deadLife);
    out.append(static_cast<char>(life->aliveSide));
    Bytes::appendBytes(out, life->space);
    for (const auto &[column, value] : life->image) {
        Bytes::appendVarint(out, column);
        Bytes::appendBytes(out, value);
    }
}

Result<UndoEntry> UndoEntry::decode(QByteArrayView bytes)
{
    const auto malformed = [] { return fail(u"bad_undo"_s, u"An entry of the undo log cannot be read."_s); };
    UndoEntry entry;
    Bytes::Reader reader(bytes);
    if (reader.byte() == 0) {
        entry.length = static_cast<CausalLength>(reader.varint());
        while (reader.ok() && !reader.atEnd()) {
            UndoCell cell{.column = static_cast<ColumnId>(reader.varint()), .type = static_cast<MergeType>(reader.byte())};
            cell.part = reader.bytes().toByteArray();
            for (UndoCell::State &state : cell.states) {
                state.stamp = reader.stamp();
                state.value = reader.bytes().toByteArray();
            }
            entry.cells.push_back(std::move(cell));
        }
        return reader.ok() ? Result<UndoEntry>(std::move(entry)) : malformed();
    }
    UndoLife &life = entry.life.emplace();
    life.alive = readClock(reader);
    life.deadLength = static_cast<CausalLength>(reader.varint());
    life.deadLife = reader.stamp();
    life.aliveSide = reader.byte() == 0 ? UndoSide::Before : UndoSide::After;
    life.space = reader.bytes().toByteArray();
    while (reader.ok() && !reader.atEnd()) {
        const auto column = static_cast<ColumnId>(reader.varint());
        life.image.emplace_back(column, reader.bytes().toByteArray());
    }
    return reader.ok() ? Result<UndoEntry>(std::move(entry)) : malformed();
}

} // namespace Sheaf
