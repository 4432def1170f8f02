// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "mergemodel.h"

#include <QtTest>

#include <algorithm>
#include <bit>
#include <map>

using namespace Sheaf;
using namespace Sheaf::Model;

namespace {

/// Whatever a replica did, with everything that may be missing of it elsewhere: all subsets of the
/// messages of all its scripts, each once.
struct Author {
    using Set = std::vector<int>; ///< message numbers, ascending
    std::vector<Sent> messages;
    std::vector<Set> sets;
    std::map<Set, int> numbers;
    std::vector<int> whole; ///< the sets with everything of one script up to some point

    int add(const Set &set)
    {
        const auto [it, isNew] = numbers.try_emplace(set, static_cast<int>(sets.size()));
        if (isNew)
            sets.push_back(set);
        return it->second;
    }
};

void addScripts(Author &author, Operations operations, const Row &row, Author::Set script, int left, Stamp next)
{
    for (quint32 mask = 0; mask < (1U << script.size()); ++mask) {
        Author::Set part;
        for (size_t i = 0; i < script.size(); ++i) {
            if ((mask >> i & 1U) != 0)
                part.push_back(script[i]);
        }
        std::ranges::sort(part);
        author.add(part);
    }
    std::ranges::sort(script);
    author.whole.push_back(author.numbers.at(script));
    if (left == 0)
        return;
    for (const Operation operation : operations) {
        const auto sent = perform(row, operation, next);
        if (!sent)
            continue;
        auto known = std::ranges::find(author.messages, *sent);
        if (known == author.messages.end())
            known = author.messages.insert(author.messages.end(), *sent);
        Author::Set longer = script;
        longer.push_back(static_cast<int>(known - author.messages.begin()));
        Row after = row;
        after.merge(*sent);
        addScripts(author, operations, after, longer, left - 1, {next.hlc + 1, next.site});
    }
}

/// All that three replicas may have done without hearing of each other, and what a fourth knows of
/// it: one state for each choice of one set from each author.
class Concurrent
{
public:
    Concurrent(Operations operations, const Row &base, const std::optional<Sent> &born, int count, std::array<Hlc, 3> starts)
        : m_base(base), m_born(born)
    {
        for (size_t i = 0; i < 3; ++i)
            addScripts(m_authors[i], operations, base, {}, count, {starts[i], i + 1});
        m_rows.resize(this->count());
    }

    [[nodiscard]] size_t count() const { return m_authors[0].sets.size() * m_authors[1].sets.size() * m_authors[2].sets.size(); }
    [[nodiscard]] Row &row(std::array<int, 3> at)
    {
        const auto width = [this](size_t i) { return m_authors[i].sets.size(); };
        return m_rows[(static_cast<size_t>(at[0]) * width(1) + static_cast<size_t>(at[1])) * width(2) +
                      static_cast<size_t>(at[2])];
    }
    [[nodiscard]] const Author &author(size_t i) const { return m_authors[i]; }

    template<typename Visit>
    void forEach(Visit visit)
    {
        for (int a = 0; a < static_cast<int>(m_authors[0].sets.size()); ++a) {
            for (int b = 0; b < static_cast<int>(m_authors[1].sets.size()); ++b) {
                for (int c = 0; c < static_cast<int>(m_authors[2].sets.size()); ++c)
                    visit(std::array{a, b, c});
            }
        }
    }

    [[nodiscard]] Truth truth(std::array<int, 3> at) const
    {
        std::vector<const Sent *> known;
        if (m_born)
            known.push_back(&*m_born);
        for (size_t i = 0; i < 3; ++i) {
            for (const int number : m_authors[i].sets[static_cast<size_t>(at[i])])
                known.push_back(&m_authors[i].messages[static_cast<size_t>(number)]);
        }
        return truthOf(known);
    }

    /// Every last message that may lead to this state, from the state before it, which was reached in
    /// every order already: by induction all orders lead here.
    [[nodiscard]] bool everyOrderLeadsTo(std::array<int, 3> at)
    {
        Row &mine = row(at);
        mine = m_base;
        bool first = true;
        for (size_t i = 0; i < 3; ++i) {
            const Author::Set &set = m_authors[i].sets[static_cast<size_t>(at[i])];
            for (size_t k = 0; k < set.size(); ++k) {
                const Sent &last = m_authors[i].messages[static_cast<size_t>(set[k])];
                Author::Set without = set;
                without.erase(without.begin() + static_cast<std::ptrdiff_t>(k));
                std::array<int, 3> before = at;
                before[i] = m_authors[i].numbers.at(without);
                Row after = row(before);
                after.merge(last);
                if (first)
                    mine = after;
                first = false;
                Row twice = after;
                twice.merge(last);
                if (!after.sameAs(mine) || !twice.sameAs(mine))
                    return false;
            }
        }
        const Truth truth = this->truth(at);
        return mine.is(truth) && sameDigest(mine, truth) && mine.survivesStorage();
    }

    /// The number of the union of two sets of one author; -1 when they are of different scripts.
    [[nodiscard]] int joined(size_t i, int one, int two) const
    {
        Author::Set both;
        std::ranges::set_union(m_authors[i].sets[static_cast<size_t>(one)], m_authors[i].sets[static_cast<size_t>(two)],
                               std::back_inserter(both));
        const auto found = m_authors[i].numbers.find(both);
        return found == m_authors[i].numbers.end() ? -1 : found->second;
    }

private:
    Row m_base;
    std::optional<Sent> m_born;
    std::array<Author, 3> m_authors;
    std::vector<Row> m_rows;
};

/// Histories in which operations build on what their author had heard by then, whatever that was.
class Interleaved
{
public:
    Interleaved(Operations operations, const Row &base, const std::optional<Sent> &born, int operationsMax)
        : m_operations(operations), m_born(born), m_operationsMax(operationsMax)
    {
        m_rows[0] = base;
    }

    /// False when some order of delivery gives another row than the oracle.
    [[nodiscard]] bool explore() { return extend(0); }
    [[nodiscard]] qint64 histories() const { return m_histories; }

private:
    static constexpr int most = 4;

    [[nodiscard]] bool extend(int count)
    {
        ++m_histories;
        if (count == m_operationsMax)
            return true;
        const quint32 all = (1U << count) - 1;
        for (quint32 site = 0; site < 3; ++site) {
            const quint32 own = m_heard[site];
            if (m_done[site] == 3)
                continue;
            // Everything a replica may have heard: what it had heard before and anything more.
            for (quint32 more = all & ~own;; more = (more - 1) & all & ~own) {
                if (!performAll(count, site, own | more))
                    return false;
                if (more == 0)
                    break;
            }
        }
        return true;
    }

    [[nodiscard]] bool performAll(int count, quint32 site, quint32 heard)
    {
        Hlc latest = 1;
        for (int i = 0; i < count; ++i) {
            if ((heard >> i & 1U) != 0)
                latest = std::max(latest, m_hlc[static_cast<size_t>(i)]);
        }
        const Stamp stamp{latest + 1, site + 1};
        for (const Operation operation : m_operations) {
            const auto sent = perform(m_rows[heard], operation, stamp);
            if (!sent)
                continue;
            m_sent[static_cast<size_t>(count)] = *sent;
            m_hlc[static_cast<size_t>(count)] = stamp.hlc;
            const quint32 before = std::exchange(m_heard[site], heard | (1U << count));
            ++m_done[site];
            const bool good = deliverInEveryOrder(count) && extend(count + 1);
            --m_done[site];
            m_heard[site] = before;
            if (!good)
                return false;
        }
        return true;
    }

    /// The states of all sets with the newest message, each reached from every set with one less.
    [[nodiscard]] bool deliverInEveryOrder(int newest)
    {
        const quint32 bit = 1U << newest;
        for (quint32 rest = 0; rest < bit; ++rest) {
            const quint32 set = rest | bit;
            Row &row = m_rows[set];
            row = m_rows[rest];
            row.merge(m_sent[static_cast<size_t>(newest)]);
            std::array<const Sent *, most + 1> known{};
            size_t size = 0;
            if (m_born)
                known[size++] = &*m_born;
            for (int i = 0; i <= newest; ++i) {
                if ((set >> i & 1U) == 0)
                    continue;
                const Sent &last = m_sent[static_cast<size_t>(i)];
                known[size++] = &last;
                Row other = m_rows[set & ~(1U << i)];
                other.merge(last);
                if (!other.sameAs(row))
                    return false;
            }
            if (!row.is(truthOf({known.data(), size})))
                return false;
        }
        return newest + 1 > 3 || wholeStatesToo(bit << 1);
    }

    /// Two replicas that know different things exchange their whole states.
    [[nodiscard]] bool wholeStatesToo(quint32 sets)
    {
        for (quint32 one = 0; one < sets; ++one) {
            for (quint32 two = 0; two < sets; ++two) {
                Row joined = m_rows[one];
                joined.merge(m_rows[two]);
                if (!joined.sameAs(m_rows[one | two]))
                    return false;
            }
        }
        return true;
    }

    Operations m_operations;
    std::optional<Sent> m_born;
    int m_operationsMax;
    qint64 m_histories = 0;
    std::array<Sent, most> m_sent;
    std::array<Hlc, most> m_hlc{};
    std::array<Row, 1U << most> m_rows; ///< by the set of messages that is known
    std::array<quint32, 3> m_heard{};   ///< by each site
    std::array<int, 3> m_done{};
};

} // namespace

/// Exhaustive at small scope. A state after a set of messages is compared with the oracle and reached
/// by each last message from each set with one message less, so that by induction every order of
/// delivery, with any repetition and any loss, is covered without being walked.
class TestMergeOrders : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void concurrentOperations_data() { bases(); }
    void concurrentOperations();
    void wholeStates_data() { bases(); }
    void wholeStates();
    void operationsOnWhatWasHeard_data() { bases(); }
    void operationsOnWhatWasHeard();

private:
    static void bases()
    {
        QTest::addColumn<bool>("texts");
        QTest::addColumn<bool>("known");
        QTest::newRow("the row is new") << false << false;
        QTest::newRow("the row is known to all") << false << true;
        QTest::newRow("the row has a text and is new") << true << false;
        QTest::newRow("the row has a text and is known to all") << true << true;
    }
    static Operations operations(bool texts) { return texts ? Operations(textOperations) : Operations(registerOperations); }
    static std::optional<Sent> born(bool known) { return known ? perform({}, Operation::Insert, {1, 9}) : std::optional<Sent>(); }
    static Row baseOf(const std::optional<Sent> &birth)
    {
        Row base;
        if (birth)
            base.merge(*birth);
        return base;
    }
};

/// Bound: 3 replicas, 3 operations each, none heard of the others'; equal clocks, and one that is
/// ahead of the second and behind the third.
void TestMergeOrders::concurrentOperations()
{
    QFETCH(bool, texts);
    QFETCH(bool, known);
    const auto birth = born(known);
    for (const std::array<Hlc, 3> starts : {std::array<Hlc, 3>{10, 10, 10}, std::array<Hlc, 3>{11, 10, 12}}) {
        Concurrent world(operations(texts), baseOf(birth), birth, 3, starts);
        bool good = true;
        world.forEach([&](std::array<int, 3> at) { good = good && world.everyOrderLeadsTo(at); });
        QVERIFY(good);
        // Each replica's whole state after each of its operations, merged into every state.
        world.forEach([&](std::array<int, 3> at) {
            for (size_t i = 0; i < 3 && good; ++i) {
                for (const int whole : world.author(i).whole) {
                    std::array<int, 3> from{0, 0, 0}; // set 0 is the empty one
                    std::array<int, 3> to = at;
                    from[i] = whole;
                    to[i] = world.joined(i, at[i], whole);
                    if (to[i] < 0 || to[i] == at[i])
                        continue;
                    Row row = world.row(at);
                    row.merge(world.row(from));
                    good = good && row.sameAs(world.row(to));
                }
            }
        });
        QVERIFY(good);
        qInfo("%zu states of %zu, %zu and %zu sets of messages", world.count(), world.author(0).sets.size(),
              world.author(1).sets.size(), world.author(2).sets.size());
    }
}

/// Bound: as above with 2 operations each, and every state merged whole into every other.
void TestMergeOrders::wholeStates()
{
    QFETCH(bool, texts);
    QFETCH(bool, known);
    const auto birth = born(known);
    Concurrent world(operations(texts), baseOf(birth), birth, 2, {10, 10, 10});
    bool good = true;
    world.forEach([&](std::array<int, 3> at) { good = good && world.everyOrderLeadsTo(at); });
    QVERIFY(good);
    world.forEach([&](std::array<int, 3> one) {
        world.forEach([&](std::array<int, 3> two) {
            std::array<int, 3> both{};
            for (size_t i = 0; i < 3; ++i) {
                both[i] = world.joined(i, one[i], two[i]);
                if (both[i] < 0)
                    return;
            }
            Row row = world.row(one);
            row.merge(world.row(two));
            good = good && row.sameAs(world.row(both));
        });
    });
    QVERIFY(good);
}

/// Bound: 4 operations in all by 3 replicas, each on any knowledge of the earlier ones, with clocks
/// that only know what was heard; whole states up to 3 operations.
void TestMergeOrders::operationsOnWhatWasHeard()
{
    QFETCH(bool, texts);
    QFETCH(bool, known);
    const auto birth = born(known);
    Interleaved world(operations(texts), baseOf(birth), birth, 4);
    QVERIFY(world.explore());
    QVERIFY(world.histories() > 10'000);
    qInfo("%lld histories", static_cast<long long>(world.histories()));
}

QTEST_GUILESS_MAIN(TestMergeOrders)
#include "tst_mergeorders.moc"
