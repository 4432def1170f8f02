// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "protocol/presencetopic.h"
#include "server/core/pluginword.h"
#include "server/core/storage.h"
#include "text/awareness.h"

#include <optional>
#include <set>

namespace Sheaf::Server {

/// What is new in a topic: one awareness update for however many listeners.
class PresenceNews
{
public:
    PresenceNews(const PresenceTopic &topic, QByteArray update)
        : m_topic(topic), m_word({presencePlugin(), topic.space, topic.place, std::move(update)})
    {
    }

    [[nodiscard]] const PresenceTopic &topic() const { return m_topic; }
    [[nodiscard]] const QByteArray &update() const { return m_word.message().payload; }
    /// The plugin message that carries it.
    [[nodiscard]] PluginWord &word() { return m_word; }

private:
    const PresenceTopic &m_topic;
    PluginWord m_word;
};

/// One connection that takes part in topics, whatever protocol it speaks.
class PresenceListener
{
public:
    /// States that changed, with null for those who are gone. What a listener published itself may be among them.
    /// Never called inside a call into the hub; may call it.
    virtual void presence(PresenceNews &news) = 0;

protected:
    ~PresenceListener() = default;
};

/// Who is where: the latest state of each client of each topic, kept in memory only. Knows no sockets and no
/// sessions; who may take part in a space is for the callers to judge.
///
/// - A client id belongs to the listener that used it first, until that one leaves; another connection of the same device may
/// take
///   it over with a greater clock (a link that broke unseen). Entries of others under that id are dropped and counted.
/// - Changes of a topic are sent together, at once after a pause and then every Tuning::presenceIntervalMs: however much its
///   clients talk, each listener hears the latest state of all, and the last state always arrives.
/// - A state that was not renewed for Text::Limits::awarenessMsMax is taken away, as are all of a listener that leaves.
///
/// One thread, the clock's. Listeners leave before they die.
class PresenceHub
{
public:
    struct Counters {
        quint64 spoofed = 0;   ///< entries under the id of somebody else
        quint64 malformed = 0; ///< updates that could not be read
        quint64 crowded = 0;   ///< joins and entries beyond a limit
    };

    explicit PresenceHub(Clock &clock) : m_clock(clock) {}
    ~PresenceHub();
    Q_DISABLE_COPY_MOVE(PresenceHub)

    /// Makes `listener` hear the topic, beginning with everybody's state; a repetition asks for all states again.
    /// `device` is whose token the connection has shown. False: it is in too many topics.
    bool join(PresenceListener &listener, DeviceId device, const PresenceTopic &topic);
    /// Takes an awareness update of a listener; false when it has not joined the topic.
    bool publish(PresenceListener &listener, const PresenceTopic &topic, QByteArrayView update);
    void leave(PresenceListener &listener, const PresenceTopic &topic);
    /// Leaves all topics of a space; false when it is in no other ones.
    bool leaveSpace(PresenceListener &listener, const QByteArray &space);
    /// Leaves all topics: the connection is over.
    void leave(PresenceListener &listener);

    /// The latest states, for tests and figures.
    [[nodiscard]] std::vector<Text::AwarenessEntry> states(const PresenceTopic &topic) const;
    [[nodiscard]] const Counters &counters() const { return m_counters; }

private:
    struct Client {
        quint64 clock = 0;
        QByteArray state; ///< empty: gone, and remembered so that what is late of it brings nobody back
        PresenceListener *owner = nullptr;
        qint64 heardMs = 0;
    };
    struct Topic {
        std::map<quint64, Client> clients;
        std::vector<PresenceListener *> listeners;
        std::set<PresenceListener *> newcomers; ///< who are told everything next
        std::set<quint64> news;                 ///< clients of whom the others are told next
        std::optional<qint64> toldMs;
    };
    struct Member {
        DeviceId device = 0;
        std::set<PresenceTopic> topics;
    };

    void take(PresenceListener &listener, Topic &topic, const Text::AwarenessEntry &entry);
    [[nodiscard]] bool mayUse(const PresenceListener &listener, const Client *known) const;
    [[nodiscard]] bool hasRoom(const PresenceListener &listener, Topic &topic, const Text::AwarenessEntry &entry,
                               const Client *known);
    void vanish(Topic &topic, quint64 id, Client &client);
    void drop(PresenceListener &listener, const PresenceTopic &place);
    void schedule(const Topic &topic);
    void tell();
    void tell(const PresenceTopic &place);
    void expire();

    Clock &m_clock;
    std::map<PresenceTopic, Topic> m_topics;
    std::map<const PresenceListener *, Member> m_members;
    qint64 m_stateBytes = 0;
    Counters m_counters;
    Clock::TimerId m_tellTimer = 0;
    qint64 m_tellAtMs = 0;
    Clock::TimerId m_expiryTimer = 0;
};

} // namespace Sheaf::Server
