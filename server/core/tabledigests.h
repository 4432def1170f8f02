// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/dictionary.h"

#include <optional>

namespace Sheaf::Server {

/// The digests of single tables of a space, for readers that follow some of them only. Nobody pays for them before the
/// first of these asks: they are computed from the storage then, and kept up to date from there on.
class TableDigests
{
public:
    /// The sum over `tables`; reads the whole space if nobody has asked before. Between transactions only.
    Result<SpaceDigest> sum(Storage &storage, SpaceId space, const Dictionary &dictionary, const QList<QByteArray> &tables);

    void add(TableId table, const RowFingerprint &row)
    {
        if (m_byTable)
            (*m_byTable)[table].add(row);
    }
    void subtract(TableId table, const RowFingerprint &row)
    {
        if (m_byTable)
            (*m_byTable)[table].subtract(row);
    }

private:
    std::optional<std::map<TableId, SpaceDigest>> m_byTable;
};

} // namespace Sheaf::Server
