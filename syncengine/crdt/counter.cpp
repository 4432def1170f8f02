// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/counter.h"

#include "crdt/bytes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace Sheaf {

using namespace Qt::StringLiterals;

QByteArray partOfSite(SiteId site)
{
    QByteArray part;
    Bytes::appendFixed(part, site);
    return part;
}

PartEdit partEdit(QByteArray part, const ValueView &value)
{
    PartEdit edit{std::move(part), {}};
    Bytes::appendValue(edit.value, value);
    return edit;
}

namespace Counter {

namespace {

__extension__ typedef __int128 Wide; // a sum of 8,192 integers of 64 bits stays exact

/// A sum of integers, exact, and of reals.
struct Number {
    Wide whole = 0;
    double real = 0;
    bool isReal = false;
};

Number numberOf(const ValueView &value)
{
    if (value.type == ValueView::Type::Integer)
        return {.whole = value.integer};
    if (value.type == ValueView::Type::Real && std::isfinite(value.real))
        return {.real = value.real, .isReal = true};
    return {};
}

ValueView valueOf(const Number &number)
{
    if (!number.isReal) {
        constexpr Wide least = std::numeric_limits<qint64>::min();
        constexpr Wide most = std::numeric_limits<qint64>::max();
        return ValueView::ofInteger(static_cast<qint64>(std::clamp(number.whole, least, most)));
    }
    constexpr double most = std::numeric_limits<double>::max();
    return ValueView::ofReal(std::clamp(number.real, -most, most));
}

} // namespace

ValueView fold(const ValueView &base, Parts parts)
{
    Number sum = numberOf(base);
    const auto numbersOfParts = [&](auto visit) {
        for (const PartView &part : parts) {
            if (isPartOfSite(part.part))
                visit(numberOf(part.value));
        }
    };
    numbersOfParts([&](const Number &number) {
        sum.whole += number.whole;
        sum.isReal = sum.isReal || number.isReal;
    });
    sum.real += static_cast<double>(sum.whole);
    numbersOfParts([&](const Number &number) { sum.real += number.real; });
    return valueOf(sum);
}

Result<void> check(const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Null:
    case ValueView::Type::Integer:
        return {};
    case ValueView::Type::Real:
        if (std::isfinite(value.real))
            return {};
        break;
    case ValueView::Type::Text:
    case ValueView::Type::Blob:
        break;
    }
    return fail(u"bad_value"_s, u"a counter takes numbers only"_s);
}

Result<PartEdits> edit(const ValueView &before, const ValueView &now, Parts parts, const PartWriter &writer)
{
    if (auto checked = check(now); !checked)
        return fail(checked.error());
    const QByteArray name = partOfSite(writer.site);
    const auto own = std::ranges::find(parts, QByteArrayView(name), &PartView::part);
    const ValueView had = own == parts.end() ? ValueView::ofInteger(0) : own->value;
    const Number part = numberOf(had);
    const Number from = numberOf(before);
    const Number to = numberOf(now);
    Number difference{.whole = to.whole - from.whole, .real = to.real - from.real, .isReal = to.isReal || from.isReal};
    if (difference.isReal)
        difference = {.real = difference.real + static_cast<double>(difference.whole), .isReal = true};
    if (difference.whole == 0 && difference.real == 0)
        return PartEdits();
    Number sum{
        .whole = part.whole + difference.whole, .real = part.real + difference.real, .isReal = part.isReal || difference.isReal};
    if (sum.isReal)
        sum.real += static_cast<double>(sum.whole);
    const ValueView value = valueOf(sum);
    if (sameValue(value, had))
        return PartEdits();
    return PartEdits{partEdit(name, value)};
}

} // namespace Counter
} // namespace Sheaf
