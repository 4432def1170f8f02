// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/framing.h"

#include "crdt/bytes.h"
#include "protocol/limits.h"

#include <zstd.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr quint8 lastFlag = 1;
constexpr quint8 compressedFlag = 2;
constexpr int compressionLevel = 1; // fast enough never to be what a sync waits for

Result<QByteArray> decompress(const QByteArray &payload, qint64 sizeMax)
{
    Bytes::Reader reader(payload);
    const quint64 size = reader.varint();
    const qint64 packed = reader.left();
    if (!reader.ok() || packed == 0)
        return fail(u"bad_frame"_s, u"A compressed message is malformed."_s);
    if (size > static_cast<quint64>(sizeMax) || size / Limits::compressionRatioMax > static_cast<quint64>(packed))
        return fail(u"too_large"_s, u"A compressed message is larger than allowed."_s);
    QByteArray message(static_cast<qsizetype>(size), Qt::Uninitialized);
    const size_t got =
        ZSTD_decompress(message.data(), size, payload.constData() + (payload.size() - packed), static_cast<size_t>(packed));
    if (ZSTD_isError(got) != 0 || got != size)
        return fail(u"bad_frame"_s, u"A compressed message is malformed."_s);
    return message;
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
    const bool withinRatio = message.size() / Limits::compressionRatioMax <= static_cast<qint64>(got);
    return withinRatio && out.size() < message.size() - message.size() / 8 ? out : QByteArray();
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
    if (flags > (lastFlag | compressedFlag) || (m_open && (flags & compressedFlag) != 0))
        return fail(u"bad_frame"_s, u"A frame has unknown flags."_s);
    if (!m_open)
        m_compressed = (flags & compressedFlag) != 0;
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
