// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/transport.h"
#include "server/net/socketguard.h"

#include <QWebSocket>

namespace Sheaf::Server {

/// An accepted WebSocket behind the port Connection.
class WebSocketConnection final : public QObject, public Connection
{
public:
    WebSocketConnection(QWebSocket *socket, SocketGuard *guard);
    ~WebSocketConnection() override;

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override;
    [[nodiscard]] qint64 unsentBytes() const override;
    void close() override;
    void drop() override;

private:
    void ended();

    QPointer<QWebSocket> m_socket;
    QPointer<SocketGuard> m_guard;
    Observer *m_observer = nullptr;
    bool m_isOver = false;
};

} // namespace Sheaf::Server
