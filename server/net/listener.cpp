// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/listener.h"

#include "protocol/limits.h"
#include "server/net/socketguard.h"
#include "server/net/websocketconnection.h"

#include <QTcpSocket>
#include <QWebSocketServer>

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int backlog = 1024;
constexpr int pendingMax = 4096;
constexpr quint64 outgoingFrameBytes = 64 * 1024;

} // namespace

Listener::Listener(ListenerLimits limits)
    : m_limits(std::move(limits)),
      m_upgrader(std::make_unique<QWebSocketServer>(u"sheaf-server"_s, QWebSocketServer::NonSecureMode))
{
    m_upgrader->setSupportedSubprotocols({u"sheaf.1"_s});
    m_upgrader->setMaxPendingConnections(pendingMax);
    m_server.setMaxPendingConnections(pendingMax);
    m_server.setListenBacklogSize(backlog);
    connect(&m_server, &QTcpServer::newConnection, this, &Listener::takeSockets);
    connect(m_upgrader.get(), &QWebSocketServer::newConnection, this, &Listener::takeWebSockets);
}

Listener::~Listener()
{
    close();
    for (SocketGuard *guard : std::exchange(m_guards, {}))
        delete guard;
}

Result<void> Listener::listen(const QHostAddress &address, quint16 port)
{
    if (m_server.listen(address, port))
        return {};
    if (m_server.serverError() == QAbstractSocket::AddressInUseError)
        return fail(u"port_in_use"_s, u"Port %1 is in use; name another one, or 0 for any."_s.arg(port));
    return fail(u"cannot_listen"_s, u"Cannot listen on %1:%2: %3."_s.arg(address.toString()).arg(port).arg(m_server.errorString()));
}

void Listener::close()
{
    m_server.close();
}

bool Listener::mayEnter(const QHostAddress &address) const
{
    const auto unanswered = std::count_if(m_guards.begin(), m_guards.end(), [](const SocketGuard *guard) { return !guard->isAnswered(); });
    if (address.isLoopback())
        return unanswered < m_limits.unansweredLoopback;
    return unanswered < m_limits.unanswered && m_perAddress.value(address) < m_limits.perAddress;
}

void Listener::takeSockets()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        const QHostAddress address = socket->peerAddress();
        if (!mayEnter(address)) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        // The socket goes its own way: QWebSocket deletes it, or we when it never was upgraded.
        socket->setParent(nullptr);
        const auto peer = std::pair(address, socket->peerPort());
        auto *guard = new SocketGuard(socket, m_limits.origins, [this](QTcpSocket *ready) { m_upgrader->handleConnection(ready); });
        delete m_guards.take(peer);
        m_guards.insert(peer, guard);
        ++m_perAddress[address];
        connect(guard, &QObject::destroyed, this, [this, address] {
            if (--m_perAddress[address] <= 0)
                m_perAddress.remove(address);
        });
        connect(socket, &QTcpSocket::disconnected, guard, [this, peer, guard, socket] {
            if (m_guards.value(peer) == guard)
                m_guards.remove(peer);
            guard->deleteLater();
            socket->deleteLater();
        });
    }
}

void Listener::takeWebSockets()
{
    while (QWebSocket *socket = m_upgrader->nextPendingConnection()) {
        SocketGuard *guard = m_guards.value({socket->peerAddress(), socket->peerPort()});
        if (guard == nullptr || !accepted) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        socket->setParent(nullptr);
        socket->setMaxAllowedIncomingFrameSize(Sheaf::Limits::frameBytesMax);
        socket->setMaxAllowedIncomingMessageSize(Sheaf::Limits::frameBytesMax);
        socket->setOutgoingFrameSize(outgoingFrameBytes);
        guard->upgraded();
        // QtWebSockets has dropped our connection to the TCP socket's end by now.
        connect(socket, &QObject::destroyed, guard, [this, guard, peer = std::pair(socket->peerAddress(), socket->peerPort())] {
            if (m_guards.value(peer) == guard)
                m_guards.remove(peer);
            guard->deleteLater();
        });
        accepted(std::make_unique<WebSocketConnection>(socket, guard));
    }
}

} // namespace Sheaf::Server
