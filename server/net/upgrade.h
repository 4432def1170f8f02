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
    QByteArray yjsTarget;    ///< of a Yjs client's request: has its token, so it goes into no log
};

/// Judges the head of a request up to its empty line: RFC 6455, with subprotocol `sheaf.1` unless the target is one for
/// Yjs clients, which name none, and an Origin, which only browsers send, from the list.
[[nodiscard]] UpgradeAnswer judgeUpgrade(const QByteArray &head, const QStringList &origins);

} // namespace Sheaf::Server
