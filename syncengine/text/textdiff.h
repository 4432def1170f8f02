// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QChar>
#include <QStringView>

#include <vector>

namespace Sheaf::Text {

/// One replacement: `removed` units of the old text at `position` become `inserted`, which looks
/// into the new text.
struct TextEdit {
    qsizetype position = 0;
    qsizetype removed = 0;
    QStringView inserted;
    friend bool operator==(const TextEdit &, const TextEdit &) = default;
};

/// The edits that make `before` into `after`, ascending, apart from each other, positions in
/// UTF-16 units of `before`. Words are compared as wholes, so that a word written anew is one edit
/// and not the letters that it happens to share; within a pair of words only the middle that
/// differs is replaced; what is only put in or taken out cuts no word if it can stand so. No edit
/// begins or ends inside a surrogate pair.
/// Bounded: parts that differ in more than some hundreds of words become one replacement.
/// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, linear space.
[[nodiscard]] std::vector<TextEdit> diffText(QStringView before, QStringView after);

/// Whether the unit belongs to a word, as diffText() sees words. Scripts without spaces have no words to cut at; their
/// characters stand alone.
[[nodiscard]] bool isWordUnit(QChar unit);

} // namespace Sheaf::Text
