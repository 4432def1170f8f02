// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/framing.h"

#include "crdt/bytes.h"
#include "protocol/limits.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr quint8 lastFlag = 1;
constexpr quint8 compressedFlag = 2;

/// Somebody else's code: nothing that it throws gets any further.
template<typename Work>
auto guarded(const Work &work) -> Result<decltype(work())>
{
    try {
        return work();
    } catch (...) {
        return fail(u"compression_failed"_s, u"The compression that was agreed has failed."_s);
    }
}

Result<QByteArray> unpacked(QByteArrayView payload, const Compression &compression, qint64 messageMax)
{
    const auto malformed = [] { return fail(u"bad_frame"_s, u"A compressed message is malformed."_s); };
    Bytes::Reader reader(payload);
    const quint64 size = reader.varint();
    const QByteArrayView packed = reader.bytes();
    const QByteArrayView padding = payload.last(reader.left());
    if (!reader.ok() || packed.isEmpty() || std::ranges::any_of(padding, [](char byte) { return byte != 0; }))
        return malformed();
    // Before anything of that size is made.
    const auto sent = static_cast<quint64>(packed.size() + padding.size());
    if (size > static_cast<quint64>(messageMax) || size > sent * Limits::compressionRatioMax)
        return fail(u"too_large"_s, u"A compressed message is larger than allowed."_s);
    QByteArray message(static_cast<qsizetype>(size), '\0');
    const auto got = guarded([&] {
        return compression.decompress(packed, {message.data(), static_cast<size_t>(message.size())});
    });
    if (!got)
        return fail(got.error());
    return *got == message.size() ? Result<QByteArray>(std::move(message)) : Result<QByteArray>(malformed());
}

/// The payload of the compressed message, or nothing when that does not pay. What packed too well is brought up to the ratio that
/// receivers take.
Result<QByteArray> packed(const QByteArray &message, const Compression &compression)
{
    const auto packed = guarded([&] { return compression.compress(message); });
    if (!packed || packed->isEmpty())
        return packed;
    QByteArray out;
    Bytes::appendVarint(out, static_cast<quint64>(message.size()));
    Bytes::appendBytes(out, *packed);
    constexpr qsizetype ratio = Limits::compressionRatioMax;
    const qsizetype missing = (message.size() + ratio - 1) / ratio - packed->size();
    out.append(std::max<qsizetype>(missing, 0), '\0');
    return out.size() < message.size() - message.size() / 8 ? out : QByteArray();
}

QList<QByteArray> cut(QByteArrayView payload, bool isCompressed)
{
    QList<QByteArray> frames;
    constexpr qsizetype room = Limits::frameBytesMax - 1;
    qsizetype at = 0;
    do {
        const QByteArrayView part = payload.sliced(at, std::min(room, payload.size() - at));
        at += part.size();
        const int flags = (at == payload.size() ? lastFlag : 0) | (frames.isEmpty() && isCompressed ? compressedFlag : 0);
        QByteArray frame;
        frame.reserve(part.size() + 1);
        frame.append(static_cast<char>(flags));
        frame.append(part);
        frames.append(frame);
    } while (at < payload.size());
    return frames;
}

} // namespace

QList<QByteArray> frameMessage(const QByteArray &message)
{
    return cut(message, false);
}

Result<QList<QByteArray>> frameMessage(const QByteArray &message, const Compression *compression)
{
    if (compression == nullptr || message.size() <= Limits::compressAboveBytes)
        return cut(message, false);
    const auto payload = packed(message, *compression);
    if (!payload)
        return fail(payload.error());
    return payload->isEmpty() ? cut(message, false) : cut(*payload, true);
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
    if (flags > (lastFlag | compressedFlag) || (compressed && (m_open || !m_compression)))
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
    auto whole = unpacked(message, *m_compression, messageMax);
    if (!whole)
        return fail(whole.error());
    return std::optional<QByteArray>(*std::move(whole));
}

} // namespace Sheaf
