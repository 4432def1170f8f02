// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/catalog.h"
#include "replica/conflictlog.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <QVariant>

/// Tables and columns that migrations have renamed. The name on the wire is the first one that a thing ever had: it
/// identifies the thing, in messages and digests, so old and new versions of an app go on converging. The name here is
/// what SQL, conflicts, refusals and live queries speak of. Each is the other's, one to one:
/// no name on the wire belongs to two tables or two columns of a table.
namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected wrongName(const QString &message)
{
    return fail(u"schema_error"_s, message);
}

/// A row that was kept by the names of its columns.
QByteArray withName(QByteArrayView row, const QByteArray &before, const QByteArray &name)
{
    QByteArray renamed;
    Bytes::Reader reader(row);
    while (reader.ok() && !reader.atEnd()) {
        const QByteArrayView column = reader.bytes();
        appendNamed(renamed, column == before ? QByteArrayView(name) : column, reader.value());
    }
    return renamed;
}

} // namespace

Result<void> Catalog::run(const char *sql, const QList<QVariant> &values)
{
    auto statement = SqlStatement::prepare(m_handle, sql);
    if (!statement)
        return fail(statement.error());
    int parameter = 0;
    for (const QVariant &value : values) {
        if (value.typeId() == QMetaType::QByteArray)
            statement->bindBlob(++parameter, value.toByteArray());
        else
            statement->bindInteger(++parameter, value.toLongLong());
    }
    return statement->run();
}

Result<void> Catalog::renameTable(const QByteArray &name, const QByteArray &wireName)
{
    TableInfo *table = findOnWire(wireName);
    if (table == nullptr)
        table = find(wireName); // as it was called here until now
    TableInfo *other = find(name);
    if (other != nullptr && other != table && !other->synced) { // only newer peers know it: any name will do
        if (auto done = setName(*other, freeName(name)); !done)
            return done;
    } else if (other != nullptr && other != table) {
        return wrongName(u"sheaf_sync: table %1 is known by that name already: give it another name in the migration that"
                         " renames it."_s.arg(QString::fromUtf8(name)));
    }
    if (table == nullptr) { // a schema that begins with the new name
        const auto made = insertTable(wireName, false);
        if (!made)
            return fail(made.error());
        table = *made;
    }
    return setName(*table, name);
}

QByteArray Catalog::freeName(const QByteArray &wireName) const
{
    QByteArray name = wireName;
    while (find(name) != nullptr)
        name += '\'';
    return name;
}

/// Calls the table so here, also in the lists that speak of it.
Result<void> Catalog::setName(TableInfo &table, const QByteArray &name)
{
    if (table.name == name)
        return {};
    const QByteArray before = std::exchange(table.name, name);
    m_byName.remove(before.toLower());
    m_byName.insert(name.toLower(), &table);
    if (auto done = run("UPDATE sheaf_tables SET name = ?2, wire = ?3 WHERE id = ?1", {table.id, name, table.wireName}); !done)
        return done;
    for (const char *sql :
         {"UPDATE sheaf_conflicts SET tbl = ?2 WHERE tbl = ?1", "UPDATE sheaf_rejected SET tbl = ?2 WHERE tbl = ?1",
          "UPDATE sheaf_quarantine SET tbl = ?2 WHERE tbl = ?1"}) {
        if (auto done = run(sql, {before, name}); !done)
            return done;
    }
    return {};
}

Result<void> Catalog::renameColumn(TableInfo &table, const QByteArray &name, const QByteArray &wireName)
{
    const auto called = [&](QByteArray TableInfo::Column::*as, const QByteArray &wanted) -> TableInfo::Column * {
        for (TableInfo::Column &column : table.columns) {
            if (column.*as == wanted && (as == &TableInfo::Column::wireName || column.here))
                return &column;
        }
        return nullptr;
    };
    TableInfo::Column *column = called(&TableInfo::Column::wireName, wireName);
    if (column == nullptr)
        column = called(&TableInfo::Column::name, wireName); // as it was called here until now
    if (TableInfo::Column *other = called(&TableInfo::Column::name, name); other != nullptr && other != column)
        return wrongName(u"sheaf_sync: table %1 has a column %2 already: give it another name in the migration that renames"
                         " it."_s.arg(QString::fromUtf8(table.name), QString::fromUtf8(name)));
    if (column == nullptr) // a schema that begins with the new name
        return addColumn(table, name, wireName, true);
    if (column->position >= 0 && column->name != name)
        return wrongName(u"sheaf_sync: table %1 still has its column %2: rename it first, then say so."_s.arg(
            QString::fromUtf8(table.name), QString::fromUtf8(column->name)));
    const QByteArray before = std::exchange(column->name, name);
    if (before == name)
        return {};
    if (auto done = run("UPDATE sheaf_columns SET name = ?3, wire = ?4 WHERE tbl = ?1 AND id = ?2",
                        {table.id, static_cast<qint64>(column->id), name, column->wireName});
        !done)
        return done;
    return renameInConflicts(table, before, name);
}

/// The other lists know columns by their numbers.
Result<void> Catalog::renameInConflicts(const TableInfo &table, const QByteArray &before, const QByteArray &name)
{
    if (auto done = run("UPDATE sheaf_conflicts SET col = ?3 WHERE tbl = ?1 AND col = ?2", {table.name, before, name}); !done)
        return done;
    auto select =
        SqlStatement::prepare(m_handle, "SELECT n, mine, theirs, stands FROM sheaf_conflicts WHERE tbl = ?1 AND col = x''");
    if (!select)
        return fail(select.error());
    select->bindBlob(1, table.name);
    QList<QList<QVariant>> renamed;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        renamed.append({row.integer(0), withName(row.bytes(1), before, name), withName(row.bytes(2), before, name),
                        withName(row.bytes(3), before, name)});
    });
    if (!read)
        return read;
    for (const QList<QVariant> &values : std::as_const(renamed)) {
        if (auto done = run("UPDATE sheaf_conflicts SET mine = ?2, theirs = ?3, stands = ?4 WHERE n = ?1", values); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
