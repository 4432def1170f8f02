// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace Sheaf::Text {

/// A JavaScript value as it travels in documents (lib0's "any" and JSON): ordered objects, doubles with
/// -0, undefined apart from null. Values are immutable and cheap to copy.
class Value
{
public:
    struct Null {
        friend bool operator==(const Null &, const Null &) = default;
    };
    using Array = std::vector<Value>;
    using Member = std::pair<QString, Value>;
    using Object = std::vector<Member>;

    Value() = default;              ///< undefined
    Value(Null) : m_data(Null{}) {} // NOLINT(google-explicit-constructor)
    explicit Value(bool truth) : m_data(truth) {}
    explicit Value(double number) : m_data(number) {}
    explicit Value(qint64 bigInteger) : m_data(bigInteger) {}
    explicit Value(QString text) : m_data(std::move(text)) {}
    explicit Value(QByteArray bytes) : m_data(std::move(bytes)) {}
    explicit Value(Array elements);
    /// Puts the members in JavaScript's order: integer keys first, of equal keys the last value.
    explicit Value(Object members);
    [[nodiscard]] static Value null() { return Value(Null{}); }

    [[nodiscard]] bool isUndefined() const { return std::holds_alternative<std::monostate>(m_data); }
    [[nodiscard]] bool isNull() const { return std::holds_alternative<Null>(m_data); }
    [[nodiscard]] const bool *boolean() const { return std::get_if<bool>(&m_data); }
    [[nodiscard]] const double *number() const { return std::get_if<double>(&m_data); }
    [[nodiscard]] const qint64 *bigInteger() const { return std::get_if<qint64>(&m_data); }
    [[nodiscard]] const QString *text() const { return std::get_if<QString>(&m_data); }
    [[nodiscard]] const QByteArray *bytes() const { return std::get_if<QByteArray>(&m_data); }
    [[nodiscard]] const Array *array() const;
    [[nodiscard]] const Object *object() const;

    /// Equal as format attributes are: scalars by value, objects and arrays one level deep.
    [[nodiscard]] bool sameAttribute(const Value &other) const;
    /// Deep equality.
    friend bool operator==(const Value &a, const Value &b);

private:
    std::variant<std::monostate, Null, bool, double, qint64, QString, QByteArray, std::shared_ptr<const Array>,
                 std::shared_ptr<const Object>>
        m_data;
};

/// An ordered set of format attributes; null means "not set".
using Attributes = std::vector<Value::Member>;

/// The text that JSON.stringify would give, in UTF-16.
[[nodiscard]] QString toJson(const Value &value);
/// JSON.parse, with bounded nesting.
[[nodiscard]] Result<Value> fromJson(QStringView json);

} // namespace Sheaf::Text
