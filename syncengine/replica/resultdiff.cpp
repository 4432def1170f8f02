// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/resultdiff.h"

#include <QHash>

#include <algorithm>
#include <vector>

namespace Sheaf {

namespace {

/// Counts marks in front of a place, in logarithmic time (a Fenwick tree).
class MarkCount
{
public:
    explicit MarkCount(size_t size) : m_sums(size + 1, 0) {}

    void add(size_t place, int by)
    {
        for (++place; place < m_sums.size(); place += place & (~place + 1))
            m_sums[place] += by;
    }
    [[nodiscard]] int before(size_t place) const
    {
        int sum = 0;
        for (; place > 0; place -= place & (~place + 1))
            sum += m_sums[place];
        return sum;
    }

private:
    std::vector<int> m_sums;
};

/// Marks the longest increasing run of `values` (patience sorting): those rows stay, others move.
std::vector<bool> longestIncreasing(const std::vector<size_t> &values)
{
    std::vector<size_t> tails;
    std::vector<size_t> previous(values.size(), SIZE_MAX);
    for (size_t i = 0; i < values.size(); ++i) {
        const auto at = std::lower_bound(tails.begin(), tails.end(), values[i],
                                         [&values](size_t tail, size_t value) { return values[tail] < value; });
        if (at != tails.begin())
            previous[i] = *std::prev(at);
        if (at == tails.end())
            tails.push_back(i);
        else
            *at = i;
    }
    std::vector<bool> stays(values.size(), false);
    for (size_t i = tails.empty() ? SIZE_MAX : tails.back(); i != SIZE_MAX; i = previous[i])
        stays[i] = true;
    return stays;
}

/// What changed between a common beginning and a common end. Places of `after` count from the end
/// of the common beginning, `kept` lists the places of the rows that stay in the result, in their old order.
class Middle
{
public:
    Middle(const ResultRows &before, const ResultRows &after, QList<ResultEdit> &edits);

    void removeGone();
    void insertAndMove();

private:
    static constexpr size_t none = SIZE_MAX;

    [[nodiscard]] qsizetype place(size_t i) const
    {
        const size_t place = m_from + i;
        return static_cast<qsizetype>(place);
    }
    [[nodiscard]] QByteArray oldId(size_t i) const { return m_before.ids[place(i)]; }
    void append(ResultEdit::Kind kind, size_t index, size_t target, const ResultRow &row);

    const ResultRows &m_before;
    const ResultRows &m_after;
    QList<ResultEdit> &m_edits;
    size_t m_from = 0;
    size_t m_oldSize = 0;
    size_t m_newSize = 0;
    std::vector<size_t> m_kept;
};

Middle::Middle(const ResultRows &before, const ResultRows &after, QList<ResultEdit> &edits)
    : m_before(before), m_after(after), m_edits(edits)
{
    const auto [first, second] = std::ranges::mismatch(before.ids, after.ids);
    m_from = static_cast<size_t>(first - before.ids.begin());
    m_oldSize = static_cast<size_t>(before.ids.end() - first);
    m_newSize = static_cast<size_t>(after.ids.end() - second);
    while (m_oldSize > 0 && m_newSize > 0 && oldId(m_oldSize - 1) == after.ids[place(m_newSize - 1)])
        --m_oldSize, --m_newSize;
}

void Middle::append(ResultEdit::Kind kind, size_t index, size_t target, const ResultRow &row)
{
    m_edits.append(
        {kind, static_cast<int>(m_from + index), kind == ResultEdit::Kind::Move ? static_cast<int>(m_from + target) : 0, row});
}

void Middle::removeGone()
{
    QHash<QByteArray, size_t> places;
    places.reserve(static_cast<qsizetype>(m_newSize));
    for (size_t i = 0; i < m_newSize; ++i)
        places.insert(m_after.ids[place(i)], i);
    for (size_t i = m_oldSize; i-- > 0;) {
        const size_t place = places.value(oldId(i), none);
        if (place == none)
            append(ResultEdit::Kind::Remove, i, 0, {});
        else
            m_kept.push_back(place);
    }
    std::ranges::reverse(m_kept);
}

/// From front to back, each row that does not stay is put behind the one that comes before it in the
/// new result. Those that are still to move lie behind the rows that are already right, between the
/// same two staying rows as at first.
void Middle::insertAndMove()
{
    const std::vector<bool> stays = longestIncreasing(m_kept);
    std::vector<size_t> oldPlace(m_newSize, none); // index into m_kept
    MarkCount stayed(m_newSize);                   // by new place
    MarkCount movers(m_kept.size());               // those still to move, by old place
    for (size_t i = 0; i < m_kept.size(); ++i) {
        oldPlace[m_kept[i]] = i;
        if (stays[i])
            stayed.add(m_kept[i], 1);
        else
            movers.add(i, 1);
    }
    std::vector<size_t> nextStay(m_kept.size() + 1, m_newSize); // new place of the first staying row from here on
    for (size_t i = m_kept.size(); i-- > 0;)
        nextStay[i] = stays[i] ? m_kept[i] : nextStay[i + 1];
    size_t passed = 0; // old places in front of which all is right
    for (size_t i = 0; i < m_newSize; ++i) {
        const size_t old = oldPlace[i];
        if (old != none && stays[old]) {
            passed = old + 1;
            continue;
        }
        const auto inFront = static_cast<size_t>(movers.before(passed));
        if (old == none) {
            append(ResultEdit::Kind::Insert, i + inFront, 0, m_after.rows[place(i)]);
            continue;
        }
        // Right rows in front of the mover: those placed so far, or up to where its neighbours stay.
        const size_t gapEnd = nextStay[old];
        const size_t right = gapEnd <= i ? gapEnd : i + static_cast<size_t>(stayed.before(gapEnd) - stayed.before(i));
        const size_t from = right + static_cast<size_t>(movers.before(old));
        movers.add(old, -1);
        const size_t target = i + static_cast<size_t>(movers.before(passed));
        if (from != target)
            append(ResultEdit::Kind::Move, from, target, {});
    }
}

} // namespace

QList<ResultEdit> diffResults(const ResultRows &before, const ResultRows &after)
{
    QList<ResultEdit> edits;
    Middle middle(before, after, edits);
    middle.removeGone();
    middle.insertAndMove();

    QHash<QByteArray, qsizetype> oldRows; // of rows that are not where they were
    for (qsizetype i = 0; i < before.ids.size(); ++i) {
        if (i >= after.ids.size() || before.ids[i] != after.ids[i])
            oldRows.insert(before.ids[i], i);
    }
    for (qsizetype i = 0; i < after.ids.size(); ++i) {
        const bool same = i < before.ids.size() && before.ids[i] == after.ids[i];
        const qsizetype old = same ? i : oldRows.value(after.ids[i], -1);
        if (old >= 0 && before.rows[old] != after.rows[i])
            edits.append({ResultEdit::Kind::Change, static_cast<int>(i), 0, after.rows[i]});
    }
    return edits;
}

} // namespace Sheaf
