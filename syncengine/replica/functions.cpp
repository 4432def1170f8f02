// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/functions.h"

#include "crdt/orderkey.h"
#include "crdt/uuid.h"

#include <sqlite3.h>

namespace Sheaf {

namespace {

QByteArray textOf(sqlite3_value *value)
{
    const auto *text = reinterpret_cast<const char *>(sqlite3_value_text(value));
    return {text, sqlite3_value_bytes(value)};
}

const ValueHost &valueHostOf(sqlite3_context *context)
{
    return *static_cast<const ValueHost *>(sqlite3_user_data(context));
}

void syncFunction(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    if (sqlite3_value_type(arguments[0]) != SQLITE_TEXT) {
        sqlite3_result_error(context, "sheaf_sync: the first argument is the name of a table", -1);
        return;
    }
    const auto *host = static_cast<const FunctionHost *>(sqlite3_user_data(context));
    host->syncRequested(textOf(arguments[0]), count > 1 ? textOf(arguments[1]) : QByteArray());
    sqlite3_result_null(context);
}

void uuidFunction(sqlite3_context *context, int, sqlite3_value **)
{
    const ValueHost &host = valueHostOf(context);
    const QByteArray uuid = timeOrderedUuid(host.wallMs(), host.random(), host.random());
    sqlite3_result_text(context, uuid.constData(), static_cast<int>(uuid.size()), SQLITE_TRANSIENT);
}

void orderFunction(sqlite3_context *context, int, sqlite3_value **arguments)
{
    const auto key = orderKeyBetween(textOf(arguments[0]), textOf(arguments[1]), valueHostOf(context).random());
    if (key)
        sqlite3_result_text(context, key->constData(), static_cast<int>(key->size()), SQLITE_TRANSIENT);
    else
        sqlite3_result_error(context, key.error().message.toUtf8().constData(), -1);
}

/// Its being there is what matters: see guards.h.
void guardFunction(sqlite3_context *context, int, sqlite3_value **)
{
    sqlite3_result_int(context, 0);
}

} // namespace

void registerValueFunctions(sqlite3 *handle, const ValueHost *host)
{
    auto *data = const_cast<ValueHost *>(host);
    sqlite3_create_function(handle, "sheaf_uuid", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, data, uuidFunction, nullptr, nullptr);
    sqlite3_create_function(handle, "sheaf_order", 2, SQLITE_UTF8 | SQLITE_INNOCUOUS, data, orderFunction, nullptr, nullptr);
    // A connection that only reads can say of a write what it is, because it can prepare it.
    sqlite3_create_function(handle, "written_through_sheaf_only", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
                            nullptr, guardFunction, nullptr, nullptr);
}

void registerFunctions(sqlite3 *handle, const FunctionHost *host)
{
    registerValueFunctions(handle, &host->values);
    // Direct only: no trigger or view may call them, however trusted the schema is.
    constexpr int volatileFlags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    auto *data = const_cast<FunctionHost *>(host);
    sqlite3_create_function(handle, "sheaf_sync", 1, volatileFlags, data, syncFunction, nullptr, nullptr);
    sqlite3_create_function(handle, "sheaf_sync", 2, volatileFlags, data, syncFunction, nullptr, nullptr);
}

} // namespace Sheaf
