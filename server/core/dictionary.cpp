// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/dictionary.h"

#include "protocol/limits.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

namespace {

constexpr qsizetype nameOverheadBytes = 8; // id, type and length in CBOR

bool hasSizeOfName(const QByteArray &name)
{
    return !name.isEmpty() && name.size() <= Sheaf::Limits::nameBytesMax;
}

void addColumnTo(TableEntry &table, const TableNames::Column &column)
{
    const auto place = std::ranges::lower_bound(table.byName, column.name, {}, &NamedColumn::name);
    table.byName.insert(place, NamedColumn{column.name, column.id});
    table.ids.insert(column.name, column.id);
    table.nameBytes += column.name.size() + nameOverheadBytes;
}

} // namespace

Result<Dictionary> Dictionary::load(StorageTransaction &transaction, SpaceId space)
{
    auto stored = transaction.tables(space);
    if (!stored)
        return fail(stored.error());
    Dictionary dictionary;
    for (const StoredTable &table : std::as_const(*stored)) {
        TableEntry entry{table.id, table.name, {}, {}, table.name.size() + nameOverheadBytes, table.hasTexts};
        for (const TableNames::Column &column : table.columns)
            addColumnTo(entry, column);
        dictionary.m_byName.insert(entry.name, entry.id);
        dictionary.m_tables.emplace(table.id, std::move(entry));
    }
    return dictionary;
}

Result<TableEntry *> Dictionary::intern(StorageTransaction &transaction, SpaceId space, const QByteArray &table)
{
    const auto known = m_byName.constFind(table);
    if (known != m_byName.cend())
        return &m_tables.at(*known);
    if (!hasSizeOfName(table) || m_tables.size() >= Tuning::tablesPerSpaceMax)
        return static_cast<TableEntry *>(nullptr);
    auto id = transaction.addTable(space, table);
    if (!id)
        return fail(id.error());
    m_byName.insert(table, *id);
    const auto made = m_tables.emplace(*id, TableEntry{*id, table, {}, {}, table.size() + nameOverheadBytes, false}).first;
    return &made->second;
}

Result<ColumnId> Dictionary::intern(StorageTransaction &transaction, TableEntry &table, const QByteArray &column)
{
    const auto known = table.ids.constFind(column);
    if (known != table.ids.cend())
        return *known;
    if (!hasSizeOfName(column) || table.ids.size() >= Tuning::columnsPerTableMax)
        return ColumnId(0);
    const auto id = static_cast<ColumnId>(table.ids.size() + 1);
    if (auto added = transaction.addColumn(table.id, {id, column}); !added)
        return fail(added.error());
    addColumnTo(table, {id, column});
    return id;
}

bool Dictionary::hasTexts() const
{
    return std::ranges::any_of(m_tables, [](const auto &table) { return table.second.hasTexts; });
}

const TableEntry *Dictionary::find(const QByteArray &table) const
{
    const auto known = m_byName.constFind(table);
    return known == m_byName.cend() ? nullptr : &m_tables.at(*known);
}

const TableEntry *Dictionary::table(TableId id) const
{
    const auto found = m_tables.find(id);
    return found == m_tables.end() ? nullptr : &found->second;
}

TableNames namesOf(const TableEntry &table)
{
    TableNames names{table.name, {}};
    names.columns.reserve(static_cast<qsizetype>(table.byName.size()));
    for (const NamedColumn &column : table.byName)
        names.columns.append({column.id, column.name});
    std::ranges::sort(names.columns, {}, &TableNames::Column::id);
    return names;
}

TableNames namesOf(const TableEntry &table, const std::vector<ColumnId> &columns)
{
    TableNames names{table.name, {}};
    for (const NamedColumn &column : table.byName) {
        if (std::ranges::binary_search(columns, column.id))
            names.columns.append({column.id, column.name});
    }
    std::ranges::sort(names.columns, {}, &TableNames::Column::id);
    return names;
}

} // namespace Sheaf::Server
