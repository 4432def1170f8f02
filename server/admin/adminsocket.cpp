// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/admin/adminsocket.h"

#include <QDir>
#include <QJsonDocument>
#include <QLocalSocket>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int answerMsMax = 10'000;
constexpr qint64 lineBytesMax = 64 * 1024;

QString socketPath(const QString &dataFolder)
{
    return QDir(dataFolder).absoluteFilePath(u"admin.socket"_s);
}

} // namespace

Result<void> AdminSocket::listen(const QString &dataFolder)
{
    const QString path = socketPath(dataFolder);
    QLocalServer::removeServer(path); // left by a crash: the caller holds the folder's lock
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *peer = m_server.nextPendingConnection()) {
            peer->setReadBufferSize(lineBytesMax);
            connect(peer, &QLocalSocket::readyRead, this, [this, peer] { answer(peer); });
            connect(peer, &QLocalSocket::disconnected, peer, &QObject::deleteLater);
        }
    });
    if (!m_server.listen(path))
        return fail(u"cannot_listen"_s,
                    u"Cannot make the socket %1 (%2); use a data folder with a shorter path that you own."_s.arg(
                        path, m_server.errorString()));
    return {};
}

void AdminSocket::answer(QLocalSocket *peer)
{
    if (!peer->canReadLine()) {
        if (peer->bytesAvailable() >= lineBytesMax)
            peer->abort();
        return;
    }
    const QJsonObject reply = m_orders.carryOut(QJsonDocument::fromJson(peer->readLine()).object());
    peer->write(QJsonDocument(reply).toJson(QJsonDocument::Compact) + '\n');
    peer->disconnectFromServer();
}

Result<std::optional<QJsonObject>> askRunningServer(const QString &dataFolder, const QJsonObject &order)
{
    QLocalSocket socket;
    socket.connectToServer(socketPath(dataFolder));
    if (!socket.waitForConnected(answerMsMax))
        return std::optional<QJsonObject>();
    socket.write(QJsonDocument(order).toJson(QJsonDocument::Compact) + '\n');
    while (!socket.canReadLine() && socket.waitForReadyRead(answerMsMax)) {
    }
    const QJsonObject reply = QJsonDocument::fromJson(socket.readLine()).object();
    if (reply.isEmpty())
        return fail(u"admin_failed"_s, u"The running server did not answer; look at its log."_s);
    return std::optional(reply);
}

} // namespace Sheaf::Server
