// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/keptchange.h"

#include "crdt/bytes.h"
#include "replica/catalog.h"
#include "replica/variants.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

bool KeptChange::has(ColumnId column) const
{
    return (mask & (Mask::whole | Mask::ofColumn(column))) != 0;
}

void KeptChange::addText(ColumnId column, const QByteArray &update)
{
    Bytes::appendVarint(texts, column);
    Bytes::appendBytes(texts, update);
}

std::vector<std::pair<ColumnId, QByteArray>> KeptChange::textUpdates() const
{
    std::vector<std::pair<ColumnId, QByteArray>> all;
    Bytes::Reader reader(texts);
    while (!reader.atEnd() && reader.ok()) {
        const auto column = static_cast<ColumnId>(reader.varint());
        all.emplace_back(column, reader.bytes().toByteArray());
    }
    return all;
}

QByteArray selectKept(QByteArrayView table, QByteArrayView more)
{
    return "SELECT n, space, tbl, pk, code, reason, record, mask, texts, at FROM " + table.toByteArray() + more.toByteArray();
}

Result<void> readKept(const SqlStatement &row, const Catalog &catalog, KeptChange &entry)
{
    entry.bytes = row.bytes(6).toByteArray();
    entry.mask = static_cast<quint64>(row.integer(7));
    entry.texts = row.bytes(8).toByteArray();
    if (auto decoded = decodeRecord(entry.bytes, entry.record); !decoded)
        return decoded;
    using Kind = RejectedChange::Kind;
    const bool whole = (entry.mask & Mask::whole) != 0;
    entry.change = {.number = row.integer(0),
                    .space = row.bytes(1).toByteArray(),
                    .table = row.bytes(2).toByteArray(),
                    .key = row.bytes(3).toByteArray(),
                    .code = QString::fromUtf8(row.bytes(4)),
                    .reason = QString::fromUtf8(row.bytes(5)),
                    .kind = !isAlive(entry.record.length) ? Kind::Delete : (whole ? Kind::Birth : Kind::Edit),
                    .values = {},
                    .atMs = row.integer(9)};
    const TableInfo *table = catalog.find(entry.change.table);
    for (const Cell &cell : entry.record.cells) {
        const TableInfo::Column *column = table != nullptr ? table->column(cell.column) : nullptr;
        if (column != nullptr && entry.has(cell.column))
            entry.change.values.append({column->name, toVariant(cell.value)});
    }
    return {};
}

Result<QList<RejectedChange>> listKept(sqlite3 *handle, const Catalog &catalog, QByteArrayView table)
{
    auto select = SqlStatement::prepare(handle, selectKept(table, " ORDER BY n"));
    if (!select)
        return fail(select.error());
    QList<RejectedChange> all;
    Result<void> good;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        KeptChange entry;
        if (auto done = readKept(row, catalog, entry); !done)
            good = done;
        all.append(std::move(entry.change));
    });
    if (!read || !good)
        return fail(read ? good.error() : read.error());
    return all;
}

Result<void> findKept(sqlite3 *handle, const Catalog &catalog, QByteArrayView table, qint64 number, KeptChange &entry)
{
    auto select = SqlStatement::prepare(handle, selectKept(table, " WHERE n = ?1"));
    if (!select)
        return fail(select.error());
    select->bindInteger(1, number);
    Result<void> good = fail(u"no_entry"_s, u"There is no change %1 in the list."_s.arg(number));
    if (auto done = forEachRow(*select, [&](const SqlStatement &row) { good = readKept(row, catalog, entry); }); !done)
        return done;
    return good;
}

} // namespace Sheaf
