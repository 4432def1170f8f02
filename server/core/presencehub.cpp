// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/presencehub.h"

#include "server/core/tuning.h"
#include "text/limits.h"

#include <algorithm>

namespace Sheaf::Server {

using std::chrono::milliseconds;

namespace {

/// Entries in updates of a bounded size each.
std::vector<QByteArray> updatesOf(const std::vector<Text::AwarenessEntry> &entries)
{
    std::vector<QByteArray> updates;
    for (size_t first = 0; first < entries.size();) {
        size_t end = first;
        for (qsizetype bytes = 0; end < entries.size() && bytes < Tuning::presenceUpdateBytesTarget; ++end)
            bytes += entries[end].state.size() + 16;
        updates.push_back(Text::writeAwareness(std::span(entries).subspan(first, end - first)));
        first = end;
    }
    return updates;
}

} // namespace

PresenceHub::~PresenceHub()
{
    m_clock.cancel(m_tellTimer);
    m_clock.cancel(m_expiryTimer);
}

bool PresenceHub::join(PresenceListener &listener, DeviceId device, const PresenceTopic &place)
{
    Member &member = m_members[&listener];
    member.device = device;
    if (!member.topics.contains(place)) {
        if (static_cast<qsizetype>(member.topics.size()) >= Tuning::presenceTopicsMax) {
            ++m_counters.crowded;
            return false;
        }
        member.topics.insert(place);
        m_topics[place].listeners.push_back(&listener);
    }
    Topic &topic = m_topics[place];
    if (!topic.clients.empty()) {
        topic.newcomers.insert(&listener);
        schedule(topic);
    }
    return true;
}

bool PresenceHub::publish(PresenceListener &listener, const PresenceTopic &place, QByteArrayView update)
{
    const auto topic = m_topics.find(place);
    const auto member = m_members.find(&listener);
    if (topic == m_topics.end() || member == m_members.end() || !member->second.topics.contains(place))
        return false;
    const auto entries = Text::readAwareness(update);
    if (!entries) {
        ++m_counters.malformed;
        return true;
    }
    for (const Text::AwarenessEntry &entry : *entries)
        take(listener, topic->second, entry);
    if (!topic->second.news.empty())
        schedule(topic->second);
    if (m_expiryTimer == 0)
        m_expiryTimer = m_clock.start(milliseconds(Tuning::tickMs), [this] { expire(); });
    return true;
}

void PresenceHub::take(PresenceListener &listener, Topic &topic, const Text::AwarenessEntry &entry)
{
    const auto found = topic.clients.find(entry.client);
    const Client *known = found == topic.clients.end() ? nullptr : &found->second;
    // Clients of y-websocket repeat what they hear of others: what is no news is no offence.
    if (!Text::isNews(entry, known ? known->clock : 0, known && !known->state.isEmpty()))
        return;
    if (!mayUse(listener, known)) {
        ++m_counters.spoofed;
        return;
    }
    if (!hasRoom(listener, topic, entry, known)) {
        ++m_counters.crowded;
        return;
    }
    Client &client = topic.clients[entry.client];
    m_stateBytes += entry.state.size() - client.state.size();
    client = {entry.clock, entry.state, entry.state.isEmpty() ? nullptr : &listener, m_clock.monotonicMs()};
    topic.news.insert(entry.client);
}

bool PresenceHub::mayUse(const PresenceListener &listener, const Client *known) const
{
    if (known == nullptr || known->owner == nullptr || known->owner == &listener)
        return true;
    const DeviceId device = m_members.at(&listener).device;
    return device != 0 && device == m_members.at(known->owner).device;
}

bool PresenceHub::hasRoom(const PresenceListener &listener, Topic &topic, const Text::AwarenessEntry &entry, const Client *known)
{
    if (m_stateBytes + entry.state.size() > Tuning::presenceBytesMax)
        return entry.state.isEmpty();
    if (known != nullptr)
        return true;
    const auto owned = std::ranges::count(topic.clients, &listener, [](const auto &one) { return one.second.owner; });
    if (owned >= Tuning::presenceClientsPerListenerMax)
        return false;
    if (static_cast<qsizetype>(topic.clients.size()) < Tuning::presenceClientsMax)
        return true;
    return std::erase_if(topic.clients, [](const auto &one) { return one.second.state.isEmpty(); }) > 0;
}

void PresenceHub::leave(PresenceListener &listener, const PresenceTopic &place)
{
    const auto member = m_members.find(&listener);
    if (member == m_members.end() || member->second.topics.erase(place) == 0)
        return;
    drop(listener, place);
    if (member->second.topics.empty())
        m_members.erase(member);
}

bool PresenceHub::leaveSpace(PresenceListener &listener, const QByteArray &space)
{
    const auto member = m_members.find(&listener);
    if (member == m_members.end())
        return false;
    std::erase_if(member->second.topics, [&](const PresenceTopic &place) {
        if (place.space != space)
            return false;
        drop(listener, place);
        return true;
    });
    if (!member->second.topics.empty())
        return true;
    m_members.erase(member);
    return false;
}

void PresenceHub::leave(PresenceListener &listener)
{
    const auto member = m_members.find(&listener);
    if (member == m_members.end())
        return;
    const std::set<PresenceTopic> places = std::move(member->second.topics);
    m_members.erase(member);
    for (const PresenceTopic &place : places)
        drop(listener, place);
}

/// Takes a listener and its clients out of a topic.
void PresenceHub::drop(PresenceListener &listener, const PresenceTopic &place)
{
    const auto found = m_topics.find(place);
    Topic &topic = found->second;
    std::erase(topic.listeners, &listener);
    topic.newcomers.erase(&listener);
    for (auto &[id, client] : topic.clients) {
        if (client.owner == &listener)
            vanish(topic, id, client);
    }
    if (topic.listeners.empty()) {
        m_topics.erase(found); // whoever comes next meets nobody
        return;
    }
    if (!topic.news.empty())
        schedule(topic);
}

void PresenceHub::vanish(Topic &topic, quint64 id, Client &client)
{
    m_stateBytes -= client.state.size();
    client.state.clear();
    client.owner = nullptr;
    client.heardMs = m_clock.monotonicMs();
    topic.news.insert(id);
}

/// Has the news of a topic told as soon as its last telling is long enough ago.
void PresenceHub::schedule(const Topic &topic)
{
    const qint64 now = m_clock.monotonicMs();
    const qint64 dueMs = topic.toldMs ? std::max(now, *topic.toldMs + Tuning::presenceIntervalMs) : now;
    if (m_tellTimer != 0 && m_tellAtMs <= dueMs)
        return;
    m_clock.cancel(m_tellTimer);
    m_tellAtMs = dueMs;
    m_tellTimer = m_clock.start(milliseconds(dueMs - now), [this] { tell(); });
}

void PresenceHub::tell()
{
    m_tellTimer = 0;
    const qint64 now = m_clock.monotonicMs();
    std::vector<PresenceTopic> due;
    for (const auto &[place, topic] : m_topics) {
        if (topic.news.empty() && topic.newcomers.empty())
            continue;
        if (!topic.toldMs || *topic.toldMs + Tuning::presenceIntervalMs <= now)
            due.push_back(place);
        else
            schedule(topic);
    }
    for (const PresenceTopic &place : due)
        tell(place);
}

void PresenceHub::tell(const PresenceTopic &place)
{
    const auto found = m_topics.find(place);
    if (found == m_topics.end())
        return;
    Topic &topic = found->second;
    topic.toldMs = m_clock.monotonicMs();
    const std::set<quint64> news = std::exchange(topic.news, {});
    const std::set<PresenceListener *> newcomers = std::exchange(topic.newcomers, {});
    std::vector<Text::AwarenessEntry> changed;
    std::vector<Text::AwarenessEntry> all;
    std::set<PresenceListener *> authors; ///< of what changed
    for (const auto &[id, client] : topic.clients) {
        const Text::AwarenessEntry entry{id, client.clock, client.state};
        if (news.contains(id)) {
            changed.push_back(entry);
            authors.insert(client.owner);
        }
        if (!newcomers.empty())
            all.push_back(entry);
    }
    const PresenceListener *onlyAuthor = authors.size() == 1 ? *authors.begin() : nullptr;
    const std::vector<PresenceListener *> listeners = topic.listeners;
    // From here on the topic may go: a listener may leave when it hears.
    const auto tellThose = [&](const std::vector<Text::AwarenessEntry> &entries, const auto &concerns) {
        for (QByteArray &update : updatesOf(entries)) {
            PresenceNews piece(place, std::move(update));
            for (PresenceListener *listener : listeners) {
                const auto member = m_members.find(listener);
                if (concerns(listener) && member != m_members.end() && member->second.topics.contains(place))
                    listener->presence(piece);
            }
        }
    };
    tellThose(changed, [&](PresenceListener *one) { return one != onlyAuthor && !newcomers.contains(one); });
    tellThose(all, [&](PresenceListener *one) { return newcomers.contains(one); });
}

/// Runs as long as anybody is somewhere.
void PresenceHub::expire()
{
    m_expiryTimer = 0;
    const qint64 now = m_clock.monotonicMs();
    for (auto &[place, topic] : m_topics) {
        std::erase_if(topic.clients, [now, &news = topic.news](const auto &one) {
            return one.second.state.isEmpty() && now - one.second.heardMs >= Text::Limits::awarenessMsMax &&
                   !news.contains(one.first);
        });
        for (auto &[id, client] : topic.clients) {
            if (!client.state.isEmpty() && now - client.heardMs >= Text::Limits::awarenessMsMax)
                vanish(topic, id, client);
        }
        if (!topic.news.empty())
            schedule(topic);
    }
    const bool isAnybodyThere = std::ranges::any_of(m_topics, [](const auto &topic) { return !topic.second.clients.empty(); });
    if (isAnybodyThere)
        m_expiryTimer = m_clock.start(milliseconds(Tuning::tickMs), [this] { expire(); });
}

std::vector<Text::AwarenessEntry> PresenceHub::states(const PresenceTopic &place) const
{
    std::vector<Text::AwarenessEntry> present;
    const auto topic = m_topics.find(place);
    if (topic == m_topics.end())
        return present;
    for (const auto &[id, client] : topic->second.clients) {
        if (!client.state.isEmpty())
            present.push_back({id, client.clock, client.state});
    }
    return present;
}

} // namespace Sheaf::Server
