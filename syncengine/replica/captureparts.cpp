// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/capture.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

/// What a column with parts must show, and does not.
struct Capture::Shown {
    const TableInfo *table = nullptr;
    QByteArray key;
    ColumnId column = 0;
    QByteArray value;
};

/// Columns with parts show what base and parts make: SQL may have written a set with an element twice, or a value below
/// a maximum. Triggers of the app run for it, as for any write, and may write again.
Result<void> Capture::normaliseParts()
{
    constexpr int roundsMax = 4; // one that writes, one that finds nothing; the rest is for triggers
    for (int round = 0; round < roundsMax; ++round) {
        const auto wrong = wronglyShown();
        if (!wrong)
            return fail(wrong.error());
        if (wrong->empty())
            return {};
        const bool merging = std::exchange(m_merging, true); // triggers are captured, this is not
        Result<void> written;
        for (const Shown &shown : *wrong) {
            const Cell cell{shown.column, {}, Bytes::decodedValue(shown.value)};
            if (written)
                written = m_rows.updateValues(*shown.table, shown.key, {&cell});
        }
        m_merging = merging;
        if (!written)
            return written;
    }
    return fail(u"bad_value"_s, u"A trigger writes a column that is merged by parts again and again."_s);
}

Result<std::vector<Capture::Shown>> Capture::wronglyShown()
{
    std::vector<Shown> wrong;
    for (Touch &row : m_touches) {
        if (row.table->parted.empty())
            continue;
        if (m_doubtful || m_savepoints) {
            if (auto done = verify(row); !done)
                return fail(done.error());
        }
        if (!row.exists || (row.existed ? (row.mask & row.table->partedMask) == 0 : !row.partBirth))
            continue;
        const auto changes = m_parts.changesOf(row, !row.existed, m_store.writer);
        if (!changes)
            return fail(changes.error());
        std::vector<ValueView> now;
        const auto there = changes->empty() ? Result<bool>(false) : m_rows.readValues(*row.table, row.key, now);
        if (!there)
            return fail(there.error());
        for (const RowParts::Change &change : *changes) {
            const auto position = static_cast<size_t>(row.table->column(change.column)->position);
            if (*there && !sameValue(now[position], Bytes::decodedValue(change.shown)))
                wrong.push_back({row.table, row.key.toByteArray(), change.column, change.shown});
        }
        m_rows.releaseValues();
    }
    return wrong;
}

} // namespace Sheaf
