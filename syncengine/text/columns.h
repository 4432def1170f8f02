// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/bytes.h"

/// The run-length codecs of update format v2, one small class per codec and direction.
namespace Sheaf::Text {

class RleWriter
{
public:
    void write(quint8 value)
    {
        if (m_count > 0 && m_value == value) {
            ++m_count;
            return;
        }
        if (m_count > 0)
            m_out.varUint(m_count - 1);
        m_count = 1;
        m_value = value;
        m_out.u8(value);
    }
    /// The count of the last run is never written.
    [[nodiscard]] QByteArrayView finish() const { return m_out.bytes(); }

private:
    ByteWriter m_out;
    quint64 m_count = 0;
    quint8 m_value = 0;
};

class RleReader
{
public:
    explicit RleReader(QByteArrayView bytes = {}) : m_in(bytes) {}
    quint8 read()
    {
        if (m_left == 0) {
            m_value = m_in.u8();
            m_forever = m_in.atEnd();
            m_left = m_forever ? 1 : m_in.varUint() + 1;
        }
        if (!m_forever)
            --m_left;
        return m_value;
    }
    [[nodiscard]] bool ok() const { return m_in.ok(); }

private:
    ByteReader m_in;
    quint64 m_left = 0;
    quint8 m_value = 0;
    bool m_forever = false;
};

class UintOptRleWriter
{
public:
    void write(quint64 value)
    {
        if (m_value == value) {
            ++m_count;
            return;
        }
        flush();
        m_count = 1;
        m_value = value;
    }
    [[nodiscard]] QByteArrayView finish()
    {
        flush();
        return m_out.bytes();
    }

private:
    void flush()
    {
        if (m_count == 0)
            return;
        m_out.varInt(m_value, m_count > 1);
        if (m_count > 1)
            m_out.varUint(m_count - 2);
        m_count = 0;
    }
    ByteWriter m_out;
    quint64 m_value = 0;
    quint64 m_count = 0;
};

class UintOptRleReader
{
public:
    explicit UintOptRleReader(QByteArrayView bytes = {}) : m_in(bytes) {}
    quint64 read()
    {
        if (m_left == 0) {
            const ByteReader::Signed number = m_in.varInt();
            m_value = number.magnitude;
            m_left = number.negative ? m_in.varUint() + 2 : 1;
        }
        --m_left;
        return m_value;
    }
    [[nodiscard]] bool ok() const { return m_in.ok(); }
    [[nodiscard]] bool atEnd() const { return m_left == 0 && m_in.atEnd(); }

private:
    ByteReader m_in;
    quint64 m_value = 0;
    quint64 m_left = 0;
};

class IntDiffOptRleWriter
{
public:
    void write(quint64 value)
    {
        const auto diff = static_cast<qint64>(value) - static_cast<qint64>(m_value);
        m_value = value;
        if (diff == m_diff) {
            ++m_count;
            return;
        }
        flush();
        m_count = 1;
        m_diff = diff;
    }
    [[nodiscard]] QByteArrayView finish()
    {
        flush();
        return m_out.bytes();
    }

private:
    void flush()
    {
        if (m_count == 0)
            return;
        const qint64 encoded = m_diff * 2 + (m_count > 1 ? 1 : 0);
        m_out.varInt(static_cast<quint64>(encoded < 0 ? -encoded : encoded), encoded < 0);
        if (m_count > 1)
            m_out.varUint(m_count - 2);
        m_count = 0;
    }
    ByteWriter m_out;
    quint64 m_value = 0;
    qint64 m_diff = 0;
    quint64 m_count = 0;
};

class IntDiffOptRleReader
{
public:
    explicit IntDiffOptRleReader(QByteArrayView bytes = {}) : m_in(bytes) {}
    quint64 read()
    {
        if (m_left == 0) {
            const ByteReader::Signed number = m_in.varInt();
            const auto encoded = static_cast<qint64>(number.magnitude) * (number.negative ? -1 : 1);
            m_diff = encoded >> 1; // floor, for negatives too
            m_left = encoded & 1 ? m_in.varUint() + 2 : 1;
        }
        --m_left;
        m_value += m_diff;
        if (m_value < 0 || m_value > static_cast<qint64>(Limits::wireIntegerMax)) {
            m_in.setFailed();
            m_value = 0;
            m_diff = 0;
        }
        return static_cast<quint64>(m_value);
    }
    [[nodiscard]] bool ok() const { return m_in.ok(); }

private:
    ByteReader m_in;
    qint64 m_value = 0;
    qint64 m_diff = 0;
    quint64 m_left = 0;
};

class StringColumnWriter
{
public:
    void write(QStringView text)
    {
        m_text.append(text);
        m_lengths.write(static_cast<quint64>(text.size()));
    }
    [[nodiscard]] QByteArray finish()
    {
        ByteWriter out;
        out.varString(m_text);
        out.raw(m_lengths.finish());
        return out.take();
    }

private:
    QString m_text;
    UintOptRleWriter m_lengths;
};

} // namespace Sheaf::Text
