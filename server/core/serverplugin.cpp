// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/serverplugin.h"

#include "server/core/pluginbench.h"

namespace Sheaf::Server {

ServerPlugin::ServerPlugin(QByteArray name, PluginLimits limits) : m_name(std::move(name)), m_limits(limits)
{
}

ServerPlugin::~ServerPlugin() = default;

void ServerPlugin::joined(PluginPeer &, const QByteArray &)
{
}

void ServerPlugin::left(PluginPeer &, const QByteArray &)
{
}

void ServerPlugin::drained(PluginPeer &)
{
}

void ServerPlugin::tick()
{
}

const std::vector<PluginPeer *> &ServerPlugin::peers(const QByteArray &space) const
{
    static const std::vector<PluginPeer *> nobody;
    return m_bench ? m_bench->peers(space) : nobody;
}

void ServerPlugin::tell(const QByteArray &space, const QByteArray &topic, const QByteArray &payload, const PluginPeer *except)
{
    PluginWord word({m_name, space, topic, payload});
    for (PluginPeer *peer : peers(space)) {
        if (peer != except)
            peer->send(word);
    }
}

bool ServerPlugin::send(PluginPeer &peer, const QByteArray &space, const QByteArray &topic, const QByteArray &payload)
{
    PluginWord word({m_name, space, topic, payload});
    return peer.send(word);
}

qint64 ServerPlugin::nowMs() const
{
    return m_bench ? m_bench->nowMs() : 0;
}

} // namespace Sheaf::Server
