// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/attributes.h"

#include <algorithm>

namespace Sheaf::Text {

Value attributeOf(const Attributes &attributes, const QString &key)
{
    const auto found = std::ranges::find(attributes, key, &Value::Member::first);
    return found == attributes.end() ? Value::null() : found->second;
}

void setAttribute(Attributes &attributes, const QString &key, const Value &value)
{
    const auto found = std::ranges::find(attributes, key, &Value::Member::first);
    if (found != attributes.end())
        found->second = value;
    else
        attributes.emplace_back(key, value);
}

void eraseAttribute(Attributes &attributes, const QString &key)
{
    std::erase_if(attributes, [&](const auto &member) { return member.first == key; });
}

bool hasAttribute(const Attributes &attributes, const QString &key)
{
    return std::ranges::find(attributes, key, &Value::Member::first) != attributes.end();
}

void applyFormat(Attributes &attributes, FormatView format)
{
    if (format.value.isNull())
        eraseAttribute(attributes, format.key);
    else
        setAttribute(attributes, format.key, format.value);
}

bool isSameInstance(const Value &a, const Value &b)
{
    const bool container = a.array() || a.object();
    return container ? a.array() == b.array() && a.object() == b.object() : a == b;
}

} // namespace Sheaf::Text
