// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnmodel.h"
#include "crdt/bytes.h"

#include <QtTest>

#include <array>
#include <random>

using namespace Sheaf;
using namespace Sheaf::ColumnModel;
using namespace Qt::StringLiterals;

namespace {

constexpr size_t siteCount = 3;

/// Three replicas of one column, and the oracle's account of what each of them knows.
struct World {
    explicit World(MergeType of) : type(of), columns{Column(of, 1), Column(of, 2), Column(of, 3)} {}

    bool perform(size_t site, const Operation &operation)
    {
        // All clocks stand still: only what was seen makes stamps greater, so that ties are broken by sites.
        const QByteArray before = columns[site].shown();
        if (!columns[site].perform(operation, 2))
            return truthOf(type, history, known[site]) == before;
        history.push_back({operation, columns[site].lastStamp(), known[site]});
        known[site].insert(history.size() - 1);
        return isRight(site);
    }
    bool deliver(size_t from, size_t to)
    {
        columns[to].merge(columns[from]);
        known[to].insert(known[from].begin(), known[from].end());
        return isRight(to);
    }
    [[nodiscard]] bool isRight(size_t site) const { return columns[site].shown() == truthOf(type, history, known[site]); }

    /// Everybody hears of everything, in every order and twice, and must be the same.
    [[nodiscard]] bool convergesInEveryOrder() const
    {
        std::array<size_t, siteCount> order{0, 1, 2};
        std::set<size_t> all;
        for (size_t n = 0; n < history.size(); ++n)
            all.insert(n);
        const QByteArray truth = truthOf(type, history, all);
        std::optional<Column> first;
        do {
            Column column(type, 4);
            for (const size_t site : order)
                column.merge(columns[site]);
            column.merge(columns[order.front()]);
            if (column.shown() != truth || (first && !(*first == column)))
                return false;
            first = column;
        } while (std::next_permutation(order.begin(), order.end()));
        return true;
    }

    MergeType type;
    std::array<Column, siteCount> columns;
    std::array<std::set<size_t>, siteCount> known;
    History history;
};

} // namespace

/// Columns with parts: everything that three replicas can do in a few steps, and much more at random.
class TestColumnOrders : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyShortScheduleIsRight_data() { types(); }
    void everyShortScheduleIsRight();
    void longRandomSchedulesAreRight_data() { types(); }
    void longRandomSchedulesAreRight();
    void mergingIsAJoin_data() { types(); }
    void mergingIsAJoin();

private:
    static void types()
    {
        QTest::addColumn<int>("number");
        for (const MergeType type : {MergeType::Counter, MergeType::Max, MergeType::Min, MergeType::Set, MergeType::Map})
            QTest::newRow(qPrintable(nameOf(type))) << static_cast<int>(type);
    }
    /// False when a world went wrong.
    static bool walk(const World &world, const std::vector<Operation> &operations, int steps, qint64 &worlds);
};

bool TestColumnOrders::walk(const World &world, const std::vector<Operation> &operations, int steps, qint64 &worlds)
{
    ++worlds;
    if (steps == 0)
        return world.convergesInEveryOrder();
    for (size_t site = 0; site < siteCount; ++site) {
        for (const Operation &operation : operations) {
            World next = world;
            if (!next.perform(site, operation))
                return false;
            if (next.history.size() != world.history.size() && !walk(next, operations, steps - 1, worlds))
                return false;
        }
        for (size_t to = 0; to < siteCount; ++to) {
            World next = world;
            // Nothing new is a duplicate: it must change nothing, and need not be walked on from.
            const bool isNews = !std::ranges::includes(next.known[to], next.known[site]);
            if (!next.deliver(site, to) || (!isNews && !(next.columns[to] == world.columns[to])))
                return false;
            if (isNews && !walk(next, operations, steps - 1, worlds))
                return false;
        }
    }
    return true;
}

void TestColumnOrders::everyShortScheduleIsRight()
{
    QFETCH(int, number);
    const auto type = static_cast<MergeType>(number);
    qint64 worlds = 0;
    const int steps = type == MergeType::Set || type == MergeType::Map ? 4 : 5; // a few seconds in all
    QVERIFY(walk(World(type), operationsOf(type), steps, worlds));
    QVERIFY2(worlds > 4000, qPrintable(QString::number(worlds)));
}

void TestColumnOrders::longRandomSchedulesAreRight()
{
    QFETCH(int, number);
    const auto type = static_cast<MergeType>(number);
    const auto operations = operationsOf(type);
    for (quint32 seed = 1; seed <= 150; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](size_t end) { return static_cast<size_t>(random()) % end; };
        World world(type);
        for (int step = 0; step < 40; ++step) {
            const size_t site = below(siteCount);
            if (below(2) == 0) {
                Operation operation = operations[below(operations.size())];
                if (operation.kind == Operation::Kind::Put || operation.kind == Operation::Kind::Write)
                    operation.number = static_cast<qint64>(below(50)) - 20;
                if (!operation.name.isEmpty() && below(2) == 0)
                    operation.name = "b";
                QVERIFY2(world.perform(site, operation), qPrintable(QString::number(seed)));
                if (below(2) == 0) { // the change alone reaches nobody else's history before the rest does
                    Column listener = world.columns[(site + 1) % siteCount];
                    listener.mergeLast(world.columns[site]);
                    listener.merge(world.columns[site]);
                    Column whole = world.columns[(site + 1) % siteCount];
                    whole.merge(world.columns[site]);
                    QVERIFY(listener == whole);
                }
            } else {
                QVERIFY2(world.deliver(site, below(siteCount)), qPrintable(QString::number(seed)));
            }
        }
        QVERIFY2(world.convergesInEveryOrder(), qPrintable(QString::number(seed)));
    }
}

/// Commutative, associative, idempotent: on states that came about in many ways.
void TestColumnOrders::mergingIsAJoin()
{
    QFETCH(int, number);
    const auto type = static_cast<MergeType>(number);
    const auto operations = operationsOf(type);
    for (quint32 seed = 1; seed <= 200; ++seed) {
        std::mt19937 random(seed);
        World world(type);
        for (int step = 0; step < 12; ++step) {
            if (random() % 3 != 0)
                world.perform(random() % siteCount, operations[random() % operations.size()]);
            else
                world.deliver(random() % siteCount, random() % siteCount);
        }
        const auto &[a, b, c] = world.columns;
        Column left = a;
        left.merge(b);
        Column again = left;
        again.merge(b);
        again.merge(a);
        QVERIFY(again == left);
        Column right = b;
        right.merge(a);
        QVERIFY(left == right && left.shown() == right.shown());
        left.merge(c);
        Column tail = b;
        tail.merge(c);
        Column grouped = a;
        grouped.merge(tail);
        QVERIFY(grouped == left && grouped.shown() == left.shown());
    }
}

QTEST_GUILESS_MAIN(TestColumnOrders)
#include "tst_columnorders.moc"
