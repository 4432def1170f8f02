// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/sqlrules.h"

#include "replica/catalog.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Pragmas whose argument sets nothing that outlives the transaction.
constexpr const char *harmlessPragmas[] = {
    "collation_list", "defer_foreign_keys", "foreign_key_check", "foreign_key_list", "function_list", "incremental_vacuum",
    "index_info",     "index_list",         "index_xinfo",       "integrity_check",  "optimize",      "quick_check",
    "table_info",     "table_list",         "table_xinfo",       "wal_checkpoint",
};

bool isOfTheEngine(QByteArrayView table)
{
    constexpr QByteArrayView prefix = "sheaf_";
    return table.size() >= prefix.size() && qstrnicmp(table.data(), prefix.data(), static_cast<size_t>(prefix.size())) == 0;
}

bool writesRows(int action)
{
    return action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
}

Error notAllowed(const QString &message)
{
    return {u"sql_refused"_s, message};
}

QString string(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

} // namespace

SqlRules::Scope::Scope(SqlRules &rules, Work work) : m_rules(rules), m_former(std::exchange(rules.m_work, work))
{
    if (work == Work::Write)
        rules.m_refusal = {};
}

SqlRules::Scope::~Scope()
{
    m_rules.m_work = m_former;
}

bool SqlRules::allows(int action, const char *one, const char *two, const char *database, const char *inside)
{
    // The engine itself has no trigger that writes its tables, so one that runs with its statements is the app's.
    if (m_work == Work::Engine)
        return inside == nullptr || !writesRows(action) || !isOfTheEngine(one);
    Error error = judge(action, one, two, database);
    const bool allowed = error.code.isEmpty();
    if (!allowed && m_work == Work::Write && m_refusal.code.isEmpty())
        m_refusal = std::move(error);
    return allowed;
}

/// No code: the action is allowed.
Error SqlRules::judge(int action, QByteArrayView one, QByteArrayView two, QByteArrayView database) const
{
    switch (action) {
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        if (!isOfTheEngine(one))
            return {};
        return notAllowed(u"The table %1 is the engine's own and is written by it alone: call the engine, or write the "
                          "tables of the app."_s.arg(string(one)));
    case SQLITE_CREATE_TABLE:
        if (one.startsWith("sqlite_")) // of ANALYZE, and SQLite gives nobody else such a name
            return {};
        [[fallthrough]];
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_VTABLE:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_DROP_TEMP_INDEX:
    case SQLITE_DROP_TEMP_TABLE:
    case SQLITE_DROP_TEMP_TRIGGER:
    case SQLITE_DROP_TEMP_VIEW:
        if (database == "temp")
            return judgeTemporary(action, one, two);
        return notAllowed(u"A write must not change the schema (%1): do it in a migration, the next numbered file of the "
                          "schema folder."_s.arg(string(one)));
    case SQLITE_ALTER_TABLE: // of temporary tables too: the new name is not told
        return notAllowed(u"A write must not alter a table (%1): do it in a migration, the next numbered file of the schema "
                          "folder."_s.arg(string(two)));
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return notAllowed(u"No other database can be attached to a replica: open it with a connection of its own."_s);
    case SQLITE_PRAGMA: {
        const auto isThis = [one](const char *name) { return one.compare(name, Qt::CaseInsensitive) == 0; };
        if (two.isNull() || std::ranges::any_of(harmlessPragmas, isThis))
            return {};
        return notAllowed(u"PRAGMA %1 must not be set, it belongs to the engine: leave it out, or do it in a migration if it "
                          "concerns the schema."_s.arg(string(one)));
    }
    case SQLITE_TRANSACTION:
        if (m_work == Work::Read)
            return {};
        return notAllowed(
            u"%1 belongs to the engine, because a write is one transaction already: use SAVEPOINT inside it."_s.arg(string(one)));
    default:
        return {};
    }
}

/// What is temporary concerns nobody else, unless a name of it stands before one that the engine writes by.
Error SqlRules::judgeTemporary(int action, QByteArrayView name, QByteArrayView table) const
{
    const bool isTrigger = action == SQLITE_CREATE_TEMP_TRIGGER || action == SQLITE_CREATE_TRIGGER;
    if (isTrigger && isOfTheEngine(table))
        return notAllowed(u"The table %1 is the engine's own: no trigger can watch it, use a live query."_s.arg(string(table)));
    if (isTrigger)
        return {};
    const TableInfo *hidden = m_catalog.find(name.toByteArray());
    if (!isOfTheEngine(name) && (hidden == nullptr || !hidden->synced))
        return {};
    return notAllowed(u"A temporary %1 would hide the table of that name: choose another name."_s.arg(string(name)));
}

} // namespace Sheaf
