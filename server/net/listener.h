// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/core/yjsconnection.h"
#include "server/net/budget.h"

#include <QElapsedTimer>
#include <QHash>
#include <QHostAddress>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QTcpServer>
#include <QTimer>

#include <functional>
#include <map>
#include <set>

namespace Sheaf::Server {

class FrameWrapper;
class Newcomer;
class WebSocketConnection;

/// What one address and the whole world may have open.
struct ListenerLimits {
    int sockets = 8192;         ///< in all, kept below the file descriptors of the process
    int strangers = 256;        ///< not answered yet; a new one takes the place of the oldest
    int perAddress = 20;        ///< of one IPv4 address or one /64 of IPv6
    int acceptsPerSecond = 200; ///< those beyond it wait: a crowd that comes back after a restart comes in one by one
    bool countLoopback = false; ///< whether that holds for this machine too: not for proxies, which all clients share
    QStringList origins;        ///< of web pages that may connect; none by default
};

/// Listens on TCP and turns sockets into connections that carry frames. Whoever has not been
/// answered is a stranger; when there are too many, the one that has waited longest goes, so a crowd
/// that says nothing locks nobody out.
class Listener final : public QObject
{
public:
    explicit Listener(ListenerLimits limits = {});
    ~Listener() override;

    /// Called with every connection that has done its WebSocket handshake.
    std::function<void(std::unique_ptr<Connection>)> accepted;
    /// The same for Yjs clients, with the target of the request.
    std::function<void(std::unique_ptr<YjsConnection>, const QByteArray &target)> acceptedYjs;

    /// Errors: `port_in_use`, `cannot_listen`.
    Result<void> listen(const QHostAddress &address, quint16 port);
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    void close();

private:
    using GuestId = quint64;
    struct Guest {
        QHostAddress address;
        std::unique_ptr<Newcomer> newcomer;
        QPointer<WebSocketConnection> connection; ///< owned by its session
    };

    void takeSockets();
    void admit(std::unique_ptr<QTcpSocket> socket);
    void upgraded(GuestId id, std::unique_ptr<QTcpSocket> socket, const QByteArray &yjsTarget);
    [[nodiscard]] bool mayEnter(const QHostAddress &address) const;
    void evictOldest();
    void forget(GuestId id);

    ListenerLimits m_limits;
    QTcpServer m_server;
    Budget m_accepts;
    QElapsedTimer m_clock;
    QTimer m_later; ///< runs while sockets wait for the budget
    std::shared_ptr<FrameWrapper> m_wrapper;
    std::map<GuestId, Guest> m_guests;
    std::set<GuestId> m_strangers; ///< the oldest first
    GuestId m_lastGuest = 0;
    QHash<QHostAddress, int> m_perAddress;
};

} // namespace Sheaf::Server
