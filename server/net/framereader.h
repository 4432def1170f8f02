// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/net/budget.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>

namespace Sheaf::Server {

/// What was wrong with a peer's bytes: the code of a Refused and the one of WebSocket's close frame.
struct FrameFault {
    QString code;
    QString reason;
    quint16 closeCode = 0;
};

/// Takes a client's stream of RFC 6455 frames apart. A strict subset: binary messages, pings, pongs
/// and closes, all masked, no extensions. Holds at most one message and keeps the budgets of a peer,
/// so that no stream of bytes costs more than it is worth.
class FrameReader
{
public:
    enum class Kind : quint8 { Message, Ping, Close };
    /// False ends the reading: the connection is over.
    using Sink = std::function<bool(Kind kind, const QByteArray &payload)>;

    /// The size of a message, in one fragment or many.
    void setPayloadMax(qint64 bytes) { m_payloadMax = bytes; }

    /// Takes the next bytes of the stream; after a fault the stream makes no sense any more.
    [[nodiscard]] std::optional<FrameFault> take(QByteArrayView bytes, qint64 nowMs, const Sink &sink);

private:
    [[nodiscard]] std::optional<FrameFault> frameBegins(qint64 nowMs);
    [[nodiscard]] std::optional<FrameFault> dataBegins(qint64 nowMs);
    [[nodiscard]] bool frameEnds(const Sink &sink);
    void takePayload(QByteArrayView bytes);
    [[nodiscard]] bool isControl() const { return (m_header[0] & 0x08) != 0; }
    [[nodiscard]] bool isFinal() const { return (m_header[0] & 0x80) != 0; }
    [[nodiscard]] int opcode() const { return m_header[0] & 0x0f; }

    qint64 m_payloadMax = 0;
    unsigned char m_header[14] = {};
    int m_headerBytes = 0;
    int m_headerSize = 2;
    quint64 m_payloadLeft = 0;
    bool m_inPayload = false;
    QByteArray m_message; ///< of the data frames so far
    QByteArray m_control;
    bool m_inMessage = false;
    int m_fragments = 0;
    size_t m_maskAt = 0;
    Budget m_controls{5, 1};
    Budget m_empties{10, 10};
};

} // namespace Sheaf::Server
