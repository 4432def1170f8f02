// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "server/storage/sqlitestorage.h"

#include <QLockFile>

namespace Sheaf::Server {

/// The data folder with its lock and its database, for as long as this lives.
struct Data {
    std::unique_ptr<QLockFile> lock;
    std::unique_ptr<SqliteStorage> storage;
};

/// Makes what is missing. Errors: `locked`, `read_only`, and those of SqliteStorage::open().
Result<Data> openData(const QString &folder, Random &random);

} // namespace Sheaf::Server
