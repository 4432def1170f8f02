// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/merger.h"

#include <algorithm>

namespace Sheaf {

/// As isOwnEarlierVersion(), for parts.
bool Merger::isOwnEarlierPart(quint64 waiting) const
{
    return std::ranges::any_of(m_record.parts, [&](const PartCell &part) {
        const Hlc ours = m_row.clock.partStampOf(part.column, part.part).hlc;
        const bool waits = (waiting & (Mask::whole | Mask::ofColumn(part.column))) != 0;
        return waits && ours != 0 && part.stamp.site == m_store.site && part.stamp.hlc > ours;
    });
}

/// What the server has of our own parts, for the day on which this site takes another name.
Result<void> Merger::notePartEcho(const TableInfo &table, QByteArrayView key)
{
    if (m_record.length != m_before.length)
        return {};
    for (const PartCell &part : m_record.parts) {
        if (part.stamp.site != m_store.site)
            continue;
        if (auto done = m_parts.setAcked({table, key, part.column}, part.part, part.stamp.hlc, part.value); !done)
            return done;
    }
    return {};
}

/// Keeps the parts that won, known here or not, and shows what they make with their bases.
Result<void> Merger::mergeParts(const TableInfo &table, QByteArrayView key, bool born)
{
    std::vector<ColumnId> news;
    for (const size_t winner : m_outcome.partWinners) {
        const PartCell &part = m_record.parts[winner];
        if (auto done = m_parts.accept({table, key, part.column}, part.part, part.value); !done)
            return done;
        if (news.empty() || news.back() != part.column)
            news.push_back(part.column);
    }
    const auto isAmong = [](const std::vector<ColumnId> &columns, ColumnId column) {
        return std::ranges::binary_search(columns, column);
    };
    for (const ColumnId column : table.parted) {
        const bool hasNews = isAmong(news, column) || isAmong(m_lessened, column);
        if (auto done = mergePart({table, key, column}, hasNews, born); !done)
            return done;
    }
    return {};
}

Result<void> Merger::mergePart(const RowParts::Place &place, bool hasNews, bool born)
{
    const auto cell = std::ranges::lower_bound(m_cells, place.column, {}, [](const Cell *known) { return known->column; });
    const bool hasBase = cell != m_cells.end() && (*cell)->column == place.column;
    const bool hasParts = std::ranges::binary_search(m_row.clock.parts, place.column, {}, &RowClock::Part::column);
    if (!hasParts || (!hasNews && !hasBase))
        return {}; // a plain base is shown as it is
    const auto stored = m_parts.read(place);
    if (!stored)
        return fail(stored.error());
    QByteArray base;
    if (hasBase)
        Bytes::appendValue(base, (*cell)->value);
    else if (stored->base)
        base = *stored->base;
    else if (born)
        Bytes::appendValue(base, ValueView::null());
    else if (auto present = m_parts.presentValue(place))
        base = *std::move(present);
    else
        return fail(present.error());
    QByteArray shown = ColumnMerge(place.table.typeOf(place.column)).fold(Bytes::decodedValue(base), stored->views());
    if (stored->base ? *stored->base != base : shown != base) {
        if (auto done = m_parts.setBase(place, base); !done)
            return done;
    }
    m_shownTexts.push_back(std::move(shown));
    show({place.column, {}, Bytes::decodedValue(m_shownTexts.back())});
    return {};
}

Result<void> Merger::showParts(const RowParts::Place &place)
{
    const auto stored = m_parts.read(place);
    if (!stored)
        return fail(stored.error());
    const auto present = m_parts.presentValue(place);
    if (!present)
        return fail(present.error());
    const QByteArray &base = stored->base ? *stored->base : *present;
    const QByteArray shown = ColumnMerge(place.table.typeOf(place.column)).fold(Bytes::decodedValue(base), stored->views());
    if (shown == *present)
        return {};
    if (!stored->base) {
        if (auto done = m_parts.setBase(place, base); !done)
            return done;
    }
    const Cell cell{place.column, {}, Bytes::decodedValue(shown)};
    return this->place(place.table, place.key, {}, {&cell}, false);
}

} // namespace Sheaf
