// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "ports/transport.h"

#include <QHash>
#include <QHostAddress>
#include <QObject>
#include <QSet>
#include <QTcpServer>

#include <functional>

class QWebSocketServer;

namespace Sheaf::Server {

class SocketGuard;

/// What one address and the whole world may do before a hello was answered.
struct ListenerLimits {
    int unanswered = 256;         ///< sockets of all addresses that were not welcomed yet
    int unansweredLoopback = 4096; ///< the same on this machine: proxies and tests
    int perAddress = 20;          ///< open sockets of one address; not counted for this machine
    QStringList origins;          ///< browsers that may connect; none by default
};

/// Listens on TCP, guards the sockets and turns them into connections that carry frames.
class Listener final : public QObject
{
public:
    explicit Listener(ListenerLimits limits = {});
    ~Listener() override;

    /// Called with every connection that has done its WebSocket handshake.
    std::function<void(std::unique_ptr<Connection>)> accepted;

    /// Errors: `port_in_use`, `cannot_listen`.
    Result<void> listen(const QHostAddress &address, quint16 port);
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    void close();

private:
    void takeSockets();
    void takeWebSockets();
    [[nodiscard]] bool mayEnter(const QHostAddress &address) const;

    ListenerLimits m_limits;
    QTcpServer m_server;
    std::unique_ptr<QWebSocketServer> m_upgrader;
    QHash<std::pair<QHostAddress, quint16>, SocketGuard *> m_guards; ///< by peer
    QHash<QHostAddress, int> m_perAddress;
};

} // namespace Sheaf::Server
