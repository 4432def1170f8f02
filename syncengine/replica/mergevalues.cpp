// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/merger.h"

#include <algorithm>

/// Equal stamps name equal values, unless somebody has written into the file: then the server's go into the table.
namespace Sheaf {

/// Whether the row that was merged last can be compared: nothing of it waits, and it is in view.
bool Merger::isComparable(const TableInfo &table, const Store::Space &space) const
{
    return !m_mended.isEmpty() && m_mended.contains(space.state.name) && table.synced && m_row.outbox == 0 && m_coded.isEmpty() &&
           isAlive(m_row.clock.length) && m_record.length == m_row.clock.length;
}

Result<void> Merger::mendValues(const TableInfo &table, const QByteArray &key, const QByteArray &space)
{
    std::vector<ValueView> values;
    const auto rowBytes = [&]() -> Result<QByteArray> {
        const auto there = m_rows.readValues(table, key, values);
        if (!there)
            return fail(there.error());
        QByteArray bytes;
        for (const ValueView &value : values)
            Bytes::appendValue(bytes, value);
        m_rows.releaseValues();
        return *there ? bytes : QByteArray();
    };
    const auto before = rowBytes();
    if (!before || before->isEmpty()) // kept out by a constraint
        return before ? Result<void>() : fail(before.error());
    const auto touched = mendCells(table, key, space);
    if (!touched || !*touched)
        return touched ? Result<void>() : fail(touched.error());
    // The type of the column may make another value of it than what travels.
    const auto after = rowBytes();
    if (!after)
        return fail(after.error());
    m_mended[space] += *after == *before ? 0 : 1;
    return {};
}

/// True when anything was written.
Result<bool> Merger::mendCells(const TableInfo &table, const QByteArray &key, const QByteArray &space)
{
    std::vector<ValueView> values;
    if (auto there = m_rows.readValues(table, key, values); !there)
        return fail(there.error());
    const auto isText = [this](ColumnId column) {
        return std::ranges::any_of(m_row.clock.texts, [column](const auto &text) { return text.column == column; });
    };
    const auto isParted = [this](ColumnId column) {
        return std::ranges::any_of(m_row.clock.parts, [column](const auto &part) { return part.column == column; });
    };
    std::vector<const Cell *> different;
    std::vector<std::pair<ColumnId, QByteArray>> texts; // as the table has them
    for (const ColumnId column : table.texts) {
        if (isText(column))
            texts.emplace_back(column, values[static_cast<size_t>(table.column(column)->position)].bytes.toByteArray());
    }
    for (const Cell &cell : m_record.cells) {
        const TableInfo::Column *column = table.column(cell.column);
        if (column == nullptr || column->position < 0 || m_codedNews.contains(cell.column) || isText(cell.column) ||
            isParted(cell.column) || cell.stamp != m_row.clock.stampOf(cell.column))
            continue;
        if (Bytes::encodedValue(values[static_cast<size_t>(column->position)]) != Bytes::encodedValue(cell.value))
            different.push_back(&cell);
    }
    m_rows.releaseValues();
    bool any = !different.empty();
    if (any) {
        if (auto done = place(table, key, space, different, false); !done)
            return fail(done.error());
    }
    for (const auto &[column, shown] : texts) {
        const auto text = m_texts.text({table, key, column}, {});
        if (!text)
            return fail(text.error());
        if (*text == shown)
            continue;
        any = true;
        const Cell cell{column, {}, ValueView::ofText(*text)};
        if (auto done = place(table, key, space, {&cell}, false); !done)
            return fail(done.error());
    }
    for (const ColumnId column : table.parted) {
        if (!isParted(column))
            continue;
        any = true;
        if (auto done = showParts({table, key, column}); !done)
            return fail(done.error());
    }
    return any;
}

} // namespace Sheaf
