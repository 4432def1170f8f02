// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QStringList>

namespace Sheaf::Server {

/// The answer to a client's HTTP request.
struct UpgradeAnswer {
    QByteArray bytes;
    bool isAccepted = false; ///< from here on the connection speaks WebSocket
};

/// Judges the head of a request up to its empty line: RFC 6455 with subprotocol `sheaf.1`, and an
/// Origin, which only browsers send, from the list.
[[nodiscard]] UpgradeAnswer judgeUpgrade(const QByteArray &head, const QStringList &origins);

} // namespace Sheaf::Server
