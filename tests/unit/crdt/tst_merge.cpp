// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/merge.h"

#include <QtTest>

#include <map>

using namespace Sheaf;

namespace {

/// A replica of one row with two columns: values beside the clock, changed only through merge().
struct Row {
    RowClock clock;
    std::map<ColumnId, int> values;

    friend bool operator==(const Row &a, const Row &b)
    {
        if (a.clock.length != b.clock.length || a.clock.life != b.clock.life || a.values != b.values)
            return false;
        for (ColumnId column = 1; column <= 2; ++column) {
            if (a.clock.stampOf(column) != b.clock.stampOf(column))
                return false;
        }
        return true;
    }
};

RowRecord recordOf(const Row &row)
{
    RowRecord record{.length = row.clock.length, .life = row.clock.life, .cells = {}};
    for (const auto &[column, value] : row.values)
        record.cells.push_back({column, row.clock.stampOf(column), ValueView::ofInteger(value)});
    return record;
}

void merge(Row &row, const RowRecord &incoming)
{
    MergeOutcome outcome;
    mergeRecord(row.clock, incoming, outcome);
    if (outcome.life == MergeOutcome::Life::Born || outcome.life == MergeOutcome::Life::Deleted)
        row.values.clear();
    if (outcome.life == MergeOutcome::Life::Stale)
        return;
    for (const size_t winner : outcome.winners)
        row.values[incoming.cells[winner].column] = static_cast<int>(incoming.cells[winner].value.integer);
}

enum class Operation { Insert, UpdateA, UpdateB, Delete };

/// One local operation at `stamp`: the message that others get, or nothing when it does not apply.
std::optional<RowRecord> perform(Row &row, Operation operation, Stamp stamp)
{
    const bool alive = isAlive(row.clock.length);
    const int value = static_cast<int>(stamp.hlc);
    RowRecord message{.length = row.clock.length, .life = row.clock.life, .cells = {}};
    switch (operation) {
    case Operation::Insert:
        if (alive)
            return {};
        message = {.length = row.clock.length + 1,
                   .life = stamp,
                   .cells = {{1, stamp, ValueView::ofInteger(value)}, {2, stamp, ValueView::ofInteger(value)}}};
        break;
    case Operation::Delete:
        if (!alive)
            return {};
        message = {.length = row.clock.length + 1, .life = stamp, .cells = {}};
        break;
    case Operation::UpdateA:
    case Operation::UpdateB:
        if (!alive)
            return {};
        message.cells = {{operation == Operation::UpdateA ? 1U : 2U, stamp, ValueView::ofInteger(value)}};
        break;
    }
    merge(row, message);
    return message;
}

} // namespace

class TestMerge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lawsHoldOnAllReachableStates();
    void outcomeSaysWhatHappened();
    void bytesOfTextsCountWhateverTheirStamps();
};

void TestMerge::lawsHoldOnAllReachableStates()
{
    std::vector<Row> reachable;
    constexpr Operation all[] = {Operation::Insert, Operation::UpdateA, Operation::UpdateB, Operation::Delete};
    for (int code = 0; code < 4 * 4 * 4; ++code) {
        for (SiteId site = 1; site <= 2; ++site) {
            Row row;
            perform(row, Operation::Insert, {1, 9});
            int rest = code;
            for (Hlc hlc = 10; hlc < 13; ++hlc, rest /= 4)
                perform(row, all[rest % 4], {hlc, site});
            reachable.push_back(row);
        }
    }
    const auto merged = [](const Row &a, const Row &b) {
        Row sum = a;
        merge(sum, recordOf(b));
        return sum;
    };
    for (const Row &a : reachable) {
        QVERIFY(merged(a, a) == a);
        for (const Row &b : reachable) {
            QVERIFY(merged(a, b) == merged(b, a));
            for (size_t c = 0; c < reachable.size(); c += 7)
                QVERIFY(merged(merged(a, b), reachable[c]) == merged(a, merged(b, reachable[c])));
        }
    }
}

void TestMerge::outcomeSaysWhatHappened()
{
    Row row;
    MergeOutcome outcome;
    const RowRecord born{.length = 1, .life = {10, 1}, .cells = {{1, {10, 1}, {}}, {2, {10, 1}, {}}}};
    mergeRecord(row.clock, born, outcome);
    QCOMPARE(outcome.life, MergeOutcome::Life::Born);
    QCOMPARE(outcome.winners.size(), 2U);
    mergeRecord(row.clock, born, outcome);
    QVERIFY(!outcome.clockChanged && outcome.winners.empty() && outcome.losers.empty());
    mergeRecord(row.clock, {.length = 1, .life = {10, 1}, .cells = {{1, {9, 1}, {}}, {2, {11, 1}, {}}}}, outcome);
    QCOMPARE(outcome.winners, std::vector<size_t>{1});
    QCOMPARE(outcome.losers, std::vector<size_t>{0});
    mergeRecord(row.clock, {.length = 2, .life = {5, 1}, .cells = {}}, outcome);
    QCOMPARE(outcome.life, MergeOutcome::Life::Deleted);
    mergeRecord(row.clock, born, outcome);
    QCOMPARE(outcome.life, MergeOutcome::Life::Stale);
    QVERIFY(!outcome.clockChanged);
}

void TestMerge::bytesOfTextsCountWhateverTheirStamps()
{
    RowClock clock;
    MergeOutcome outcome;
    const Stamp life{10, 1};
    mergeRecord(clock, {.length = 1, .life = life, .cells = {}, .texts = {{1, {10, 1}, "a"}, {1, {10, 2}, {}}}}, outcome);
    QCOMPARE(outcome.textWinners, (std::vector<size_t>{0, 1}));
    // A further piece, an old one, news of a site, and what we know without bytes.
    mergeRecord(clock,
                {.length = 1,
                 .life = life,
                 .cells = {},
                 .texts = {{1, {10, 1}, "b"}, {1, {9, 2}, "c"}, {1, {11, 3}, "d"}, {2, {9, 2}, {}}}},
                outcome);
    QVERIFY(outcome.clockChanged);
    QCOMPARE(outcome.textWinners, (std::vector<size_t>{2, 3}));
    QCOMPARE(outcome.textRepeats, (std::vector<size_t>{0, 1}));
    mergeRecord(clock, {.length = 1, .life = life, .cells = {}, .texts = {{1, {10, 1}, "b"}, {1, {9, 2}, {}}}}, outcome);
    QVERIFY(!outcome.clockChanged && outcome.textWinners.empty());
    QCOMPARE(outcome.textRepeats, std::vector<size_t>{0});
    // Another life knows nothing of this one's texts.
    mergeRecord(clock, {.length = 3, .life = {12, 1}, .cells = {}, .texts = {{1, {9, 1}, "e"}}}, outcome);
    QCOMPARE(outcome.textWinners, std::vector<size_t>{0});
    QVERIFY(clock.texts == (std::vector<RowClock::Entry>{{1, {9, 1}}}));
    mergeRecord(clock, {.length = 1, .life = life, .cells = {}, .texts = {{1, {99, 1}, "late"}}}, outcome);
    QVERIFY(outcome.textWinners.empty() && outcome.textRepeats.empty());
    mergeRecord(clock, {.length = 4, .life = {13, 1}, .cells = {}}, outcome);
    QVERIFY(clock.texts.empty());
}

QTEST_GUILESS_MAIN(TestMerge)
#include "tst_merge.moc"
