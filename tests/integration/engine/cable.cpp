// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "cable.h"

#include "base/check.h"

#include <QTcpSocket>

namespace Sheaf {

Cable::Cable(const QUrl &server) : m_port(static_cast<quint16>(server.port()))
{
    SHEAF_CHECK(m_listener.listen(QHostAddress::LocalHost));
    connect(&m_listener, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *device = m_listener.nextPendingConnection())
            take(device);
    });
}

QUrl Cable::url() const
{
    return QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(m_listener.serverPort()));
}

void Cable::plug()
{
    m_pulled = false;
    for (QTcpSocket *socket : std::exchange(m_sockets, {})) {
        socket->disconnect(this);
        socket->abort();
        socket->deleteLater();
    }
}

void Cable::take(QTcpSocket *device)
{
    m_sockets.append(device);
    auto *server = new QTcpSocket(this);
    m_sockets.append(server);
    join(device, server);
    join(server, device);
    if (!m_pulled)
        server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
}

void Cable::join(QTcpSocket *from, QTcpSocket *to)
{
    connect(from, &QTcpSocket::readyRead, this, [=, this] {
        if (!m_pulled)
            to->write(from->readAll());
    });
    connect(from, &QTcpSocket::disconnected, this, [=, this] {
        if (!m_pulled)
            to->disconnectFromHost();
    });
}

} // namespace Sheaf
