// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QByteArray>

#include <compare>
#include <map>
#include <optional>
#include <vector>

namespace Sheaf {

/// Order of SQLite: NULL, numbers by value (an integer and a real exactly), texts and blobs by bytes. What SQLite
/// calls equal is told apart, integer before real, -0.0 before 0.0, so that only the same value is equal.
[[nodiscard]] std::strong_ordering compareValues(const ValueView &a, const ValueView &b);

/// A scalar of JSON, as elements of sets and values of maps are. Numbers without a fraction that fit 64 bits are
/// integers, exactly; 1 and 1.0 are one.
struct JsonScalar {
    enum class Kind : quint8 { Null, False, True, Number, String };
    Kind kind = Kind::Null;
    ValueView number{};  ///< Integer or Real, of Number
    QByteArray string{}; ///< UTF-8, of String

    /// null, false, true, numbers by value, strings by bytes.
    friend std::strong_ordering operator<=>(const JsonScalar &a, const JsonScalar &b);
    friend bool operator==(const JsonScalar &a, const JsonScalar &b) { return (a <=> b) == 0; }

    /// The one way we write it: no spaces, \u only for control characters that have no shorter form, the shortest
    /// digits that give the number back.
    [[nodiscard]] QByteArray toJson() const;
    /// From text that is one scalar, however it is written.
    [[nodiscard]] static std::optional<JsonScalar> fromJson(QByteArrayView json);
};

/// Text that is an array of scalars; nothing when it is anything else.
[[nodiscard]] std::optional<std::vector<JsonScalar>> scalarsOfArray(QByteArrayView json);
/// Text that is an object whose values are scalars, by key; nothing when it is anything else. Of a key that is there
/// twice the last counts.
[[nodiscard]] std::optional<std::map<QByteArray, JsonScalar>> scalarsOfObject(QByteArrayView json);

} // namespace Sheaf
