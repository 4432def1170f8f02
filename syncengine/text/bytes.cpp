// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace Sheaf::Text {

bool appendUtf16(std::u16string &out, QByteArrayView utf8, bool &sawPairs)
{
    const auto *at = reinterpret_cast<const uchar *>(utf8.data());
    const auto *end = at + utf8.size();
    const size_t before = out.size();
    out.resize(before + static_cast<size_t>(utf8.size()));
    char16_t *to = out.data() + before;
    bool good = true;
    const auto tails = [&](int count, char32_t &point) {
        for (; count > 0; --count) {
            if (at == end || (*at & 0xC0) != 0x80)
                return false;
            point = point << 6 | (*at++ & 0x3FU);
        }
        return true;
    };
    while (at != end && good) {
        if (end - at >= 8) {
            quint64 eight = 0;
            std::memcpy(&eight, at, sizeof eight);
            if ((eight & 0x8080'8080'8080'8080U) == 0) {
                to = std::copy_n(at, 8, to);
                at += 8;
                continue;
            }
        }
        const uchar first = *at++;
        if (first < 0x80) {
            *to++ = first;
            continue;
        }
        char32_t point = 0;
        if (first >= 0xC2 && first < 0xE0) {
            point = first & 0x1F;
            good = tails(1, point);
        } else if ((first & 0xF0) == 0xE0) {
            point = first & 0x0F;
            good = tails(2, point) && point >= 0x800 && (point < 0xD800 || point > 0xDFFF);
        } else if (first >= 0xF0 && first < 0xF5) {
            point = first & 0x07;
            good = tails(3, point) && point >= 0x10000 && point <= 0x10FFFF;
        } else {
            good = false;
        }
        if (!good)
            break;
        if (point >= 0x10000) {
            sawPairs = true;
            *to++ = static_cast<char16_t>(0xD7C0 + (point >> 10));
            *to++ = static_cast<char16_t>(0xDC00 | (point & 0x3FF));
        } else {
            *to++ = static_cast<char16_t>(point);
        }
    }
    out.resize(static_cast<size_t>(to - out.data()));
    return good;
}

quint64 utf8Size(QStringView text)
{
    quint64 size = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t unit = text[i].unicode();
        if (unit < 0x80) {
            size += 1;
        } else if (unit < 0x800) {
            size += 2;
        } else if (QChar::isHighSurrogate(unit) && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            size += 4;
            ++i;
        } else {
            size += 3;
        }
    }
    return size;
}

void writeUtf8(char *to, QStringView text)
{
    const auto put = [&](char32_t byte) { *to++ = static_cast<char>(byte); };
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t point = text[i].unicode();
        if (point < 0x80) {
            put(point);
            continue;
        }
        if (point < 0x800) {
            put(0xC0 | point >> 6);
            put(0x80 | (point & 0x3F));
            continue;
        }
        if (QChar::isHighSurrogate(point) && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            point = QChar::surrogateToUcs4(static_cast<char16_t>(point), text[++i].unicode());
            put(0xF0 | point >> 18);
            put(0x80 | (point >> 12 & 0x3F));
        } else {
            if (QChar::isSurrogate(point))
                point = 0xFFFD;
            put(0xE0 | point >> 12);
        }
        put(0x80 | (point >> 6 & 0x3F));
        put(0x80 | (point & 0x3F));
    }
}

quint64 ByteReader::varUintTail(quint64 value, int shift)
{
    for (; shift < 56; shift += 7) {
        const quint8 byte = u8();
        value |= static_cast<quint64>(byte & 0x7F) << shift;
        if (byte < 0x80) {
            if (value <= Limits::wireIntegerMax)
                return value;
            break;
        }
    }
    setFailed();
    return 0;
}

quint64 ByteReader::bigEndian(int bytes)
{
    quint64 bits = 0;
    for (int i = 0; i < bytes; ++i)
        bits = bits << 8 | u8();
    return bits;
}

void ByteReader::varString(std::u16string &out)
{
    if (!appendUtf16(out, varBuf(), m_pairs))
        setFailed();
}

QString ByteReader::varString()
{
    std::u16string text;
    varString(text);
    return QString::fromUtf16(text.data(), static_cast<qsizetype>(text.size()));
}

Value ByteReader::any(int depth)
{
    if (depth > Limits::valueDepthMax) {
        setFailed();
        return {};
    }
    switch (u8()) {
    case 127:
        return {};
    case 126:
        return Value::null();
    case 125: {
        const Signed number = varInt();
        const auto magnitude = static_cast<double>(number.magnitude);
        return Value(number.negative ? -magnitude : magnitude);
    }
    case 124:
        return Value(static_cast<double>(std::bit_cast<float>(static_cast<quint32>(bigEndian(4)))));
    case 123:
        return Value(std::bit_cast<double>(bigEndian(8)));
    case 122:
        return Value(static_cast<qint64>(bigEndian(8)));
    case 121:
        return Value(false);
    case 120:
        return Value(true);
    case 119:
        return Value(varString());
    case 118: {
        Value::Object members;
        for (quint64 n = varUint(); n > 0 && m_ok; --n) {
            QString key = varString();
            members.emplace_back(std::move(key), any(depth + 1));
        }
        return Value(std::move(members));
    }
    case 117: {
        Value::Array elements;
        for (quint64 n = varUint(); n > 0 && m_ok; --n)
            elements.push_back(any(depth + 1));
        return Value(std::move(elements));
    }
    case 116:
        return Value(varBuf().toByteArray());
    default:
        break;
    }
    setFailed();
    return {};
}

namespace {

/// Without a way out early, so that it takes many units at once.
bool isAscii(QStringView text)
{
    char16_t all = 0;
    for (const QChar unit : text)
        all |= unit.unicode();
    return all < 0x80;
}

} // namespace

void ByteWriter::varString(QStringView text)
{
    if (isAscii(text)) {
        varUint(static_cast<quint64>(text.size()));
        char *to = space(text.size());
        for (const QChar unit : text)
            *to++ = static_cast<char>(unit.unicode());
        return;
    }
    const quint64 size = utf8Size(text);
    varUint(size);
    writeUtf8(space(static_cast<qsizetype>(size)), text);
}

void ByteWriter::grow(qsizetype size)
{
    const qsizetype used = bytes().size();
    if (m_bytes.isEmpty())
        m_bytes = QByteArray(std::max(qsizetype{64}, size), Qt::Uninitialized);
    else
        m_bytes.resize(std::max(2 * m_bytes.size(), used + size));
    m_at = m_bytes.data() + used;
    m_end = m_bytes.data() + m_bytes.size();
}

QByteArray ByteWriter::take()
{
    m_bytes.resize(bytes().size());
    m_at = m_end = nullptr;
    return std::exchange(m_bytes, {});
}

void ByteWriter::bigEndian(quint64 bits, int bytes)
{
    for (int i = bytes - 1; i >= 0; --i)
        u8(static_cast<quint8>(bits >> (8 * i)));
}

void ByteWriter::any(const Value &value)
{
    if (const double *number = value.number()) {
        if (std::trunc(*number) == *number && std::fabs(*number) <= 2147483647.0) {
            u8(125);
            varInt(static_cast<quint64>(std::fabs(*number)), std::signbit(*number));
        } else if (static_cast<double>(static_cast<float>(*number)) == *number) {
            u8(124);
            bigEndian(std::bit_cast<quint32>(static_cast<float>(*number)), 4);
        } else {
            u8(123);
            bigEndian(std::isnan(*number) ? 0x7FF8000000000000U : std::bit_cast<quint64>(*number), 8);
        }
    } else if (const bool *truth = value.boolean()) {
        u8(*truth ? 120 : 121);
    } else if (value.isNull()) {
        u8(126);
    } else if (const qint64 *integer = value.bigInteger()) {
        u8(122);
        bigEndian(static_cast<quint64>(*integer), 8);
    } else if (const QString *text = value.text()) {
        u8(119);
        varString(*text);
    } else if (const Value::Object *members = value.object()) {
        u8(118);
        varUint(members->size());
        for (const auto &[key, member] : *members) {
            varString(key);
            any(member);
        }
    } else if (const Value::Array *elements = value.array()) {
        u8(117);
        varUint(elements->size());
        for (const Value &element : *elements)
            any(element);
    } else if (const QByteArray *bytes = value.bytes()) {
        u8(116);
        varBuf(*bytes);
    } else {
        u8(127);
    }
}

} // namespace Sheaf::Text
