// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/limits.h"
#include "text/value.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QStringView>

#include <cstring>
#include <string>

namespace Sheaf::Text {

/// Reads lib0's primitives. After the first failure every read gives zero and ok() stays false, so
/// callers check once per struct instead of after every byte.
class ByteReader
{
public:
    ByteReader() = default;
    explicit ByteReader(QByteArrayView bytes) : m_at(reinterpret_cast<const uchar *>(bytes.data())), m_end(m_at + bytes.size()) {}

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_at == m_end; }
    [[nodiscard]] qsizetype remaining() const { return m_end - m_at; }
    void setFailed()
    {
        m_ok = false;
        m_at = m_end;
    }

    quint8 u8()
    {
        if (m_at == m_end) {
            setFailed();
            return 0;
        }
        return *m_at++;
    }

    quint64 varUint()
    {
        if (m_end - m_at < shortBytes)
            return varUintTail(0, 0);
        quint64 value = 0;
        for (int i = 0; i < shortBytes; ++i) {
            const quint64 byte = m_at[i];
            value |= (byte & 0x7F) << (7 * i);
            if (byte < 0x80) {
                m_at += i + 1;
                return value;
            }
        }
        return varUintTail(0, 0);
    }

    /// Sign and magnitude, because -0 differs from 0 on this wire.
    struct Signed {
        quint64 magnitude = 0;
        bool negative = false;
    };
    Signed varInt()
    {
        const quint8 first = u8();
        Signed number{first & 0x3FU, (first & 0x40) != 0};
        if (first & 0x80)
            number.magnitude = varUintTail(number.magnitude, 6);
        return number;
    }

    QByteArrayView take(quint64 size)
    {
        if (size > static_cast<quint64>(remaining())) {
            setFailed();
            return {};
        }
        const QByteArrayView bytes(m_at, static_cast<qsizetype>(size));
        m_at += size;
        return bytes;
    }
    QByteArrayView varBuf() { return take(varUint()); }
    /// Appends a varString to a UTF-16 buffer; strict about UTF-8.
    void varString(std::u16string &out);
    QString varString();
    /// Whether any string so far had a surrogate pair.
    [[nodiscard]] bool sawPairs() const { return m_pairs; }
    Value any(int depth = 0);

private:
    static constexpr int shortBytes = 5; ///< of ids and clocks: read without asking for the end at each
    quint64 varUintTail(quint64 value, int shift);
    quint64 bigEndian(int bytes);

    const uchar *m_at = nullptr;
    const uchar *m_end = nullptr;
    bool m_ok = true;
    bool m_pairs = false;
};

/// Appends lib0's primitives to a byte array.
class ByteWriter
{
public:
    void u8(quint8 byte)
    {
        if (m_at == m_end) [[unlikely]]
            grow(1);
        *m_at++ = static_cast<char>(byte);
    }
    void varUint(quint64 number)
    {
        while (number >= 0x80) {
            u8(static_cast<quint8>(number | 0x80));
            number >>= 7;
        }
        u8(static_cast<quint8>(number));
    }
    void varInt(quint64 magnitude, bool negative)
    {
        const quint8 sign = negative ? 0x40 : 0;
        u8(static_cast<quint8>((magnitude > 0x3F ? 0x80 : 0) | sign | (magnitude & 0x3F)));
        if (magnitude > 0x3F)
            varUint(magnitude >> 6);
    }
    void raw(QByteArrayView bytes)
    {
        if (bytes.isEmpty())
            return;
        char *to = space(bytes.size());
        std::memcpy(to, bytes.data(), static_cast<size_t>(bytes.size()));
    }
    void varBuf(QByteArrayView bytes)
    {
        varUint(static_cast<quint64>(bytes.size()));
        raw(bytes);
    }
    void varString(QStringView text);
    void any(const Value &value);

    [[nodiscard]] QByteArrayView bytes() const
    {
        return m_at ? QByteArrayView(m_bytes.constData(), m_at - m_bytes.constData()) : QByteArrayView();
    }
    [[nodiscard]] QByteArray take();

private:
    void bigEndian(quint64 bits, int bytes);
    /// Room for so many bytes, counted as written.
    char *space(qsizetype size)
    {
        if (m_end - m_at < size)
            grow(size);
        return std::exchange(m_at, m_at + size);
    }
    void grow(qsizetype size);

    QByteArray m_bytes;
    char *m_at = nullptr;
    char *m_end = nullptr;
};

/// Strict UTF-8 to UTF-16; false leaves the buffer with the part that was good.
[[nodiscard]] bool appendUtf16(std::u16string &out, QByteArrayView utf8, bool &sawPairs);
/// UTF-16 to UTF-8, lone surrogates as U+FFFD; to has room for utf8Size() bytes.
void writeUtf8(char *to, QStringView text);
[[nodiscard]] quint64 utf8Size(QStringView text);

} // namespace Sheaf::Text
