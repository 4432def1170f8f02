// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/catalog.h"

#include "replica/syncoptions.h"
#include "sql/database.h"

#include <algorithm>
#include <map>
#include <set>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected schemaError(const QString &message)
{
    return fail(u"schema_error"_s, message);
}

/// A column of the table here that is a register; null if it is anything else.
TableInfo::Column *registerHere(TableInfo &table, const QByteArray &name)
{
    const TableInfo::Column *column = std::as_const(table).column(name);
    const bool found = column != nullptr && column->position >= 0 && column->type == MergeType::Register;
    return found ? &table.columns[static_cast<qsizetype>(column->id) - 1] : nullptr;
}

} // namespace

const TableInfo::Column *TableInfo::column(const QByteArray &columnName) const
{
    // One that is parked may be called as one here is by now.
    const Column *found = nullptr;
    for (const Column &column : columns) {
        if (column.name == columnName && (found == nullptr || column.here))
            found = &column;
    }
    return found;
}

RowClock TableInfo::bornClock(CausalLength length, Stamp stamp) const
{
    RowRecord record{.length = length, .life = stamp, .cells = {}};
    for (const Column &column : columns) {
        if (column.position >= 0)
            record.cells.push_back({column.id, stamp, {}});
    }
    return clockOf(record);
}

void TableInfo::stampedColumns(quint64 mask, Stamp stamp, std::vector<RowClock::Entry> &entries) const
{
    entries.clear();
    for (const Column &column : columns) {
        if (column.position >= 0 && column.type == MergeType::Register && (mask & Mask::ofColumn(column.id)) != 0)
            entries.push_back({column.id, stamp});
    }
}

TableInfo *Catalog::find(const QByteArray &name) const
{
    return m_byName.value(name.toLower());
}

Result<void> Catalog::load()
{
    m_tables.clear();
    m_byName.clear();
    m_byId.clear();
    auto tables = SqlStatement::prepare(
        m_handle,
        "SELECT id, name, synced, space_column, delete_wins, conflicts, coalesce(wire, name) FROM sheaf_tables ORDER BY id");
    auto columns = SqlStatement::prepare(m_handle, "SELECT id, name, here, type, grp, coalesce(wire, name) FROM sheaf_columns"
                                                   " WHERE tbl = ?1 ORDER BY id");
    if (!tables || !columns)
        return fail(tables ? columns.error() : tables.error());
    while (true) {
        const auto row = tables->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        auto table = std::make_unique<TableInfo>();
        table->id = tables->integer(0);
        table->name = tables->bytes(1).toByteArray();
        table->wireName = tables->bytes(6).toByteArray();
        table->synced = tables->integer(2) != 0;
        table->spaceColumn = tables->bytes(3).toByteArray();
        table->deleteWins = tables->integer(4) != 0;
        if (!tables->isNull(5))
            table->conflicts = static_cast<ConflictPolicy>(tables->integer(5));
        columns->bindInteger(1, table->id);
        while (true) {
            const auto column = columns->step();
            if (!column)
                return fail(column.error());
            if (!*column)
                break;
            table->columns.append({.id = static_cast<ColumnId>(columns->integer(0)),
                                   .name = columns->bytes(1).toByteArray(),
                                   .wireName = columns->bytes(5).toByteArray(),
                                   .here = columns->integer(2) != 0,
                                   .type = static_cast<MergeType>(columns->integer(3)),
                                   .group = static_cast<quint32>(columns->integer(4))});
        }
        columns->reset();
        if (auto done = describe(*table); !done)
            return done;
        m_byName.insert(table->name.toLower(), table.get());
        m_byId.insert(table->id, table.get());
        m_tables.push_back(std::move(table));
    }
}

/// Reads key, space and positions from the table as it is now.
Result<void> Catalog::describe(TableInfo &table)
{
    table.keyNames.clear();
    table.keyPositions.clear();
    table.positions = 0;
    table.spacePosition = -1;
    for (TableInfo::Column &column : table.columns)
        column.position = -1;
    if (table.synced) {
        if (!m_tableInfo.isPrepared()) {
            auto info = SqlStatement::prepare(m_handle, "SELECT cid, name, pk, \"notnull\" FROM pragma_table_info(?1)");
            if (!info)
                return fail(info.error());
            m_tableInfo = *std::move(info);
        }
        m_tableInfo.bindText(1, table.name);
        std::map<qint64, std::pair<QByteArray, int>> keys;
        const auto read = forEachRow(m_tableInfo, [&](const SqlStatement &info) {
            const int position = static_cast<int>(info.integer(0));
            const QByteArray name = info.bytes(1).toByteArray();
            table.positions = std::max(table.positions, position + 1);
            if (info.integer(2) > 0)
                keys[info.integer(2)] = {name, position};
            else if (!table.spaceColumn.isEmpty() && name.toLower() == table.spaceColumn.toLower())
                table.spacePosition = position;
            for (TableInfo::Column &column : table.columns) {
                if (column.name == name && column.here) {
                    column.position = position;
                    column.notNull = info.integer(3) != 0;
                }
            }
        });
        if (!read)
            return read;
        for (const auto &[order, key] : keys) {
            table.keyNames.append(key.first);
            table.keyPositions.append(key.second);
        }
    }
    index(table);
    return {};
}

void Catalog::index(TableInfo &table)
{
    table.byName.clear();
    table.texts.clear();
    table.parted.clear();
    table.textsMask = 0;
    table.partedMask = 0;
    table.maskAt.assign(static_cast<size_t>(table.positions), 0);
    table.atPosition.assign(static_cast<size_t>(table.positions), 0);
    for (const TableInfo::Column &column : table.columns) {
        table.byName.push_back({column.wireName, column.id});
        if (column.position < 0)
            continue;
        table.atPosition[static_cast<size_t>(column.position)] = column.id;
        if (column.type == MergeType::Text) {
            table.texts.push_back(column.id);
            table.textsMask |= Mask::ofColumn(column.id);
        }
        if (hasParts(column.type)) {
            table.parted.push_back(column.id);
            table.partedMask |= Mask::ofColumn(column.id);
        }
        quint64 &mask = table.maskAt[static_cast<size_t>(column.position)];
        mask = Mask::ofColumn(column.id);
        for (const TableInfo::Column &mate : table.columns) {
            if (column.group != 0 && mate.group == column.group)
                mask |= Mask::ofColumn(mate.id);
        }
    }
    std::sort(table.byName.begin(), table.byName.end(),
              [](const NamedColumn &a, const NamedColumn &b) { return a.name < b.name; });
}

/// A table that others call so. Here it has that name too, unless a table has that was renamed.
Result<TableInfo *> Catalog::insertTable(const QByteArray &wireName, bool synced)
{
    const QByteArray name = freeName(wireName);
    auto insert =
        SqlStatement::prepare(m_handle, "INSERT INTO sheaf_tables(name, synced, wire) VALUES (?1, ?2, ?3) RETURNING id");
    if (!insert)
        return fail(insert.error());
    insert->bindBlob(1, name);
    insert->bindInteger(2, synced ? 1 : 0);
    if (wireName == name)
        insert->bindNull(3);
    else
        insert->bindBlob(3, wireName);
    if (auto row = insert->step(); !row)
        return fail(row.error());
    auto table = std::make_unique<TableInfo>();
    table->id = insert->integer(0);
    table->name = name;
    table->wireName = wireName;
    table->synced = synced;
    insert->reset();
    TableInfo *added = table.get();
    m_byName.insert(name.toLower(), added);
    m_byId.insert(added->id, added);
    m_tables.push_back(std::move(table));
    return added;
}

Result<void> Catalog::addColumn(TableInfo &table, const QByteArray &name, const QByteArray &wireName, bool here)
{
    const auto columnId = static_cast<ColumnId>(table.columns.size() + 1);
    auto insert =
        SqlStatement::prepare(m_handle, "INSERT INTO sheaf_columns(tbl, id, name, here, wire) VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert)
        return fail(insert.error());
    insert->bindInteger(1, table.id);
    insert->bindInteger(2, columnId);
    insert->bindBlob(3, name);
    insert->bindInteger(4, here ? 1 : 0);
    if (wireName == name)
        insert->bindNull(5);
    else
        insert->bindBlob(5, wireName);
    table.columns.append({.id = columnId, .name = name, .wireName = wireName, .here = here});
    return insert->run();
}

Result<Catalog::Synced> Catalog::sync(const QByteArray &name, const QByteArray &optionsJson)
{
    auto options = parseSyncOptions(name, optionsJson);
    if (!options)
        return fail(options.error());
    if (!options->wireName.isEmpty()) {
        if (auto done = renameTable(name, options->wireName); !done)
            return fail(done.error());
    }
    TableInfo *table = find(name);
    const bool fresh = table == nullptr || !table->synced;
    if (fresh) {
        auto made = makeSynced(name, options->deleteWins.value_or(false), options->spaceColumn);
        if (!made)
            return fail(made.error());
        table = *made;
    } else if ((options->types.empty() && options->groups.isEmpty() && !options->conflicts && options->renames.empty() &&
                options->wireName.isEmpty()) ||
               options->deleteWins.value_or(table->deleteWins) != table->deleteWins ||
               (!options->spaceColumn.isEmpty() && options->spaceColumn != table->spaceColumn)) {
        return schemaError(u"sheaf_sync: table %1 is a synced one already: only its conflict policy, the merge types and"
                           " groups of registers and new names can be set."_s.arg(QString::fromUtf8(name)));
    }
    if (!options->renames.empty() || !options->wireName.isEmpty()) {
        if (auto done = describe(*table); !done) // the migration has just renamed what is there
            return fail(done.error());
    }
    for (const auto &[column, wireName] : options->renames) {
        if (auto done = renameColumn(*table, column, wireName); !done)
            return fail(done.error());
    }
    if (options->conflicts) {
        if (auto done = setConflictPolicy(*table, *options->conflicts); !done)
            return fail(done.error());
    }
    Synced synced{.table = table, .fresh = fresh, .newTypes = {}, .newGroups = options->groups};
    for (const auto &[column, type] : options->types) {
        const TableInfo::Column *known = table->column(column);
        const MergeType now = known != nullptr ? known->type : MergeType::Register;
        if (now == type)
            continue;
        if (now != MergeType::Register)
            return schemaError(u"sheaf_sync: column %1 is a %2 and stays one: another type would lose what others write."_s.arg(
                QString::fromUtf8(column), nameOf(now)));
        synced.newTypes.append({column, type});
    }
    return synced;
}

Result<TableInfo *> Catalog::makeSynced(const QByteArray &name, bool deleteWins, const QByteArray &spaceColumn)
{
    TableInfo *table = find(name);
    if (table == nullptr) {
        table = findOnWire(name);
        if (table != nullptr && table->synced)
            return schemaError(u"sheaf_sync: table %1 is a new one, but others know table %2 by that name: give it another name,"
                               " or say in \"was\" by which one others shall know it."_s.arg(QString::fromUtf8(name),
                                                                                             QString::fromUtf8(table->name)));
        auto made = table != nullptr ? Result<TableInfo *>(table) : insertTable(name, true);
        if (!made)
            return made;
        table = *made;
        if (auto done = setName(*table, name); !done)
            return fail(done.error());
    }
    table->synced = true;
    table->deleteWins = deleteWins;
    const bool named = !spaceColumn.isEmpty();
    table->spaceColumn = named ? spaceColumn : "space"_ba;
    if (auto done = describe(*table); !done)
        return fail(done.error());
    if (table->positions == 0)
        return schemaError(u"sheaf_sync: there is no table %1."_s.arg(QString::fromUtf8(name)));
    if (table->keyNames.isEmpty())
        return schemaError(u"sheaf_sync: table %1 needs a PRIMARY KEY."_s.arg(QString::fromUtf8(name)));
    if (table->spacePosition < 0) {
        if (named)
            return schemaError(
                u"sheaf_sync: table %1 has no column %2."_s.arg(QString::fromUtf8(name), QString::fromUtf8(spaceColumn)));
        table->spaceColumn.clear();
    }
    auto update =
        SqlStatement::prepare(m_handle, "UPDATE sheaf_tables SET synced = 1, space_column = ?2, delete_wins = ?3 WHERE id = ?1");
    if (!update)
        return fail(update.error());
    update->bindInteger(1, table->id);
    update->bindBlob(2, table->spaceColumn);
    update->bindInteger(3, table->deleteWins ? 1 : 0);
    if (auto done = update->run(); !done)
        return fail(done.error());
    return table;
}

Result<void> Catalog::setConflictPolicy(TableInfo &table, ConflictPolicy policy)
{
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_tables SET conflicts = ?2 WHERE id = ?1");
    if (!update)
        return fail(update.error());
    table.conflicts = policy;
    update->bindInteger(1, table.id);
    update->bindInteger(2, static_cast<int>(policy));
    return update->run();
}

Result<void> Catalog::setTypes(TableInfo &table, const Types &types)
{
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_columns SET type = ?3 WHERE tbl = ?1 AND id = ?2");
    if (!update)
        return fail(update.error());
    for (const auto &[name, type] : types) {
        TableInfo::Column *column = registerHere(table, name);
        if (column == nullptr || column->group != 0)
            return schemaError(u"sheaf_sync: table %1 has no column %2 that can be a %3."_s.arg(
                QString::fromUtf8(table.name), QString::fromUtf8(name), nameOf(type)));
        column->type = type;
        update->bindInteger(1, table.id);
        update->bindInteger(2, column->id);
        update->bindInteger(3, static_cast<int>(type));
        if (auto done = update->run(); !done)
            return done;
    }
    index(table);
    return {};
}

Result<void> Catalog::setGroups(TableInfo &table, const Groups &groups)
{
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_columns SET grp = ?3 WHERE tbl = ?1 AND id = ?2");
    if (!update)
        return fail(update.error());
    for (const QList<QByteArray> &names : groups) {
        std::set<TableInfo::Column *> members;
        std::set<quint32> before;
        for (const QByteArray &name : names) {
            TableInfo::Column *column = registerHere(table, name);
            if (column == nullptr)
                return schemaError(u"sheaf_sync: table %1 has no register %2 for a group."_s.arg(QString::fromUtf8(table.name),
                                                                                                 QString::fromUtf8(name)));
            members.insert(column);
            before.insert(column->group);
        }
        const quint32 group = *before.begin();
        const auto size = static_cast<size_t>(
            std::ranges::count_if(table.columns, [group](const auto &column) { return column.group == group; }));
        if (before.size() == 1 && group != 0 && size == members.size())
            continue; // they are one already
        if (before != std::set<quint32>{0} || members.size() != static_cast<size_t>(names.size()) || members.size() < 2)
            return schemaError(u"sheaf_sync: table %1: a group has two columns or more, and a column is in one group."_s.arg(
                QString::fromUtf8(table.name)));
        const ColumnId number = (*std::ranges::min_element(members, {}, &TableInfo::Column::id))->id;
        for (TableInfo::Column *column : members) {
            column->group = number;
            update->bindInteger(1, table.id);
            update->bindInteger(2, column->id);
            update->bindInteger(3, number);
            if (auto done = update->run(); !done)
                return done;
        }
    }
    index(table);
    return {};
}

Result<QList<Catalog::Arrived>> Catalog::adoptColumns()
{
    QList<Arrived> arrived;
    auto here = SqlStatement::prepare(m_handle, "UPDATE sheaf_columns SET here = 1 WHERE tbl = ?1 AND id = ?2 AND here = 0");
    auto info = SqlStatement::prepare(m_handle, "SELECT name, pk FROM pragma_table_info(?1)");
    if (!here || !info)
        return fail(here ? info.error() : here.error());
    for (const auto &table : m_tables) {
        if (!table->synced)
            continue;
        info->bindText(1, table->name);
        while (true) {
            const auto row = info->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            const QByteArray name = info->bytes(0).toByteArray();
            if (info->integer(1) > 0 || name.toLower() == table->spaceColumn.toLower())
                continue;
            const TableInfo::Column *known = std::as_const(*table).column(name);
            if (known == nullptr) {
                const auto other = std::ranges::find(std::as_const(table->columns), name, &TableInfo::Column::wireName);
                if (other != table->columns.cend())
                    return schemaError(
                        u"sheaf_sync: column %2 of table %1 is a new one, but others know column %3 by that name:"
                        " give it another name, or say in \"renames\" by which one others shall know it."_s.arg(
                            QString::fromUtf8(table->name), QString::fromUtf8(name), QString::fromUtf8(other->name)));
                if (auto done = addColumn(*table, name, name, true); !done)
                    return fail(done.error());
                arrived.append({table.get(), table->columns.constLast().id, false});
            } else if (!known->here) {
                table->columns[static_cast<qsizetype>(known->id) - 1].here = true;
                arrived.append({table.get(), known->id, true});
            }
        }
        info->reset();
        if (auto done = describe(*table); !done)
            return fail(done.error());
    }
    for (const Arrived &column : std::as_const(arrived)) {
        here->bindInteger(1, column.table->id);
        here->bindInteger(2, column.column);
        if (auto done = here->run(); !done)
            return fail(done.error());
    }
    return arrived;
}

TableInfo *Catalog::findOnWire(const QByteArray &name) const
{
    TableInfo *known = find(name);
    if (known != nullptr && known->wireName == known->name)
        return known; // as nearly always
    for (const auto &table : m_tables) {
        if (table->wireName.toLower() == name.toLower())
            return table.get();
    }
    return nullptr;
}

Result<TableInfo *> Catalog::tableFor(const QByteArray &name)
{
    if (TableInfo *known = findOnWire(name))
        return known;
    return insertTable(name, false);
}

Result<ColumnId> Catalog::columnFor(TableInfo &table, const QByteArray &name)
{
    const auto before = [](const NamedColumn &column, const QByteArray &wanted) { return column.name < wanted; };
    const auto at = std::lower_bound(table.byName.begin(), table.byName.end(), name, before);
    if (at != table.byName.end() && at->name == name)
        return at->id;
    if (auto done = addColumn(table, name, name, false); !done)
        return fail(done.error());
    return table.byName.insert(at, {name, table.columns.last().id})->id;
}

} // namespace Sheaf
