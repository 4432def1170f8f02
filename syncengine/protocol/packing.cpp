// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/packing.h"

#include "crdt/bytes.h"
#include "protocol/zstdcompression.h"
#include "text/updatealgebra.h"

namespace Sheaf {

using namespace Qt::StringLiterals;
using Text::Format;

namespace {

/// What is packed once may take longer than a message; from this level on the differences of v2 pack twice as well.
const ZstdCompression &zstd()
{
    static const ZstdCompression compression(4);
    return compression;
}

Unexpected damaged()
{
    return fail(u"database_damaged"_s, u"A text in the database cannot be unpacked: restore it from a backup."_s);
}

/// Nothing if it cannot be packed.
QByteArray packedAs(Format format, QByteArrayView update)
{
    const QByteArray compressed = zstd().compress(update);
    QByteArray packed;
    if (compressed.isEmpty())
        return packed;
    packed.append(static_cast<char>(format));
    Bytes::appendVarint(packed, static_cast<quint64>(update.size()));
    packed.append(compressed);
    return packed;
}

/// Packed in format v2 where that spares two fifths more: it costs whoever reads it, so prose is not worth it. Nothing if it does
/// not pay, or would not come back as the very same bytes.
QByteArray packedAsV2(QByteArrayView update, qsizetype packedSize)
{
    const auto v2 = Text::convertUpdate(update, Format::V1, Format::V2);
    if (!v2)
        return {};
    QByteArray packed = packedAs(Format::V2, *v2);
    if (packed.isEmpty() || packed.size() > packedSize / 5 * 3)
        return {};
    const auto back = Text::convertUpdate(*v2, Format::V2, Format::V1);
    return back && *back == update ? packed : QByteArray();
}

} // namespace

QByteArrayView Packing::pack(QByteArrayView update)
{
    if (update.size() <= packAboveBytes || update.size() > unpackedBytesMax)
        return update;
    m_room = packedAs(Format::V1, update);
    if (m_room.isEmpty() || m_room.size() > update.size() / 4 * 3)
        return update;
    if (QByteArray shorter = packedAsV2(update, m_room.size()); !shorter.isEmpty())
        m_room = std::move(shorter);
    return m_room;
}

Result<Packing::Stored> Packing::unpackStored(QByteArrayView kept, qint64 size)
{
    if (kept.size() == size)
        return Stored{kept};
    if (kept.isEmpty() || size < kept.size() || size > unpackedBytesMax)
        return damaged();
    const auto format = static_cast<Format>(kept.front());
    Bytes::Reader reader(kept.sliced(1));
    const quint64 packedSize = reader.varint();
    const bool isKnown = format == Format::V2 || (format == Format::V1 && packedSize == static_cast<quint64>(size));
    if (!reader.ok() || !isKnown || packedSize > static_cast<quint64>(unpackedBytesMax))
        return damaged();
    m_room = QByteArray(static_cast<qsizetype>(packedSize), Qt::Uninitialized);
    const qsizetype got = zstd().decompress(kept.last(reader.left()), {m_room.data(), static_cast<size_t>(packedSize)});
    return got == m_room.size() ? Result<Stored>({m_room, format}) : damaged();
}

Result<QByteArrayView> Packing::unpack(QByteArrayView kept, qint64 size)
{
    const auto stored = unpackStored(kept, size);
    if (!stored)
        return fail(stored.error());
    if (stored->format == Format::V1)
        return stored->update;
    auto update = Text::convertUpdate(stored->update, Format::V2, Format::V1);
    if (!update || update->size() != size)
        return damaged();
    m_room = *std::move(update);
    return QByteArrayView(m_room);
}

} // namespace Sheaf
