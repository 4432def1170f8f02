// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/check.h"

#include <QByteArray>
#include <QList>

#include <cstddef>
#include <cstdint>

/// The entry of every target, under the name that libFuzzer looks for. A finding is a crash, a
/// sanitizer's report or a broken SHEAF_CHECK.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

namespace Sheaf::Fuzz {

/// What one input of 64 KiB may cost at most; the replay driver measures it.
struct Budget {
    qint64 cpuMs = 10;
    qint64 bytes = 16 * 1024 * 1024;
};

/// Each target says what it keeps to.
[[nodiscard]] Budget budget();
/// The most work that 64 KiB can mean to it, as far as we know; seeds on the disk stay small.
[[nodiscard]] QList<QByteArray> heavyInputs();
constexpr qsizetype inputBytesMax = 64 * 1024;

inline QByteArrayView viewOf(const uint8_t *bytes, size_t size)
{
    return {reinterpret_cast<const char *>(bytes), static_cast<qsizetype>(size)};
}

/// Takes an input apart from the front; reads zeros and nothing at its end.
class Input
{
public:
    explicit Input(QByteArrayView bytes) : m_bytes(bytes) {}

    [[nodiscard]] bool atEnd() const { return m_bytes.isEmpty(); }
    quint8 byte()
    {
        const QByteArrayView one = take(1);
        return one.isEmpty() ? quint8(0) : static_cast<quint8>(one[0]);
    }
    quint16 word()
    {
        const int low = byte();
        return static_cast<quint16>(low | (byte() << 8));
    }
    QByteArrayView take(qsizetype size)
    {
        const QByteArrayView front = m_bytes.first(std::min(size, m_bytes.size()));
        m_bytes = m_bytes.sliced(front.size());
        return front;
    }
    QByteArrayView rest() { return take(m_bytes.size()); }

private:
    QByteArrayView m_bytes;
};

} // namespace Sheaf::Fuzz
