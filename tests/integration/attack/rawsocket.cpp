// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "rawsocket.h"

#include <QElapsedTimer>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace Sheaf::Test {

namespace {

constexpr int connectMsMax = 10'000;

bool waitFor(int socket, short events, int msMax)
{
    pollfd entry{socket, events, 0};
    return ::poll(&entry, 1, std::max(0, msMax)) > 0;
}

} // namespace

RawSocket::RawSocket(RawSocket &&other) noexcept : m_socket(std::exchange(other.m_socket, -1)), m_isGone(other.m_isGone)
{
}

RawSocket &RawSocket::operator=(RawSocket &&other) noexcept
{
    std::swap(m_socket, other.m_socket);
    std::swap(m_isGone, other.m_isGone);
    return *this;
}

bool RawSocket::connectTo(quint16 port, int receiveBytes)
{
    close();
    m_isGone = false;
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (receiveBytes > 0)
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &receiveBytes, sizeof receiveBytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return true;
    int error = 0;
    socklen_t size = sizeof error;
    return errno == EINPROGRESS && waitFor(m_socket, POLLOUT, connectMsMax) &&
           ::getsockopt(m_socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

qint64 RawSocket::send(QByteArrayView bytes, int msMax)
{
    QElapsedTimer timer;
    timer.start();
    qint64 sent = 0;
    while (sent < bytes.size() && m_socket >= 0 && !m_isGone) {
        const ssize_t part = ::send(m_socket, bytes.data() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (part > 0) {
            sent += part;
        } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
            m_isGone = true;
        } else if (!waitFor(m_socket, POLLOUT, msMax - static_cast<int>(timer.elapsed()))) {
            break;
        }
    }
    return sent;
}

QByteArray RawSocket::receive(int msMax)
{
    if (m_socket < 0 || !waitFor(m_socket, POLLIN, msMax))
        return {};
    QByteArray bytes(256 * 1024, Qt::Uninitialized);
    const ssize_t got = ::recv(m_socket, bytes.data(), static_cast<size_t>(bytes.size()), 0);
    m_isGone = m_isGone || got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    bytes.truncate(std::max<ssize_t>(0, got));
    return bytes;
}

bool RawSocket::isGone()
{
    char byte = 0;
    const ssize_t got = m_socket < 0 ? 0 : ::recv(m_socket, &byte, 1, MSG_PEEK);
    m_isGone = m_isGone || got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return m_isGone;
}

bool RawSocket::waitUntilGone(int msMax)
{
    QElapsedTimer timer;
    timer.start();
    while (!m_isGone && timer.elapsed() < msMax)
        receive(std::min(100, msMax));
    return m_isGone;
}

void RawSocket::close()
{
    if (m_socket >= 0)
        ::close(std::exchange(m_socket, -1));
}

} // namespace Sheaf::Test
