// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/wiretap.h"

#include <map>
#include <set>

namespace Sheaf::Test {

/// FAULTS I6: nothing is taken of a device that may not write at the moment of its arrival, what others get was taken so, and
/// no row goes where a device may not read. It knows the orders of the operator and what is on the wire, and nothing of the
/// server.
class AccessJudge
{
public:
    explicit AccessJudge(Oracle &oracle) : m_oracle(oracle) {}

    /// An order is tried: until it has succeeded nobody knows what holds.
    void ordering(int device, const QByteArray &space);
    void ordered(int device, const QByteArray &space, Role role);
    /// A message is delivered to or from a device.
    Verified watch(const WireEvent &event, int device, const Message &message);

private:
    struct Right {
        std::optional<Role> role = Role::Editor;
        int turn = 0; ///< orders so far
    };
    using Lane = std::pair<quint64, QByteArray>; ///< connection, space
    struct Sent {
        Right right;
        qsizetype changes = 0;
    };

    void pushed(const WireEvent &event, int device, const Push &push);
    Verified acknowledged(const WireEvent &event, int device, const Ack &ack);
    Verified received(const WireEvent &event, const Changes &changes) const;

    Oracle &m_oracle;
    std::map<std::pair<int, QByteArray>, Right> m_rights;
    std::map<Lane, QList<Push>> m_transactions; ///< that are not whole yet
    std::map<std::pair<Lane, quint64>, Sent> m_sent;
    std::set<Lane> m_closed; ///< spaces that a connection was told to be closed
};

} // namespace Sheaf::Test
