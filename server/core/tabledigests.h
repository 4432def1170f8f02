// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/dictionary.h"

#include <optional>

namespace Sheaf::Server {

/// The digests of single tables of a space, for readers that follow some of them only. Nobody pays for them before the
/// first of these asks: the rows are counted in turns then, by sequence, while others write, and the sums are kept up to
/// date from there on.
class TableDigests
{
public:
    /// The sum over `tables`; nothing while rows are left to be counted.
    [[nodiscard]] std::optional<SpaceDigest> sum(const Dictionary &dictionary, const QList<QByteArray> &tables) const;
    /// Counts the next rows, Tuning::countedRowsMax at most; true when all are. Between transactions only.
    Result<bool> count(Storage &storage, SpaceId space, const Dictionary &dictionary);

    /// The row at a sequence is there from now on, or no more. What was not counted yet will be, or is not there then.
    void add(TableId table, const RowFingerprint &row, Sequence sequence)
    {
        if (m_isComplete || sequence <= m_counted)
            m_byTable[table].add(row);
    }
    void subtract(TableId table, const RowFingerprint &row, Sequence sequence)
    {
        if (m_isComplete || sequence <= m_counted)
            m_byTable[table].subtract(row);
    }

private:
    std::map<TableId, SpaceDigest> m_byTable;
    Sequence m_counted = 0; ///< all rows up to there were
    bool m_isComplete = false;
};

} // namespace Sheaf::Server
