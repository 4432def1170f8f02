// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/websocketconnection.h"

#include <utility>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

WebSocketConnection::WebSocketConnection(QWebSocket *socket, SocketGuard *guard) : m_socket(socket), m_guard(guard)
{
    connect(socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &frame) {
        if (m_observer != nullptr && !m_isOver)
            m_observer->frameReceived(frame);
    });
    connect(socket, &QWebSocket::textMessageReceived, this, [this] {
        if (m_socket)
            m_socket->close(QWebSocketProtocol::CloseCodeDatatypeNotSupported, u"Binary frames only"_s);
    });
    // Queued: no callback may run inside of a call into this object.
    connect(
        socket, &QWebSocket::bytesWritten, this,
        [this] {
            if (m_observer != nullptr && !m_isOver)
                m_observer->drained();
        },
        Qt::QueuedConnection);
    connect(socket, &QWebSocket::disconnected, this, &WebSocketConnection::ended, Qt::QueuedConnection);
}

WebSocketConnection::~WebSocketConnection()
{
    drop();
}

void WebSocketConnection::sendFrame(const QByteArray &frame)
{
    if (!m_socket || m_isOver)
        return;
    if (m_guard)
        m_guard->answered();
    m_socket->sendBinaryMessage(frame);
}

qint64 WebSocketConnection::unsentBytes() const
{
    return m_guard && !m_isOver ? m_guard->unsentBytes() : 0;
}

void WebSocketConnection::close()
{
    if (m_socket && !m_isOver)
        m_socket->close();
}

void WebSocketConnection::drop()
{
    if (std::exchange(m_isOver, true) || !m_socket)
        return;
    m_socket->disconnect(this);
    // Later: this may be inside of a slot of the socket.
    QMetaObject::invokeMethod(m_socket, [socket = m_socket] {
        if (socket) {
            socket->abort();
            socket->deleteLater();
        }
    }, Qt::QueuedConnection);
}

void WebSocketConnection::ended()
{
    if (std::exchange(m_isOver, true))
        return;
    if (m_socket)
        m_socket->deleteLater();
    if (m_observer != nullptr)
        m_observer->closed(u"The connection has ended."_s);
}

} // namespace Sheaf::Server
