// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/pluginbench.h"

#include "base/check.h"

#include <algorithm>

namespace Sheaf::Server {

PluginBench::~PluginBench() = default;

void PluginBench::install(std::unique_ptr<ServerPlugin> plugin)
{
    SHEAF_CHECK(m_peers.empty() && !m_stations.contains(plugin->name()));
    plugin->m_bench = this;
    const QByteArray name = plugin->name();
    m_stations[name].plugin = std::move(plugin);
}

void PluginBench::joined(PluginPeer &peer, const QList<QByteArray> &spaces)
{
    for (const QByteArray &space : spaces) {
        m_peers[space].push_back(&peer);
        for (const auto &[name, station] : m_stations)
            station.plugin->joined(peer, space);
    }
}

void PluginBench::left(PluginPeer &peer, const QList<QByteArray> &spaces)
{
    // First from all lists, so that no plugin talks to whoever is on the way out.
    for (const QByteArray &space : spaces) {
        const auto peers = m_peers.find(space);
        if (peers != m_peers.end() && std::erase(peers->second, &peer) > 0 && peers->second.empty())
            m_peers.erase(peers);
    }
    for (auto &[name, station] : m_stations) {
        for (const QByteArray &space : spaces)
            station.plugin->left(peer, space);
        station.allowances.erase(&peer);
    }
}

Result<void> PluginBench::received(PluginPeer &peer, const Plugin &message)
{
    const auto found = m_stations.find(message.name);
    if (found == m_stations.end()) {
        ++m_counters.unknown;
        return {};
    }
    if (peer.role(message.space) == Role::None) {
        ++m_counters.forbidden;
        return {};
    }
    Station &station = found->second;
    if (message.payload.size() > station.plugin->limits().payloadBytesMax) {
        ++m_counters.tooLarge;
        return {};
    }
    if (!maySpeak(station, peer)) {
        ++m_counters.tooFast;
        return {};
    }
    return station.plugin->received(peer, message);
}

bool PluginBench::maySpeak(Station &station, const PluginPeer &peer) const
{
    const PluginLimits &limits = station.plugin->limits();
    const qint64 now = nowMs();
    const auto [known, isNew] = station.allowances.try_emplace(&peer, Allowance{static_cast<double>(limits.burst), now});
    Allowance &allowance = known->second;
    const double earned = static_cast<double>(now - allowance.atMs) * limits.perSecond / 1000;
    allowance.left = std::min(allowance.left + earned, static_cast<double>(limits.burst));
    allowance.atMs = now;
    if (allowance.left < 1)
        return false;
    allowance.left -= 1;
    return true;
}

void PluginBench::drained(PluginPeer &peer)
{
    for (const auto &[name, station] : m_stations)
        station.plugin->drained(peer);
}

void PluginBench::tick()
{
    for (const auto &[name, station] : m_stations)
        station.plugin->tick();
}

const std::vector<PluginPeer *> &PluginBench::peers(const QByteArray &space) const
{
    static const std::vector<PluginPeer *> nobody;
    const auto found = m_peers.find(space);
    return found == m_peers.end() ? nobody : found->second;
}

} // namespace Sheaf::Server
