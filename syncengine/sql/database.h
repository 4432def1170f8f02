// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QSqlDatabase>

struct sqlite3;

namespace Sheaf {

struct OpenOptions {
    QString path;
    QString connection; ///< name of the QSqlDatabase connection, unique in the process
    bool readOnly = false;
    int cacheKib = 16 * 1024;
};

/// Opens a SQLite file through QtSql in the calling thread, which alone may use and close it: WAL,
/// synchronous=FULL, foreign keys on, temporary data in memory, schema not trusted. What can be
/// read after a writer has opened a file survives a power cut.
/// Errors: `foreign_database` (not SQLite), `database_damaged`, `disk_full`, `read_only`, `database_failed`.
Result<QSqlDatabase> openDatabase(const OpenOptions &options);

/// From here on triggers and views may use what SQLite does not call harmless: virtual tables such as those of FTS5, and
/// functions that are not DIRECTONLY. For files whose schema is made by nobody but this program.
Result<void> trustSchema(sqlite3 *handle);

/// Closes and removes a connection; every query on it must be gone.
void closeDatabase(QSqlDatabase &database);

/// The sqlite3 handle behind an open connection; QtSql's driver links the same library.
[[nodiscard]] sqlite3 *sqliteHandle(const QSqlDatabase &database);

/// The last failure on a handle as a code and one sentence that says what to do.
[[nodiscard]] Error sqliteError(sqlite3 *handle);

/// Runs SQL without results, several statements too. For constant SQL only.
Result<void> execSql(sqlite3 *handle, const char *sql);

/// Gives free pages back when they are many, some at a time: call it in a transaction that follows deletes.
/// Files made before this existed keep their free pages for what comes.
Result<void> releaseFreePages(sqlite3 *handle);

/// `name` as an SQL identifier, quoted.
[[nodiscard]] QByteArray quotedName(QByteArrayView name);

} // namespace Sheaf
