// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/net/listener.h"
#include "server/net/systemsources.h"
#include "server/storage/memorystorage.h"

#include <QUrl>

namespace Sheaf {

/// The server's core behind real sockets, in this thread: for tests that give it parts of their own before anybody connects.
struct OwnServer {
    OwnServer() : core(storage, clock, random)
    {
        listener.accepted = [this](std::unique_ptr<Connection> connection) { core.accept(std::move(connection)); };
        isListening = listener.listen(QHostAddress(QHostAddress::LocalHost), 0).has_value();
    }

    [[nodiscard]] QUrl url() const { return QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(listener.port())); }
    /// For a new device with this role in these spaces (`home` if none is named); empty when it cannot be made.
    [[nodiscard]] QByteArray token(const QByteArray &name, Role role = Role::Editor, const QList<QByteArray> &spaces = {})
    {
        const auto made = Server::addToken(storage, random, name, spaces, role);
        return made ? *made : QByteArray();
    }

    Server::SystemClock clock;
    Server::SystemRandom random;
    Server::MemoryStorage storage{7};
    Server::ServerCore core;
    Server::Listener listener;
    bool isListening = false; ///< else nobody gets in, and every test says so
};

} // namespace Sheaf
