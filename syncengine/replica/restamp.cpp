// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "replica/replica_p.h"

#include <cstdlib>
#include <map>

namespace Sheaf {

namespace {

constexpr qint64 offsetToleranceMs = 1000; // less is the noise of a round trip

struct Waiting {
    const TableInfo *table;
    QByteArray key;
    qint64 number;
    quint64 mask;
    RowClock known; ///< as a server has had it, as far as is known; length 0: it has not
};

Result<QList<Waiting>> waitingRows(sqlite3 *handle, const Catalog &catalog, const SiteNumbers &sites)
{
    auto select = SqlStatement::prepare(handle, "SELECT tbl, pk, n, mask, base FROM sheaf_outbox ORDER BY n");
    if (!select)
        return fail(select.error());
    QList<Waiting> all;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) -> Result<void> {
        all.append(
            {catalog.find(row.integer(0)), row.bytes(1).toByteArray(), row.integer(2), static_cast<quint64>(row.integer(3)), {}});
        return row.bytes(4).isEmpty() ? Result<void>() : decodeClock(row.bytes(4), sites, all.last().known);
    });
    if (!read)
        return fail(read.error());
    return all;
}

/// Calls `visit` with every unacknowledged stamp of this site in a clock, but for those of texts' edits, and the one that it
/// overwrites. What a server has had and is only offered again keeps its stamp, or it would win over what others have written
/// since; unless that is later than `latest`, which every server refuses.
void visitStamps(RowClock &clock, const Waiting &entry, SiteId site, Hlc latest,
                 const std::function<void(Stamp &, Hlc overwritten)> &visit)
{
    const bool whole = (entry.mask & Mask::whole) != 0;
    const bool sameLife = entry.known.length == clock.length;
    const auto offer = [&](Stamp &stamp, Stamp known, Hlc overwritten) {
        const bool isKnown = sameLife && stamp == known;
        if (stamp.site == site && (!isKnown || stamp.hlc > latest))
            visit(stamp, isKnown ? 0 : overwritten);
    };
    RowRecord record = clock.registers();
    if (whole && (sameLife || isAlive(clock.length)))
        offer(record.life, entry.known.life, sameLife ? entry.known.life.hlc : 0);
    else if (whole) // a delete is later than all that it knew of
        offer(record.life, {}, entry.known.latest());
    for (Cell &cell : record.cells) {
        const Stamp known = entry.known.stampOf(cell.column);
        if (whole || (!entry.table->isEdited(cell.column) && (entry.mask & Mask::ofColumn(cell.column)) != 0))
            offer(cell.stamp, known, sameLife ? known.hlc : 0);
    }
    clock.setRegisters(record);
}

/// The entries of this site's texts that wait.
std::vector<RowClock::Entry> waitingTexts(const RowClock &clock, SiteId site, quint64 mask)
{
    std::vector<RowClock::Entry> entries;
    for (const RowClock::Entry &entry : clock.texts) {
        if (entry.stamp.site == site && (mask & (Mask::whole | Mask::ofColumn(entry.column))) != 0)
            entries.push_back(entry);
    }
    return entries;
}

} // namespace

/// Two passes: first all stamps are listed, so that order and equality within transactions stay,
/// then every clock is written with its new stamps.
Result<void> Replica::Private::restamp(const Restamp &how)
{
    const SiteId site = how.site;
    const auto waiting = waitingRows(handle, catalog, store.sites);
    if (!waiting)
        return fail(waiting.error());
    const Hlc latest = makeHlc(std::max<qint64>(how.nowMs, 0), 0xffff);
    std::map<Hlc, Hlc> renewed; // what they must be later than, then what they become
    const auto list = [&renewed](Hlc old, Hlc overwritten) {
        Hlc &floor = renewed.emplace(old, 0).first->second;
        floor = std::max(floor, overwritten);
    };
    RowState row;
    for (const Waiting &entry : *waiting) {
        if (auto done = rows.read(*entry.table, entry.key, row); !done)
            return done;
        const RowClock &known = entry.known.length == row.clock.length ? entry.known : RowClock();
        visitStamps(row.clock, entry, store.site, latest, [&](Stamp &stamp, Hlc overwritten) { list(stamp.hlc, overwritten); });
        for (const RowClock::Entry &text : waitingTexts(row.clock, store.site, entry.mask)) {
            const Hlc told = known.textStampOf(text.column, store.site);
            list(text.stamp.hlc, told != text.stamp.hlc ? told : 0);
        }
        if (row.clock.parts.empty())
            continue;
        const auto waitingParts = parts.list(*entry.table, entry.key, true);
        if (!waitingParts)
            return fail(waitingParts.error());
        for (const RowParts::Part &part : *waitingParts)
            list(row.clock.partStampOf(part.column, part.part).hlc, known.partStampOf(part.column, part.part).hlc);
    }
    // Every local edit was made with all that was seen in view, and must go on winning over it. What was
    // offered may have been accepted with other values, though no answer came. A stamp that no honest clock
    // gives today only moves those that overwrite it: they wait until the server's clock gets there.
    Hlc last = 0;
    const auto follow = [&](Hlc stamp) {
        if (Store::isPlausible(stamp, how.nowMs))
            last = std::max(last, stamp);
    };
    follow(store.seen);
    if (site == store.site)
        follow(store.offered);
    for (auto &[old, fresh] : renewed) {
        fresh = std::max({how.corrected(old), last + 1, fresh + 1});
        follow(fresh);
    }
    for (const Waiting &entry : *waiting) {
        if (auto done = rows.read(*entry.table, entry.key, row); !done)
            return done;
        const RowClock before = row.clock;
        visitStamps(row.clock, entry, store.site, latest, [&](Stamp &stamp, Hlc) { stamp = {renewed.at(stamp.hlc), site}; });
        for (const RowClock::Entry &text : waitingTexts(row.clock, store.site, entry.mask)) {
            const Stamp fresh{renewed.at(text.stamp.hlc), site};
            if (auto done = restampText({*entry.table, entry.key, text.column}, row.clock, fresh); !done)
                return done;
        }
        if (auto done = restampParts(*entry.table, entry.key, row.clock, how, renewed); !done)
            return done;
        if (auto done = rows.write(*entry.table, entry.key, before, row); !done)
            return done;
        if (auto done = rebaseUndo(*entry.table, entry.key, before, row.clock); !done)
            return done;
    }
    store.clock = HybridClock();
    for (const Hlc stamp : {store.seen, store.offered, last}) {
        if (Store::isPlausible(stamp, correctedWallMs()))
            store.clock.observe(stamp);
    }
    return {};
}

Result<void> Replica::Private::restampText(const RowTexts::Place &place, RowClock &clock, Stamp fresh)
{
    if (fresh.site != store.site) {
        // What the server knows of the old name stays; what waits goes on under the new one.
        const auto acked = texts.acked(place);
        if (!acked || !acked->has_value())
            return acked ? Result<void>() : fail(acked.error());
        if (**acked != 0)
            clock.setTextStamp(place.column, {**acked, store.site});
        else
            std::erase_if(clock.texts, [&](const RowClock::Entry &entry) {
                return entry.column == place.column && entry.stamp.site == store.site;
            });
    }
    clock.setTextStamp(place.column, fresh);
    return {};
}

Result<void> Replica::Private::outrun()
{
    return restampFor(store.site);
}

Result<void> Replica::Private::restampFor(SiteId site)
{
    return restamp({[](Hlc old) { return old; }, site, correctedWallMs()});
}

Result<void> Replica::setClockOffset(qint64 offsetMs)
{
    const qint64 delta = offsetMs - d->store.clockOffsetMs;
    if (std::abs(delta) <= offsetToleranceMs)
        return {};
    return d->transact(true, [&] {
        d->store.clockOffsetMs = offsetMs;
        // A clock that was set back had been outrun by the counter: nothing waiting is later than now.
        const qint64 nowMs = d->correctedWallMs();
        const auto corrected = [delta, nowMs](Hlc old) {
            const qint64 ms = std::clamp<qint64>(hlcMs(old) + delta, 0, nowMs);
            return makeHlc(ms, static_cast<quint16>(old & 0xFFFF));
        };
        return d->restamp({corrected, d->store.site, nowMs});
    });
}

Result<void> Replica::renewSite(Identity had)
{
    const SiteId writer = d->store.writer;
    if (had == Identity::Doubtful)
        d->store.writer = 0; // sums that wait keep their names: whoever else has them sends the same
    auto renewed = d->renewSite();
    if (!renewed)
        d->store.writer = writer;
    return renewed;
}

Result<void> Replica::Private::renewSite()
{
    SiteId fresh = config.random();
    if (fresh == 0 || fresh == store.site)
        fresh = std::max<SiteId>(store.site + 1, 1);
    auto renewed = transact(true, [&]() -> Result<void> {
        // The other replica of this identity may have given the same stamps to other values.
        if (auto done = restampFor(fresh); !done)
            return done;
        if (auto done = texts.forgetAcked(); !done)
            return done;
        if (auto done = store.rename(fresh); !done)
            return done;
        store.lease.clear();
        for (const auto &space : store.spaces()) {
            space->state.lastPush = 0; // pushes are counted for each site
            space->dirty = true;
        }
        return {};
    });
    if (renewed)
        store.writer = fresh;
    return renewed;
}

/// A copy is told from the original before it connects, and before anything is written to it.
Result<void> Replica::Private::checkBirthmark()
{
    const QByteArray mark = config.birthmark ? config.birthmark() : QByteArray();
    if (mark.isEmpty() || mark == store.birthmark)
        return {};
    if (auto done = store.birthmark.isEmpty() ? Result<void>() : renewSite(); !done)
        return done;
    return transact(true, [&]() -> Result<void> {
        store.birthmark = mark;
        return {};
    });
}

} // namespace Sheaf
