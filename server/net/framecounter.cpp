// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/framecounter.h"

#include "protocol/limits.h"

#include <algorithm>

namespace Sheaf::Server {

namespace {

constexpr int fragmentsMax = 64;
constexpr unsigned char finBit = 0x80;
constexpr unsigned char maskBit = 0x80;
constexpr unsigned char opcodeMask = 0x0f;
constexpr unsigned char firstControlOpcode = 0x8;
constexpr int maskBytes = 4;

int headerSize(unsigned char lengthByte)
{
    const int length = lengthByte & 0x7f;
    return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + ((lengthByte & maskBit) != 0 ? maskBytes : 0);
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

bool FrameCounter::Budget::spend(qint64 nowMs)
{
    left = std::min(burst, left + perSecond * static_cast<double>(std::max<qint64>(0, nowMs - atMs)) / 1000.0);
    atMs = nowMs;
    left -= 1;
    return left >= 0;
}

bool FrameCounter::take(QByteArrayView bytes, qint64 nowMs)
{
    while (!bytes.isEmpty()) {
        if (m_payloadLeft > 0) {
            const auto eaten = std::min<quint64>(m_payloadLeft, static_cast<quint64>(bytes.size()));
            m_payloadLeft -= eaten;
            bytes = bytes.sliced(static_cast<qsizetype>(eaten));
            continue;
        }
        m_header[m_headerBytes++] = static_cast<unsigned char>(bytes.front());
        bytes = bytes.sliced(1);
        if (m_headerBytes < 2 || m_headerBytes < headerSize(m_header[1]))
            continue;
        if (!frameBegins(nowMs))
            return false;
        m_headerBytes = 0;
    }
    return true;
}

bool FrameCounter::frameBegins(qint64 nowMs)
{
    const bool isFinal = (m_header[0] & finBit) != 0;
    m_payloadLeft = payloadSize(m_header);
    if (m_payloadLeft > static_cast<quint64>(Sheaf::Limits::frameBytesMax) || (m_header[1] & maskBit) == 0)
        return false;
    if ((m_header[0] & opcodeMask) >= firstControlOpcode)
        return m_controls.spend(nowMs);
    if (m_payloadLeft == 0 && !m_empties.spend(nowMs))
        return false;
    m_fragments = isFinal ? 0 : m_fragments + 1;
    return m_fragments <= fragmentsMax;
}

} // namespace Sheaf::Server
