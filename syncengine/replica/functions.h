// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <functional>

struct sqlite3;

namespace Sheaf {

/// What the SQL functions of a replica call; must outlive the connection.
struct FunctionHost {
    std::function<void(const QByteArray &table, const QByteArray &options)> syncRequested;
    std::function<qint64()> wallMs;
    std::function<quint64()> random;
};

/// Registers sheaf_sync(), sheaf_uuid(), sheaf_order() and the function of guards.h on a connection.
void registerFunctions(sqlite3 *handle, FunctionHost *host);

} // namespace Sheaf
