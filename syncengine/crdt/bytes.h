// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"
#include "crdt/value.h"

#include <QByteArray>
#include <QtEndian>

#include <algorithm>
#include <cstring>

/// Appending and bounds-checked reading of the binary forms of this folder: little-endian base-128
/// varints, big-endian fixed numbers.
namespace Sheaf::Bytes {

/// Room for so many bytes at the end. QByteArray::append() takes several times as long for a few of them.
inline char *extend(QByteArray &out, qsizetype size)
{
    const qsizetype at = out.size();
    out.resize(at + size);
    return out.data() + at;
}

inline void appendVarint(QByteArray &out, quint64 value)
{
    char buffer[10];
    int size = 0;
    while (value >= 0x80) {
        buffer[size++] = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    buffer[size++] = static_cast<char>(value);
    std::memcpy(extend(out, size), buffer, static_cast<size_t>(size));
}

inline void appendFixed(QByteArray &out, quint64 value)
{
    qToBigEndian(value, extend(out, sizeof value));
}

inline void appendStamp(QByteArray &out, Stamp stamp)
{
    char *const at = extend(out, 16);
    qToBigEndian(stamp.hlc, at);
    qToBigEndian(stamp.site, at + 8);
}

/// The bytes must not be of `out` itself.
inline void appendBytes(QByteArray &out, QByteArrayView bytes)
{
    appendVarint(out, static_cast<quint64>(bytes.size()));
    std::ranges::copy(bytes, extend(out, bytes.size()));
}

void appendValue(QByteArray &out, const ValueView &value);

/// One value alone.
[[nodiscard]] inline QByteArray encodedValue(const ValueView &value)
{
    QByteArray bytes;
    appendValue(bytes, value);
    return bytes;
}

/// Reads from the front. After a failed read it is broken and stays so, and every read gives zero:
/// check ok() before using what was read, at the latest at the end.
class Reader
{
public:
    explicit Reader(QByteArrayView bytes) : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_at == m_end; }
    [[nodiscard]] qint64 left() const { return m_end - m_at; }

    quint8 byte()
    {
        if (m_at == m_end)
            return broken();
        return static_cast<quint8>(*m_at++);
    }

    /// At most ten bytes, and no other than the shortest form.
    quint64 varint()
    {
        quint64 value = 0;
        for (int shift = 0; shift < 64 && m_at != m_end; shift += 7) {
            const auto next = static_cast<quint8>(*m_at++);
            value |= static_cast<quint64>(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return (next == 0 && shift > 0) || (shift == 63 && next > 1) ? broken() : value;
        }
        return broken();
    }

    quint64 fixed()
    {
        if (left() < 8)
            return broken();
        const auto value = qFromBigEndian<quint64>(m_at);
        m_at += 8;
        return value;
    }

    Stamp stamp()
    {
        const Hlc hlc = fixed();
        return {hlc, fixed()};
    }

    QByteArrayView bytes()
    {
        const quint64 size = varint();
        if (!m_ok || size > static_cast<quint64>(left())) {
            broken();
            return {};
        }
        const QByteArrayView view(m_at, static_cast<qsizetype>(size));
        m_at += size;
        return view;
    }

    ValueView value();

private:
    quint8 broken()
    {
        m_ok = false;
        m_at = m_end;
        return 0;
    }

    const char *m_at;
    const char *m_end;
    bool m_ok = true;
};

/// Of encodedValue(); looks into `bytes`.
[[nodiscard]] inline ValueView decodedValue(QByteArrayView bytes)
{
    return Reader(bytes).value();
}

} // namespace Sheaf::Bytes
