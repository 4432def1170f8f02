// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/merger.h"

#include <algorithm>

namespace Sheaf {

namespace {

auto findCell(std::vector<const Cell *> &cells, ColumnId column)
{
    return std::lower_bound(cells.begin(), cells.end(), column, [](const Cell *cell, ColumnId id) { return cell->column < id; });
}

} // namespace

/// Sets what a text column will show. The bytes live until the next row.
void Merger::show(ColumnId column, QByteArray text)
{
    m_shownTexts.push_back(std::move(text));
    m_shown.push_back({column, {}, ValueView::ofText(m_shownTexts.back())});
    const auto at = findCell(m_cells, column);
    if (at != m_cells.end() && (*at)->column == column)
        *at = &m_shown.back();
    else
        m_cells.insert(at, &m_shown.back());
}

/// Registers under texts that won, before the updates of the same record. Those of texts that nobody
/// edited are shown as they are, which m_cells says already.
Result<void> Merger::mergeSeeds(const TableInfo &table, QByteArrayView key, bool born)
{
    for (const ColumnId column : table.texts) {
        const auto at = findCell(m_cells, column);
        if (at == m_cells.end() || (*at)->column != column)
            continue;
        const RowTexts::Place place{table, key, column};
        const ValueView value = (*at)->value;
        const bool edited = std::ranges::any_of(m_before.texts, [column](const auto &entry) { return entry.column == column; });
        if (!born && edited) {
            auto text = m_texts.merge(place, {.seed = value});
            if (!text)
                return fail(text.error());
            show(column, *std::move(text));
            continue;
        }
        if (!born)
            m_texts.reset(place, value);
        if (value.type == ValueView::Type::Null && table.column(column)->notNull)
            show(column, {});
    }
    return {};
}

/// Applies the updates of a record, whatever became of their stamps, and shows the texts.
Result<void> Merger::mergeTexts(const TableInfo &table, QByteArrayView key, bool born)
{
    if (!table.texts.empty()) {
        if (auto done = mergeSeeds(table, key, born); !done)
            return done;
    }
    const auto &texts = m_record.texts;
    for (size_t i = 0; i < texts.size();) {
        const ColumnId column = texts[i].column;
        RowTexts::Arrival arrival;
        for (; i < texts.size() && texts[i].column == column; ++i) {
            if (!texts[i].update.isEmpty())
                arrival.updates.push_back(texts[i].update);
        }
        if (arrival.updates.empty())
            continue;
        const RowTexts::Place place{table, key, column};
        if (!table.synced || !table.isText(column)) {
            if (auto done = m_texts.park(place, arrival.updates); !done)
                return done;
            continue;
        }
        const auto at = findCell(m_cells, column);
        if (at != m_cells.end() && (*at)->column == column)
            arrival.before = (*at)->value;
        else if (born)
            arrival.before = ValueView::null();
        auto text = m_texts.merge(place, arrival);
        if (!text)
            return fail(text.error());
        show(column, *std::move(text));
    }
    return {};
}

/// What the server has of our own entries, for the day on which this site takes another name.
Result<void> Merger::noteEcho(const TableInfo &table, QByteArrayView key)
{
    for (const TextCell &text : m_record.texts) {
        if (text.stamp.site != m_store.site)
            continue;
        if (auto done = m_texts.setAcked({table, key, text.column}, text.stamp.hlc); !done)
            return done;
    }
    return {};
}

Result<void> Merger::showText(const RowTexts::Place &place)
{
    const auto text = m_texts.merge(place, {});
    if (!text)
        return fail(text.error());
    const Cell cell{place.column, {}, ValueView::ofText(*text)};
    return this->place(place.table, place.key, {}, {&cell}, false);
}

} // namespace Sheaf
