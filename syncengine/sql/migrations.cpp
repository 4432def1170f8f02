// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sql/migrations.h"

#include "sql/database.h"
#include "sql/sqlstatement.h"
#include "sql/sqltransaction.h"

#include <QDir>
#include <QFile>

#include <sqlite3.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected schemaError(const QString &message)
{
    return fail(u"schema_error"_s, message);
}

Result<QByteArray> readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(u"no_schema"_s, u"The schema %1 cannot be read (%2): name an .sql file or a folder of numbered ones."_s.arg(
                                        path, file.errorString()));
    return file.readAll();
}

Result<void> runStatement(sqlite3 *handle, sqlite3_stmt *statement)
{
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW)
        code = sqlite3_step(statement);
    // sqlite3_finalize keeps the message of the failed step.
    if (sqlite3_finalize(statement) != SQLITE_OK)
        return fail(sqliteError(handle));
    return {};
}

/// Errors of the script itself name file and line; those of the disk stay what they are.
Unexpected located(const Migration &migration, const char *at, const Error &error)
{
    if (error.code != "sql_error"_L1 && error.code != "constraint"_L1 && error.code != "schema_error"_L1)
        return fail(error);
    // Comments and blank lines before a statement belong to it for SQLite, not for the reader.
    const char *begin = migration.sql.constData();
    while (*at == '\n' || *at == ' ' || *at == '\t' || *at == '\r')
        ++at;
    const auto line = std::count(begin, at, '\n') + 1;
    const QString end = error.message.endsWith(u'.') ? QString() : u"."_s; // SQLite's own messages have none
    return schemaError(u"%1, line %2: %3"_s.arg(migration.name).arg(line).arg(error.message) + end);
}

Result<void> apply(sqlite3 *handle, const Migration &migration, const std::function<Result<void>()> &afterStatement,
                   const std::function<Result<void>()> &beforeCommit)
{
    auto transaction = SqlTransaction::begin(handle);
    if (!transaction)
        return fail(transaction.error());
    const char *at = migration.sql.constData();
    while (*at != '\0') {
        sqlite3_stmt *statement = nullptr;
        const char *tail = nullptr;
        if (sqlite3_prepare_v2(handle, at, -1, &statement, &tail) != SQLITE_OK)
            return located(migration, at, sqliteError(handle));
        if (statement != nullptr) { // null: only a comment was left
            if (auto done = runStatement(handle, statement); !done)
                return located(migration, at, done.error());
            if (auto done = afterStatement ? afterStatement() : Result<void>(); !done)
                return located(migration, at, done.error());
        }
        at = tail;
    }
    if (auto done = beforeCommit ? beforeCommit() : Result<void>(); !done)
        return fail(done.error());
    const QByteArray version = "PRAGMA user_version=" + QByteArray::number(migration.version);
    if (auto done = execSql(handle, version.constData()); !done)
        return done;
    return transaction->commit();
}

} // namespace

Result<QList<Migration>> readMigrations(const QString &path)
{
    QList<Migration> all;
    const QFileInfo info(path);
    if (!info.isDir()) {
        auto sql = readFile(path);
        if (!sql)
            return fail(sql.error());
        all.append({1, info.fileName(), *sql});
        return all;
    }
    const QStringList files = QDir(path).entryList({u"*.sql"_s}, QDir::Files, QDir::Name);
    for (const QString &file : files) {
        bool numbered = false;
        const int version = QStringView(file).left(file.indexOf(u'_')).toInt(&numbered);
        if (!numbered || version != all.size() + 1)
            return schemaError(
                u"The schema files in %1 must be numbered 0001_, 0002_ … without a gap: %2 is not."_s.arg(path, file));
        auto sql = readFile(path + u'/' + file);
        if (!sql)
            return fail(sql.error());
        all.append({version, file, *sql});
    }
    if (all.isEmpty())
        return fail(u"no_schema"_s, u"There is no schema file in %1: the first one is named 0001_words.sql."_s.arg(path));
    return all;
}

Result<int> userVersion(sqlite3 *handle)
{
    auto statement = SqlStatement::prepare(handle, "PRAGMA user_version");
    if (!statement)
        return fail(statement.error());
    if (auto row = statement->step(); !row)
        return fail(row.error());
    return static_cast<int>(statement->integer(0));
}

Result<void> migrate(sqlite3 *handle, const QList<Migration> &migrations, const std::function<Result<void>()> &afterStatement,
                     const std::function<Result<void>()> &beforeCommit)
{
    const auto version = userVersion(handle);
    if (!version)
        return fail(version.error());
    if (*version > migrations.size())
        return fail(u"newer_schema"_s,
                    u"The database was written by a newer version of this program (schema %1, this one knows %2): update it."_s
                        .arg(*version)
                        .arg(migrations.size()));
    for (const Migration &migration : migrations) {
        if (migration.version <= *version)
            continue;
        if (auto done = apply(handle, migration, afterStatement, beforeCommit); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
