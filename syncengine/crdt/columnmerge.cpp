// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/columnmerge.h"

#include "base/check.h"
#include "crdt/bytes.h"
#include "crdt/counter.h"
#include "crdt/elementset.h"
#include "crdt/extremum.h"
#include "crdt/scalarmap.h"

#include <algorithm>
#include <array>

namespace Sheaf {

namespace {
/// By the number of the type.
constexpr std::array<QStringView, 7> names{u"register", u"text", u"counter", u"max", u"min", u"set", u"map"};
} // namespace

std::optional<MergeType> mergeTypeOf(QStringView name)
{
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        return {};
    return static_cast<MergeType>(found - names.begin());
}

QString nameOf(MergeType type)
{
    return names.at(static_cast<size_t>(type)).toString();
}

QByteArray ColumnMerge::fold(const ValueView &base, Parts parts) const
{
    QByteArray json;
    ValueView shown = base;
    if (!parts.empty()) {
        if (m_type == MergeType::Counter) {
            shown = Counter::fold(base, parts);
        } else if (m_type == MergeType::Max || m_type == MergeType::Min) {
            shown = Extremum(m_type == MergeType::Max).fold(base, parts);
        } else {
            json = m_type == MergeType::Set ? ElementSet::fold(base, parts) : ScalarMap::fold(base, parts);
            shown = ValueView::ofText(json);
        }
    }
    QByteArray value;
    Bytes::appendValue(value, shown);
    return value;
}

QByteArray ColumnMerge::fold(const ValueView &base, Parts parts, const PartEdits &edits) const
{
    std::vector<PartView> all(parts.begin(), parts.end());
    for (const PartEdit &edit : edits) {
        const auto at = std::ranges::lower_bound(all, QByteArrayView(edit.part), {}, &PartView::part);
        const ValueView value = Bytes::Reader(edit.value).value();
        if (at != all.end() && at->part == edit.part)
            at->value = value;
        else
            all.insert(at, {edit.part, value});
    }
    return fold(base, all);
}

Result<PartEdits> ColumnMerge::edit(const ValueView &base, Parts parts, const ValueView &before, const ValueView &now,
                                    const PartWriter &writer) const
{
    switch (m_type) {
    case MergeType::Counter:
        return Counter::edit(before, now, parts, writer);
    case MergeType::Max:
    case MergeType::Min:
        return Extremum(m_type == MergeType::Max).edit(base, now, parts, writer);
    case MergeType::Set:
        return ElementSet::edit(base, now, parts, writer);
    case MergeType::Map:
        return ScalarMap::edit(base, now, parts);
    case MergeType::Register:
    case MergeType::Text:
        break;
    }
    SHEAF_CHECK(hasParts(m_type));
    return PartEdits();
}

Result<PartEdits> ColumnMerge::bear(const ValueView &value, const PartWriter &writer) const
{
    if (m_type == MergeType::Set)
        return ElementSet::bear(value, writer);
    if (m_type == MergeType::Map)
        return ScalarMap::bear(value);
    if (m_type == MergeType::Max || m_type == MergeType::Min)
        return Extremum::bear(value, writer);
    if (m_type == MergeType::Counter) {
        if (auto checked = Counter::check(value); !checked)
            return fail(checked.error());
    }
    return PartEdits();
}

QByteArray ColumnMerge::born(const ValueView &value, const PartEdits &edits) const
{
    const bool isJson = m_type == MergeType::Set || m_type == MergeType::Map;
    if (!edits.empty() || !isJson || value.type == ValueView::Type::Null)
        return fold(value, {}, edits);
    QByteArray empty;
    Bytes::appendValue(empty, ValueView::ofText(m_type == MergeType::Set ? "[]" : "{}"));
    return empty;
}

bool ColumnMerge::isPlainBirth(const ValueView &value) const
{
    switch (m_type) {
    case MergeType::Set:
        return value.type == ValueView::Type::Null || (value.type == ValueView::Type::Text && value.bytes == "[]");
    case MergeType::Map:
        return value.type == ValueView::Type::Null || (value.type == ValueView::Type::Text && value.bytes == "{}");
    case MergeType::Counter:
        return value.type == ValueView::Type::Null || value.type == ValueView::Type::Integer;
    case MergeType::Max:
    case MergeType::Min:
        return value.type == ValueView::Type::Null;
    default:
        return true;
    }
}

} // namespace Sheaf
