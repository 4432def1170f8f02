// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/presenceclient.h"

#include "session/tuning.h"

#include <algorithm>

namespace Sheaf {

using std::chrono::milliseconds;

PresenceClient::PresenceClient(Clock &clock, Random &random, Events events)
    : m_clock(clock), m_random(random), m_events(std::move(events)), m_upkeep(clock)
{
}

PresenceClient::~PresenceClient() = default;

void PresenceClient::enter(Room room, const PresenceTopic &topic)
{
    // 32 bits that are not zero, as Yjs has them.
    const quint64 client = 1 + m_random.below(UINT32_MAX);
    Member &member = *m_rooms.insert_or_assign(room, std::make_unique<Member>(m_clock, client, topic)).first->second;
    if (m_online)
        join(member);
    // Other rooms of this replica are behind the same session, which hears nothing of its own.
    for (const auto &[other, sibling] : m_rooms) {
        if (other != room && sibling->topic == topic && !sibling->wanted.isEmpty() && m_online)
            take(room, member, sibling->awareness.renew());
    }
    scheduleUpkeep();
}

void PresenceClient::setState(Room room, const QByteArray &state)
{
    const auto found = m_rooms.find(room);
    if (found == m_rooms.end() || found->second->wanted == state)
        return;
    found->second->wanted = state;
    announceSoon(room, *found->second);
}

void PresenceClient::leave(Room room)
{
    const auto found = m_rooms.find(room);
    if (found == m_rooms.end())
        return;
    const std::unique_ptr<Member> member = std::move(found->second);
    m_rooms.erase(found);
    if (!m_online)
        return;
    if (!member->awareness.ownState().isEmpty()) {
        const QByteArray update = member->awareness.setOwn({});
        send(*member, update);
        tellHere(*member, update);
    }
    const bool isShared = std::ranges::any_of(m_rooms, [&](const auto &other) { return other.second->topic == member->topic; });
    if (!isShared)
        send(*member, {});
}

void PresenceClient::setOnline(bool online)
{
    if (m_online == online)
        return;
    m_online = online;
    for (const auto &[room, member] : m_rooms) {
        member->announcing.stop();
        member->announcedMs = -1;
        if (!online) {
            report(room, *member, member->awareness.forgetOthers());
            continue;
        }
        join(*member);
        announce(room, *member);
    }
    scheduleUpkeep();
}

void PresenceClient::receive(const Plugin &plugin)
{
    const PresenceTopic topic{plugin.space, plugin.topic};
    for (const auto &[room, member] : m_rooms) {
        if (member->topic == topic)
            take(room, *member, plugin.payload);
    }
}

/// Asks for everybody's state, and for news from then on.
void PresenceClient::join(Member &member)
{
    send(member, Text::writeAwareness({}));
}

void PresenceClient::announceSoon(Room room, Member &member)
{
    if (!m_online || member.announcing.isActive())
        return;
    const qint64 dueMs = member.announcedMs + Tuning::presenceIntervalMs;
    const qint64 waitMs = member.announcedMs < 0 ? 0 : std::max<qint64>(0, dueMs - m_clock.monotonicMs());
    member.announcing.start(milliseconds(waitMs), [this, room, &member] { announce(room, member); });
}

void PresenceClient::announce(Room room, Member &member)
{
    if (!m_online || (member.wanted.isEmpty() && member.awareness.ownState().isEmpty()))
        return;
    const QByteArray update = member.awareness.setOwn(member.wanted);
    const bool sent = send(member, update);
    member.announcedMs = m_clock.monotonicMs();
    tellHere(member, update);
    if (!sent) // the link is busy: once more, with what is latest then
        member.announcing.start(milliseconds(Tuning::presenceBusyMs), [this, room, &member] { announce(room, member); });
}

void PresenceClient::tellHere(const Member &from, const QByteArray &update)
{
    for (const auto &[room, member] : m_rooms) {
        if (member.get() != &from && member->topic == from.topic)
            take(room, *member, update);
    }
}

void PresenceClient::take(Room room, Member &member, const QByteArray &update)
{
    const auto change = member.awareness.apply(update, m_clock.monotonicMs());
    if (!change)
        return; // of no use, and of no harm
    if (change->isOwnDenied)
        announceSoon(room, member);
    report(room, member, *change);
}

void PresenceClient::report(Room room, const Member &member, const Text::Awareness::Change &change)
{
    if (change.present.empty() && change.gone.empty())
        return;
    QList<PresenceState> present;
    for (const quint64 client : change.present)
        present.append({client, member.awareness.state(client)});
    if (m_events.changed)
        m_events.changed(room, present, {change.gone.begin(), change.gone.end()});
}

bool PresenceClient::send(const Member &member, const QByteArray &payload)
{
    return m_events.send && m_events.send(Plugin{presencePlugin(), member.topic.space, member.topic.place, payload});
}

void PresenceClient::scheduleUpkeep()
{
    if (!m_online || m_rooms.empty())
        m_upkeep.stop();
    else if (!m_upkeep.isActive())
        m_upkeep.start(milliseconds(Tuning::presenceUpkeepMs), [this] { upkeep(); });
}

/// Renews what is old of ours, and drops what is too old of others.
void PresenceClient::upkeep()
{
    const qint64 now = m_clock.monotonicMs();
    for (const auto &[room, member] : m_rooms) {
        if (!member->wanted.isEmpty() && now - member->announcedMs >= Tuning::presenceRenewalMs && !member->announcing.isActive())
            announce(room, *member);
        report(room, *member, member->awareness.expire(now));
    }
    scheduleUpkeep();
}

} // namespace Sheaf
