// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"
#include "protocol/messages.h"
#include "rawsocket.h"

#include <optional>

namespace Sheaf::Test {

constexpr unsigned char continuationOpcode = 0x0;
constexpr unsigned char textOpcode = 0x1;
constexpr unsigned char binaryOpcode = 0x2;
constexpr unsigned char pingOpcode = 0x9;

/// One WebSocket frame of a client, right or wrong.
struct WireFrame {
    unsigned char opcode = binaryOpcode;
    QByteArray payload = {};
    bool isFinal = true;
    bool isMasked = true;
    quint64 declared = 0; ///< a payload size other than the true one, 0 for the true one
};

[[nodiscard]] QByteArray encoded(const WireFrame &frame);
[[nodiscard]] QByteArray upgradeRequest(const QByteArray &moreHeaders = {});

/// A client on a raw socket: behaves when it is asked to, and does anything else as well.
/// Blocking; one thread at a time.
class Peer
{
public:
    explicit Peer(quint16 port) : m_port(port) {}

    [[nodiscard]] RawSocket &socket() { return m_socket; }
    /// Connects and does the handshake of RFC 6455.
    bool upgrade(int receiveBytes = 0);
    /// And greets: true when it was welcomed.
    bool greet(const QByteArray &token, SiteId site, int receiveBytes = 0);
    bool send(const Message &message);
    /// Pushes one row of `size` bytes under a key of its own; the next number is used.
    bool push(qsizetype size);
    /// Pushes and waits for the ack: milliseconds, or nothing when it did not come.
    std::optional<qint64> pushAndWait(qsizetype size, int msMax);

    /// The next message, unless none comes within the time or the server hangs up.
    std::optional<Message> receive(int msMax);
    /// Reads to the end: true when the server has hung up within the time. What it said last is in
    /// refusal() and closeCode().
    bool waitForEnd(int msMax);

    [[nodiscard]] const Welcome &welcome() const { return m_welcome; }
    [[nodiscard]] QString refusal() const { return m_refusal; }
    [[nodiscard]] int closeCode() const { return m_closeCode; } ///< of the server's close frame, 0 when there was none
    [[nodiscard]] QByteArray httpAnswer() const { return m_httpAnswer; }

private:
    [[nodiscard]] std::optional<Message> takeFrame();

    quint16 m_port;
    RawSocket m_socket;
    QByteArray m_received;
    FrameAssembler m_assembler;
    Welcome m_welcome;
    SiteId m_site = 0;
    quint64 m_number = 0;
    QString m_refusal;
    int m_closeCode = 0;
    QByteArray m_httpAnswer;
};

} // namespace Sheaf::Test
