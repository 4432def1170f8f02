// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/compression.h"

namespace Sheaf {

/// zstd at one of its levels; every level reads what any other has packed.
class ZstdCompression final : public Compression
{
public:
    explicit ZstdCompression(int level) : m_level(level) {}

    QByteArray name() const override { return "zstd"; }
    QByteArray compress(QByteArrayView message) const override;
    qsizetype decompress(QByteArrayView packed, std::span<char> message) const override;

private:
    int m_level;
};

} // namespace Sheaf
