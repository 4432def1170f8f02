// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

struct sqlite3;

namespace Sheaf {

/// A write transaction that is rolled back unless committed. After a failed commit() it is unknown
/// whether the commit took place: callers must not tell anybody that it did or did not.
class SqlTransaction
{
public:
    static Result<SqlTransaction> begin(sqlite3 *handle);
    ~SqlTransaction();
    SqlTransaction(SqlTransaction &&other) noexcept;
    SqlTransaction &operator=(SqlTransaction &&) = delete;
    SqlTransaction(const SqlTransaction &) = delete;
    SqlTransaction &operator=(const SqlTransaction &) = delete;

    Result<void> commit();

private:
    explicit SqlTransaction(sqlite3 *handle) : m_handle(handle) {}
    sqlite3 *m_handle;
};

} // namespace Sheaf
