// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "server/core/serverplugin.h"

#include <map>
#include <memory>

namespace Sheaf::Server {

/// The plugins of a server and who hears them: hands messages on by name, as far as access and limits go.
/// One thread; borrows the clock. Sessions leave before they die.
class PluginBench
{
public:
    /// Messages that nobody got.
    struct Counters {
        quint64 unknown = 0;   ///< no such plugin
        quint64 forbidden = 0; ///< about a space that the sender may not see
        quint64 tooLarge = 0;  ///< beyond PluginLimits::payloadBytesMax
        quint64 tooFast = 0;   ///< beyond PluginLimits::perSecond and burst
    };

    explicit PluginBench(Clock &clock) : m_clock(clock) {}
    ~PluginBench();
    Q_DISABLE_COPY_MOVE(PluginBench)

    /// Before the first session; one plugin of a name.
    void install(std::unique_ptr<ServerPlugin> plugin);

    /// The session was welcomed and may see these spaces.
    void joined(PluginPeer &peer, const QList<QByteArray> &spaces);
    /// It is over, or these spaces are closed to it.
    void left(PluginPeer &peer, const QList<QByteArray> &spaces);
    /// An error ends the session.
    Result<void> received(PluginPeer &peer, const Plugin &message);
    void drained(PluginPeer &peer);
    void tick();

    [[nodiscard]] const std::vector<PluginPeer *> &peers(const QByteArray &space) const;
    [[nodiscard]] qint64 nowMs() const { return m_clock.monotonicMs(); }
    [[nodiscard]] const Counters &counters() const { return m_counters; }

private:
    /// How much a session may still say, as of a moment.
    struct Allowance {
        double left = 0;
        qint64 atMs = 0;
    };
    struct Station {
        std::unique_ptr<ServerPlugin> plugin;
        std::map<const PluginPeer *, Allowance> allowances;
    };

    [[nodiscard]] bool maySpeak(Station &station, const PluginPeer &peer) const;

    Clock &m_clock;
    std::map<QByteArray, Station> m_stations;
    std::map<QByteArray, std::vector<PluginPeer *>> m_peers; ///< by space
    Counters m_counters;
};

} // namespace Sheaf::Server
