// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/serverplugin.h"

#include <QJsonObject>

#include <map>

/// The server's half of the bell: knows who of a space is listening, and passes rings on.
class BellPlugin final : public Sheaf::Server::ServerPlugin
{
public:
    BellPlugin();

private:
    using Peer = Sheaf::Server::PluginPeer;
    struct Listener {
        Peer *peer = nullptr;
        QString name;
    };
    using Room = std::map<quint64, Listener>; ///< by number of the connection

    Sheaf::Result<void> received(Peer &peer, const Sheaf::Plugin &message) override;
    void left(Peer &peer, const QByteArray &space) override;

    void tellCount(const QByteArray &space);
    void say(Peer &peer, const QByteArray &space, const QJsonObject &message);

    std::map<QByteArray, Room> m_rooms; ///< by space
};
