// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/tabledigests.h"

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

Result<SpaceDigest> TableDigests::sum(Storage &storage, SpaceId space, const Dictionary &dictionary,
                                      const QList<QByteArray> &tables)
{
    if (!m_byTable) {
        std::map<TableId, SpaceDigest> byTable;
        bool isDamaged = false;
        RowRecord record;
        auto scanned = storage.scan(space, 0, [&](const RecordView &row) {
            const TableEntry *table = dictionary.table(row.table);
            isDamaged = table == nullptr || !decodeRecord(row.record, record);
            if (!isDamaged)
                byTable[row.table].add(fingerprint(table->name, row.key, clockOf(record), table->byName));
            return !isDamaged;
        });
        if (!scanned)
            return fail(scanned.error());
        if (isDamaged)
            return fail(u"damaged_storage"_s, u"A stored row belongs to no table, or cannot be read."_s);
        m_byTable = std::move(byTable);
    }
    SpaceDigest sum;
    for (const QByteArray &name : tables) {
        const TableEntry *table = dictionary.find(name);
        const auto known = table != nullptr ? m_byTable->find(table->id) : m_byTable->end();
        if (known != m_byTable->end())
            sum.add(known->second);
    }
    return sum;
}

} // namespace Sheaf::Server
