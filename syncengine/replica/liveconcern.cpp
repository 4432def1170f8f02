// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveconcern.h"

#include "sql/sqlstatement.h"

#include <QSet>

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

namespace {

/// A text with a zero byte is cut short where SQLite writes parameters into SQL.
bool hasZero(const QVariantList &params)
{
    return std::ranges::any_of(params, [](const QVariant &value) { return value.toString().contains(QChar(0)); });
}

} // namespace

/// Turns column names into the bits that commits carry.
Result<LiveConcern> LiveConcern::of(const SqlStatement &statement, const StatementReads &reads, const QVariantList &values)
{
    LiveConcern concern;
    sqlite3 *handle = sqlite3_db_handle(statement.raw());
    auto info = SqlStatement::prepare(handle, "SELECT cid, lower(name) FROM pragma_table_info(?1)");
    if (!info)
        return fail(info.error());
    for (auto it = reads.columns.cbegin(); it != reads.columns.cend(); ++it) {
        Dependency dependency;
        QSet<QByteArray> unknown(it->cbegin(), it->cend());
        for (const char *name : {"", "rowid", "oid", "_rowid_"})
            unknown.remove(name);
        info->bindText(1, it.key());
        while (true) {
            const auto row = info->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            const QByteArray name = info->bytes(1).toByteArray();
            unknown.remove(name);
            if (it->contains(name))
                dependency.columns |= 1ULL << std::min<qint64>(info->integer(0), 63);
        }
        info->reset();
        if (!unknown.isEmpty())
            dependency.columns = ~0ULL; // a generated column changes with any other
        concern.m_dependencies.insert(it.key(), dependency);
    }
    if (hasZero(values))
        return concern;
    const QHash<QByteArray, KeyPin> pins = keyPins(handle, statement.raw());
    for (auto it = pins.cbegin(); it != pins.cend(); ++it) {
        if (const auto found = concern.m_dependencies.find(it.key()); found != concern.m_dependencies.end())
            found->pin = *it;
    }
    return concern;
}

bool LiveConcern::isTouchedBy(const QByteArray &table, const CommitChanges::Row &row) const
{
    const auto dependency = m_dependencies.constFind(table);
    if (dependency == m_dependencies.cend() || (dependency->pin && !row.key.isEmpty() && dependency->pin->excludes(row.key)))
        return false;
    return row.born || row.gone || (row.columns & dependency->columns) != 0;
}

} // namespace Sheaf
