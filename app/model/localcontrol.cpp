// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/localcontrol.h"

#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QPointer>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

void send(QLocalSocket *socket, const QJsonObject &line)
{
    if (socket)
        socket->write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
}

QJsonObject errorLine(const QJsonValue &id, const Error &error)
{
    return {{u"id"_s, id}, {u"error"_s, QJsonObject{{u"code"_s, error.code}, {u"message"_s, error.message}}}};
}

} // namespace

LocalControl::LocalControl(SyncEngine &engine, Profile profile, QObject *parent)
    : QObject(parent), m_engine(engine), m_profile(std::move(profile)),
      m_connector([&engine](const QUrl &url, const QByteArray &token) { engine.connectToServer(url, token); })
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &LocalControl::accept);
}

LocalControl::~LocalControl() = default;

Result<void> LocalControl::listen()
{
    const QString name = m_profile.controlName();
    QLocalServer::removeServer(name);
    if (!m_server.listen(name))
        return fail(u"control_failed"_s, u"sheaf-cli cannot reach this app: %1."_s.arg(m_server.errorString()));
    QFile::setPermissions(name, QFile::ReadOwner | QFile::WriteOwner);
    return {};
}

void LocalControl::accept()
{
    while (QLocalSocket *socket = m_server.nextPendingConnection()) {
        auto *commands = new StoreCommands(m_engine, m_profile, m_connector, socket);
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket, commands] { read(socket, commands); });
    }
}

void LocalControl::read(QLocalSocket *socket, StoreCommands *commands)
{
    while (socket->canReadLine()) {
        const QJsonObject request = QJsonDocument::fromJson(socket->readLine()).object();
        const QJsonValue id = request.contains("id"_L1) ? request.value("id"_L1) : QJsonValue(QJsonValue::Null);
        const QPointer<QLocalSocket> guarded(socket);
        commands->run(
            request,
            [guarded, id](const QJsonObject &progress) {
                send(guarded, {{u"id"_s, id}, {u"progress"_s, progress}});
            },
            [guarded, id](const Result<QJsonObject> &result) {
                send(guarded, result ? QJsonObject{{u"id"_s, id}, {u"ok"_s, *result}} : errorLine(id, result.error()));
            });
    }
    if (socket->bytesAvailable() > lineBytesMax)
        socket->abort();
}

} // namespace Sheaf
