// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/counter.h"
#include "replica/replica.h"
#include "replica/replica_p.h"

#include <algorithm>
#include <map>

/// The way back of what the server refused, or of what was kept when its space was closed.
namespace Sheaf {

using namespace Qt::StringLiterals;

Result<void> Replica::retryRejected(qint64 number)
{
    return d->transact(false, [&]() -> Result<void> {
        KeptChange entry;
        if (auto done = findKept(d->handle, d->catalog, "sheaf_rejected", number, entry); !done)
            return done;
        auto done = d->writeAgain(entry);
        return done ? d->forgetRejected(number) : done;
    });
}

/// Writes the user's values as a local edit, in a transaction that captures.
Result<void> Replica::Private::writeAgain(const KeptChange &kept)
{
    const RejectedChange &change = kept.change;
    const TableInfo *known = catalog.find(change.table);
    if (known == nullptr || !known->synced)
        return fail(u"row_gone"_s, u"There is no table for the change any more."_s);
    const TableInfo &table = *known;
    if (change.kind == RejectedChange::Kind::Delete)
        return rows.deleteValues(table, change.key);
    std::vector<const Cell *> cells;
    std::vector<const Cell *> edited;
    for (const Cell &cell : kept.record.cells) {
        const TableInfo::Column *column = table.column(cell.column);
        if (column == nullptr || column->position < 0)
            continue;
        cells.push_back(&cell);
        if (kept.has(cell.column) && !isRedone(column->type))
            edited.push_back(&cell);
    }
    std::vector<ValueView> present;
    const auto there = rows.readValues(table, change.key, present);
    rows.releaseValues();
    if (!there)
        return fail(there.error());
    if (!*there) {
        if (change.kind == RejectedChange::Kind::Edit && table.deleteWins)
            return fail(u"row_gone"_s, u"The row of the change was deleted."_s);
        return rows.insertValues(table, change.key, change.space, cells);
    }
    for (const auto &[column, update] : kept.textUpdates()) {
        const bool isThere = update.isEmpty(); // the server had it all
        const auto text =
            isThere ? Result<std::optional<QByteArray>>(std::nullopt) : texts.edit({table, change.key, column}, update);
        if (!text)
            continue; // the text has begun anew since: what the user saw is written over it
        std::erase_if(edited, [id = column](const Cell *cell) { return cell->column == id; });
        if (!text->has_value())
            continue;
        const Cell shown{column, {}, ValueView::ofText(**text)};
        if (auto done = rows.updateValues(table, change.key, {&shown}); !done)
            return done;
        capture->touchColumn(table, change.key, column);
    }
    if (auto done = redoParts(table, kept); !done)
        return done;
    if (auto done = rows.updateValues(table, change.key, edited); !done)
        return done;
    for (const Cell *cell : edited) {
        if (!table.isText(cell->column))
            capture->touchColumn(table, change.key, cell->column);
    }
    return {};
}

/// Whether edits of a column are made again, in the place of what it showed after them.
bool Replica::Private::isRedone(MergeType type)
{
    return type == MergeType::Counter || type == MergeType::Set || type == MergeType::Map;
}

/// Adds once more what was added, to whatever is there now.
Result<void> Replica::Private::redoParts(const TableInfo &table, const KeptChange &kept)
{
    const QByteArray &key = kept.change.key;
    std::map<ColumnId, PartEdits> edits;
    std::map<ColumnId, std::vector<PartView>> increments;
    for (const PartCell &part : kept.record.parts) {
        const TableInfo::Column *column = table.column(part.column);
        if (column == nullptr || column->position < 0 || !kept.has(part.column) || !isRedone(column->type))
            continue;
        if (column->type == MergeType::Counter) {
            increments[part.column].push_back({part.part, part.value});
            continue;
        }
        const auto stored = parts.read({table, key, part.column});
        if (!stored)
            return fail(stored.error());
        const auto same = std::ranges::find(stored->parts, part.part, &std::pair<QByteArray, QByteArray>::first);
        const bool stands = same != stored->parts.end() && same->second != encodedNull;
        const bool isGone = part.value.type == ValueView::Type::Null;
        if (column->type == MergeType::Set && stands != isGone)
            continue; // it is as wanted
        // An add that somebody has taken out since is made anew.
        const bool isOut = column->type == MergeType::Set && !isGone && same != stored->parts.end();
        edits[part.column].push_back(partEdit(isOut ? parts.addedAgain(part.part) : part.part.toByteArray(), part.value));
    }
    for (const auto &[column, added] : increments) {
        const auto shown = parts.presentValue({table, key, column});
        if (!shown)
            return fail(shown.error());
        const QByteArray sum = Bytes::encodedValue(Counter::fold(Bytes::decodedValue(*shown), added));
        const Cell cell{column, {}, Bytes::decodedValue(sum)};
        if (auto done = rows.updateValues(table, key, {&cell}); !done)
            return done;
    }
    for (auto &[column, all] : edits) {
        if (auto done = parts.intend({table, key, column}, std::move(all)); !done)
            return done;
        capture->touchColumn(table, key, column);
    }
    return {};
}

} // namespace Sheaf
