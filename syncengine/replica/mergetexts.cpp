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
    show({column, {}, ValueView::ofText(m_shownTexts.back())});
}

void Merger::show(const Cell &cell)
{
    m_shown.push_back(cell);
    const auto at = findCell(m_cells, cell.column);
    if (at != m_cells.end() && (*at)->column == cell.column)
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
        bool edited = std::ranges::any_of(m_before.texts, [column](const auto &entry) { return entry.column == column; });
        if (!born && !edited) { // an edit that was taken back leaves what it was made on
            const auto stored = m_texts.seed(table, key, column);
            if (!stored)
                return fail(stored.error());
            edited = stored->has_value();
        }
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

/// Two devices have made the same row while they were apart, and the register of the later one wins.
/// What the other began its text with becomes an edit: of the device that wrote it, or of the one that
/// hears of it while its own birth waits. The update says the same whoever makes it.
Result<void> Merger::findRivals(const TableInfo &table, QByteArrayView key, quint64 waiting)
{
    m_rivals.clear();
    const bool twoBirths =
        m_record.length == m_before.length && isAlive(m_before.length) && m_record.life != m_before.life && table.synced;
    if (!twoBirths)
        return {};
    // An offered row's author may be gone, or have another name by now.
    const bool isMine = m_store.isOwn(m_before.life) || (waiting & Mask::whole) != 0;
    for (const ColumnId column : table.texts) {
        const auto cell = std::ranges::lower_bound(m_record.cells, column, {}, &Cell::column);
        // A register that was written after the birth, by an older schema, replaces: it is no rival.
        if (cell == m_record.cells.end() || cell->column != column || cell->stamp != m_record.life ||
            m_before.stampOf(column) != m_before.life || !isMine)
            continue;
        const bool mineLoses = m_before.life < cell->stamp;
        if (!mineLoses && (waiting & Mask::whole) == 0)
            continue;
        auto mine = m_texts.seedUpdateOf({table, key, column});
        if (!mine)
            return fail(mine.error());
        QByteArray theirs = RowTexts::seedUpdate(cell->value);
        if (*mine == theirs)
            continue;
        QByteArray &loser = mineLoses ? *mine : theirs;
        if (loser != RowTexts::seedUpdate({}))
            m_rivals.emplace_back(column, std::move(loser));
    }
    return {};
}

Result<void> Merger::keepRivals(const TableInfo &table, const QByteArray &key, qint64 wallMs)
{
    const Hlc now = m_rivals.empty() ? 0 : m_store.clock.tick(wallMs);
    for (const auto &[column, update] : m_rivals) {
        const RowTexts::Place place{table, key, column};
        auto text = m_texts.add(place, update);
        if (!text)
            return fail(text.error());
        if (!text->has_value())
            continue; // somebody's edit has brought it already
        const Cell shown{column, {}, ValueView::ofText(**text)};
        if (auto done = this->place(table, key, {}, {&shown}, false); !done)
            return done;
        const Hlc acked = m_row.clock.textStampOf(column, m_store.site);
        if (auto done = m_texts.save(place, acked); !done)
            return done;
        if (m_row.outbox == 0) {
            QByteArray known; // without the edit
            encodeClock(m_row.clock, m_store.sites, known);
            const auto number = m_rows.enqueue(table, key, m_row, 0, Mask::ofColumn(column), known);
            if (!number)
                return fail(number.error());
            m_row.outbox = *number;
        } else {
            const auto mask = m_rows.mask(m_row.outbox);
            if (!mask)
                return fail(mask.error());
            if (auto done = m_rows.setMask(m_row.outbox, *mask | Mask::ofColumn(column)); !done)
                return done;
        }
        m_row.clock.setTextStamp(column, {std::max(now, acked + 1), m_store.site});
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
