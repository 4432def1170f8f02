// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"
#include "scriptedserver.h"
#include "server/core/servercore.h"

namespace Sheaf {

/// Connections in memory to the real core of a server; frames arrive in a later turn of the clock.
class CoreLink final : public Transport
{
public:
    explicit CoreLink(ManualClock &clock) : m_clock(clock) {}

    std::unique_ptr<Connection> connectTo(const QUrl &, Connection::Observer *observer) override;

    std::unique_ptr<Server::ServerCore> core; ///< who accepts
    qsizetype rows = 0;                       ///< that have travelled, in both directions

private:
    class End;

    ManualClock &m_clock;
};

} // namespace Sheaf
