// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>

#include <functional>

struct sqlite3;

namespace Sheaf {

/// One numbered schema script.
struct Migration {
    int version = 0;
    QString name; ///< file name, for messages
    QByteArray sql;
};

/// Reads `path`: one .sql file (version 1), or a folder, also in resources, of files named
/// 0001_words.sql and onward without a gap. Errors: `no_schema`, `schema_error`.
Result<QList<Migration>> readMigrations(const QString &path);

/// Brings a database from PRAGMA user_version to the newest script, each script and its version in
/// one transaction. Statements are told apart by SQLite's own parser, so triggers are fine.
/// `afterStatement` runs after every statement, `beforeCommit` once for each script.
/// Errors: `newer_schema`, `schema_error` (names file, line and SQLite's message), database errors.
Result<void> migrate(sqlite3 *handle, const QList<Migration> &migrations,
                     const std::function<Result<void>()> &afterStatement = {},
                     const std::function<Result<void>()> &beforeCommit = {});

/// PRAGMA user_version.
Result<int> userVersion(sqlite3 *handle);

} // namespace Sheaf
