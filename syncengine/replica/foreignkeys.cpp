// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/foreignkeys.h"

namespace Sheaf {

Result<bool> ForeignKeys::any()
{
    if (!m_readSchema.isPrepared()) {
        auto read = SqlStatement::prepare(m_handle, "PRAGMA schema_version");
        if (!read)
            return fail(read.error());
        m_readSchema = *std::move(read);
    }
    const auto row = m_readSchema.step();
    if (!row)
        return fail(row.error());
    const qint64 schema = m_readSchema.integer(0);
    m_readSchema.reset();
    if (schema == m_schema)
        return m_any;
    // Every foreign key is written with this word; a comment that has it costs time and no more.
    auto select = SqlStatement::prepare(
        m_handle, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND instr(lower(sql), 'references') > 0)");
    if (!select)
        return fail(select.error());
    if (const auto found = select->step(); !found)
        return fail(found.error());
    m_any = select->integer(0) != 0;
    m_schema = schema;
    return m_any;
}

} // namespace Sheaf
