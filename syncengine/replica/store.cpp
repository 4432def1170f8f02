// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/store.h"

#include "crdt/bytes.h"
#include "protocol/limits.h"
#include "sql/database.h"

#include <algorithm>

namespace Sheaf {

Result<void> Store::create(qint64 format, SiteId newSite)
{
    auto insert = SqlStatement::prepare(m_handle, "INSERT INTO sheaf_state(id, format, site) VALUES (1, ?1, ?2)");
    if (!insert)
        return fail(insert.error());
    insert->bindInteger(1, format);
    insert->bindInteger(2, static_cast<qint64>(newSite));
    return insert->run();
}

Result<void> Store::load()
{
    auto state = SqlStatement::prepare(m_handle, "SELECT site, hlc, seen, clock_offset, lease, offered, former, birthmark"
                                                 " FROM sheaf_state");
    if (!state)
        return fail(state.error());
    if (auto row = state->step(); !row)
        return fail(row.error());
    site = static_cast<SiteId>(state->integer(0));
    clock = HybridClock(static_cast<Hlc>(state->integer(1)));
    seen = static_cast<Hlc>(state->integer(2));
    clockOffsetMs = state->integer(3);
    lease = state->bytes(4).toByteArray();
    offered = static_cast<Hlc>(state->integer(5));
    m_former.clear();
    for (Bytes::Reader former(state->bytes(6)); former.ok() && !former.atEnd();) {
        const Hlc last = former.fixed();
        m_former.push_back({last, former.fixed()});
    }
    birthmark = state->bytes(7).toByteArray();
    state->reset();

    auto numbers = readSites(m_handle);
    if (!numbers)
        return fail(numbers.error());
    sites = *std::move(numbers);
    m_savedSites = sites.sites().size();

    m_spaces.clear();
    auto spaces =
        SqlStatement::prepare(m_handle, "SELECT id, name, role, epoch, cursor, last_push, departed, closed, reason,"
                                        " tables, reached, forgotten, sweep, forgotten_length FROM sheaf_spaces ORDER BY id");
    if (!spaces)
        return fail(spaces.error());
    const auto read = forEachRow(*spaces, [&](const SqlStatement &row) {
        auto space = std::make_unique<Space>();
        space->id = row.integer(0);
        space->state = {.name = row.bytes(1).toByteArray(),
                        .role = static_cast<Role>(row.integer(2)),
                        .epoch = static_cast<Epoch>(row.integer(3)),
                        .cursor = static_cast<Sequence>(row.integer(4)),
                        .lastPush = static_cast<quint64>(row.integer(5)),
                        .isDeparted = row.integer(6) != 0,
                        .closedCode = QString::fromUtf8(row.bytes(7)),
                        .closedReason = QString::fromUtf8(row.bytes(8)),
                        .tables = {},
                        .reached = static_cast<Sequence>(row.integer(10)),
                        .forgotten = static_cast<Hlc>(row.integer(11)),
                        .forgottenLength = static_cast<CausalLength>(row.integer(13)),
                        .sweep = static_cast<Sequence>(row.integer(12))};
        for (Bytes::Reader tables(row.bytes(9)); tables.ok() && !tables.atEnd();)
            space->state.tables.append(tables.bytes().toByteArray());
        m_spaces.push_back(std::move(space));
    });
    if (!read)
        return fail(read.error());
    return loadBuckets();
}

Result<void> Store::loadBuckets()
{
    auto buckets = SqlStatement::prepare(m_handle, "SELECT space, bucket, sum FROM sheaf_buckets");
    if (!buckets)
        return fail(buckets.error());
    for (const auto &space : m_spaces)
        space->digest = {};
    const auto read = forEachRow(*buckets, [&](const SqlStatement &row) {
        Bytes::Reader sum(row.bytes(2));
        const quint64 high = sum.fixed();
        if (Space *space = find(row.integer(0)))
            space->digest.add({{sum.fixed(), high}, static_cast<quint8>(row.integer(1))});
    });
    if (!read)
        return fail(read.error());
    return {};
}

Result<SiteNumbers> Store::readSites(sqlite3 *handle)
{
    SiteNumbers numbers;
    auto all = SqlStatement::prepare(handle, "SELECT site FROM sheaf_sites ORDER BY n");
    if (!all)
        return fail(all.error());
    const auto read = forEachRow(*all, [&](const SqlStatement &row) { numbers.append(static_cast<SiteId>(row.integer(0))); });
    if (!read)
        return fail(read.error());
    return numbers;
}

Result<void> Store::saveSites(const SiteNumbers &numbers)
{
    const std::vector<SiteId> &all = numbers.sites();
    if (m_savedSites == all.size())
        return {};
    auto insert = SqlStatement::prepare(m_handle, "INSERT INTO sheaf_sites(n, site) VALUES (?1, ?2)");
    if (!insert)
        return fail(insert.error());
    for (; m_savedSites < all.size(); ++m_savedSites) {
        insert->bindInteger(1, static_cast<qint64>(m_savedSites));
        insert->bindInteger(2, static_cast<qint64>(all[m_savedSites]));
        if (auto done = insert->run(); !done)
            return done;
    }
    return {};
}

Result<void> Store::save()
{
    if (auto done = saveSites(sites); !done)
        return done;
    if (!m_saveState.isPrepared()) {
        auto state = SqlStatement::prepare(
            m_handle, "UPDATE sheaf_state SET site = ?1, hlc = ?2, seen = ?3, clock_offset = ?4, lease = ?5, offered = ?6,"
                      " birthmark = ?7");
        auto space = SqlStatement::prepare(
            m_handle, "UPDATE sheaf_spaces SET role = ?2, epoch = ?3, cursor = ?4, last_push = ?5, departed = ?6, closed = ?7,"
                      " reason = ?8, tables = ?9, reached = ?10, forgotten = ?11, sweep = ?12,"
                      " forgotten_length = ?13 WHERE id = ?1");
        auto bucket = SqlStatement::prepare(m_handle, "REPLACE INTO sheaf_buckets(space, bucket, sum) VALUES (?1, ?2, ?3)");
        if (!state || !space || !bucket)
            return fail(!state ? state.error() : !space ? space.error() : bucket.error());
        m_saveState = std::move(*state);
        m_saveSpace = std::move(*space);
        m_saveBucket = std::move(*bucket);
    }
    m_saveState.bindInteger(1, static_cast<qint64>(site));
    m_saveState.bindInteger(2, static_cast<qint64>(clock.last()));
    m_saveState.bindInteger(3, static_cast<qint64>(seen));
    m_saveState.bindInteger(4, clockOffsetMs);
    m_saveState.bindBlob(5, lease);
    m_saveState.bindInteger(6, static_cast<qint64>(offered));
    m_saveState.bindBlob(7, birthmark);
    if (auto done = m_saveState.run(); !done)
        return done;
    for (const auto &space : m_spaces) {
        if (std::exchange(space->dirty, false)) {
            if (space->state.sweep == 0) // a sweep that is not over has reached nothing
                space->state.reached = std::max(space->state.reached, space->state.cursor);
            m_saveSpace.bindInteger(1, space->id);
            m_saveSpace.bindInteger(2, static_cast<int>(space->state.role));
            m_saveSpace.bindInteger(3, static_cast<qint64>(space->state.epoch));
            m_saveSpace.bindInteger(4, static_cast<qint64>(space->state.cursor));
            m_saveSpace.bindInteger(5, static_cast<qint64>(space->state.lastPush));
            m_saveSpace.bindInteger(6, space->state.isDeparted ? 1 : 0);
            const QByteArray code = space->state.closedCode.toUtf8();
            const QByteArray reason = space->state.closedReason.toUtf8();
            QByteArray tables;
            for (const QByteArray &table : std::as_const(space->state.tables))
                Bytes::appendBytes(tables, table);
            m_saveSpace.bindBlob(7, code);
            m_saveSpace.bindBlob(8, reason);
            m_saveSpace.bindBlob(9, tables);
            m_saveSpace.bindInteger(10, static_cast<qint64>(space->state.reached));
            m_saveSpace.bindInteger(11, static_cast<qint64>(space->state.forgotten));
            m_saveSpace.bindInteger(12, static_cast<qint64>(space->state.sweep));
            m_saveSpace.bindInteger(13, space->state.forgottenLength);
            if (auto done = m_saveSpace.run(); !done)
                return done;
        }
        if (space->dirtyBuckets.none())
            continue;
        for (int bucket = 0; bucket < SpaceDigest::bucketCount; ++bucket) {
            if (!space->dirtyBuckets.test(static_cast<size_t>(bucket)))
                continue;
            const Digest128 sum = space->digest.bucket(bucket);
            QByteArray bytes;
            Bytes::appendFixed(bytes, sum.high);
            Bytes::appendFixed(bytes, sum.low);
            m_saveBucket.bindInteger(1, space->id);
            m_saveBucket.bindInteger(2, bucket);
            m_saveBucket.bindBlob(3, bytes);
            if (auto done = m_saveBucket.run(); !done)
                return done;
        }
        space->dirtyBuckets.reset();
    }
    return {};
}

Result<Store::Space *> Store::spaceFor(const QByteArray &name)
{
    if (Space *known = find(name))
        return known;
    auto insert = SqlStatement::prepare(m_handle, "INSERT INTO sheaf_spaces(name) VALUES (?1) RETURNING id");
    if (!insert)
        return fail(insert.error());
    insert->bindBlob(1, name);
    if (auto row = insert->step(); !row)
        return fail(row.error());
    auto space = std::make_unique<Space>();
    space->id = insert->integer(0);
    space->state.name = name;
    insert->reset();
    m_spaces.push_back(std::move(space));
    return m_spaces.back().get();
}

Store::Space *Store::find(const QByteArray &name)
{
    for (const auto &space : m_spaces) {
        if (space->state.name == name)
            return space.get();
    }
    return nullptr;
}

Store::Space *Store::find(qint64 id)
{
    for (const auto &space : m_spaces) {
        if (space->id == id)
            return space.get();
    }
    return nullptr;
}

bool Store::isPlausible(Hlc stamp, qint64 wallMs)
{
    constexpr qint64 slackMs = 5'000; // the offset to the server's clock is known to a second or two
    return stamp <= makeHlc(std::max<qint64>(wallMs, 0) + Limits::stampAheadMsMax + slackMs);
}

void Store::see(Hlc stamp, qint64 wallMs)
{
    seen = std::max(seen, stamp);
    if (isPlausible(stamp, wallMs))
        clock.observe(stamp);
}

bool Store::isOwn(Stamp stamp) const
{
    return stamp.site == site || std::ranges::any_of(m_former, [stamp](const Stamp &former) {
               return former.site == stamp.site && stamp.hlc <= former.hlc;
           });
}

Hlc Store::offeredEver() const
{
    Hlc latest = offered;
    for (const Stamp &former : m_former)
        latest = std::max(latest, former.hlc);
    return latest;
}

Result<void> Store::chooseWriter(SiteId fresh)
{
    // Parts that only one writes have a name of eight bytes; elements and keys that have are no harm.
    auto waiting = SqlStatement::prepare(m_handle, "SELECT 1 FROM sheaf_outbox o CROSS JOIN sheaf_parts p ON p.tbl = o.tbl"
                                                   " AND p.pk = o.pk WHERE p.waits AND length(p.part) = 8 LIMIT 1");
    if (!waiting)
        return fail(waiting.error());
    const auto any = waiting->step();
    if (!any)
        return fail(any.error());
    writer = *any ? fresh : site;
    return {};
}

Result<void> Store::rename(SiteId fresh)
{
    m_former.push_back({offered, site});
    QByteArray bytes;
    for (const Stamp &former : m_former) {
        Bytes::appendFixed(bytes, former.hlc);
        Bytes::appendFixed(bytes, former.site);
    }
    site = fresh;
    offered = 0;
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_state SET former = ?1");
    if (!update)
        return fail(update.error());
    update->bindBlob(1, bytes);
    return update->run();
}

void Store::add(Space &space, const RowFingerprint &row)
{
    space.digest.add(row);
    space.dirtyBuckets.set(row.bucket);
}

void Store::subtract(Space &space, const RowFingerprint &row)
{
    space.digest.subtract(row);
    space.dirtyBuckets.set(row.bucket);
}

} // namespace Sheaf
