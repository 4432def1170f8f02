// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.h"

#include "protocol/limits.h"

#include <zstd.h>

namespace Sheaf {

namespace {

class Zstd final : public Compression
{
public:
    QByteArray name() const override { return "zstd"; }

    QByteArray compress(QByteArrayView message) const override
    {
        constexpr int level = 1; // fast enough never to be what a sync waits for
        const auto size = static_cast<size_t>(message.size());
        QByteArray packed(static_cast<qsizetype>(ZSTD_compressBound(size)), Qt::Uninitialized);
        const size_t got = ZSTD_compress(packed.data(), static_cast<size_t>(packed.size()), message.data(), size, level);
        packed.truncate(ZSTD_isError(got) != 0 ? 0 : static_cast<qsizetype>(got));
        return packed;
    }

    qsizetype decompress(QByteArrayView packed, std::span<char> message) const override
    {
        const size_t got = ZSTD_decompress(message.data(), message.size(), packed.data(), static_cast<size_t>(packed.size()));
        return ZSTD_isError(got) != 0 ? -1 : static_cast<qsizetype>(got);
    }
};

} // namespace

Compressions builtinCompressions()
{
    static const auto zstd = std::make_shared<const Zstd>();
    return {zstd};
}

QList<QByteArray> namesOf(const Compressions &compressions)
{
    QList<QByteArray> names;
    for (const auto &compression : compressions) {
        const QByteArray name = compression->name();
        if (names.size() < Limits::compressionsPerHelloMax && !name.isEmpty() && name.size() <= Limits::nameBytesMax &&
            !names.contains(name))
            names.append(name);
    }
    return names;
}

std::shared_ptr<const Compression> compressionNamed(const Compressions &compressions, const QByteArray &name)
{
    for (const auto &compression : compressions) {
        if (compression->name() == name)
            return compression;
    }
    return {};
}

std::shared_ptr<const Compression> chooseCompression(const Compressions &compressions, const QList<QByteArray> &wanted)
{
    for (const QByteArray &name : wanted) {
        if (auto known = compressionNamed(compressions, name))
            return known;
    }
    return {};
}

} // namespace Sheaf
