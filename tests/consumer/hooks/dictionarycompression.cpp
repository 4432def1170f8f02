// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dictionarycompression.h"

#include <zstd.h>

QByteArray DictionaryCompression::compress(QByteArrayView message) const
{
    constexpr int level = 3;
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    const auto size = static_cast<size_t>(message.size());
    QByteArray packed(static_cast<qsizetype>(ZSTD_compressBound(size)), Qt::Uninitialized);
    const size_t got = ZSTD_compress_usingDict(context.get(), packed.data(), static_cast<size_t>(packed.size()), message.data(),
                                               size, m_words.constData(), static_cast<size_t>(m_words.size()), level);
    packed.truncate(ZSTD_isError(got) != 0 ? 0 : static_cast<qsizetype>(got));
    return packed;
}

qsizetype DictionaryCompression::decompress(QByteArrayView packed, std::span<char> message) const
{
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    const size_t got =
        ZSTD_decompress_usingDict(context.get(), message.data(), message.size(), packed.data(),
                                  static_cast<size_t>(packed.size()), m_words.constData(), static_cast<size_t>(m_words.size()));
    return ZSTD_isError(got) != 0 ? -1 : static_cast<qsizetype>(got);
}
