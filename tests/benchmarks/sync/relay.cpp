// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include <QCoreApplication>
#include <QSet>
#include <QSocketNotifier>
#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <unistd.h>

#include <cstdio>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

int runRelay()
{
    QWebSocketServer server(u"relay"_s, QWebSocketServer::NonSecureMode);
    server.setMaxPendingConnections(10'000);
    QSet<QWebSocket *> sockets;
    QObject::connect(&server, &QWebSocketServer::newConnection, &server, [&] {
        while (QWebSocket *socket = server.nextPendingConnection()) {
            if (auto *tcp = socket->findChild<QTcpSocket *>())
                tcp->setSocketOption(QAbstractSocket::LowDelayOption, 1);
            sockets.insert(socket);
            QObject::connect(socket, &QWebSocket::binaryMessageReceived, &server, [&sockets, socket](const QByteArray &message) {
                for (QWebSocket *other : std::as_const(sockets)) {
                    if (other != socket)
                        other->sendBinaryMessage(message);
                }
            });
            QObject::connect(socket, &QWebSocket::disconnected, &server, [&sockets, socket] {
                sockets.remove(socket);
                socket->deleteLater();
            });
        }
    });
    if (!server.listen(QHostAddress::LocalHost))
        return 1;
    std::printf("listening %s\n", qPrintable(server.serverUrl().toString()));
    std::fflush(stdout);
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &server, &QCoreApplication::quit);
    return QCoreApplication::exec();
}

} // namespace Sheaf::Bench
