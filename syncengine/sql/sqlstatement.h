// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace Sheaf {

/// A prepared statement on the plain sqlite3 API, for the paths where QSqlQuery's variants cost too
/// much. Parameters count from 1, columns from 0. Bound text and blobs are not copied: they must
/// live until the statement is reset.
class SqlStatement
{
public:
    SqlStatement() = default;
    ~SqlStatement();
    SqlStatement(SqlStatement &&other) noexcept;
    SqlStatement &operator=(SqlStatement &&other) noexcept;
    SqlStatement(const SqlStatement &) = delete;
    SqlStatement &operator=(const SqlStatement &) = delete;

    /// One statement; what follows it may be blanks and comments. Errors: `sql_error` and those of sqliteError().
    static Result<SqlStatement> prepare(sqlite3 *handle, QByteArrayView sql);

    [[nodiscard]] bool isPrepared() const { return m_statement != nullptr; }
    void bindInteger(int parameter, qint64 value);
    void bindReal(int parameter, double value);
    void bindText(int parameter, QByteArrayView utf8);
    void bindBlob(int parameter, QByteArrayView bytes);
    void bindNull(int parameter);

    /// True when there is a row.
    Result<bool> step();
    /// Runs a statement without rows and resets it.
    Result<void> run();
    void reset();

    [[nodiscard]] int columnType(int column) const; ///< SQLITE_INTEGER …
    [[nodiscard]] qint64 integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] QByteArrayView bytes(int column) const; ///< text or blob, valid until the next step or reset
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] sqlite3_stmt *raw() const { return m_statement; }

private:
    sqlite3_stmt *m_statement = nullptr;
};

/// Calls `visit` with the statement on each of its rows and resets it. `visit` returns nothing, or a
/// Result<void> whose failure ends it.
template<typename Visit>
Result<void> forEachRow(SqlStatement &statement, Visit visit)
{
    Result<void> done;
    while (done) {
        const auto row = statement.step();
        if (!row || !*row) {
            if (!row)
                done = fail(row.error());
            break;
        }
        if constexpr (std::is_void_v<decltype(visit(statement))>)
            visit(statement);
        else
            done = visit(statement);
    }
    statement.reset();
    return done;
}

/// The same for a statement that is needed once.
template<typename Visit>
Result<void> forEachRow(sqlite3 *handle, QByteArrayView sql, Visit visit)
{
    auto statement = SqlStatement::prepare(handle, sql);
    return statement ? forEachRow(*statement, std::move(visit)) : Result<void>(fail(statement.error()));
}

} // namespace Sheaf
