// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/textdiff.h"

#include <QHash>

#include <algorithm>
#include <optional>

namespace Sheaf::Text {

namespace {

constexpr int costMax = 400; ///< steps from either side before a part counts as rewritten

/// A text cut into words, each named by a number that equal words share.
struct Words {
    std::vector<int> names;
    std::vector<qsizetype> starts; ///< one more than names: the end
};

using Dictionary = QHash<QStringView, int>;

qsizetype wordLength(QStringView rest)
{
    if (rest.size() > 1 && rest[0].isHighSurrogate() && rest[1].isLowSurrogate())
        return 2;
    const auto end = std::find_if_not(rest.begin(), rest.end(), isWordUnit);
    return std::max<qsizetype>(1, end - rest.begin());
}

Words cut(QStringView text, qsizetype offset, Dictionary &dictionary)
{
    Words words;
    for (qsizetype at = 0; at < text.size();) {
        const QStringView word = text.sliced(at, wordLength(text.sliced(at)));
        words.starts.push_back(offset + at);
        auto known = dictionary.find(word);
        if (known == dictionary.end())
            known = dictionary.insert(word, static_cast<int>(dictionary.size()));
        words.names.push_back(*known);
        at += word.size();
    }
    words.starts.push_back(offset + text.size());
    return words;
}

/// A part of both word lists, [a, aEnd) against [b, bEnd).
struct Box {
    int a, aEnd, b, bEnd;
};

/// One side of the search for the middle of a shortest path through a box: the furthest place on
/// each diagonal that so many edits reach.
class Front
{
public:
    Front(const std::vector<int> &a, const std::vector<int> &b, const Box &box, bool backwards)
        : m_a(a), m_b(b), m_box(box), m_backwards(backwards), m_width(box.aEnd - box.a), m_height(box.bEnd - box.b),
          m_reach(2 * costMax + 3, -1)
    {
    }

    [[nodiscard]] int reach(int diagonal) const { return m_reach[placeOf(diagonal)]; }

    /// Goes as far as possible on one diagonal with `edits` edits; -1 when it cannot be reached.
    int advance(int edits, int diagonal)
    {
        int x = edits == 0 ? 0 : -1;
        if (const int above = edits == 0 ? -1 : reach(diagonal + 1); above >= 0 && above - diagonal <= m_height)
            x = above;
        if (const int left = edits == 0 ? -1 : reach(diagonal - 1); left >= 0 && left < m_width)
            x = std::max(x, left + 1);
        if (x >= 0) {
            while (x < m_width && x - diagonal < m_height && same(x, x - diagonal))
                ++x;
        }
        m_reach[placeOf(diagonal)] = x;
        return x;
    }

private:
    [[nodiscard]] static size_t placeOf(int diagonal)
    {
        const int place = diagonal + costMax + 1;
        return static_cast<size_t>(place);
    }
    [[nodiscard]] bool same(int x, int y) const
    {
        const int a = m_backwards ? m_box.aEnd - 1 - x : m_box.a + x;
        const int b = m_backwards ? m_box.bEnd - 1 - y : m_box.b + y;
        return m_a[static_cast<size_t>(a)] == m_b[static_cast<size_t>(b)];
    }

    const std::vector<int> &m_a;
    const std::vector<int> &m_b;
    Box m_box;
    bool m_backwards;
    int m_width;
    int m_height;
    std::vector<int> m_reach;
};

/// A place on a shortest path through the box, as words from its corner; nothing when it is too far.
std::optional<std::pair<int, int>> middle(const std::vector<int> &a, const std::vector<int> &b, const Box &box)
{
    const int width = box.aEnd - box.a;
    const int height = box.bEnd - box.b;
    const int delta = width - height;
    Front forwards(a, b, box, false);
    Front backwards(a, b, box, true);
    const auto meets = [&](const Front &other, int edits, int diagonal, int x) {
        const int opposite = delta - diagonal;
        return x >= 0 && std::abs(opposite) <= edits && other.reach(opposite) >= 0 && x + other.reach(opposite) >= width;
    };
    for (int edits = 0; edits <= costMax; ++edits) {
        for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
            const int x = forwards.advance(edits, diagonal);
            if (delta % 2 != 0 && meets(backwards, edits - 1, diagonal, x))
                return std::pair(x, x - diagonal);
        }
        for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
            const int x = backwards.advance(edits, diagonal);
            if (delta % 2 == 0 && meets(forwards, edits, diagonal, x))
                return std::pair(width - x, height - (x - diagonal));
        }
    }
    return {};
}

/// The parts that differ, ascending.
std::vector<Box> differences(const std::vector<int> &a, const std::vector<int> &b)
{
    std::vector<Box> found;
    std::vector<Box> open{{0, static_cast<int>(a.size()), 0, static_cast<int>(b.size())}};
    while (!open.empty()) {
        Box box = open.back();
        open.pop_back();
        while (box.a < box.aEnd && box.b < box.bEnd && a[static_cast<size_t>(box.a)] == b[static_cast<size_t>(box.b)]) {
            ++box.a;
            ++box.b;
        }
        while (box.a < box.aEnd && box.b < box.bEnd &&
               a[static_cast<size_t>(box.aEnd) - 1] == b[static_cast<size_t>(box.bEnd) - 1]) {
            --box.aEnd;
            --box.bEnd;
        }
        if (box.a == box.aEnd && box.b == box.bEnd)
            continue;
        const bool isPlain = box.a == box.aEnd || box.b == box.bEnd;
        const auto split = isPlain ? std::nullopt : middle(a, b, box);
        if (split) {
            const auto [x, y] = *split;
            open.push_back({box.a + x, box.aEnd, box.b + y, box.bEnd});
            open.push_back({box.a, box.a + x, box.b, box.b + y});
        } else if (!found.empty() && found.back().aEnd == box.a && found.back().bEnd == box.b) {
            found.back().aEnd = box.aEnd;
            found.back().bEnd = box.bEnd;
        } else {
            found.push_back(box);
        }
    }
    return found;
}

bool splitsPair(QStringView text, qsizetype at)
{
    return at > 0 && at < text.size() && text[at].isLowSurrogate() && text[at - 1].isHighSurrogate();
}

qsizetype commonPrefix(QStringView one, QStringView other)
{
    const auto end = std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first;
    const qsizetype length = end - one.begin();
    return splitsPair(one, length) || splitsPair(other, length) ? length - 1 : length;
}

qsizetype commonSuffix(QStringView one, QStringView other)
{
    const qsizetype most = std::min(one.size(), other.size());
    qsizetype length = 0;
    while (length < most && one[one.size() - 1 - length] == other[other.size() - 1 - length])
        ++length;
    return splitsPair(one, one.size() - length) || splitsPair(other, other.size() - length) ? length - 1 : length;
}

/// Whether a place lies inside a word or a surrogate pair.
bool isInside(QStringView text, qsizetype at)
{
    return at > 0 && at < text.size() && ((isWordUnit(text[at - 1]) && isWordUnit(text[at])) || splitsPair(text, at));
}

/// A part put in or taken out beside its like can stand in several places: here it goes to the first one leftwards where it
/// cuts no word, so that what two people put in at one place stays whole. `floor`: nothing before it is touched.
void settle(QStringView before, QStringView after, qsizetype floor, TextEdit &edit)
{
    const bool isInsertion = edit.removed == 0;
    if (!isInsertion && !edit.inserted.isEmpty())
        return;
    const QStringView text = isInsertion ? after : before; // the one that has the part
    const qsizetype length = isInsertion ? edit.inserted.size() : edit.removed;
    const qsizetype start = isInsertion ? edit.inserted.data() - after.data() : edit.position;
    qsizetype slide = 0;
    while (isInside(text, start - slide) || isInside(text, start - slide + length)) {
        if (edit.position - slide <= floor || text[start - slide - 1] != text[start - slide + length - 1])
            return; // it cuts a word wherever it stands
        ++slide;
    }
    edit.position -= slide;
    if (isInsertion)
        edit.inserted = after.sliced(start - slide, length);
}

} // namespace

bool isWordUnit(QChar unit)
{
    if (!unit.isLetterOrNumber() || unit.isSurrogate())
        return false;
    switch (unit.script()) {
    case QChar::Script_Han:
    case QChar::Script_Hiragana:
    case QChar::Script_Katakana:
    case QChar::Script_Thai:
    case QChar::Script_Lao:
    case QChar::Script_Khmer:
    case QChar::Script_Myanmar:
        return false;
    default:
        return true;
    }
}

std::vector<TextEdit> diffText(QStringView before, QStringView after)
{
    // Nearly every change is one place: the equal ends need no words, but they end where words do.
    qsizetype prefix = commonPrefix(before, after);
    while (isInside(before, prefix) || isInside(after, prefix))
        --prefix;
    qsizetype suffix = commonSuffix(before.sliced(prefix), after.sliced(prefix));
    while (isInside(before, before.size() - suffix) || isInside(after, after.size() - suffix))
        --suffix;
    Dictionary dictionary;
    const Words old = cut(before.sliced(prefix, before.size() - prefix - suffix), prefix, dictionary);
    const Words fresh = cut(after.sliced(prefix, after.size() - prefix - suffix), prefix, dictionary);
    std::vector<TextEdit> edits;
    for (const Box &box : differences(old.names, fresh.names)) {
        const qsizetype start = old.starts[static_cast<size_t>(box.a)];
        const qsizetype freshStart = fresh.starts[static_cast<size_t>(box.b)];
        const QStringView gone = before.sliced(start, old.starts[static_cast<size_t>(box.aEnd)] - start);
        const QStringView come = after.sliced(freshStart, fresh.starts[static_cast<size_t>(box.bEnd)] - freshStart);
        const qsizetype head = commonPrefix(gone, come);
        const qsizetype tail = commonSuffix(gone.sliced(head), come.sliced(head));
        const qsizetype floor = edits.empty() ? 0 : edits.back().position + edits.back().removed + 1;
        edits.push_back({start + head, gone.size() - head - tail, come.sliced(head, come.size() - head - tail)});
        settle(before, after, floor, edits.back());
    }
    return edits;
}

} // namespace Sheaf::Text
