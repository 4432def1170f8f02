// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <functional>

struct sqlite3;

namespace Sheaf {

/// What the SQL functions that give values call; must outlive the connection.
struct ValueHost {
    std::function<qint64()> wallMs;
    std::function<quint64()> random;
};

/// The same for those of the writer, who has more of them.
struct FunctionHost {
    std::function<void(const QByteArray &table, const QByteArray &options)> syncRequested;
    ValueHost values;
};

/// Registers sheaf_uuid() and sheaf_order(), because views may call them, and what the guards call: on every connection.
void registerValueFunctions(sqlite3 *handle, const ValueHost *host);
/// Registers those, sheaf_sync() and the function of guards.h on the writer connection.
void registerFunctions(sqlite3 *handle, const FunctionHost *host);

} // namespace Sheaf
