// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/yjsadmission.h"
#include "server/core/yjssession.h"
#include "server/core/yjstext.h"

#include <QHash>

#include <map>

namespace Sheaf::Server {

/// Where Yjs clients come in: each connection is one text of one row. What they write is stored like a push, under one
/// site for each device, and told to nobody before it is committed; what others push is told to them.
/// One thread. Host, storage, presence and clock outlive it.
class YjsDesk final : private YjsHost
{
public:
    /// What it asks of the server around it.
    class Host
    {
    public:
        virtual Result<Channel *> channel(const QByteArray &space) = 0;
        /// Merge a push: published() or failed() follows, perhaps inside of this call.
        virtual void upload(const YjsSession &session, Channel &channel, Push push) = 0;
        /// The last session is gone.
        virtual void yjsEmptied() = 0;

    protected:
        ~Host() = default;
    };

    YjsDesk(Host &host, Storage &storage, PresenceHub &presence, Clock &clock)
        : m_host(host), m_storage(storage), m_presence(presence), m_clock(clock)
    {
    }
    ~YjsDesk();
    Q_DISABLE_COPY_MOVE(YjsDesk)

    /// Serves a connection that is open already; `target` is that of its HTTP request.
    void accept(quint64 number, std::unique_ptr<YjsConnection> connection, QByteArrayView target);
    [[nodiscard]] bool isEmpty() const { return m_visitors.empty(); }

    /// A commit changed a space.
    void published(Channel &channel, const Broadcast &broadcast);
    /// A commit failed, and nobody knows what of it is stored.
    void failed(Channel &channel);
    void revoked(DeviceId device);
    /// Ends the sessions that a device began with another role than it has now.
    void accessChanged(const StoredDevice &device);
    void stop();
    void tick();

private:
    /// A text and those who have it open. Lives while there are any, or their pushes are under way.
    struct Room {
        std::unique_ptr<YjsText> text; ///< null when it is to be loaded: nobody has it open then
        std::vector<YjsSession *> sessions;
        int underway = 0;
    };
    using Rooms = std::map<YjsText::Place, Room>;
    struct Visitor {
        std::unique_ptr<YjsSession> session;
        Room *room = nullptr;
    };
    struct Underway {
        Room *room = nullptr;
        int pushes = 0;
    };

    void asked(YjsSession &session) override;
    void wrote(YjsSession &session, QByteArrayView update) override;
    void ended(YjsSession &session) override;

    Result<void> enter(Visitor &visitor, QByteArrayView target);
    Result<YjsText::Place> find(const YjsAddress &address);
    Result<Room *> open(const YjsText::Place &place);
    [[nodiscard]] Stamp stampFor(const YjsText &text, SiteId site);
    void answer(Room &room);
    void hear(Room &room, const LiveChange &change);
    void settle(const Broadcast::Part &part);
    void reload(Room &room, const YjsText::Place &place);
    void close(Room &room, YjsEnd code, const QString &reason);
    static void fault(YjsSession &session, const Error &error);
    void reap();

    Host &m_host;
    Storage &m_storage;
    PresenceHub &m_presence;
    Clock &m_clock;
    Rooms m_rooms;
    std::map<quint64, Visitor> m_visitors;
    QHash<quint64, Underway> m_underway; ///< by session, which may be over
    std::vector<quint64> m_ended;
    Hlc m_lastStamp = 0;
    Clock::TimerId m_reapTimer = 0;
};

} // namespace Sheaf::Server
