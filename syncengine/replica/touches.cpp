// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/touches.h"

#include "crdt/bytes.h"

#include <QHash>

#include <algorithm>
#include <cstring>

namespace Sheaf {

namespace {
constexpr qsizetype blockBytes = 64 * 1024;
constexpr size_t slotsMin = 64; // a power of two
constexpr size_t slotsKept = 1024;
} // namespace

bool Touch::hasBefore(int position) const
{
    constexpr int positionsShared = 63; // from here on they have one bit
    if (position < positionsShared || (positions >> positionsShared) == 0)
        return (positions >> std::min(position, positionsShared) & 1) != 0;
    Bytes::Reader reader(before);
    while (!whole && !reader.atEnd()) {
        const auto changed = static_cast<int>(reader.varint());
        reader.value();
        if (changed == position)
            return true;
    }
    return false;
}

std::optional<ValueView> Touch::valueBefore(int position) const
{
    Bytes::Reader reader(before);
    for (int next = 0; !reader.atEnd(); ++next) {
        const int at = whole ? next : static_cast<int>(reader.varint());
        const ValueView value = reader.value();
        if (at == position)
            return value;
    }
    return {};
}

void Touch::changedColumns(Stamp stamp, std::vector<RowClock::Entry> &entries) const
{
    table->stampedColumns(mask, stamp, entries);
    if (whole || (mask & Mask::shared) == 0)
        return;
    // Of the columns that share a bit only those that changed.
    std::erase_if(entries, [](const RowClock::Entry &entry) { return Mask::ofColumn(entry.column) == Mask::shared; });
    Bytes::Reader reader(before);
    const size_t apart = entries.size();
    const auto add = [&](ColumnId column) {
        if (Mask::ofColumn(column) == Mask::shared && !table->isEdited(column))
            entries.push_back({column, stamp});
    };
    while (!reader.atEnd()) {
        const TableInfo::Column *column = table->column(table->atPosition[static_cast<size_t>(reader.varint())]);
        reader.value();
        if (column == nullptr)
            continue;
        add(column->id);
        for (const TableInfo::Column &mate : table->columns) {
            if (column->group != 0 && mate.group == column->group && mate.id != column->id)
                add(mate.id);
        }
    }
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(apart);
    std::sort(begin, entries.end(), [](const RowClock::Entry &a, const RowClock::Entry &b) { return a.column < b.column; });
    entries.erase(std::unique(begin, entries.end()), entries.end()); // both of a group may have changed
}

Touch &TouchSet::find(const TableInfo &table, QByteArrayView key, bool &fresh)
{
    if (m_touches.size() * 2 >= m_slots.size())
        grow();
    const size_t hash = qHashBits(key.data(), static_cast<size_t>(key.size()), static_cast<size_t>(table.id));
    const size_t mask = m_slots.size() - 1;
    size_t slot = hash & mask;
    for (; m_slots[slot] != 0; slot = (slot + 1) & mask) {
        Touch &known = m_touches[m_slots[slot] - 1];
        if (known.hash == hash && known.table == &table && known.key == key) {
            fresh = false;
            return known;
        }
    }
    fresh = true;
    m_touches.push_back({.table = &table, .key = store(key), .space = {}, .before = {}, .hash = hash});
    m_slots[slot] = static_cast<quint32>(m_touches.size());
    return m_touches.back();
}

void TouchSet::grow()
{
    m_slots.assign(std::max(slotsMin, m_slots.size() * 2), 0);
    const size_t mask = m_slots.size() - 1;
    for (size_t i = 0; i < m_touches.size(); ++i) {
        size_t slot = m_touches[i].hash & mask;
        while (m_slots[slot] != 0)
            slot = (slot + 1) & mask;
        m_slots[slot] = static_cast<quint32>(i + 1);
    }
}

QByteArrayView TouchSet::store(QByteArrayView bytes)
{
    if (bytes.size() > m_left) {
        m_left = std::max(blockBytes, bytes.size());
        m_blocks.push_back(std::make_unique_for_overwrite<char[]>(static_cast<size_t>(m_left)));
        m_free = m_blocks.back().get();
    }
    char *at = m_free;
    if (!bytes.isEmpty())
        std::memcpy(at, bytes.data(), static_cast<size_t>(bytes.size()));
    m_free += bytes.size();
    m_left -= bytes.size();
    return {at, bytes.size()};
}

void TouchSet::clear()
{
    if (m_slots.size() <= slotsKept && m_blocks.size() <= 1) { // small transactions come again soon
        m_touches.clear();
        std::fill(m_slots.begin(), m_slots.end(), 0);
        if (!m_blocks.empty()) {
            m_left += m_free - m_blocks.front().get();
            m_free = m_blocks.front().get();
        }
        return;
    }
    m_touches = {};
    m_slots = {};
    m_blocks.clear();
    m_free = nullptr;
    m_left = 0;
}

} // namespace Sheaf
