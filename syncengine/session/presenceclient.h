// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "protocol/messages.h"
#include "protocol/presencetopic.h"
#include "session/clientplugins.h"
#include "session/oneshot.h"
#include "text/awareness.h"

#include <QList>

#include <map>
#include <memory>

namespace Sheaf {

/// What a client of a topic shows of itself.
struct PresenceState {
    quint64 client = 0;
    QByteArray state; ///< a JSON object in UTF-8
    friend bool operator==(const PresenceState &, const PresenceState &) = default;
};

/// The client's half of the plugin `presence`: rooms, each one client in one topic, over whatever session there is at
/// the moment. Announces the own states, at most every Tuning::presenceIntervalMs and at least every
/// Tuning::presenceRenewalMs, and keeps the others'. Offline, a room is empty.
/// One thread; borrows clock and random.
class PresenceClient final : public ClientPlugin
{
public:
    using Room = quint64; ///< numbered by the caller; never 0

    struct Events {
        /// Sends over the session; false when it does not take anything now.
        std::function<bool(const Plugin &)> send;
        /// Others in a room: who is new or has another state, and who is gone. Must not call this object.
        std::function<void(Room room, const QList<PresenceState> &present, const QList<quint64> &gone)> changed;
    };

    PresenceClient(Clock &clock, Random &random, Events events);
    ~PresenceClient();
    Q_DISABLE_COPY_MOVE(PresenceClient)

    /// Takes part in a topic, unseen until setState().
    void enter(Room room, const PresenceTopic &topic);
    /// Shows a JSON object in UTF-8 to the others; empty: nothing.
    void setState(Room room, const QByteArray &state);
    void leave(Room room);

    // ClientPlugin
    [[nodiscard]] QByteArray name() const override { return presencePlugin(); }
    void setOnline(bool online) override;
    void receive(const Plugin &plugin) override;

private:
    struct Member {
        Member(Clock &clock, quint64 client, PresenceTopic t) : topic(std::move(t)), awareness(client), announcing(clock) {}

        PresenceTopic topic;
        Text::Awareness awareness;
        QByteArray wanted;       ///< the own state that others shall see
        qint64 announcedMs = -1; ///< the last time they were told; -1: not in this session
        OneShot announcing;
    };

    void join(Member &member);
    void announceSoon(Room room, Member &member);
    void announce(Room room, Member &member);
    void tellHere(const Member &from, const QByteArray &update);
    void take(Room room, Member &member, const QByteArray &update);
    void report(Room room, const Member &member, const Text::Awareness::Change &change);
    bool send(const Member &member, const QByteArray &payload);
    void scheduleUpkeep();
    void upkeep();

    Clock &m_clock;
    Random &m_random;
    Events m_events;
    std::map<Room, std::unique_ptr<Member>> m_rooms;
    bool m_online = false;
    OneShot m_upkeep;
};

} // namespace Sheaf
