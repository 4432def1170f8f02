// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/zstdcompression.h"

#include <zstd.h>

namespace Sheaf {

QByteArray ZstdCompression::compress(QByteArrayView message) const
{
    const auto size = static_cast<size_t>(message.size());
    QByteArray packed(static_cast<qsizetype>(ZSTD_compressBound(size)), Qt::Uninitialized);
    const size_t got = ZSTD_compress(packed.data(), static_cast<size_t>(packed.size()), message.data(), size, m_level);
    packed.truncate(ZSTD_isError(got) != 0 ? 0 : static_cast<qsizetype>(got));
    return packed;
}

qsizetype ZstdCompression::decompress(QByteArrayView packed, std::span<char> message) const
{
    const size_t got = ZSTD_decompress(message.data(), message.size(), packed.data(), static_cast<size_t>(packed.size()));
    return ZSTD_isError(got) != 0 ? -1 : static_cast<qsizetype>(got);
}

} // namespace Sheaf
