// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

class QQuickItem;

namespace Sheaf {

class TextDocument;

/// What is selected in a TextArea or TextEdit; anchor and caret are one place when nothing is.
struct EditorSelection {
    int anchor = 0;
    int caret = 0;

    [[nodiscard]] static EditorSelection of(const QQuickItem &editor);
    void applyTo(QQuickItem &editor) const;
    [[nodiscard]] int start() const { return std::min(anchor, caret); }
    [[nodiscard]] int end() const { return std::max(anchor, caret); }
    friend bool operator==(const EditorSelection &, const EditorSelection &) = default;
};

/// The place itself, or the one in front of the surrogate pair that it is inside of.
[[nodiscard]] int outsidePairs(const TextDocument &document, int place);

} // namespace Sheaf
