// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/tabledigests.h"

#include "server/core/tuning.h"

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

Result<bool> TableDigests::count(Storage &storage, SpaceId space, const Dictionary &dictionary)
{
    if (m_isComplete)
        return true;
    bool isDamaged = false;
    int rows = 0;
    RowRecord record;
    const auto scanned = storage.scan(space, m_counted, [&](const RecordView &row) {
        if (rows == Tuning::countedRowsMax)
            return false;
        const TableEntry *table = dictionary.table(row.table);
        isDamaged = table == nullptr || !decodeRecord(row.record, record);
        if (isDamaged)
            return false;
        m_byTable[row.table].add(fingerprint(table->name, row.key, clockOf(record), table->byName));
        m_counted = row.sequence;
        ++rows;
        return true;
    });
    if (!scanned)
        return fail(scanned.error());
    if (isDamaged)
        return fail(u"damaged_storage"_s, u"A stored row belongs to no table, or cannot be read."_s);
    m_isComplete = rows < Tuning::countedRowsMax;
    return m_isComplete;
}

std::optional<SpaceDigest> TableDigests::sum(const Dictionary &dictionary, const QList<QByteArray> &tables) const
{
    if (!m_isComplete)
        return {};
    SpaceDigest sum;
    for (const QByteArray &name : tables) {
        const TableEntry *table = dictionary.find(name);
        const auto known = table != nullptr ? m_byTable.find(table->id) : m_byTable.end();
        if (known != m_byTable.end())
            sum.add(known->second);
    }
    return sum;
}

} // namespace Sheaf::Server
