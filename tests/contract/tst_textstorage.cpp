// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "storagebench.h"

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Server::StorageTests;
using namespace Qt::StringLiterals;

namespace {

using Texts = QList<std::tuple<Sequence, QByteArray, ColumnId, QByteArray, QByteArray>>;
using Blocks = std::vector<TextBlock>;

/// Sequence, key, column, update and the row's record; `last` is the number of the last one.
Texts scanTexts(Storage &storage, SpaceId space, Sequence after = 0, qint64 number = 0, qsizetype max = 1'000'000,
                qint64 *last = nullptr)
{
    Texts texts;
    qint64 previous = 0;
    need(storage.scanTexts(space, after, number, [&](const TextView &text) {
        texts.append({text.sequence, text.key.toByteArray(), text.column, text.update.toByteArray(), text.record.toByteArray()});
        previous = text.number;
        return texts.size() < max;
    }));
    if (last != nullptr)
        *last = previous;
    return texts;
}

} // namespace

/// What every storage of the server promises for the updates of texts, on each of them.
class TestTextStorage : public QObject, private StorageBench
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { rows(); }
    void init() { open(); }
    void cleanup() { close(); }

    void textsAreKeptInOrder();
    void mergedTextsTakeThePlaceOfOldOnes();
    void sealedTextsStay();
    void scansOfTextsGoOnInsideASequence();
    void textsAreOfOneRowAndOneSpace();
};

void TestTextStorage::textsAreKeptInOrder()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    const QByteArray key("k\0ey", 4);
    QVERIFY(!need(begin()->tables(home)).constFirst().hasTexts);
    {
        auto transaction = begin();
        need(transaction->putRecord(home, {1, table, key, "r1"}, 0));
        need(transaction->addText(home, {0, 1, table, key, 3, false, "a", {}}));
        need(transaction->addText(home, {0, 1, table, key, 3, false, "b", {}}));
        need(transaction->putRecord(home, {2, table, key, "r2"}, 1));
        need(transaction->addText(home, {0, 2, table, key, 4, false, QByteArray(200'000, 'c'), {}}));
        QCOMPARE(need(transaction->textBlocks(table, key, 3)), (Blocks{{1, false, 2}}));
        need(transaction->commit());
    }
    reopen();
    QCOMPARE(scanTexts(storage(), home),
             (Texts{{1, key, 3, "a", "r2"}, {1, key, 3, "b", "r2"}, {2, key, 4, QByteArray(200'000, 'c'), "r2"}}));
    QCOMPARE(scanTexts(storage(), home, 1).size(), 1);
    QVERIFY(scanTexts(storage(), home, 2).isEmpty());
    auto transaction = begin();
    QVERIFY(need(transaction->tables(home)).constFirst().hasTexts);
    QByteArrayList updates;
    need(transaction->texts(table, key, 3, {}, [&](const TextView &text) { updates.append(text.update.toByteArray()); }));
    QCOMPARE(updates, (QByteArrayList{"a", "b"}));
    QCOMPARE(need(transaction->textBlocks(table, key, 4)), (Blocks{{2, false, 200'000}}));
    QVERIFY(need(transaction->textBlocks(table, "other", 3)).empty());
}

void TestTextStorage::mergedTextsTakeThePlaceOfOldOnes()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    auto transaction = begin();
    for (Sequence sequence = 1; sequence <= 4; ++sequence) {
        need(transaction->putRecord(home, {sequence, table, "k", "r"}, sequence - 1));
        need(transaction->addText(home, {0, sequence, table, "k", 1, false, QByteArray::number(sequence), {}}));
        need(transaction->addText(home, {0, sequence, table, "k", 2, false, "other", {}}));
    }
    const auto updates = [&](const SequenceRange &range) {
        QByteArrayList found;
        need(transaction->texts(table, "k", 1, range, [&](const TextView &text) { found.append(text.update.toByteArray()); }));
        return found;
    };
    QCOMPARE(updates({2, 3}), (QByteArrayList{"2", "3"}));
    need(transaction->removeTexts(table, "k", 1, {2, 3}));
    need(transaction->addText(home, {0, 3, table, "k", 1, false, "2+3", {}}));
    need(transaction->addText(home, {0, 3, table, "k", 1, false, "rest", {}}));
    QCOMPARE(updates({}), (QByteArrayList{"1", "2+3", "rest", "4"})); // by sequence, whatever their numbers
    QCOMPARE(need(transaction->textBlocks(table, "k", 1)), (Blocks{{1, false, 1}, {3, false, 7}, {4, false, 1}}));
    QCOMPARE(need(transaction->textBlocks(table, "k", 2)).size(), 4U);
    need(transaction->commit());
    transaction.reset();
    QCOMPARE(scanTexts(storage(), home, 2), (Texts{{3, "k", 2, "other", "r"},
                                                   {3, "k", 1, "2+3", "r"},
                                                   {3, "k", 1, "rest", "r"},
                                                   {4, "k", 1, "4", "r"},
                                                   {4, "k", 2, "other", "r"}}));
    auto next = begin();
    need(next->removeTexts(table, "k"));
    need(next->commit());
    next.reset();
    QVERIFY(scanTexts(storage(), home).isEmpty());
}

void TestTextStorage::sealedTextsStay()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    auto transaction = begin();
    need(transaction->putRecord(home, {3, table, "k", "r"}, 0));
    for (Sequence sequence = 1; sequence <= 3; ++sequence) {
        need(transaction->addText(home, {0, sequence, table, "k", 1, sequence > 1, "sealed?", {}}));
        need(transaction->addText(home, {0, sequence, table, "k", 1, false, "plain", {}}));
    }
    QCOMPARE(need(transaction->textBlocks(table, "k", 1)),
             (Blocks{{1, false, 12}, {2, false, 5}, {2, true, 7}, {3, false, 5}, {3, true, 7}}));
    need(transaction->removeTexts(table, "k", 1, {}));
    QCOMPARE(need(transaction->textBlocks(table, "k", 1)), (Blocks{{2, true, 7}, {3, true, 7}}));
    need(transaction->commit());
    transaction.reset();
    bool isAll = true;
    need(storage().scanTexts(home, 0, 0, [&isAll](const TextView &text) { return isAll = isAll && text.isSealed; }));
    QVERIFY(isAll);
    QCOMPARE(scanTexts(storage(), home).size(), 2);
    auto next = begin();
    need(next->removeTexts(table, "k")); // but not when the row goes
    QVERIFY(need(next->textBlocks(table, "k", 1)).empty());
}

void TestTextStorage::scansOfTextsGoOnInsideASequence()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    auto transaction = begin();
    need(transaction->putRecord(home, {7, table, "k", "r"}, 0));
    for (int i = 0; i < 5; ++i)
        need(transaction->addText(home, {0, 7, table, "k", 1, false, QByteArray::number(i), {}}));
    need(transaction->commit());
    transaction.reset();
    qint64 number = 0;
    for (int i = 0; i < 5; ++i) {
        const Texts one = scanTexts(storage(), home, 6, number, 1, &number);
        QCOMPARE(one, (Texts{{7, "k", 1, QByteArray::number(i), "r"}}));
    }
    QVERIFY(scanTexts(storage(), home, 6, number).isEmpty());
    QCOMPARE(scanTexts(storage(), home, 5, number).size(), 5); // the number is of the sequence behind
    // What takes their place has greater numbers: whoever was in the middle meets all of it.
    auto next = begin();
    need(next->removeTexts(table, "k", 1, {7, 7}));
    need(next->addText(home, {0, 7, table, "k", 1, false, "all", {}}));
    need(next->commit());
    next.reset();
    QCOMPARE(scanTexts(storage(), home, 6, number).size(), 1);
}

void TestTextStorage::textsAreOfOneRowAndOneSpace()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    const TableId here = makeTable(home, "notes");
    const TableId there = makeTable(team, "notes");
    {
        auto transaction = begin();
        for (const auto &[space, table] : {std::pair(home, here), std::pair(team, there)}) {
            for (Sequence sequence = 1; sequence <= 2; ++sequence) {
                const QByteArray key = QByteArray::number(sequence);
                need(transaction->putRecord(space, {sequence, table, key, "r"}, 0));
                need(transaction->addText(space, {0, sequence, table, key, 1, false, "u", {}}));
            }
        }
        need(transaction->commit());
    }
    {
        auto transaction = begin();
        need(transaction->removeTexts(here, "1"));
        need(transaction->addText(home, {0, 2, here, "2", 1, false, "undone", {}}));
        QVERIFY(need(transaction->textBlocks(here, "1", 1)).empty());
    } // without a commit
    QCOMPARE(scanTexts(storage(), home).size(), 2);
    {
        auto transaction = begin();
        need(transaction->removeTexts(here, "1"));
        need(transaction->commit());
    }
    QCOMPARE(scanTexts(storage(), home), (Texts{{2, "2", 1, "u", "r"}}));
    QCOMPARE(scanTexts(storage(), team).size(), 2);
}

QTEST_GUILESS_MAIN(TestTextStorage)
#include "tst_textstorage.moc"
