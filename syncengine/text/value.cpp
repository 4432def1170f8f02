// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/value.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace Sheaf::Text {
namespace {

/// The array index that a key stands for; such keys come first in a JavaScript object.
std::optional<quint32> arrayIndex(const QString &key)
{
    if (key.isEmpty() || key.size() > 10 || (key.size() > 1 && key.front() == u'0'))
        return std::nullopt;
    quint64 number = 0;
    for (const QChar c : key) {
        if (c < u'0' || c > u'9')
            return std::nullopt;
        number = number * 10 + (c.unicode() - u'0');
    }
    if (number >= 0xFFFFFFFFU)
        return std::nullopt;
    return static_cast<quint32>(number);
}

Value::Object normalised(Value::Object members)
{
    if (members.size() < 2)
        return members;
    std::vector<size_t> order(members.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return members[a].first < members[b].first; });
    std::vector<bool> dropped(members.size(), false);
    for (size_t i = 1; i < order.size(); ++i) {
        if (members[order[i]].first != members[order[i - 1]].first)
            continue;
        // The key keeps its first place and takes its last value.
        members[order[i - 1]].second = members[order[i]].second;
        dropped[order[i]] = true;
        order[i] = order[i - 1];
    }
    std::vector<size_t> kept;
    for (size_t i = 0; i < members.size(); ++i) {
        if (!dropped[i])
            kept.push_back(i);
    }
    std::stable_sort(kept.begin(), kept.end(), [&](size_t a, size_t b) {
        const auto left = arrayIndex(members[a].first);
        const auto right = arrayIndex(members[b].first);
        return left && (!right || *left < *right);
    });
    Value::Object result;
    result.reserve(kept.size());
    for (const size_t i : kept)
        result.push_back(std::move(members[i]));
    return result;
}

bool isContainer(const Value &value)
{
    return value.array() || value.object();
}

} // namespace

Value::Value(Array elements) : m_data(std::make_shared<const Array>(std::move(elements)))
{
}

Value::Value(Object members) : m_data(std::make_shared<const Object>(normalised(std::move(members))))
{
}

const Value::Array *Value::array() const
{
    const auto *held = std::get_if<std::shared_ptr<const Array>>(&m_data);
    return held ? held->get() : nullptr;
}

const Value::Object *Value::object() const
{
    const auto *held = std::get_if<std::shared_ptr<const Object>>(&m_data);
    return held ? held->get() : nullptr;
}

bool Value::sameAttribute(const Value &other) const
{
    if (const Array *mine = array()) {
        const Array *theirs = other.array();
        return theirs && std::equal(mine->begin(), mine->end(), theirs->begin(), theirs->end(),
                                    [](const Value &a, const Value &b) { return !isContainer(a) && a == b; });
    }
    if (const Object *mine = object()) {
        const Object *theirs = other.object();
        if (!theirs || mine->size() != theirs->size())
            return false;
        return std::all_of(mine->begin(), mine->end(), [&](const Member &member) {
            const auto found = std::find_if(theirs->begin(), theirs->end(),
                                            [&](const Member &candidate) { return candidate.first == member.first; });
            return found != theirs->end() && !isContainer(member.second) && member.second == found->second;
        });
    }
    return *this == other;
}

bool operator==(const Value &a, const Value &b)
{
    if (const Value::Array *elements = a.array())
        return b.array() && *elements == *b.array();
    if (const Value::Object *members = a.object())
        return b.object() && *members == *b.object();
    return a.m_data == b.m_data;
}

} // namespace Sheaf::Text
