// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/replica.h"
#include "replica/replica_p.h"

namespace Sheaf {

/// Registers that a migration has given another merge type keep what they are, as bases of what others have sent.
Result<void> Replica::Private::adoptParts(const TableInfo &table, const Catalog::Types &types)
{
    for (const auto &[name, type] : types) {
        const ColumnId column = table.column(name)->id;
        if (!hasParts(type))
            continue;
        const auto keys = parts.keysOf(table, column);
        if (!keys)
            return fail(keys.error());
        for (const QByteArray &key : *keys) {
            if (auto done = merger.showParts({table, key, column}); !done)
                return done;
        }
    }
    return {};
}

/// The parts of a row that go with a push: all of a whole row, else those that wait. Names and values look into `kept`.
Result<void> Replica::Private::partsOf(const TableInfo &table, const QByteArray &key, const RowClock &clock, quint64 mask,
                                       std::vector<RowParts::Part> &kept, std::vector<PartCell> &cells)
{
    if (clock.parts.empty())
        return {};
    auto listed = parts.list(table, key, (mask & Mask::whole) == 0);
    if (!listed)
        return fail(listed.error());
    kept = *std::move(listed);
    for (const RowParts::Part &part : kept)
        cells.push_back({part.column, part.part, clock.partStampOf(part.column, part.part), Bytes::decodedValue(part.value)});
    return {};
}

/// Lists the columns of which parts wait still.
Result<void> Replica::Private::settleParts(const TableInfo &table, const QByteArray &key, const RowClock &clock,
                                           const RowRecord &pushed, std::vector<ColumnId> &waiting)
{
    if (clock.length == pushed.length) {
        if (auto done = parts.settle(table, key, clock, pushed); !done)
            return done;
    }
    const auto left = parts.list(table, key, true);
    if (!left)
        return fail(left.error());
    for (const RowParts::Part &part : *left) {
        if (waiting.empty() || waiting.back() != part.column)
            waiting.push_back(part.column);
    }
    return {};
}

Result<void> Replica::Private::restampParts(const TableInfo &table, const QByteArray &key, RowClock &clock, SiteId site,
                                            const std::function<Hlc(Hlc)> &renewed)
{
    if (clock.parts.empty())
        return {};
    const auto waiting = parts.list(table, key, true);
    if (!waiting)
        return fail(waiting.error());
    for (const RowParts::Part &part : *waiting) {
        const Stamp fresh{renewed(clock.partStampOf(part.column, part.part).hlc), site};
        if (auto done = parts.restamp(table, key, clock, part, store.site, fresh); !done)
            return done;
    }
    if (site == store.site)
        return {};
    for (const ColumnId column : table.parted) { // reals may be added in another order now
        if (auto done = merger.showParts({table, key, column}); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
