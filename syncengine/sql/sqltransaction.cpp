// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sql/sqltransaction.h"

#include "sql/database.h"

#include <sqlite3.h>

#include <utility>

namespace Sheaf {

Result<SqlTransaction> SqlTransaction::begin(sqlite3 *handle)
{
    if (auto begun = execSql(handle, "BEGIN IMMEDIATE"); !begun)
        return fail(begun.error());
    return SqlTransaction(handle);
}

SqlTransaction::SqlTransaction(SqlTransaction &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr))
{
}

SqlTransaction::~SqlTransaction()
{
    // SQLite rolls back by itself after some errors; another ROLLBACK would then only fail.
    if (m_handle != nullptr && sqlite3_get_autocommit(m_handle) == 0)
        sqlite3_exec(m_handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> SqlTransaction::commit()
{
    return execSql(m_handle, "COMMIT");
}

} // namespace Sheaf
