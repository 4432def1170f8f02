// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/sitenumbering.h"

#include "crdt/rowclock.h"

#include <sqlite3.h>

namespace Sheaf {

namespace {

constexpr const char *functionName = "sheaf_number_sites";

void numberSites(sqlite3_context *context, int, sqlite3_value **arguments)
{
    auto &numbers = *static_cast<SiteNumbers *>(sqlite3_user_data(context));
    const auto *bytes = static_cast<const char *>(sqlite3_value_blob(arguments[0]));
    RowClock clock;
    if (!decodeWideClock({bytes, sqlite3_value_bytes(arguments[0])}, clock))
        return sqlite3_result_error(context, "A row clock is malformed.", -1);
    QByteArray numbered;
    encodeClock(clock, numbers, numbered);
    sqlite3_result_blob64(context, numbered.constData(), static_cast<sqlite3_uint64>(numbered.size()), SQLITE_TRANSIENT);
}

} // namespace

SiteNumbering::SiteNumbering(sqlite3 *handle) : m_handle(handle)
{
    sqlite3_create_function(handle, functionName, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, &m_numbers, numberSites, nullptr, nullptr);
}

SiteNumbering::~SiteNumbering()
{
    sqlite3_create_function(m_handle, functionName, 1, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr);
}

} // namespace Sheaf
