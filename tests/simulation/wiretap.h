// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"
#include "sim/faultynetwork.h"
#include "simulation/oracle.h"

#include <map>

namespace Sheaf::Test {

/// One message at the moment of its delivery.
struct WireEvent {
    int client = 0;
    quint64 connection = 0;
    Direction direction = Direction::ToServer;
    qsizetype frames = 0;
};

/// Reads every message between clients and server, feeds the oracle and counts traffic.
/// `mutate`, when set, says what is delivered in the place of a message.
class WireTap
{
public:
    using Mutate = std::function<QList<Message>(const WireEvent &, const Message &)>;
    using Watch = std::function<Verified(const WireEvent &, const Message &)>;

    explicit WireTap(Oracle &oracle) : m_oracle(oracle) {}

    QList<QByteArray> deliver(int client, quint64 connection, Direction direction, const QByteArray &frame);
    void setMutate(Mutate mutate) { m_mutate = std::move(mutate); }
    /// Called for each message as it is delivered, before the receiver gets it.
    void setWatch(Watch watch) { m_watch = std::move(watch); }

    [[nodiscard]] const Verified &violation() const { return m_violation; }
    /// Messages that carry changes, acks included: what must stop when nothing happens.
    [[nodiscard]] size_t changeMessages() const { return m_changeMessages; }
    /// Prints one line per message.
    void setTrace(bool trace) { m_traced = trace; }

private:
    struct Lane {
        FrameAssembler assembler;
        QList<QByteArray> held;
    };
    void note(const WireEvent &event, const Message &message);
    void noteAck(const WireEvent &event, const Ack &ack);

    Oracle &m_oracle;
    Mutate m_mutate;
    Watch m_watch;
    std::map<std::pair<quint64, Direction>, Lane> m_lanes;
    std::map<std::tuple<quint64, QByteArray, quint64>, Push> m_pushes; ///< by connection, space, number
    Verified m_violation;
    size_t m_changeMessages = 0;
    bool m_traced = false;
};

/// One line about a message, for traces.
[[nodiscard]] std::string describe(const Message &message);

} // namespace Sheaf::Test
