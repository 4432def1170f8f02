// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/collector.h"

#include "crdt/forgetparts.h"
#include "protocol/limits.h"
#include "server/core/logging.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace std::chrono_literals;

Forgotten forgetMore(const StoredSpace &space, Sequence watermark, Hlc upTo, qint64 delayMs)
{
    Forgotten now = space.forgotten;
    if (now.floorStamp > now.stamp && watermark >= now.floorSequence) {
        now.stamp = now.floorStamp;
        now.sequence = now.floorSequence;
        now.length = std::min(space.longestDelete, Sheaf::Limits::toldLengthLimit - 2);
    }
    // The deletes that the floor is above came before it, because later ones of such stamps are refused.
    if (now.floorStamp == now.stamp && space.head > 0 && upTo > now.floorStamp &&
        hlcMs(upTo) >= hlcMs(now.floorStamp) + delayMs) {
        now.floorStamp = upTo;
        now.floorSequence = space.head;
    }
    return now;
}

Collector::~Collector()
{
    m_clock.cancel(m_timer);
    m_clock.cancel(m_sweepTimer);
}

void Collector::seen(SiteId site, const QByteArray &space, Sequence cursor)
{
    Sequence &known = m_seen.try_emplace({space, site}, cursor).first->second;
    known = std::max(known, cursor);
    schedule();
}

void Collector::schedule()
{
    if (m_timer == 0)
        m_timer = m_clock.start(std::chrono::milliseconds(Tuning::forgetIntervalMs), [this] { collect(); });
}

void Collector::collect()
{
    m_clock.cancel(std::exchange(m_timer, 0));
    m_host.greet(*this);
    ChannelSet changed;
    ChannelSet forgot;
    if (auto done = collectAll(changed, forgot); !done) {
        qCWarning(lcServer).noquote() << "cannot forget deletes:" << done.error().message;
        for (Channel *channel : changed)
            channel->forget();
        return m_host.doubt(changed, done.error());
    }
    m_seen.clear();
    m_isFirst = false;
    for (Channel *channel : forgot) {
        m_host.forgot(*channel);
        if (std::ranges::find(m_sweeps, channel, &Sweep::channel) == m_sweeps.end())
            m_sweeps.push_back({channel});
    }
    sweepSoon();
}

void Collector::stop()
{
    m_clock.cancel(std::exchange(m_timer, 0));
    m_clock.cancel(std::exchange(m_sweepTimer, 0));
    if (m_seen.empty())
        return;
    auto transaction = m_storage.begin();
    if (!transaction)
        return;
    auto spaces = (*transaction)->spaces();
    if (spaces && storePlaces(**transaction, *spaces) && (*transaction)->commit())
        m_seen.clear();
}

Result<void> Collector::storePlaces(StorageTransaction &transaction, const QList<StoredSpace> &spaces)
{
    const qint64 now = m_clock.wallMs();
    for (const StoredSpace &space : spaces) {
        for (auto at = m_seen.lower_bound({space.name, 0}); at != m_seen.end() && at->first.first == space.name; ++at) {
            if (auto stored = transaction.putPlace(space.id, {at->first.second, at->second, now}); !stored)
                return stored;
        }
    }
    return {};
}

Result<void> Collector::collectAll(ChannelSet &changed, ChannelSet &forgot)
{
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto spaces = (*transaction)->spaces();
    if (!spaces)
        return fail(spaces.error());
    if (auto stored = storePlaces(**transaction, *spaces); !stored)
        return stored;
    for (const StoredSpace &space : std::as_const(*spaces)) {
        auto isMore = forget(**transaction, space, changed);
        if (!isMore)
            return fail(isMore.error());
        if (!*isMore && (!m_isFirst || space.forgotten.stamp == 0))
            continue;
        Channel &channel = m_host.channelOf(space.name);
        if (auto loaded = channel.space(**transaction); !loaded)
            return fail(loaded.error());
        forgot.insert(&channel);
    }
    return (*transaction)->commit();
}

/// True when deletes are forgotten now that were not before.
Result<bool> Collector::forget(StorageTransaction &transaction, const StoredSpace &space, ChannelSet &changed)
{
    if (m_retention.silenceMs <= 0)
        return false;
    const auto clean = m_clean.find(space.name);
    if (clean != m_clean.end() && clean->second == space.head)
        return false; // it has no delete at all
    auto places = transaction.places(space.id);
    if (!places)
        return fail(places.error());
    const qint64 now = m_clock.wallMs();
    Sequence watermark = space.head;
    for (const StoredPlace &place : std::as_const(*places)) {
        if (place.heardMs > now - m_retention.silenceMs)
            watermark = std::min(watermark, place.seen);
    }
    const Hlc upTo = makeHlc(std::max<qint64>(now - m_retention.delayMs, 0), 0xffff);
    const Forgotten next = forgetMore(space, watermark, upTo, m_retention.delayMs);
    if (next == space.forgotten)
        return false;
    Channel &channel = m_host.channelOf(space.name);
    changed.insert(&channel);
    auto loaded = channel.space(transaction);
    if (!loaded)
        return fail(loaded.error());
    (*loaded)->setForgotten(next);
    if (auto stored = (*loaded)->store(transaction); !stored)
        return fail(stored.error());
    return next.stamp != space.forgotten.stamp;
}

void Collector::sweepSoon()
{
    if (m_sweepTimer == 0 && !m_sweeps.empty())
        m_sweepTimer = m_clock.start(std::chrono::milliseconds(Tuning::sweepPauseMs), [this] { sweep(); });
}

/// One turn: others come between two of them.
void Collector::sweep()
{
    m_sweepTimer = 0;
    Sweep &first = m_sweeps.front();
    const auto more = sweepPart(first);
    if (!more)
        qCWarning(lcServer).noquote() << "cannot remove forgotten deletes:" << more.error().message;
    if (!more || !*more)
        m_sweeps.pop_front(); // what failed comes again with the next that are forgotten
    sweepSoon();
}

/// False when something of the row is left that may be forgotten later.
bool Collector::lookAt(const Space &space, const RecordView &row, SweptRows &rows)
{
    if (space.forgets(row.record)) {
        rows.dead.push_back(row.sequence);
        return true;
    }
    if (!isAlive(lifeOf(row.record).length) || !decodeRecord(row.record, m_record))
        return false;
    const Hlc upTo = space.forgotten().stamp;
    if (forgetParts(m_record, upTo)) {
        auto &[sequence, table, key, record] =
            rows.smaller.emplace_back(row.sequence, row.table, row.key.toByteArray(), QByteArray());
        encodeRecord(m_record, record);
    }
    return std::ranges::none_of(m_record.parts, [upTo](const PartCell &part) { return isGone(part) && part.stamp.hlc > upTo; });
}

Result<void> Collector::remove(SpaceId space, const SweptRows &rows)
{
    if (rows.dead.empty() && rows.smaller.empty())
        return {};
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    for (const Sequence sequence : rows.dead) {
        if (auto removed = (*transaction)->removeRecord(space, sequence); !removed)
            return removed;
    }
    for (const auto &[sequence, table, key, record] : rows.smaller) { // it is the same to every reader
        if (auto put = (*transaction)->putRecord(space, {sequence, table, key, record}, sequence); !put)
            return put;
    }
    return (*transaction)->commit();
}

Result<bool> Collector::sweepPart(Sweep &sweep)
{
    const Space *space = sweep.channel->loaded();
    if (space == nullptr)
        return false;
    if (sweep.head == 0)
        sweep.head = space->head();
    SweptRows rows;
    int looked = 0;
    auto scanned = m_storage.scan(space->id(), sweep.at, [&](const RecordView &row) {
        sweep.at = row.sequence;
        sweep.leftDeletes = !lookAt(*space, row, rows) || sweep.leftDeletes;
        return ++looked < Tuning::sweepRowsMax;
    });
    if (!scanned)
        return fail(scanned.error());
    if (auto removed = remove(space->id(), rows); !removed)
        return fail(removed.error());
    if (looked == Tuning::sweepRowsMax)
        return true;
    if (!sweep.leftDeletes) // and none came meanwhile, if the head is the same
        m_clean[sweep.channel->name()] = sweep.head;
    return false;
}

} // namespace Sheaf::Server
