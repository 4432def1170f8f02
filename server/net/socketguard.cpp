// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/socketguard.h"

#include "protocol/limits.h"

#include <algorithm>
#include <chrono>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 readBufferBytes = 256 * 1024;
constexpr qint64 headerBytesMax = 16 * 1024;
constexpr qint64 unsentBytesMaxUnanswered = 1024 * 1024;
constexpr auto handshakeTime = 5s;
constexpr auto subprotocol = "sheaf.1";

qint64 nowMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

QByteArray headerValue(const QByteArray &header, QByteArrayView lowerName)
{
    QByteArray values;
    for (const QByteArray &line : header.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.left(colon).trimmed().toLower() == lowerName)
            values += (values.isEmpty() ? "" : ",") + line.mid(colon + 1).trimmed();
    }
    return values;
}

bool offersSubprotocol(const QByteArray &header)
{
    const QList<QByteArray> offers = headerValue(header, "sec-websocket-protocol").split(',');
    return std::any_of(offers.begin(), offers.end(), [](const QByteArray &offer) { return offer.trimmed() == subprotocol; });
}

} // namespace

SocketGuard::SocketGuard(QTcpSocket *socket, QStringList origins, std::function<void(QTcpSocket *)> upgrade)
    : m_socket(socket), m_address(socket->peerAddress()), m_origins(std::move(origins)), m_upgrade(std::move(upgrade))
{
    socket->setReadBufferSize(readBufferBytes);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    connect(socket, &QTcpSocket::readyRead, this, &SocketGuard::read);
    m_handshakeTimer.setSingleShot(true);
    connect(&m_handshakeTimer, &QTimer::timeout, this, &SocketGuard::abort);
    m_handshakeTimer.start(handshakeTime);
    if (socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(this, &SocketGuard::read, Qt::QueuedConnection);
}

void SocketGuard::upgraded()
{
    m_handshakeTimer.stop();
    m_stage = Stage::Frames;
    if (!m_socket)
        return;
    // Connected after QtWebSockets' own slot: sees what that has left in the socket.
    connect(m_socket, &QTcpSocket::readyRead, this, &SocketGuard::finishRead);
    m_counted = 0;
}

qint64 SocketGuard::unsentBytes() const
{
    return m_socket ? m_socket->bytesToWrite() : 0;
}

void SocketGuard::abort()
{
    if (m_socket)
        m_socket->abort();
}

void SocketGuard::read()
{
    if (!m_socket)
        return;
    if (unsentBytes() > (m_isAnswered ? Sheaf::Limits::unsentBytesMax * 2 : unsentBytesMaxUnanswered))
        return abort();
    if (m_stage == Stage::Header)
        readHeader();
    else if (m_stage == Stage::Frames)
        readFrames();
    else if (m_socket->bytesAvailable() > headerBytesMax)
        abort();
}

void SocketGuard::readHeader()
{
    const QByteArray header = m_socket->peek(headerBytesMax);
    const qsizetype end = header.indexOf("\r\n\r\n");
    if (end < 0) {
        if (header.size() >= headerBytesMax)
            deny("431 Request Header Fields Too Large"_ba);
        return;
    }
    const QByteArray head = header.left(end);
    const QByteArray origin = headerValue(head, "origin");
    if (!origin.isEmpty() && !m_origins.contains(QString::fromLatin1(origin)))
        return deny("403 Forbidden"_ba);
    if (!offersSubprotocol(head))
        return deny("400 Bad Request"_ba);
    m_stage = Stage::Upgrading;
    m_upgrade(m_socket);
}

void SocketGuard::readFrames()
{
    const QByteArray waiting = m_socket->peek(m_socket->bytesAvailable());
    if (m_counted < waiting.size() && !m_frames.take(QByteArrayView(waiting).sliced(m_counted), nowMs()))
        return abort();
    m_counted = waiting.size();
}

void SocketGuard::finishRead()
{
    if (m_socket)
        m_counted = m_socket->bytesAvailable();
}

void SocketGuard::deny(const QByteArray &status)
{
    disconnect(m_socket, &QTcpSocket::readyRead, this, nullptr);
    m_socket->readAll();
    m_socket->write("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    m_socket->disconnectFromHost();
}

} // namespace Sheaf::Server
