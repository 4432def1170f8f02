// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/value.h"

#include "crdt/bytes.h"

#include <bit>
#include <cmath>

namespace Sheaf {

bool sameValue(const ValueView &a, const ValueView &b)
{
    if (a.type != b.type)
        return false;
    switch (a.type) {
    case ValueView::Type::Null:
        return true;
    case ValueView::Type::Integer:
        return a.integer == b.integer;
    case ValueView::Type::Real:
        return std::bit_cast<quint64>(a.real) == std::bit_cast<quint64>(b.real);
    case ValueView::Type::Text:
    case ValueView::Type::Blob:
        return a.bytes == b.bytes;
    }
    return false;
}

namespace Bytes {

void appendValue(QByteArray &out, const ValueView &value)
{
    out.append(static_cast<char>(value.type));
    switch (value.type) {
    case ValueView::Type::Null:
        break;
    case ValueView::Type::Integer: // zigzag: small numbers of either sign stay short
        appendVarint(out, (static_cast<quint64>(value.integer) << 1) ^ static_cast<quint64>(value.integer >> 63));
        break;
    case ValueView::Type::Real:
        appendFixed(out, std::bit_cast<quint64>(value.real));
        break;
    case ValueView::Type::Text:
    case ValueView::Type::Blob:
        appendBytes(out, value.bytes);
        break;
    }
}

ValueView Reader::value()
{
    switch (byte()) {
    case static_cast<quint8>(ValueView::Type::Null):
        return {};
    case static_cast<quint8>(ValueView::Type::Integer): {
        const quint64 zigzag = varint();
        return ValueView::ofInteger(static_cast<qint64>((zigzag >> 1) ^ (~(zigzag & 1) + 1)));
    }
    case static_cast<quint8>(ValueView::Type::Real): {
        const auto real = std::bit_cast<double>(fixed());
        if (std::isnan(real)) // SQLite makes NULL of it: one stamp would name two values
            broken();
        return ValueView::ofReal(m_ok ? real : 0);
    }
    case static_cast<quint8>(ValueView::Type::Text):
        return ValueView::ofText(bytes());
    case static_cast<quint8>(ValueView::Type::Blob):
        return ValueView::ofBlob(bytes());
    default:
        broken();
        return {};
    }
}

} // namespace Bytes
} // namespace Sheaf
