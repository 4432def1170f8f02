// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.h"

#include "protocol/limits.h"
#include "protocol/zstdcompression.h"

namespace Sheaf {

Compressions builtinCompressions()
{
    constexpr int level = 1; // fast enough never to be what a sync waits for
    static const auto zstd = std::make_shared<const ZstdCompression>(level);
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
