// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/net/framecounter.h"

#include <QElapsedTimer>
#include <QHostAddress>
#include <QObject>
#include <QPointer>
#include <QTcpSocket>
#include <QTimer>

#include <functional>

namespace Sheaf::Server {

/// Watches one socket before and beside QtWebSockets 6.4, which neither bounds what a peer that
/// does not read makes it queue, nor counts pings, nor times out handshakes (FAULTS.md section 0).
/// Its readyRead slot runs first and aborts the socket of a peer that goes too far.
/// QtWebSockets disconnects every slot when it lets go of the socket: hence the QPointer.
class SocketGuard final : public QObject
{
public:
    /// `upgrade` is called once, with the complete and acceptable header waiting in the socket.
    SocketGuard(QTcpSocket *socket, QStringList origins, std::function<void(QTcpSocket *)> upgrade);

    /// The handshake is done: from now on frames are counted.
    void upgraded();
    /// Something was sent: the peer was heard by the server proper and may have a longer queue.
    void answered() { m_isAnswered = true; }
    [[nodiscard]] bool isAnswered() const { return m_isAnswered; }
    [[nodiscard]] qint64 unsentBytes() const;
    [[nodiscard]] QHostAddress address() const { return m_address; }
    void abort();

private:
    enum class Stage : quint8 { Header, Upgrading, Frames };
    void read();
    void readHeader();
    void readFrames();
    void finishRead();
    void deny(const QByteArray &status);

    QPointer<QTcpSocket> m_socket;
    QHostAddress m_address;
    QStringList m_origins;
    std::function<void(QTcpSocket *)> m_upgrade;
    Stage m_stage = Stage::Header;
    bool m_isAnswered = false;
    QTimer m_handshakeTimer;
    FrameCounter m_frames;
    qint64 m_counted = 0; ///< bytes waiting in the socket that were counted already
};

} // namespace Sheaf::Server
