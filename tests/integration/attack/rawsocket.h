// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace Sheaf::Test {

/// A TCP socket to 127.0.0.1 that does exactly what it is told, from any thread. Nothing is read
/// or answered behind the caller's back.
class RawSocket
{
public:
    RawSocket() = default;
    ~RawSocket() { close(); }
    RawSocket(RawSocket &&other) noexcept;
    RawSocket &operator=(RawSocket &&other) noexcept;
    RawSocket(const RawSocket &) = delete;
    RawSocket &operator=(const RawSocket &) = delete;

    /// `receiveBytes` is the size of the kernel's receive buffer, 0 for the usual one.
    bool connectTo(quint16 port, int receiveBytes = 0);
    /// Sends as much as the peer takes within the time; a full window is not an error.
    qint64 send(QByteArrayView bytes, int msMax);
    /// What is there now or comes within the time.
    QByteArray receive(int msMax);
    /// Whether the peer has hung up. What it said before is kept for receive() unless it reset.
    [[nodiscard]] bool isGone();
    /// Waits until the peer has hung up, throwing away what it says.
    bool waitUntilGone(int msMax);
    void close();

private:
    int m_socket = -1;
    bool m_isGone = false;
};

} // namespace Sheaf::Test
