// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/jsonscalar.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace Sheaf {

namespace {

std::strong_ordering compareBytes(QByteArrayView a, QByteArrayView b)
{
    const auto common = static_cast<size_t>(std::min(a.size(), b.size()));
    if (const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common); order != 0)
        return order <=> 0;
    return a.size() <=> b.size();
}

constexpr double integersEnd = 9223372036854775808.0; // 2^63

std::strong_ordering compareNumbers(qint64 integer, double real)
{
    if (real >= integersEnd)
        return std::strong_ordering::less;
    if (real < -integersEnd)
        return std::strong_ordering::greater;
    const double whole = std::trunc(real);
    if (const auto order = integer <=> static_cast<qint64>(whole); order != 0)
        return order;
    return real > whole ? std::strong_ordering::less : real < whole ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering compareReals(double a, double b)
{
    if (a < b)
        return std::strong_ordering::less;
    if (a > b)
        return std::strong_ordering::greater;
    return std::signbit(b) <=> std::signbit(a);
}

/// NULL, number, text, blob.
int rankOf(ValueView::Type type)
{
    return type == ValueView::Type::Real ? static_cast<int>(ValueView::Type::Integer) : static_cast<int>(type);
}

std::optional<JsonScalar> scalarOf(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
        return JsonScalar{};
    case QJsonValue::Bool:
        return JsonScalar{.kind = value.toBool() ? JsonScalar::Kind::True : JsonScalar::Kind::False};
    case QJsonValue::Double: {
        const QVariant number = value.toVariant();
        if (number.typeId() != QMetaType::Double)
            return JsonScalar{.kind = JsonScalar::Kind::Number, .number = ValueView::ofInteger(number.toLongLong())};
        const double real = number.toDouble();
        if (!std::isfinite(real))
            return {};
        const bool isWhole = std::trunc(real) == real && real >= -integersEnd && real < integersEnd;
        return JsonScalar{.kind = JsonScalar::Kind::Number,
                          .number = isWhole ? ValueView::ofInteger(static_cast<qint64>(real)) : ValueView::ofReal(real)};
    }
    case QJsonValue::String:
        if (!value.toString().isValidUtf16())
            return {};
        return JsonScalar{.kind = JsonScalar::Kind::String, .string = value.toString().toUtf8()};
    default:
        return {};
    }
}

void appendString(QByteArray &out, const QByteArray &string)
{
    out.append('"');
    for (const char character : string) {
        constexpr char shortForms[] = "\bb\ff\nn\rr\tt\"\"\\\\";
        const char *found = nullptr;
        for (const char *form = shortForms; *form != 0 && found == nullptr; form += 2)
            found = *form == character ? form + 1 : nullptr;
        if (found != nullptr)
            out.append('\\').append(*found);
        else if (static_cast<quint8>(character) < 0x20)
            out.append("\\u00").append(QByteArray(1, character).toHex());
        else
            out.append(character);
    }
    out.append('"');
}

/// Most elements are plain strings: those need no parser.
bool isPlainString(QByteArrayView json)
{
    if (json.size() < 2 || json.front() != '"' || json.back() != '"')
        return false;
    for (const char character : json.sliced(1, json.size() - 2)) {
        if (static_cast<quint8>(character) < 0x20 || static_cast<quint8>(character) >= 0x80 || character == '"' ||
            character == '\\')
            return false;
    }
    return true;
}

} // namespace

std::strong_ordering compareValues(const ValueView &a, const ValueView &b)
{
    using Type = ValueView::Type;
    if (const auto order = rankOf(a.type) <=> rankOf(b.type); order != 0)
        return order;
    if (a.type == Type::Null)
        return std::strong_ordering::equal;
    if (a.type == Type::Text || a.type == Type::Blob)
        return compareBytes(a.bytes, b.bytes);
    std::strong_ordering order = std::strong_ordering::equal;
    if (a.type == Type::Integer)
        order = b.type == Type::Integer ? a.integer <=> b.integer : compareNumbers(a.integer, b.real);
    else
        order = b.type == Type::Integer ? 0 <=> compareNumbers(b.integer, a.real) : compareReals(a.real, b.real);
    return order != 0 ? order : a.type <=> b.type;
}

std::strong_ordering operator<=>(const JsonScalar &a, const JsonScalar &b)
{
    if (const auto order = a.kind <=> b.kind; order != 0)
        return order;
    if (a.kind == JsonScalar::Kind::Number)
        return compareValues(a.number, b.number);
    return compareBytes(a.string, b.string);
}

QByteArray JsonScalar::toJson() const
{
    switch (kind) {
    case Kind::Null:
        return "null";
    case Kind::False:
        return "false";
    case Kind::True:
        return "true";
    case Kind::Number: {
        if (number.type == ValueView::Type::Integer)
            return QByteArray::number(number.integer);
        char digits[32];
        return {digits, std::to_chars(digits, digits + sizeof digits, number.real).ptr - digits};
    }
    case Kind::String:
        break;
    }
    QByteArray json;
    json.reserve(string.size() + 2);
    appendString(json, string);
    return json;
}

std::optional<JsonScalar> JsonScalar::fromJson(QByteArrayView json)
{
    if (isPlainString(json))
        return JsonScalar{.kind = Kind::String, .string = json.sliced(1, json.size() - 2).toByteArray()};
    const auto scalars = scalarsOfArray(QByteArray("[" + json.toByteArray() + "]"));
    if (!scalars || scalars->size() != 1)
        return {};
    return scalars->front();
}

std::optional<std::vector<JsonScalar>> scalarsOfArray(QByteArrayView json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toByteArray());
    if (!document.isArray())
        return {};
    const QJsonArray array = document.array();
    std::vector<JsonScalar> scalars;
    scalars.reserve(static_cast<size_t>(array.size()));
    for (const QJsonValue &value : array) {
        auto scalar = scalarOf(value);
        if (!scalar)
            return {};
        scalars.push_back(*std::move(scalar));
    }
    return scalars;
}

std::optional<std::map<QByteArray, JsonScalar>> scalarsOfObject(QByteArrayView json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toByteArray());
    if (!document.isObject())
        return {};
    const QJsonObject object = document.object();
    std::map<QByteArray, JsonScalar> scalars;
    for (auto it = object.begin(); it != object.end(); ++it) {
        auto scalar = scalarOf(it.value());
        if (!scalar || !it.key().isValidUtf16())
            return {};
        scalars[it.key().toUtf8()] = *std::move(scalar);
    }
    return scalars;
}

} // namespace Sheaf
