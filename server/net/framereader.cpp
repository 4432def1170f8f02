// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/framereader.h"

#include "protocol/limits.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int fragmentsMax = 64;
constexpr quint64 controlBytesMax = 125; // RFC 6455, 5.5
constexpr int maskBytes = 4;

enum Opcode { Continuation = 0x0, Text = 0x1, Binary = 0x2, CloseFrame = 0x8, PingFrame = 0x9, PongFrame = 0xa };
enum CloseCode : quint16 { ProtocolError = 1002, WrongType = 1003, PolicyViolated = 1008, TooBig = 1009 };

FrameFault broken(const QString &reason)
{
    return {u"bad_frame"_s, reason, ProtocolError};
}

FrameFault flooding()
{
    return {u"flooding"_s, u"Too many pings, empty frames or fragments."_s, PolicyViolated};
}

int headerSize(unsigned char lengthByte)
{
    const int length = lengthByte & 0x7f;
    return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + ((lengthByte & 0x80) != 0 ? maskBytes : 0);
}

quint64 payloadSize(const unsigned char *header)
{
    const int length = header[1] & 0x7f;
    if (length < 126)
        return static_cast<quint64>(length);
    quint64 size = 0;
    for (int i = 0; i < (length == 126 ? 2 : 8); ++i)
        size = (size << 8) | header[2 + i];
    return size;
}

} // namespace

std::optional<FrameFault> FrameReader::take(QByteArrayView bytes, qint64 nowMs, const Sink &sink)
{
    while (!bytes.isEmpty()) {
        if (!m_inPayload) {
            m_header[m_headerBytes++] = static_cast<unsigned char>(bytes.front());
            bytes = bytes.sliced(1);
            if (m_headerBytes == 2)
                m_headerSize = headerSize(m_header[1]);
            if (m_headerBytes < 2 || m_headerBytes < m_headerSize)
                continue;
            if (auto fault = frameBegins(nowMs))
                return fault;
        } else {
            const auto eaten = static_cast<qsizetype>(std::min<quint64>(m_payloadLeft, static_cast<quint64>(bytes.size())));
            takePayload(bytes.first(eaten));
            bytes = bytes.sliced(eaten);
        }
        if (m_inPayload && m_payloadLeft == 0 && !frameEnds(sink))
            return {};
    }
    return {};
}

std::optional<FrameFault> FrameReader::frameBegins(qint64 nowMs)
{
    m_headerBytes = 0;
    m_inPayload = true;
    m_maskAt = 0;
    m_payloadLeft = payloadSize(m_header);
    if ((m_header[0] & 0x70) != 0)
        return broken(u"No extension was agreed on."_s);
    if ((m_header[1] & 0x80) == 0)
        return broken(u"A client masks its frames."_s);
    if (!isControl())
        return dataBegins(nowMs);
    if (opcode() > PongFrame || !isFinal() || m_payloadLeft > controlBytesMax)
        return broken(u"A control frame is malformed."_s);
    m_control.clear();
    return m_controls.spend(nowMs) ? std::nullopt : std::optional(flooding());
}

std::optional<FrameFault> FrameReader::dataBegins(qint64 nowMs)
{
    if (opcode() == Text)
        return FrameFault{u"bad_frame"_s, u"Binary frames only."_s, WrongType};
    if (opcode() > Binary || m_inMessage != (opcode() == Continuation))
        return broken(u"A frame of an unknown kind, or not now."_s);
    if (m_payloadLeft > static_cast<quint64>(m_payloadMax) ||
        m_message.size() + static_cast<qint64>(m_payloadLeft) > m_payloadMax)
        return FrameFault{u"too_large"_s, u"A frame is larger than allowed."_s, TooBig};
    if (m_payloadLeft == 0 && !m_empties.spend(nowMs))
        return flooding();
    if (++m_fragments > fragmentsMax)
        return flooding();
    m_inMessage = true;
    return {};
}

void FrameReader::takePayload(QByteArrayView bytes)
{
    QByteArray &target = isControl() ? m_control : m_message;
    const qsizetype before = target.size();
    target.append(bytes);
    m_payloadLeft -= static_cast<quint64>(bytes.size());
    const unsigned char *mask = m_header + m_headerSize - maskBytes;
    char *payload = target.data() + before;
    for (qsizetype i = 0; i < bytes.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ static_cast<char>(mask[(m_maskAt + static_cast<size_t>(i)) % maskBytes]));
    m_maskAt += static_cast<size_t>(bytes.size());
}

bool FrameReader::frameEnds(const Sink &sink)
{
    m_inPayload = false;
    if (isControl()) {
        if (opcode() == PongFrame)
            return true;
        return sink(opcode() == PingFrame ? Kind::Ping : Kind::Close, m_control);
    }
    if (!isFinal())
        return true;
    m_inMessage = false;
    m_fragments = 0;
    return sink(Kind::Message, std::exchange(m_message, {}));
}

} // namespace Sheaf::Server
