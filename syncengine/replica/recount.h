// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/digest.h"

#include <QByteArray>

#include <map>
#include <vector>

namespace Sheaf {

/// The sums of all spaces counted anew, by table and key, a piece at a time while others write: what happens to rows that
/// were looked at already is counted along, the others will be looked at.
class Recount
{
public:
    struct Counted {
        SpaceDigest digest; ///< of the rows at rest
        qint64 rows = 0;    ///< looked at, deleted ones too
        qint64 lost = 0;    ///< known, and not in their table
        qint64 adopted = 0; ///< in their table, and not known
        SpaceDigest::Buckets miscounted;
    };

    void begin() { *this = {.isActive = true}; }
    void end() { isActive = false; }
    /// From the first row again, because what was counted along may have been rolled back.
    void restart();

    [[nodiscard]] bool hasPassed(qint64 rowTable, QByteArrayView rowKey) const
    {
        return isActive && (rowTable < table || (rowTable == table && rowKey <= key));
    }

    bool isActive = false;
    qint64 table = 0; ///< the last row that was looked at
    QByteArray key = {};
    std::map<qint64, Counted> spaces = {}; ///< by number

    size_t adopting = 0;                ///< index of the table in which unknown rows are looked for,
    std::vector<QByteArray> after = {}; ///< and the key of the last one seen there, by column
};

} // namespace Sheaf
