// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/value.h"

namespace Sheaf::Text {

/// Null for what is not set.
[[nodiscard]] Value attributeOf(const Attributes &attributes, const QString &key);
/// Keeps the place of a key that is there.
void setAttribute(Attributes &attributes, const QString &key, const Value &value);
void eraseAttribute(Attributes &attributes, const QString &key);
[[nodiscard]] bool hasAttribute(const Attributes &attributes, const QString &key);
/// A format as it stands in a document; holds until the next one is entered.
struct FormatView {
    const QString &key;
    const Value &value;
};
/// What a format does to the attributes in force.
void applyFormat(Attributes &attributes, FormatView format);
/// Equal as Yjs compares what it cleans: objects and arrays only as the very same instance, as in JavaScript.
[[nodiscard]] bool isSameInstance(const Value &a, const Value &b);

} // namespace Sheaf::Text
