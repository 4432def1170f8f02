// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "server/core/channel.h"
#include "server/core/tuning.h"

#include <QSet>

#include <deque>
#include <map>
#include <tuple>

namespace Sheaf::Server {

/// How long deletes are remembered.
struct Retention {
    qint64 silenceMs = Tuning::retentionMsDefault; ///< a replica that was silent for longer is not waited for; 0: for ever
    qint64 delayMs = Tuning::forgetDelayMs;        ///< no delete is forgotten before
};

/// The next step on the way of a space: its floor is collected once `watermark`, what all replicas have seen, has
/// reached it; then there may be another floor, at the head and the stamp `upTo`.
[[nodiscard]] Forgotten forgetMore(const StoredSpace &space, Sequence watermark, Hlc upTo, qint64 delayMs);

/// Lets the spaces forget deletes, and parts that were taken out, that every replica has seen: PROTOCOL.md "Forgetting deletes".
/// Keeps how far the replicas are in memory and stores it now and then; what a crash loses of it, they say again. One thread.
/// Storage, clock and host outlive it.
class Collector
{
public:
    class Host
    {
    public:
        /// The channel of a space, loaded or not.
        virtual Channel &channelOf(const QByteArray &space) = 0;
        /// Calls seen() for all replicas that are connected: they are not silent.
        virtual void greet(Collector &collector) = 0;
        /// The space has forgotten more, and it is stored: tell those who follow it.
        virtual void forgot(Channel &channel) = 0;
        /// Nobody knows what a commit did.
        virtual void doubt(const ChannelSet &channels, const Error &error) = 0;

    protected:
        ~Host() = default;
    };

    Collector(Host &host, Storage &storage, Clock &clock) : m_host(host), m_storage(storage), m_clock(clock) {}
    ~Collector();
    Q_DISABLE_COPY_MOVE(Collector)

    void setRetention(const Retention &retention) { m_retention = retention; }
    /// A replica that follows a space has it up to `cursor`.
    void seen(SiteId site, const QByteArray &space, Sequence cursor);
    /// What happens by itself every Tuning::forgetIntervalMs.
    void collect();
    /// Stores what is known of the replicas.
    void stop();

private:
    Result<void> storePlaces(StorageTransaction &transaction, const QList<StoredSpace> &spaces);
    Result<bool> forget(StorageTransaction &transaction, const StoredSpace &space, ChannelSet &changed);
    Result<void> collectAll(ChannelSet &changed, ChannelSet &forgot);
    void schedule();
    void sweepSoon();
    void sweep();
    /// One look through the records of a space for what can be removed.
    struct Sweep {
        Channel *channel = nullptr;
        Sequence at = 0;
        Sequence head = 0;        ///< when it began
        bool leftDeletes = false; ///< some are too young, or parts that were taken out are
    };
    /// What a turn of it found.
    struct SweptRows {
        std::vector<Sequence> dead;
        std::vector<std::tuple<Sequence, TableId, QByteArray, QByteArray>> smaller; ///< with key and record
    };
    bool lookAt(const Space &space, const RecordView &row, SweptRows &rows);
    Result<void> remove(SpaceId space, const SweptRows &rows);
    Result<bool> sweepPart(Sweep &sweep);

    Host &m_host;
    Storage &m_storage;
    Clock &m_clock;
    Retention m_retention;
    std::map<std::pair<QByteArray, SiteId>, Sequence> m_seen; ///< not stored yet
    std::deque<Sweep> m_sweeps;
    RowRecord m_record;                     ///< scratch
    std::map<QByteArray, Sequence> m_clean; ///< spaces that had no delete left when their heads were there
    bool m_isFirst = true;                  ///< a sweep may have been under way when the server stopped
    Clock::TimerId m_timer = 0;
    Clock::TimerId m_sweepTimer = 0;
};

} // namespace Sheaf::Server
