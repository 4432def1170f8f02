// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/transport.h"
#include "sim/eventqueue.h"

#include <QList>

#include <array>

namespace Sheaf {

enum class Direction : quint8 { ToServer = 0, ToClient = 1 };

/// Weather of the links of one client; switched by the workload.
struct LinkFaults {
    qint64 delayUsMax = 2'000;
    quint64 cutOneIn = 0; ///< connections that get a random number of bytes to live; 0 = none
    qint64 cutBytesMax = 20'000;
    quint64 halfOpenOneIn = 0; ///< of the cut ones, those that nobody is told of
    bool partitioned = false;  ///< nothing passes until it is false again
};

/// Connections between clients and one server under virtual time: in order and whole until they
/// end, but they can be cut after any byte, hang half open, be delayed or partitioned.
class FaultyNetwork
{
public:
    /// Sees each frame when it is delivered and says what is delivered instead.
    using Tap = std::function<QList<QByteArray>(int client, quint64 connection, Direction direction, const QByteArray &frame)>;

    FaultyNetwork(EventQueue &queue, quint64 seed) : m_queue(queue), m_seed(seed) {}
    ~FaultyNetwork();

    [[nodiscard]] std::unique_ptr<Transport> transportOf(int client);
    /// Where new connections go; an empty function means that the server is down.
    void setAcceptor(std::function<void(std::unique_ptr<Connection>)> acceptor) { m_acceptor = std::move(acceptor); }
    /// When the node at an end of a client's links is done with what it does: what arrives earlier waits.
    using FreeAt = std::function<qint64(int client, Direction towards)>;
    void setFreeAt(FreeAt freeAt) { m_freeAt = std::move(freeAt); }
    void setTap(Tap tap) { m_tap = std::move(tap); }
    LinkFaults &faults(int client) { return m_faults[client]; }
    /// Frames that were held back by a partition go on.
    void heal(int client);
    /// Ends every connection of a client, told or not.
    void cutAll(int client, bool silently);
    /// Ends every connection of the server.
    void cutEverything();

private:
    class End;
    struct Link;
    struct Maker;
    friend class End;
    using LinkPtr = std::shared_ptr<Link>;

    std::unique_ptr<Connection> connectFrom(int client, Connection::Observer *observer);
    void establish(const LinkPtr &link);
    void send(const LinkPtr &link, Direction direction, const QByteArray &frame);
    void arrive(const LinkPtr &link, Direction direction);
    void arriveOne(const LinkPtr &link, Direction direction);
    void hangUp(const LinkPtr &link, Direction towards, qint64 delayUs, const QString &reason);
    void endLane(const LinkPtr &link, Direction towards, const QString &reason);
    [[nodiscard]] qint64 freeAt(int client, Direction towards) const;
    bool isPutOff(int client, Direction towards, std::function<void()> work);
    void cut(const LinkPtr &link, bool silently);
    qint64 delay(int client);
    SeededRandom &randomOf(int client);
    LinkFaults &faultsOf(const Link &link);

    EventQueue &m_queue;
    quint64 m_seed;
    std::map<int, SeededRandom> m_randoms; ///< by client, so that none matters to another
    std::function<void(std::unique_ptr<Connection>)> m_acceptor;
    Tap m_tap;
    FreeAt m_freeAt;
    std::map<int, LinkFaults> m_faults;
    std::map<quint64, LinkPtr> m_links;
    quint64 m_lastLink = 0;
};

} // namespace Sheaf
