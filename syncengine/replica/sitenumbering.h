// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/sitenumbers.h"

struct sqlite3;

namespace Sheaf {

/// While it lives, SQL on a connection has sheaf_number_sites(clock), which turns a clock of a file of format 5 into
/// one of format 6 and collects the sites that it meets.
class SiteNumbering
{
public:
    explicit SiteNumbering(sqlite3 *handle);
    ~SiteNumbering();
    SiteNumbering(const SiteNumbering &) = delete;
    SiteNumbering &operator=(const SiteNumbering &) = delete;

    [[nodiscard]] const SiteNumbers &numbers() const { return m_numbers; }

private:
    sqlite3 *m_handle;
    SiteNumbers m_numbers;
};

} // namespace Sheaf
