// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/collector.h"
#include "server/core/groupcommit.h"
#include "server/core/pluginbench.h"
#include "server/core/presencehub.h"
#include "server/core/serversession.h"
#include "server/core/yjsdesk.h"

#include <functional>

namespace Sheaf::Server {

/// The server without sockets and files: sessions over any connections, their pushes merged into
/// the storage in groups, and what was committed fanned out.
/// One thread, the one of clock and connections. Storage, clock and random outlive it.
class ServerCore final : private SessionHost, private YjsDesk::Host, private Collector::Host
{
public:
    ServerCore(Storage &storage, Clock &clock, Random &random);
    ~ServerCore();
    Q_DISABLE_COPY_MOVE(ServerCore)

    /// Serves a connection that is open already.
    void accept(std::unique_ptr<Connection> connection);
    /// The same for one of a Yjs client, whose HTTP request had this target.
    void acceptYjs(std::unique_ptr<YjsConnection> connection, QByteArrayView target);

    /// Commits and acknowledges what has arrived, tells every client to come back later and closes;
    /// `finished` is called when all are gone, at the latest after Tuning::shutdownMsMax.
    void stop(std::function<void()> finished);

    /// A device has other grants than before, or no token any more: its open sessions learn it at once. What they have pushed
    /// and nobody has acknowledged counts as pushed with the new role.
    void accessChanged(const StoredDevice &device);

    /// Ends the sessions of apps that are too old for a space by now, so that they come again and are told.
    void schemaRequired(const QByteArray &space, quint32 version);

    /// How long deletes are remembered; before the first connection.
    void setRetention(const Retention &retention) { m_collector.setRetention(retention); }
    /// Forgets what deletes may be forgotten now; it comes by itself every hour.
    void collect() { m_collector.collect(); }

    /// What messages may be packed with, if the client knows one of them; before the first connection.
    void setCompressions(Compressions compressions) { m_compressions = std::move(compressions); }
    /// Adds the server's half of a plugin; before the first connection.
    void install(std::unique_ptr<ServerPlugin> plugin) { m_plugins.install(std::move(plugin)); }
    [[nodiscard]] PluginBench &plugins() override { return m_plugins; }
    /// Who is where; other front ends of this server may take part.
    [[nodiscard]] PresenceHub &presence() { return m_presence; }

    [[nodiscard]] qsizetype sessionCount() const { return static_cast<qsizetype>(m_sessions.size()); }

private:
    void arrive(ServerSession &session, Hello hello) override;
    void upload(ServerSession &session, Channel &channel, std::vector<Push> pushes, qint64 bytes, bool isDenied) override;
    bool buffer(qint64 bytes) override;
    [[nodiscard]] const Compressions &compressions() const override { return m_compressions; }
    [[nodiscard]] Epoch epoch() const override { return m_storage.epoch(); }
    Result<Channel *> channel(const QByteArray &space) override;
    std::optional<SpaceDigest> digest(Channel &channel, const QList<QByteArray> &tables) override;
    Result<Page> page(const Channel &channel, PagePlace after, const RowFilter &filter) override;
    void ended(ServerSession &session) override;
    void upload(const YjsSession &session, Channel &channel, Push push) override;
    void yjsEmptied() override;
    void seen(SiteId site, const QByteArray &space, Sequence cursor) override { m_collector.seen(site, space, cursor); }
    Channel &channelOf(const QByteArray &space) override { return m_channels.try_emplace(space, space).first->second; }
    void greet(Collector &collector) override;
    void forgot(Channel &channel) override;
    void doubt(const ChannelSet &channels, const Error &error) override;

    void countTables();
    void denyUploads(const StoredDevice &device);
    void endSessions(DeviceId device);
    void setRole(ServerSession &session, const Grant &grant);
    Result<Welcome::Space> spaceFor(SiteId site, const Grant &grant);
    void startTicking();
    [[nodiscard]] bool isGroupFull() const;
    void scheduleCommit();
    void commit();
    void welcome(const std::vector<std::pair<quint64, std::variant<Refused, Admission>>> &arrivals);
    void publish(Channel &channel, Broadcast &broadcast);
    void giveUp(const Group &group, const Error &error);
    void tick();
    void reap();
    void finish();
    [[nodiscard]] ServerSession *session(quint64 number) const;

    Storage &m_storage;
    Clock &m_clock;
    Random &m_random;
    Compressions m_compressions = builtinCompressions();
    PresenceHub m_presence;
    PluginBench m_plugins;
    std::map<QByteArray, Channel> m_channels;
    std::map<quint64, std::unique_ptr<ServerSession>> m_sessions;
    std::vector<quint64> m_ended;
    quint64 m_lastNumber = 0;
    Group m_group;
    qint64 m_bufferedBytes = 0;
    Clock::TimerId m_commitTimer = 0;
    Clock::TimerId m_tickTimer = 0;
    Clock::TimerId m_reapTimer = 0;
    Clock::TimerId m_stopTimer = 0;
    Clock::TimerId m_countTimer = 0;
    ChannelSet m_counting; ///< whose tables are being counted
    bool m_stopping = false;
    std::function<void()> m_finished;
    YjsDesk m_yjs;
    Collector m_collector;
};

} // namespace Sheaf::Server
