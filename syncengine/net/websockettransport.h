// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/transport.h"

namespace Sheaf {

/// Connections over WebSockets, PROTOCOL.md "Transport": subprotocol `sheaf.1`, binary frames only,
/// and unencrypted ones only to this very machine. Used in the thread that made it, which must run
/// an event loop.
class WebSocketTransport final : public Transport
{
public:
    [[nodiscard]] Result<void> check(const QUrl &url) const override;
    std::unique_ptr<Connection> connectTo(const QUrl &url, Connection::Observer *observer) override;
};

} // namespace Sheaf
