// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/admin/adminsocket.h"

#include "server/core/authenticator.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
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
        return fail(u"cannot_listen"_s, u"Cannot make the socket %1: %2."_s.arg(path, m_server.errorString()));
    return {};
}

void AdminSocket::answer(QLocalSocket *peer)
{
    if (!peer->canReadLine()) {
        if (peer->bytesAvailable() >= lineBytesMax)
            peer->abort();
        return;
    }
    const QJsonObject order = QJsonDocument::fromJson(peer->readLine()).object();
    QJsonObject reply;
    if (order.value("do"_L1).toString() != "token_add"_L1) {
        reply.insert(u"error"_s, u"Unknown order."_s);
    } else {
        QList<QByteArray> spaces;
        for (const auto &space : order.value("spaces"_L1).toArray())
            spaces.append(space.toString().toUtf8());
        auto token = addToken(m_storage, m_random, order.value("name"_L1).toString().toUtf8(), spaces);
        reply.insert(token ? u"ok"_s : u"error"_s, token ? QString::fromLatin1(*token) : token.error().message);
    }
    peer->write(QJsonDocument(reply).toJson(QJsonDocument::Compact) + '\n');
    peer->disconnectFromServer();
}

Result<std::optional<QByteArray>> askForToken(const QString &dataFolder, const QString &device, const QStringList &spaces)
{
    QLocalSocket socket;
    socket.connectToServer(socketPath(dataFolder));
    if (!socket.waitForConnected(answerMsMax))
        return std::optional<QByteArray>();
    const QJsonObject order{{u"do"_s, u"token_add"_s}, {u"name"_s, device}, {u"spaces"_s, QJsonArray::fromStringList(spaces)}};
    socket.write(QJsonDocument(order).toJson(QJsonDocument::Compact) + '\n');
    while (!socket.canReadLine() && socket.waitForReadyRead(answerMsMax)) { }
    const QJsonObject reply = QJsonDocument::fromJson(socket.readLine()).object();
    if (reply.contains("ok"_L1))
        return std::optional(reply.value("ok"_L1).toString().toLatin1());
    const QString error = reply.value("error"_L1).toString(u"The running server did not answer."_s);
    return fail(u"admin_failed"_s, error);
}

} // namespace Sheaf::Server
