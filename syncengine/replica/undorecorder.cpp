// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undorecorder.h"

#include "crdt/bytes.h"
#include "crdt/jsonscalar.h"

#include <algorithm>

namespace Sheaf {

using enum UndoSide;

QByteArray valueInMap(const ValueView &map, QByteArrayView part)
{
    const auto key = JsonScalar::fromJson(part);
    const auto scalars = map.type == ValueView::Type::Text ? scalarsOfObject(map.bytes) : std::nullopt;
    if (!key || !scalars)
        return Bytes::encodedValue({});
    const auto found = scalars->find(key->string);
    return found == scalars->end() ? Bytes::encodedValue({}) : Bytes::encodedValue(ValueView::ofText(found->second.toJson()));
}

Result<bool> UndoRecorder::before(const Touch &touch)
{
    if (m_tooLarge)
        return false;
    if (auto done = m_rows.read(*touch.table, touch.key, m_before); !done)
        return fail(done.error());
    m_parked.clear();
    if (touch.existed && !touch.exists) {
        if (auto done = m_rows.readParked(*touch.table, touch.key, m_parked); !done)
            return fail(done.error());
    }
    return true;
}

Result<void> UndoRecorder::after(const Touch &touch)
{
    RowState now;
    if (auto done = m_rows.read(*touch.table, touch.key, now); !done)
        return done;
    UndoEntry entry;
    const bool wasAlive = isAlive(m_before.clock.length);
    if (!touch.existed && !wasAlive)
        addBirth(entry, now.clock);
    else if (touch.existed && !touch.exists && wasAlive)
        addDelete(entry, touch, now.clock);
    else if (touch.existed && touch.exists && wasAlive)
        if (auto done = addEdit(entry, touch, now.clock); !done)
            return done;
    if (!entry.isEmpty())
        take(touch, wasAlive ? m_before.space : now.space, std::move(entry));
    return {};
}

void UndoRecorder::take(const Touch &touch, qint64 space, UndoEntry entry)
{
    QByteArray bytes;
    entry.encode(bytes);
    m_bytes += bytes.size() + touch.key.size();
    m_recorded.append({touch.table->id, touch.key.toByteArray(), space, std::move(entry)});
    m_tooLarge = m_bytes > m_options.bytesMax;
    if (m_tooLarge)
        m_recorded.clear();
}

void UndoRecorder::addBirth(UndoEntry &entry, const RowClock &now) const
{
    entry.life = UndoLife{
        .alive = now, .deadLength = m_before.clock.length, .deadLife = m_before.clock.life, .aliveSide = After, .space = {}};
}

void UndoRecorder::addDelete(UndoEntry &entry, const Touch &touch, const RowClock &now) const
{
    if (!touch.whole)
        return;
    UndoLife life{.alive = m_before.clock, .deadLength = now.length, .deadLife = now.life, .aliveSide = Before, .space = {}};
    Bytes::Reader reader(touch.before);
    for (int position = 0; position < touch.table->positions; ++position) {
        const ValueView value = reader.value();
        if (const ColumnId column = touch.table->atPosition[static_cast<size_t>(position)]; column != 0)
            life.image.emplace_back(column, Bytes::encodedValue(value));
        if (position == touch.table->spacePosition)
            life.space = value.bytes.toByteArray();
    }
    for (auto it = m_parked.cbegin(); it != m_parked.cend(); ++it)
        life.image.emplace_back(it.key(), it.value());
    std::ranges::sort(life.image);
    entry.life = std::move(life);
}

Result<void> UndoRecorder::addEdit(UndoEntry &entry, const Touch &touch, const RowClock &now)
{
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(*touch.table, touch.key, values);
    if (!there)
        return fail(there.error());
    entry.length = now.length;
    std::vector<std::pair<const TableInfo::Column *, QByteArray>> parted;
    for (const TableInfo::Column &column : touch.table->columns) {
        if (!*there || column.position < 0)
            continue;
        const ValueView value = values[static_cast<size_t>(column.position)];
        if (column.type == MergeType::Text)
            addText(entry, touch, column, now, value);
        else if (hasParts(column.type))
            parted.emplace_back(&column, Bytes::encodedValue(value));
        if (column.type != MergeType::Register || m_before.clock.stampOf(column.id) == now.stampOf(column.id))
            continue;
        // A column of a group may have kept its value.
        const ValueView old = touch.valueBefore(column.position).value_or(value);
        entry.cells.push_back({.column = column.id,
                               .states = {UndoCell::State{m_before.clock.stampOf(column.id), Bytes::encodedValue(old)},
                                          UndoCell::State{now.stampOf(column.id)}}});
    }
    m_rows.releaseValues();
    for (const auto &[column, shown] : parted) {
        if (auto done = addParts(entry, touch, *column, now, shown); !done)
            return done;
    }
    return {};
}

void UndoRecorder::addText(UndoEntry &entry, const Touch &touch, const TableInfo::Column &column, const RowClock &now,
                           const ValueView &value) const
{
    const auto old = touch.valueBefore(column.position);
    const SiteId site = m_store.site;
    const Stamp before{m_before.clock.textStampOf(column.id, site), site};
    const Stamp after{now.textStampOf(column.id, site), site};
    if (!old || before == after)
        return;
    entry.cells.push_back(
        {.column = column.id,
         .type = MergeType::Text,
         .states = {UndoCell::State{before, Bytes::encodedValue(*old)}, UndoCell::State{after, Bytes::encodedValue(value)}}});
}

Result<void> UndoRecorder::addParts(UndoEntry &entry, const Touch &touch, const TableInfo::Column &column, const RowClock &now,
                                    const QByteArray &shown)
{
    const auto old = touch.valueBefore(column.position);
    const auto stored = m_parts.read({*touch.table, touch.key, column.id});
    if (!stored)
        return fail(stored.error());
    for (const RowClock::Part &part : now.parts) {
        const Stamp before = m_before.clock.partStampOf(part.column, part.part);
        if (part.column != column.id || part.stamp == before || !old)
            continue;
        UndoCell cell{.column = column.id, .type = column.type, .part = part.part};
        cell.at(Before).stamp = before;
        cell.at(After).stamp = part.stamp;
        if (column.type == MergeType::Counter) {
            cell.at(Before).value = Bytes::encodedValue(*old);
            cell.at(After).value = shown;
        } else if (column.type == MergeType::Map) {
            cell.at(Before).value = valueInMap(*old, part.part);
        } else if (column.type == MergeType::Set) {
            const auto value = std::ranges::find(stored->parts, part.part, &std::pair<QByteArray, QByteArray>::first);
            const bool stands = value != stored->parts.end() && Bytes::decodedValue(value->second).integer == 1;
            cell.at(Before).value = Bytes::encodedValue(stands ? ValueView::null() : ValueView::ofInteger(1));
            cell.at(After).value = Bytes::encodedValue(stands ? ValueView::ofInteger(1) : ValueView::null());
        }
        entry.cells.push_back(std::move(cell));
    }
    return {};
}

} // namespace Sheaf
