// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/compression.h"

#include <functional>
#include <stdexcept>

namespace Sheaf {

/// A compression for tests: zstd with every bit turned, or whatever a test wants.
class TurnedCompression final : public Compression
{
public:
    explicit TurnedCompression(QByteArray name = "turned") : m_name(std::move(name)) {}

    QByteArray name() const override { return m_name; }
    QByteArray compress(QByteArrayView message) const override
    {
        return onCompress ? onCompress(message) : turned(m_zstd->compress(message));
    }
    qsizetype decompress(QByteArrayView packed, std::span<char> message) const override
    {
        return onDecompress ? onDecompress(packed, message) : m_zstd->decompress(turned(packed.toByteArray()), message);
    }

    std::function<QByteArray(QByteArrayView)> onCompress;
    std::function<qsizetype(QByteArrayView, std::span<char>)> onDecompress;

private:
    static QByteArray turned(QByteArray bytes)
    {
        for (char &byte : bytes)
            byte = static_cast<char>(~byte);
        return bytes;
    }

    QByteArray m_name;
    std::shared_ptr<const Compression> m_zstd = builtinCompressions().constFirst();
};

[[noreturn]] inline void throwSomething()
{
    throw std::runtime_error("a hook that throws");
}

} // namespace Sheaf
