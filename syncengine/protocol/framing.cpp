// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/framing.h"

#include "crdt/bytes.h"
#include "protocol/limits.h"

#include <QtEndian>

#include <zstd.h>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr quint8 lastFlag = 1;
constexpr quint8 compressedFlag = 2;
constexpr int compressionLevel = 1; // fast enough never to be what a sync waits for

Result<QByteArray> decompress(const QByteArray &payload, qint64 messageMax)
{
    Bytes::Reader reader(payload);
    const quint64 size = reader.varint();
    const qint64 packed = reader.left();
    if (!reader.ok() || packed == 0)
        return fail(u"bad_frame"_s, u"A compressed message is malformed."_s);
    // Before anything of that size is made.
    if (size > static_cast<quint64>(messageMax) || size > static_cast<quint64>(packed) * Limits::compressionRatioMax)
        return fail(u"too_large"_s, u"A compressed message is larger than allowed."_s);
    QByteArray message(static_cast<qsizetype>(size), Qt::Uninitialized);
    const size_t got =
        ZSTD_decompress(message.data(), size, payload.constData() + (payload.size() - packed), static_cast<size_t>(packed));
    if (ZSTD_isError(got) != 0 || got != size)
        return fail(u"bad_frame"_s, u"A compressed message is malformed."_s);
    return message;
}

/// Brings what packed too well up to the ratio that receivers take, with a frame that zstd skips.
void pad(QByteArray &packed, qsizetype head, qsizetype size)
{
    constexpr qsizetype ratio = Limits::compressionRatioMax;
    const qsizetype missing = (size + ratio - 1) / ratio - (packed.size() - head);
    if (missing <= 0)
        return;
    constexpr quint32 skippable = 0x184D2A50;
    char header[8];
    const auto zeros = static_cast<quint32>(std::max<qsizetype>(missing - qsizetype(sizeof header), 0));
    qToLittleEndian(skippable, header);
    qToLittleEndian(zeros, header + 4);
    packed.append(header, sizeof header);
    packed.append(static_cast<qsizetype>(zeros), '\0');
}

/// The message with its declared size before it, or nothing when that does not pay.
QByteArray compressed(const QByteArray &message)
{
    QByteArray out;
    Bytes::appendVarint(out, static_cast<quint64>(message.size()));
    const qsizetype head = out.size();
    const size_t bound = ZSTD_compressBound(static_cast<size_t>(message.size()));
    out.resize(head + static_cast<qsizetype>(bound));
    const size_t got =
        ZSTD_compress(out.data() + head, bound, message.constData(), static_cast<size_t>(message.size()), compressionLevel);
    if (ZSTD_isError(got) != 0)
        return {};
    out.truncate(head + static_cast<qsizetype>(got));
    pad(out, head, message.size());
    return out.size() < message.size() - message.size() / 8 ? out : QByteArray();
}

} // namespace

QList<QByteArray> frameMessage(const QByteArray &message, bool compress)
{
    QByteArray packed;
    if (compress && message.size() > Limits::compressAboveBytes)
        packed = compressed(message);
    const QByteArray &payload = packed.isEmpty() ? message : packed;

    QList<QByteArray> frames;
    constexpr qsizetype room = Limits::frameBytesMax - 1;
    qsizetype at = 0;
    do {
        const QByteArrayView part = QByteArrayView(payload).sliced(at, std::min(room, payload.size() - at));
        at += part.size();
        const int flags = (at == payload.size() ? lastFlag : 0) | (frames.isEmpty() && !packed.isEmpty() ? compressedFlag : 0);
        QByteArray frame;
        frame.reserve(part.size() + 1);
        frame.append(static_cast<char>(flags));
        frame.append(part);
        frames.append(frame);
    } while (at < payload.size());
    return frames;
}

Result<std::optional<QByteArray>> FrameAssembler::take(QByteArrayView frame)
{
    const qint64 frameMax = m_welcomed ? Limits::frameBytesMax : Limits::frameBytesMaxBeforeWelcome;
    const qint64 messageMax = m_welcomed ? Limits::messageBytesMax : Limits::messageBytesMaxBeforeWelcome;
    if (frame.size() > frameMax)
        return fail(u"too_large"_s, u"A frame is larger than allowed."_s);
    // An empty payload would let a peer keep us busy for nothing.
    if (frame.size() < 2)
        return fail(u"bad_frame"_s, u"A frame is empty."_s);
    const auto flags = static_cast<quint8>(frame[0]);
    const bool compressed = (flags & compressedFlag) != 0;
    // Strangers cannot have agreed on compression, and nothing is unpacked for them.
    if (flags > (lastFlag | compressedFlag) || (compressed && (m_open || !m_welcomed)))
        return fail(u"bad_frame"_s, u"A frame has flags that mean nothing here."_s);
    if (!m_open) {
        m_compressed = compressed;
        m_frames = 0;
    }
    if (++m_frames > Limits::framesPerMessageMax)
        return fail(u"bad_frame"_s, u"A message comes in too many frames."_s);
    if (m_partial.size() + frame.size() - 1 > messageMax)
        return fail(u"too_large"_s, u"A message is larger than allowed."_s);
    m_partial.append(frame.sliced(1));
    m_open = (flags & lastFlag) == 0;
    if (m_open)
        return std::optional<QByteArray>();

    QByteArray message = std::exchange(m_partial, {});
    if (!m_compressed)
        return std::optional<QByteArray>(std::move(message));
    auto unpacked = decompress(message, messageMax);
    if (!unpacked)
        return fail(unpacked.error());
    return std::optional<QByteArray>(*std::move(unpacked));
}

} // namespace Sheaf
