// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/sqlstatement.h"

namespace Sheaf {

/// Tells whether tables of a file refer to each other. Found out once for each schema.
class ForeignKeys
{
public:
    explicit ForeignKeys(sqlite3 *handle) : m_handle(handle) {}

    /// False only when none does. To be called outside of transactions.
    Result<bool> any();

private:
    sqlite3 *m_handle;
    SqlStatement m_readSchema;
    qint64 m_schema = -1; ///< that m_any is of
    bool m_any = true;
};

} // namespace Sheaf
