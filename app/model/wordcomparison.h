// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QStringView>

#include <vector>

namespace Sheaf {

/// A run of two compared texts; `text` looks into the text before, or into the one after when it was added.
struct ComparedPiece {
    enum class Kind { Equal, Removed, Added };
    Kind kind = Kind::Equal;
    QStringView text;
    friend bool operator==(const ComparedPiece &, const ComparedPiece &) = default;
};

/// The two texts as one sequence, for people: a word is equal or not, never cut (Text::diffText cuts as little as it can).
/// Bounded as Text::diffText.
[[nodiscard]] std::vector<ComparedPiece> compareWords(QStringView before, QStringView after);

/// Words that were put in and taken out.
struct WordCount {
    int added = 0;
    int removed = 0;
    friend bool operator==(const WordCount &, const WordCount &) = default;
};
[[nodiscard]] WordCount countWords(const std::vector<ComparedPiece> &pieces);

/// One line of a comparison as it is shown.
struct ComparedLine {
    /// ' ' equal, '+' added, '-' removed, '*' both or in part.
    char mark = ' ';
    struct Run {
        ComparedPiece::Kind kind = ComparedPiece::Kind::Equal;
        QString text;
        friend bool operator==(const Run &, const Run &) = default;
    };
    QList<Run> runs;
    friend bool operator==(const ComparedLine &, const ComparedLine &) = default;
};

/// The pieces in lines; a line that is very long continues in the next. Where the end of a line itself came or went, and no
/// whole line with it, a pilcrow stands for it.
[[nodiscard]] QList<ComparedLine> comparedLines(const std::vector<ComparedPiece> &pieces);

} // namespace Sheaf
