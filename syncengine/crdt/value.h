// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

namespace Sheaf {

/// One SQLite value, looking into bytes that somebody else keeps alive. Text is UTF-8.
struct ValueView {
    enum class Type : quint8 { Null = 0, Integer = 1, Real = 2, Text = 3, Blob = 4 };

    Type type = Type::Null;
    qint64 integer = 0;
    double real = 0;
    QByteArrayView bytes; ///< of Text and Blob

    [[nodiscard]] static ValueView null() { return {}; }
    [[nodiscard]] static ValueView ofInteger(qint64 v) { return {Type::Integer, v, 0, {}}; }
    [[nodiscard]] static ValueView ofReal(double v) { return {Type::Real, 0, v, {}}; }
    [[nodiscard]] static ValueView ofText(QByteArrayView utf8) { return {Type::Text, 0, 0, utf8}; }
    [[nodiscard]] static ValueView ofBlob(QByteArrayView b) { return {Type::Blob, 0, 0, b}; }
};

/// Same type and same bits. Reals compare bitwise, so that -0.0 and 0.0 differ as they do on the wire.
[[nodiscard]] bool sameValue(const ValueView &a, const ValueView &b);

} // namespace Sheaf
