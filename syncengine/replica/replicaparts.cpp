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

namespace {

/// The stamp of a part that is not written here any more, and may be elsewhere, in a copy or in what this is a copy of: above
/// `offered`, what the server may have of it, and below all that the other one goes on to write. States keep their order.
Hlc heldBack(Hlc stamp, Hlc offered)
{
    constexpr int shift = 24; // from years to seconds
    return stamp <= offered ? stamp : offered + 1 + ((stamp - offered) >> shift);
}

/// A name that nobody has, for what was written under an earlier one.
QByteArray besides(const QByteArray &part, SiteId site)
{
    QByteArray name = partOfSite(site);
    for (qsizetype i = 0; i < std::min(name.size(), part.size()); ++i)
        name[i] = static_cast<char>(name[i] ^ part[i]);
    return name;
}

} // namespace

/// A part that only one writes, and that is not written under this name from now on. It is sent as it is: what another copy
/// has of it is an earlier or a later state of the same, and the later one wins.
void Replica::Private::restampFrozen(RowClock &clock, const RowParts::Part &part, const Restamp &how) const
{
    const Stamp had = clock.partStampOf(part.column, part.part);
    const bool isRenewed = how.site != store.site && had.site == store.site;
    if (!isRenewed && had.hlc <= makeHlc(std::max<qint64>(how.nowMs, 0), 0xffff))
        return;
    const Hlc hlc = heldBack(had.hlc, std::max(part.ackedHlc, store.offeredEver()));
    if (hlc != had.hlc)
        clock.setPart(part.column, part.part, {hlc, how.site}, part.value == encodedNull);
}

Result<void> Replica::Private::restampParts(const TableInfo &table, const QByteArray &key, RowClock &clock, const Restamp &how,
                                            const std::map<Hlc, Hlc> &renewed)
{
    if (clock.parts.empty())
        return {};
    const auto waiting = parts.list(table, key, true);
    if (!waiting)
        return fail(waiting.error());
    for (const RowParts::Part &part : *waiting) {
        const RowParts::Place place{table, key, part.column};
        const Stamp fresh{renewed.at(clock.partStampOf(part.column, part.part).hlc), how.site};
        const MergeType type = table.typeOf(part.column);
        const bool isRenewed = how.site != store.site;
        const bool isWriters = part.part == partOfSite(store.writer);
        const bool isRenamed = hasPartsOfSites(type) && isRenewed;
        // The best of two that are the same is the same: it need not keep its name to count once.
        const bool isExtreme = isRenamed && type != MergeType::Counter;
        if (hasPartsOfSites(type) && !isExtreme && (!isWriters || (isRenewed && store.writer != store.site))) {
            restampFrozen(clock, part, how);
            continue;
        }
        const QByteArray name = isWriters ? partOfSite(how.site) : besides(part.part, how.site);
        auto done = isRenamed ? parts.rename(place, clock, part, name, store.site, fresh)
                              : parts.restamp(place, clock, part, store.site, fresh);
        if (!done)
            return done;
    }
    if (how.site == store.site)
        return {};
    for (const ColumnId column : table.parted) { // reals may be added in another order now
        if (auto done = merger.showParts({table, key, column}); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf
