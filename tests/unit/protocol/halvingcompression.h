// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/compression.h"

#include <cstring>
#include <functional>
#include <stdexcept>

namespace Sheaf {

/// A compression for tests that turns every bit and leaves out the second half of what repeats itself, or does what a test wants.
class HalvingCompression final : public Compression
{
public:
    explicit HalvingCompression(QByteArray name = "halves") : m_name(std::move(name)) {}

    QByteArray name() const override { return m_name; }
    QByteArray compress(QByteArrayView message) const override
    {
        if (onCompress)
            return onCompress(message);
        const qsizetype half = (message.size() + 1) / 2;
        const bool isTwice = message.first(message.size() - half) == message.last(message.size() - half);
        QByteArray packed(1, isTwice ? '2' : '1');
        for (const char byte : isTwice ? message.first(half) : message)
            packed.append(static_cast<char>(~byte));
        return packed;
    }
    qsizetype decompress(QByteArrayView packed, std::span<char> message) const override
    {
        if (onDecompress)
            return onDecompress(packed, message);
        if (packed.isEmpty())
            return -1;
        const QByteArrayView bytes = packed.sliced(1);
        const qsizetype size = packed[0] == '2' ? static_cast<qsizetype>(message.size()) : bytes.size();
        for (qsizetype i = 0; i < std::min<qsizetype>(size, static_cast<qsizetype>(message.size())); ++i)
            message[static_cast<size_t>(i)] = static_cast<char>(~bytes[i % bytes.size()]);
        return size;
    }

    std::function<QByteArray(QByteArrayView)> onCompress;
    std::function<qsizetype(QByteArrayView, std::span<char>)> onDecompress;

private:
    QByteArray m_name;
};

[[noreturn]] inline void throwSomething()
{
    throw std::runtime_error("a hook that throws");
}

} // namespace Sheaf
