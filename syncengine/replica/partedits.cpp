// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/counter.h"
#include "crdt/elementset.h"
#include "replica/rowparts.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected refused(const RowParts::Place &place, const Error &why)
{
    return fail(why.code, u"Column %1.%2: %3."_s.arg(QString::fromUtf8(place.table.name),
                                                     QString::fromUtf8(place.table.column(place.column)->name), why.message));
}

constexpr qsizetype columnBytesMax = 384 * 1024; // a record takes 512 KiB

/// Refuses here what the server would refuse for good. Parts that are written anew are counted twice: near the end only.
Result<void> checkSize(const RowParts::Place &place, const RowParts::Stored &stored, const PartEdits &edits)
{
    constexpr qsizetype stampBytes = 24; // and lengths
    qsizetype bytes = 0;
    for (const auto &[part, value] : stored.parts)
        bytes += part.size() + value.size() + stampBytes;
    for (const PartEdit &edit : edits)
        bytes += edit.part.size() + edit.value.size() + stampBytes;
    const auto count = stored.parts.size() + edits.size();
    if (count <= partsMax && bytes <= columnBytesMax)
        return {};
    const QString most = u"the column has more than %1 parts, or more than %2 bytes"_s.arg(partsMax).arg(columnBytesMax);
    return refused(place, {u"too_large"_s, most});
}

} // namespace

Result<std::vector<RowParts::Change>> RowParts::changesOf(const Touch &touch, bool birth, SiteId writer)
{
    const TableInfo &table = *touch.table;
    std::vector<Change> changes;
    std::vector<std::pair<ColumnId, QByteArray>> written;
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(table, touch.key, values);
    if (!there)
        return fail(there.error());
    for (const ColumnId column : table.parted) {
        if (const Change *known = *there ? intended(table, touch.key, column) : nullptr) {
            changes.push_back(*known);
            continue;
        }
        const ValueView now = *there ? values[static_cast<size_t>(table.column(column)->position)] : ValueView();
        const auto before = touch.valueBefore(table.column(column)->position);
        if (*there && (birth || (before && !sameValue(*before, now)))) {
            written.emplace_back(column, QByteArray());
            Bytes::appendValue(written.back().second, now);
        }
    }
    m_rows.releaseValues();
    for (const auto &[column, bytes] : written) {
        const Place place{table, touch.key, column};
        const MergeType type = table.column(column)->type;
        auto change =
            birth ? birthOf(place, type, Bytes::decodedValue(bytes), writer)
                  : updateOf(place, type, *touch.valueBefore(table.column(column)->position), Bytes::decodedValue(bytes), writer);
        if (!change)
            return fail(change.error());
        changes.push_back(*std::move(change));
    }
    return changes;
}

Result<void> RowParts::intend(const Place &place, PartEdits edits)
{
    const auto stored = read(place);
    if (!stored)
        return fail(stored.error());
    auto shown = presentValue(place);
    if (!shown)
        return fail(shown.error());
    if (auto checked = checkSize(place, *stored, edits); !checked)
        return checked;
    Change change{.column = place.column, .edits = std::move(edits), .shown = {}, .base = {}};
    const QByteArray base = stored->base ? *stored->base : *shown;
    change.shown = ColumnMerge(place.table.typeOf(place.column)).fold(Bytes::decodedValue(base), stored->views(), change.edits);
    if (!stored->base)
        change.base = *std::move(shown);
    m_intended.push_back({place.table.id, place.key.toByteArray(), std::move(change)});
    return {};
}

const RowParts::Change *RowParts::intended(const TableInfo &table, QByteArrayView key, ColumnId column) const
{
    const auto known = std::ranges::find_if(m_intended, [&](const Intended &entry) {
        return entry.table == table.id && entry.key == key && entry.change.column == column;
    });
    return known == m_intended.end() ? nullptr : &known->change;
}

QByteArray RowParts::addedAgain(QByteArrayView part) const
{
    return ElementSet::addedAgain(part, m_random);
}

Result<RowParts::Change> RowParts::updateOf(const Place &place, MergeType type, const ValueView &before, const ValueView &now,
                                            SiteId writer)
{
    const auto stored = read(place);
    if (!stored)
        return fail(stored.error());
    Change change{.column = place.column, .edits = {}, .shown = {}, .base = {}};
    if (!stored->base) {
        change.base.emplace();
        Bytes::appendValue(*change.base, before);
    }
    const ValueView base = stored->base ? Bytes::decodedValue(*stored->base) : before;
    const auto parts = stored->views();
    auto edits = ColumnMerge(type).edit(base, parts, before, now, {writer, m_random});
    if (!edits)
        return refused(place, edits.error());
    if (auto checked = checkSize(place, *stored, *edits); !checked)
        return fail(checked.error());
    change.shown = ColumnMerge(type).fold(base, parts, *edits);
    change.edits = *std::move(edits);
    return change;
}

Result<RowParts::Change> RowParts::birthOf(const Place &place, MergeType type, const ValueView &value, SiteId writer)
{
    auto edits = ColumnMerge(type).bear(value, {writer, m_random});
    if (!edits)
        return refused(place, edits.error());
    if (auto checked = checkSize(place, {}, *edits); !checked)
        return fail(checked.error());
    Change change{.column = place.column, .edits = *std::move(edits), .shown = {}, .base = {}};
    change.shown = ColumnMerge(type).born(value, change.edits);
    return change;
}

Result<void> RowParts::revive(const TableInfo &table, QByteArrayView key, RowClock &clock)
{
    if (auto done = remove(table, key); !done)
        return done;
    for (const ColumnId column : table.parted) {
        const Place place{table, key, column};
        const auto present = presentValue(place);
        if (!present)
            return fail(present.error());
        const auto born = birthOf(place, table.column(column)->type, Bytes::decodedValue(*present), clock.life.site);
        if (!born)
            continue; // a register of old that is none of its type: it stays a base
        if (auto done = write(table, key, *born, clock); !done)
            return done;
        for (const PartEdit &edit : born->edits)
            clock.setPart(column, edit.part, clock.life, isGone(edit));
        const Cell shown{column, {}, Bytes::decodedValue(born->shown)};
        if (born->shown == *present)
            continue;
        if (auto done = m_rows.updateValues(table, key, {&shown}); !done)
            return done;
    }
    return {};
}

Result<void> RowParts::restamp(const Place &place, RowClock &clock, const Part &part, SiteId old, Stamp fresh)
{
    clock.setPart(part.column, part.part, fresh, part.value == encodedNull);
    if (fresh.site == old)
        return {};
    // Under the new name the server has nothing.
    if (auto done = remove(place, part.part); !done)
        return done;
    const Change change{.column = part.column, .edits = {{part.part, part.value}}, .shown = {}, .base = {}};
    return write(place.table, place.key, change, RowClock());
}

Result<void> RowParts::rename(const Place &place, RowClock &clock, const Part &part, const QByteArray &name, SiteId old,
                              Stamp fresh)
{
    PartEdit moved{name, part.value};
    if (place.table.typeOf(place.column) == MergeType::Counter) {
        const ValueView had = part.ackedHlc != 0 ? Bytes::decodedValue(part.acked) : ValueView::null();
        const auto waiting = Counter::edit(had, Bytes::decodedValue(part.value), {}, {fresh.site, {}});
        if (!waiting)
            return fail(waiting.error());
        moved.value = waiting->empty() ? QByteArray() : waiting->front().value;
    }
    if (auto done = remove(place, part.part); !done)
        return done;
    clock.removePart(place.column, part.part);
    if (part.ackedHlc != 0) {
        if (auto done = accept(place, part.part, Bytes::decodedValue(part.acked)); !done)
            return done;
        clock.setPart(place.column, part.part, {part.ackedHlc, old}, part.acked == encodedNull);
    }
    if (moved.value.isEmpty())
        return {};
    const Change change{.column = place.column, .edits = {moved}, .shown = {}, .base = {}};
    if (auto done = write(place.table, place.key, change, RowClock()); !done)
        return done;
    clock.setPart(place.column, moved.part, fresh, isGone(moved));
    return {};
}

} // namespace Sheaf
