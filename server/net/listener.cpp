// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/listener.h"

#include "server/net/newcomer.h"
#include "server/net/websocketconnection.h"

#include <QTcpSocket>
#include <QTimer>

#include <algorithm>
#include <chrono>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int backlog = 1024;
constexpr int pendingMax = 1;       ///< is taken at once; while the budget is spent, the rest waits in the system's backlog
constexpr auto acceptPause = 100ms; ///< after the system had no descriptor left
constexpr auto budgetPause = 20ms;  ///< until the next socket is taken

/// What counts as one address: networks give a whole /64 of IPv6 to one customer.
QHostAddress countedAs(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    if (isV4)
        return QHostAddress(v4);
    Q_IPV6ADDR v6 = address.toIPv6Address();
    std::fill(std::begin(v6.c) + 8, std::end(v6.c), quint8(0));
    return address.isLoopback() ? address : QHostAddress(v6);
}

} // namespace

Listener::Listener(ListenerLimits limits)
    : m_limits(std::move(limits)), m_accepts(m_limits.acceptsPerSecond, m_limits.acceptsPerSecond),
      m_wrapper(std::make_shared<FrameWrapper>())
{
    m_clock.start();
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, &Listener::takeSockets);
    m_server.setMaxPendingConnections(pendingMax);
    m_server.setListenBacklogSize(backlog);
    connect(&m_server, &QTcpServer::newConnection, this, &Listener::takeSockets);
    // Qt stops to accept for good after an error, which is most often a lack of file descriptors.
    connect(&m_server, &QTcpServer::acceptError, this, [this] {
        evictOldest();
        QTimer::singleShot(acceptPause, this, [this] { m_server.resumeAccepting(); });
    });
}

Listener::~Listener()
{
    close();
}

Result<void> Listener::listen(const QHostAddress &address, quint16 port)
{
    if (m_server.listen(address, port))
        return {};
    if (m_server.serverError() == QAbstractSocket::AddressInUseError)
        return fail(u"port_in_use"_s, u"Port %1 is in use; name another one, or 0 for any."_s.arg(port));
    return fail(u"cannot_listen"_s,
                u"Cannot listen on %1:%2: %3."_s.arg(address.toString()).arg(port).arg(m_server.errorString()));
}

void Listener::close()
{
    m_server.close();
}

bool Listener::mayEnter(const QHostAddress &address) const
{
    if (static_cast<int>(m_guests.size()) >= m_limits.sockets)
        return false;
    return (address.isLoopback() && !m_limits.countLoopback) || m_perAddress.value(address) < m_limits.perAddress;
}

void Listener::takeSockets()
{
    while (m_server.hasPendingConnections()) {
        if (!m_accepts.spend(m_clock.elapsed()))
            return m_later.start(budgetPause);
        admit(std::unique_ptr<QTcpSocket>(m_server.nextPendingConnection()));
    }
}

void Listener::admit(std::unique_ptr<QTcpSocket> socket)
{
    socket->setParent(nullptr);
    const QHostAddress address = countedAs(socket->peerAddress());
    if (!mayEnter(address))
        return;
    if (static_cast<int>(m_strangers.size()) >= m_limits.strangers)
        evictOldest();
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    const GuestId id = ++m_lastGuest;
    ++m_perAddress[address];
    m_strangers.insert(id);
    Guest &guest = m_guests[id];
    guest.address = address;
    guest.newcomer = std::make_unique<Newcomer>(
        std::move(socket), m_limits.origins,
        [this, id](std::unique_ptr<QTcpSocket> ready, const QByteArray &target) { upgraded(id, std::move(ready), target); },
        [this, id] { forget(id); });
}

void Listener::upgraded(GuestId id, std::unique_ptr<QTcpSocket> socket, const QByteArray &yjsTarget)
{
    Guest &guest = m_guests.at(id);
    guest.newcomer.release()->deleteLater(); // it is calling us
    const auto answered = [listener = QPointer(this), id] {
        if (listener)
            listener->m_strangers.erase(id);
    };
    const auto speech = yjsTarget.isEmpty() ? WebSocketConnection::Speech::Sheaf : WebSocketConnection::Speech::Yjs;
    auto connection = std::make_unique<WebSocketConnection>(std::move(socket), speech, m_wrapper, answered);
    connect(connection.get(), &QObject::destroyed, this, [this, id] { forget(id); });
    guest.connection = connection.get();
    if (speech == WebSocketConnection::Speech::Yjs && acceptedYjs)
        acceptedYjs(std::move(connection), yjsTarget);
    else if (accepted)
        accepted(std::move(connection));
}

void Listener::evictOldest()
{
    if (m_strangers.empty())
        return;
    const GuestId id = *m_strangers.begin();
    m_strangers.erase(m_strangers.begin());
    const Guest &guest = m_guests.at(id);
    if (guest.connection)
        guest.connection->evict(u"Others wanted to come in."_s);
    else
        forget(id);
}

void Listener::forget(GuestId id)
{
    const auto found = m_guests.find(id);
    if (found == m_guests.end())
        return;
    const QHostAddress address = found->second.address;
    if (found->second.newcomer)
        found->second.newcomer.release()->deleteLater(); // it may be calling us
    m_guests.erase(found);
    m_strangers.erase(id);
    if (--m_perAddress[address] <= 0)
        m_perAddress.remove(address);
}

} // namespace Sheaf::Server
