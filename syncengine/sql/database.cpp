// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sql/database.h"

#include "base/check.h"
#include "sql/sqlstatement.h"

#include <QFileInfo>
#include <QSqlDriver>
#include <QSqlError>

#include <sqlite3.h>

#include <cerrno>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Result<void> applyPragmas(sqlite3 *handle, const OpenOptions &options)
{
    // Extended codes tell a full disk from a failing one.
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, 2000);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (auto done = execSql(handle, "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON"); !done)
        return done;
    const QByteArray cache = "PRAGMA cache_size=-" + QByteArray::number(options.cacheKib);
    if (auto done = execSql(handle, cache.constData()); !done)
        return done;
    if (options.readOnly)
        return execSql(handle, "PRAGMA query_only=ON");
    // Takes effect in a new file only: without it a file never shrinks.
    if (auto done = execSql(handle, "PRAGMA auto_vacuum=INCREMENTAL"); !done)
        return done;
    if (auto done = execSql(handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000"); !done)
        return done;
    // A process that was killed, or a sync that failed, may have left commits in the log that no
    // disk has. They can be read from here on, so they are made durable first.
    if (sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) != SQLITE_OK)
        return fail(sqliteError(handle));
    return {};
}

QString adviceFor(const QString &path)
{
    const QFileInfo file(path);
    if (file.isDir())
        return u"it is a folder, name a file"_s;
    if (file.exists())
        return u"check that the file may be read and written by you"_s;
    return QFileInfo(file.absolutePath()).isDir() ? u"check that its folder may be written by you"_s
                                                  : u"check that its folder exists"_s;
}

} // namespace

Result<QSqlDatabase> openDatabase(const OpenOptions &options)
{
    QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, options.connection);
    database.setDatabaseName(options.path);
    if (options.readOnly)
        database.setConnectOptions(u"QSQLITE_OPEN_READONLY"_s);
    if (!database.open()) {
        const QString text = database.lastError().databaseText();
        closeDatabase(database);
        return fail(u"database_failed"_s,
                    u"The database %1 cannot be opened (%2): %3."_s.arg(options.path, text, adviceFor(options.path)));
    }
    if (auto done = applyPragmas(sqliteHandle(database), options); !done) {
        Error error = done.error();
        if (error.code == "foreign_database"_L1)
            error.message = u"The file %1 is not a Sheaf database: name another file, it was left as it is."_s.arg(options.path);
        closeDatabase(database);
        return fail(error);
    }
    return database;
}

Result<void> trustSchema(sqlite3 *handle)
{
    if (sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr) != SQLITE_OK)
        return fail(sqliteError(handle));
    return {};
}

void closeDatabase(QSqlDatabase &database)
{
    const QString name = database.connectionName();
    database.close();
    database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

sqlite3 *sqliteHandle(const QSqlDatabase &database)
{
    const QVariant handle = database.driver()->handle();
    SHEAF_CHECK(qstrcmp(handle.typeName(), "sqlite3*") == 0);
    return *static_cast<sqlite3 *const *>(handle.data());
}

Error sqliteError(sqlite3 *handle)
{
    const QString text = QString::fromUtf8(sqlite3_errmsg(handle));
    const int code = sqlite3_errcode(handle) & 0xFF;
    // The memory that connections share is a file too, and its errors do not tell a full disk.
    const int cause = code == SQLITE_IOERR || code == SQLITE_CANTOPEN ? sqlite3_system_errno(handle) : 0;
    if (code == SQLITE_FULL || cause == ENOSPC || cause == EDQUOT)
        return {u"disk_full"_s, u"The disk is full: nothing was written; free some space and try again."_s};
    switch (code) {
    case SQLITE_CORRUPT:
        return {u"database_damaged"_s, u"The database is damaged (%1): restore it from a backup."_s.arg(text)};
    case SQLITE_NOTADB:
        return {u"foreign_database"_s, u"The file is not a database of Sheaf."_s};
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return {u"read_only"_s,
                u"The database cannot be written (%1): check the permissions of the file and its folder."_s.arg(text)};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
        return {u"database_failed"_s, u"The database could not be read or written (%1)."_s.arg(text)};
    case SQLITE_CONSTRAINT:
        return {u"constraint"_s, text};
    default:
        return {u"sql_error"_s, text};
    }
}

Result<void> execSql(sqlite3 *handle, const char *sql)
{
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return fail(sqliteError(handle));
    return {};
}

Result<void> releaseFreePages(sqlite3 *handle)
{
    const auto count = [handle](const char *pragma) -> Result<qint64> {
        auto statement = SqlStatement::prepare(handle, pragma);
        if (!statement)
            return fail(statement.error());
        const auto row = statement->step();
        return row ? Result<qint64>(statement->integer(0)) : fail(row.error());
    };
    constexpr qint64 keptMin = 256; // pages: what the next transactions take again
    constexpr qint64 keptShare = 16;
    const auto free = count("PRAGMA freelist_count");
    if (!free || *free <= keptMin)
        return free ? Result<void>() : fail(free.error());
    const auto pages = count("PRAGMA page_count");
    if (!pages || *free <= *pages / keptShare)
        return pages ? Result<void>() : fail(pages.error());
    return execSql(handle, "PRAGMA incremental_vacuum(512)");
}

QByteArray quotedName(QByteArrayView name)
{
    return '"' + name.toByteArray().replace('"', "\"\"") + '"';
}

} // namespace Sheaf
