// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "protocol/packing.h"
#include "replica/rowtexts.h"
#include "sql/sqlstatement.h"
#include "text/updatealgebra.h"

namespace Sheaf {

namespace {

/// Of the update that a row of sheaf_texts keeps, which notes it for packed ones alone.
qint64 updateSize(qint64 noted, QByteArrayView kept)
{
    return noted == 0 ? kept.size() : noted;
}

} // namespace

/// Applies the update of a row of m_select.
Result<void> RowTexts::applyStored(Text::Doc &doc, const SqlStatement &row)
{
    Packing packing;
    const auto stored = packing.unpackStored(row.bytes(1), updateSize(row.integer(2), row.bytes(1)));
    return stored ? doc.apply(stored->update, stored->format) : fail(stored.error());
}

Result<std::vector<RowTexts::Waiting>> RowTexts::waiting(const TableInfo &table, QByteArrayView key, qint64 after)
{
    std::vector<Waiting> all;
    SqlStatement &select = bound(m_waiting, table, key, 0);
    select.bindInteger(3, after);
    Packing packing;
    const auto done = forEachRow(select, [&](const SqlStatement &row) -> Result<void> {
        const auto update = packing.unpack(row.bytes(3), updateSize(row.integer(4), row.bytes(3)));
        if (!update)
            return fail(update.error());
        all.push_back({.number = row.integer(0),
                       .column = static_cast<ColumnId>(row.integer(1)),
                       .offered = row.integer(2) == Offered || row.integer(2) == SealedOffered,
                       .sealed = row.integer(2) == SealedOffered,
                       .update = update->toByteArray()});
        return {};
    });
    if (!done)
        return fail(done.error());
    return all;
}

Result<std::vector<ColumnId>> RowTexts::waitingColumns(const TableInfo &table, QByteArrayView key)
{
    std::vector<ColumnId> columns;
    const auto done = forEachRow(bound(m_columns, table, key, 0),
                                 [&](const SqlStatement &row) { columns.push_back(static_cast<ColumnId>(row.integer(0))); });
    if (!done)
        return fail(done.error());
    return columns;
}

Result<void> RowTexts::settle(const TableInfo &table, QByteArrayView key, qint64 upTo)
{
    for (const auto &open : m_open) { // what is at rest is more than what the snapshot was made of
        if (open->table == table.id && open->key == key)
            open->snapshot.clear();
    }
    SqlStatement &update = bound(m_settle, table, key, 0);
    update.bindInteger(3, upTo);
    return update.run();
}

Result<std::optional<Hlc>> RowTexts::acked(const Place &place)
{
    std::optional<Hlc> acked;
    const auto done = forEachRow(bound(m_acked, place.table, place.key, place.column),
                                 [&](const SqlStatement &row) { acked = static_cast<Hlc>(row.integer(0)); });
    if (!done)
        return fail(done.error());
    return acked;
}

Result<void> RowTexts::setAcked(const Place &place, Hlc acked)
{
    SqlStatement &update = bound(m_setAcked, place.table, place.key, place.column);
    update.bindInteger(4, static_cast<qint64>(acked));
    return update.run();
}

Result<void> RowTexts::forgetAcked()
{
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_texts SET acked = 0 WHERE kind = 3");
    return update ? update->run() : fail(update.error());
}

Result<std::optional<RowTexts::Withdrawn>> RowTexts::withdraw(const Place &place)
{
    const auto acked = this->acked(place);
    if (!acked || !acked->has_value())
        return acked ? Result<std::optional<Withdrawn>>(std::nullopt) : fail(acked.error());
    const auto mine = text(place, {});
    const auto seed = this->seed(place.table, place.key, place.column);
    if (!mine || !seed)
        return fail(mine ? seed.error() : mine.error());
    drawClient();
    Text::Doc doc(Text::Doc::Options{.clientId = m_client});
    Result<void> applied;
    const auto read = forEachRow(bound(m_select, place.table, place.key, place.column), [&](const SqlStatement &row) {
        if (applied && isReadable(row) && row.integer(0) != Seed && row.integer(0) != Own)
            applied = applyStored(doc, row);
    });
    if (applied && seed->has_value())
        applied = doc.apply(seedUpdate(Bytes::decodedValue(**seed)));
    if (!read || !applied)
        return fail(read ? applied.error() : read.error());
    const QByteArray left = doc.encode();
    Withdrawn withdrawn{.text = doc.text().toString().toUtf8(), .update = {}, .acked = **acked};
    doc.onUpdate([&withdrawn](const QByteArray &update, bool, quint64) { withdrawn.update = update; });
    doc.text().replaceWith(QString::fromUtf8(*mine));
    drawClient();
    // Numbers only grow: the ack of another push on its way must not mean an edit that comes later.
    if (auto done = bound(m_raiseSeed, place.table, place.key, place.column).run(); !done)
        return fail(done.error());
    if (auto done = bound(m_removeOwn, place.table, place.key, place.column).run(); !done)
        return fail(done.error());
    close(place.table, place.key);
    tell(place, left, true);
    return std::optional<Withdrawn>(std::move(withdrawn));
}

Result<QByteArray> RowTexts::takeWhole(const Place &place)
{
    auto whole = load(place);
    drawClient();
    close(place.table, place.key);
    return whole;
}

Result<QByteArray> RowTexts::takeWaiting(const Place &place)
{
    const auto all = waiting(place.table, place.key, 0);
    if (!all)
        return fail(all.error());
    std::vector<QByteArray> updates;
    for (const Waiting &one : *all) {
        if (one.column == place.column && !one.sealed)
            updates.push_back(one.update);
    }
    drawClient();
    close(place.table, place.key);
    return updates.empty() ? Result<QByteArray>(QByteArray()) : Text::mergeUpdates(updates, Text::Format::V1);
}

/// Once, however often it comes: nothing joins it with the others.
Result<void> RowTexts::keepSealed(const Place &place, QByteArrayView bytes)
{
    bool isKnown = false;
    SqlStatement &select = bound(m_findSealed, place.table, place.key, place.column);
    select.bindBlob(4, bytes);
    if (auto done = forEachRow(select, [&](const SqlStatement &) { isKnown = true; }); !done || isKnown)
        return done;
    return append(place, Sealed, bytes, 0);
}

Result<std::vector<ColumnId>> RowTexts::offer(const TableInfo &table, QByteArrayView key, bool asOwn)
{
    std::vector<ColumnId> columns;
    for (const TableInfo::Column &column : table.columns) {
        const Place place{table, key, column.id};
        Text::Doc doc(Text::Doc::Options{.clientId = m_client});
        bool any = false;
        bool anySealed = false;
        Result<void> applied;
        const auto done = forEachRow(bound(m_select, table, key, column.id), [&](const SqlStatement &row) {
            anySealed = anySealed || !isReadable(row);
            if (row.integer(0) == Seed || !isReadable(row))
                return;
            any = true;
            if (applied)
                applied = applyStored(doc, row);
        });
        if (!done || !applied)
            return fail(done ? applied.error() : done.error());
        if (!any && !anySealed)
            continue;
        columns.push_back(column.id);
        if (anySealed) {
            if (auto offered = bound(m_offerSealed, table, key, column.id).run(); !offered)
                return fail(offered.error());
        }
        if (!any)
            continue;
        // Numbers only grow: an ack on its way must not mean another update.
        qint64 last = 0;
        if (auto read = forEachRow(bound(m_last, table, key, 0), [&](const SqlStatement &row) { last = row.integer(0); }); !read)
            return fail(read.error());
        if (auto added = appendParts(place, asOwn ? Own : Offered, doc.encode(), 0); !added)
            return fail(added.error());
        SqlStatement &remove = bound(m_removeUpdates, table, key, column.id);
        remove.bindInteger(4, last);
        if (auto removed = remove.run(); !removed)
            return fail(removed.error());
    }
    close(table, key);
    return columns;
}

} // namespace Sheaf
