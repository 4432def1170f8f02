// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlstatement.h"

#include "sql/database.h"

#include <sqlite3.h>

#include <utility>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// SQLite knows best what a comment is.
bool isBlank(sqlite3 *handle, QByteArrayView sql)
{
    sqlite3_stmt *statement = nullptr;
    const int code = sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    const bool isStatement = statement != nullptr;
    sqlite3_finalize(statement);
    return code == SQLITE_OK && !isStatement;
}

} // namespace

SqlStatement::~SqlStatement()
{
    sqlite3_finalize(m_statement);
}

SqlStatement::SqlStatement(SqlStatement &&other) noexcept : m_statement(std::exchange(other.m_statement, nullptr))
{
}

SqlStatement &SqlStatement::operator=(SqlStatement &&other) noexcept
{
    std::swap(m_statement, other.m_statement);
    return *this;
}

Result<SqlStatement> SqlStatement::prepare(sqlite3 *handle, QByteArrayView sql)
{
    SqlStatement statement;
    const char *rest = nullptr;
    if (sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement.m_statement,
                           &rest) != SQLITE_OK)
        return fail(sqliteError(handle));
    if (!statement.isPrepared())
        return fail(u"sql_error"_s, u"There is no statement in this SQL."_s);
    if (rest < sql.end() && !isBlank(handle, {rest, sql.end()}))
        return fail(u"sql_error"_s, u"One statement is taken at a time, and more follows this one: give each by itself."_s);
    return statement;
}

void SqlStatement::bindInteger(int parameter, qint64 value)
{
    sqlite3_bind_int64(m_statement, parameter, value);
}

void SqlStatement::bindReal(int parameter, double value)
{
    sqlite3_bind_double(m_statement, parameter, value);
}

void SqlStatement::bindText(int parameter, QByteArrayView utf8)
{
    // A null pointer would bind NULL where an empty text is meant.
    sqlite3_bind_text64(m_statement, parameter, utf8.isEmpty() ? "" : utf8.data(), static_cast<sqlite3_uint64>(utf8.size()),
                        SQLITE_STATIC, SQLITE_UTF8);
}

void SqlStatement::bindBlob(int parameter, QByteArrayView bytes)
{
    sqlite3_bind_blob64(m_statement, parameter, bytes.isEmpty() ? "" : bytes.data(), static_cast<sqlite3_uint64>(bytes.size()),
                        SQLITE_STATIC);
}

void SqlStatement::bindNull(int parameter)
{
    sqlite3_bind_null(m_statement, parameter);
}

Result<bool> SqlStatement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    Error error = sqliteError(sqlite3_db_handle(m_statement));
    sqlite3_reset(m_statement);
    return fail(std::move(error));
}

Result<void> SqlStatement::run()
{
    const auto stepped = step();
    if (!stepped)
        return fail(stepped.error());
    reset();
    return {};
}

void SqlStatement::reset()
{
    sqlite3_reset(m_statement);
}

int SqlStatement::columnType(int column) const
{
    return sqlite3_column_type(m_statement, column);
}

qint64 SqlStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double SqlStatement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

QByteArrayView SqlStatement::bytes(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return {data, sqlite3_column_bytes(m_statement, column)};
}

bool SqlStatement::isNull(int column) const
{
    return columnType(column) == SQLITE_NULL;
}

} // namespace Sheaf
