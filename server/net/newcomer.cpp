// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/newcomer.h"

#include "server/net/upgrade.h"

#include <sys/socket.h>

#include <chrono>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 headBytesMax = 16 * 1024;
constexpr qint64 ignoredBytesMax = 64 * 1024;
constexpr auto requestTime = 5s;

} // namespace

Newcomer::Newcomer(std::unique_ptr<QTcpSocket> socket, QStringList origins, Upgraded upgraded, std::function<void()> gone)
    : m_socket(std::move(socket)), m_origins(std::move(origins)), m_upgraded(std::move(upgraded)), m_gone(std::move(gone))
{
    m_socket->setReadBufferSize(headBytesMax);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &Newcomer::read);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &Newcomer::end);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Newcomer::end);
    m_timer.start(requestTime);
    QMetaObject::invokeMethod(this, &Newcomer::read, Qt::QueuedConnection); // what came before this was connected
}

Newcomer::~Newcomer()
{
    if (m_socket)
        m_socket->disconnect(this);
}

void Newcomer::read()
{
    if (!m_socket)
        return;
    if (m_isDenied) {
        m_ignored += m_socket->skip(m_socket->bytesAvailable());
        if (m_ignored > ignoredBytesMax)
            end();
        return;
    }
    const QByteArray bytes = m_socket->peek(headBytesMax);
    const qsizetype size = bytes.indexOf("\r\n\r\n");
    if (size < 0 && bytes.size() < headBytesMax)
        return;
    UpgradeAnswer answer{
        "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false, {}};
    if (size >= 0) {
        answer = judgeUpgrade(bytes.first(size), m_origins);
        m_socket->skip(size + 4);
    }
    m_socket->write(answer.bytes);
    m_socket->flush();
    if (answer.isAccepted) {
        m_timer.stop();
        m_socket->disconnect(this);
        return m_upgraded(std::move(m_socket), answer.yjsTarget);
    }
    // Half closed: a reset because of unread bytes would take the answer away from the peer.
    m_isDenied = true;
    ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
}

void Newcomer::end()
{
    if (!m_socket)
        return;
    m_timer.stop();
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater(); // this may be inside of a slot of it
    m_gone();
}

} // namespace Sheaf::Server
