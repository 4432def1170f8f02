// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/presencehub.h"
#include "server/core/serverplugin.h"

namespace Sheaf::Server {

/// The plugin `presence` of PROTOCOL.md: brings the sessions of replicas into a hub that other front ends share.
/// Borrows the hub.
class PresencePlugin final : public ServerPlugin
{
public:
    explicit PresencePlugin(PresenceHub &hub);
    ~PresencePlugin() override;

private:
    /// A session that takes part somewhere.
    struct Seat final : PresenceListener {
        explicit Seat(PluginPeer &p) : peer(p) {}
        /// A reader that is behind gets no news but, once it has read, the latest states of all.
        void presence(PresenceNews &news) override;

        PluginPeer &peer;
        std::set<PresenceTopic> missed; ///< topics with news that the connection did not take
    };

    Result<void> received(PluginPeer &peer, const Plugin &message) override;
    void left(PluginPeer &peer, const QByteArray &space) override;
    void drained(PluginPeer &peer) override;

    PresenceHub &m_hub;
    std::map<quint64, Seat> m_seats; ///< by number of the session
};

} // namespace Sheaf::Server
