// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/packing.h"

#include "protocol/compression.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Always this one: files outlive what client and server agree on.
const Compression &zstd()
{
    static const auto compression = builtinCompressions().constFirst();
    return *compression;
}

} // namespace

QByteArrayView Packing::pack(QByteArrayView bytes)
{
    if (bytes.size() <= packAboveBytes || bytes.size() > unpackedBytesMax)
        return bytes;
    m_room = zstd().compress(bytes);
    const bool pays = !m_room.isEmpty() && m_room.size() <= bytes.size() / 4 * 3;
    return pays ? QByteArrayView(m_room) : bytes;
}

Result<QByteArrayView> Packing::unpack(QByteArrayView kept, qint64 size)
{
    if (kept.size() == size)
        return kept;
    if (size > kept.size() && size <= unpackedBytesMax) {
        m_room = QByteArray(size, Qt::Uninitialized);
        if (zstd().decompress(kept, {m_room.data(), static_cast<size_t>(size)}) == size)
            return QByteArrayView(m_room);
    }
    return fail(u"database_damaged"_s, u"A text in the database cannot be unpacked: restore it from a backup."_s);
}

} // namespace Sheaf
