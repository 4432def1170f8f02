// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/presenceplugin.h"

#include "server/core/tuning.h"

namespace Sheaf::Server {

PresencePlugin::PresencePlugin(PresenceHub &hub)
    : ServerPlugin(presencePlugin(), {.perSecond = Tuning::presencePerSecond, .burst = Tuning::presenceBurst}), m_hub(hub)
{
}

PresencePlugin::~PresencePlugin() = default;

void PresencePlugin::Seat::presence(PresenceNews &news)
{
    if (!peer.send(news.word()))
        missed.insert(news.topic());
}

Result<void> PresencePlugin::received(PluginPeer &peer, const Plugin &message)
{
    Seat &seat = m_seats.try_emplace(peer.number(), peer).first->second;
    const PresenceTopic topic{message.space, message.topic};
    if (message.payload.isEmpty()) {
        seat.missed.erase(topic);
        m_hub.leave(seat, topic);
        return {};
    }
    const bool wantsAll = message.payload == QByteArray(1, '\0'); // an update without entries
    if (!wantsAll && m_hub.publish(seat, topic, message.payload))
        return {};
    if (m_hub.join(seat, peer.device(), topic) && !wantsAll)
        m_hub.publish(seat, topic, message.payload);
    return {};
}

void PresencePlugin::left(PluginPeer &peer, const QByteArray &space)
{
    const auto seat = m_seats.find(peer.number());
    if (seat == m_seats.end())
        return;
    std::erase_if(seat->second.missed, [&](const PresenceTopic &topic) { return topic.space == space; });
    if (!m_hub.leaveSpace(seat->second, space))
        m_seats.erase(seat);
}

void PresencePlugin::drained(PluginPeer &peer)
{
    const auto seat = m_seats.find(peer.number());
    if (seat == m_seats.end())
        return;
    for (const PresenceTopic &topic : std::exchange(seat->second.missed, {}))
        m_hub.join(seat->second, peer.device(), topic);
}

} // namespace Sheaf::Server
