// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dispute.h"
#include "replica/undotext.h"
#include "undobench.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// What undo does to each kind of column, and what it leaves to others.
class TestUndo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cellsGoBackAndForth();
    void othersWritingStays();
    void aValueOfOthersThatCameBackStays();
    void countersCountBack();
    void extremesStay();
    void setsLoseOneTagOnly();
    void removedElementsComeBack();
    void keysOfMaps();
    void groupsGoTogether();
    void textsKeepTheWordsOfOthers();
    void refusedCellsAreNoSteps();
    void refusedWordsAreNoSteps();
    void stepsInTexts_data();
    void stepsInTexts();
};

void TestUndo::cellsGoBackAndForth()
{
    Pair pair;
    QVERIFY(!pair.one.replica().undoState().canUndo);
    QCOMPARE(undo(pair.one), UndoOutcome());
    pair.one.act({u"UPDATE items SET title = 'new', best = 7"_s, u"INSERT INTO items(id) VALUES (2)"_s},
                 UserAction::undoable(u"rename"_s));
    QCOMPARE(pair.one.replica().undoState(), (UndoState{.canUndo = true, .undoText = u"rename"_s}));
    pair.settle();
    const UndoOutcome undone = undo(pair.one);
    QCOMPARE(undone, (UndoOutcome{.done = true, .text = u"rename"_s, .rows = 2, .changes = 2, .kept = 1}));
    QCOMPARE(text(pair.one, u"title"_s), u"base"_s);
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 1);
    QCOMPARE(pair.one.replica().undoState(), (UndoState{.canRedo = true, .redoText = u"rename"_s}));
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(text(pair.two, u"title"_s), u"base"_s);
    QVERIFY(redo(pair.one).done);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(text(pair.two, u"title"_s), u"new"_s);
    QCOMPARE(pair.two.value(u"SELECT count(*) FROM items"_s).toInt(), 2);
    QVERIFY(!redo(pair.one).done);
}

void TestUndo::othersWritingStays()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'mine', lat = 10"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET title = 'theirs'"_s);
    pair.settle();
    const UndoOutcome undone = undo(pair.one);
    QVERIFY(undone.done);
    QCOMPARE(undone.kept, 1);
    QCOMPARE(text(pair.one, u"title"_s), u"theirs"_s);
    QCOMPARE(item(pair.one, u"lat"_s).toDouble(), 1.0);
    redo(pair.one);
    QCOMPARE(text(pair.one, u"title"_s), u"theirs"_s);
    QCOMPARE(item(pair.one, u"lat"_s).toDouble(), 10.0);
    // Of the next one nothing is left: it is passed by.
    pair.one.act({u"UPDATE items SET title = 'mine again'"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET title = 'theirs again'"_s);
    pair.settle();
    const UndoOutcome passed = undo(pair.one);
    QVERIFY(passed.done);
    QCOMPARE(passed.skipped, 1);
    QCOMPARE(item(pair.one, u"lat"_s).toDouble(), 1.0);
    QCOMPARE(text(pair.one, u"title"_s), u"theirs again"_s);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndo::aValueOfOthersThatCameBackStays()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'mine'"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET title = 'theirs'"_s);
    pair.settle();
    pair.one.act({u"UPDATE items SET title = 'mine on top'"_s});
    QVERIFY(undo(pair.one).done);
    QCOMPARE(text(pair.one, u"title"_s), u"theirs"_s);
    QVERIFY(!undo(pair.one).done); // it has my stamp, and is their word
    QCOMPARE(text(pair.one, u"title"_s), u"theirs"_s);
}

void TestUndo::countersCountBack()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET votes = votes + 10"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET votes = votes + 100"_s);
    pair.settle();
    undo(pair.one);
    QCOMPARE(item(pair.one, u"votes"_s).toInt(), 105);
    redo(pair.one);
    QCOMPARE(item(pair.one, u"votes"_s).toInt(), 115);
    pair.one.act({u"UPDATE items SET votes = 0"_s}); // takes away what was seen
    pair.two.exec(u"UPDATE items SET votes = votes + 1"_s);
    pair.settle();
    undo(pair.one);
    pair.settle();
    QCOMPARE(item(pair.two, u"votes"_s).toInt(), 116);
    QVERIFY(pair.same());
}

void TestUndo::extremesStay()
{
    Pair pair;
    pair.one.act({u"INSERT INTO items(id) VALUES (2)"_s});
    pair.one.act({u"UPDATE items SET best = 9, least = 3 WHERE id = 2"_s});
    // It cannot go back, and is passed by; what was before it can.
    const UndoOutcome undone = undo(pair.one);
    QCOMPARE(undone, (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 1, .kept = 2, .skipped = 1}));
    QVERIFY(!item(pair.one, u"best"_s, 2).isValid());
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items WHERE id = 2"_s).toInt(), 0);
    redo(pair.one);
    QCOMPARE(item(pair.one, u"best"_s, 2).toInt(), 9);
}

void TestUndo::setsLoseOneTagOnly()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET labels = '[\"a\",\"x\"]'"_s});
    pair.two.exec(u"UPDATE items SET labels = '[\"a\",\"x\"]'"_s);
    pair.settle();
    const UndoOutcome undone = undo(pair.one);
    QVERIFY(undone.done);
    QCOMPARE(text(pair.one, u"labels"_s), u"[\"a\",\"x\"]"_s); // two has said so, too
    pair.settle();
    QVERIFY(pair.same());
    pair.two.exec(u"UPDATE items SET labels = '[\"a\"]'"_s);
    pair.settle();
    redo(pair.one);
    QCOMPARE(text(pair.one, u"labels"_s), u"[\"a\",\"x\"]"_s);
    undo(pair.one);
    QCOMPARE(text(pair.one, u"labels"_s), u"[\"a\"]"_s);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(text(pair.two, u"labels"_s), u"[\"a\"]"_s);
}

void TestUndo::removedElementsComeBack()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET labels = '[\"a\",\"x\"]'"_s});
    pair.two.exec(u"UPDATE items SET labels = '[\"a\",\"x\"]'"_s);
    pair.settle();
    pair.one.act({u"UPDATE items SET labels = '[\"a\"]'"_s}); // takes back the adds of both
    pair.settle();
    undo(pair.one);
    QCOMPARE(text(pair.one, u"labels"_s), u"[\"a\",\"x\"]"_s);
    pair.settle();
    undo(pair.one); // mine; theirs stays, as it would have
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(text(pair.two, u"labels"_s), u"[\"a\",\"x\"]"_s);
    redo(pair.one);
    redo(pair.one);
    pair.settle();
    QCOMPARE(text(pair.two, u"labels"_s), u"[\"a\"]"_s);
    QVERIFY(pair.same());
}

void TestUndo::keysOfMaps()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET props = '{\"k\":2,\"new\":\"n\"}'"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET props = json_set(props, '$.new', 'theirs', '$.other', true)"_s);
    pair.settle();
    const UndoOutcome undone = undo(pair.one);
    QCOMPARE(undone.changes, 1);
    QCOMPARE(undone.kept, 1);
    QCOMPARE(text(pair.one, u"props"_s), u"{\"k\":1,\"new\":\"theirs\",\"other\":1}"_s);
    redo(pair.one);
    QCOMPARE(text(pair.one, u"props"_s), u"{\"k\":2,\"new\":\"theirs\",\"other\":1}"_s);
    pair.one.act({u"UPDATE items SET props = json_remove(props, '$.k')"_s});
    undo(pair.one);
    undo(pair.one);
    QCOMPARE(text(pair.one, u"props"_s), u"{\"k\":1,\"new\":\"theirs\",\"other\":1}"_s);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndo::groupsGoTogether()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET lat = 10"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET lon = 20"_s); // the group is theirs now, lat too
    pair.settle();
    QVERIFY(!undo(pair.one).done);
    QCOMPARE(item(pair.one, u"lat"_s).toInt(), 10);
    pair.one.act({u"UPDATE items SET lat = 30"_s});
    pair.one.act({u"UPDATE items SET lon = 40"_s});
    undo(pair.one);
    undo(pair.one);
    QCOMPARE(item(pair.one, u"lat"_s).toInt(), 10);
    QCOMPARE(item(pair.one, u"lon"_s).toInt(), 20);
    redo(pair.one);
    redo(pair.one);
    QCOMPARE(item(pair.one, u"lat"_s).toInt(), 30);
    QCOMPARE(item(pair.one, u"lon"_s).toInt(), 40);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndo::textsKeepTheWordsOfOthers()
{
    const char schema[] =
        "CREATE TABLE items(id INTEGER PRIMARY KEY, body TEXT); SELECT sheaf_sync('items', '{\"columns\":{\"body\":\"text\"}}');";
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO items VALUES (1, 'One two three.')"_s);
    settleAll(relay, {&one, &two});
    one.act({u"UPDATE items SET body = 'One 2 three and four.'"_s});
    two.exec(u"UPDATE items SET body = 'Zero. One two three.'"_s);
    settleAll(relay, {&one, &two});
    QCOMPARE(text(one, u"body"_s), u"Zero. One 2 three and four."_s);
    QVERIFY(undo(one).done);
    QCOMPARE(text(one, u"body"_s), u"Zero. One two three."_s);
    two.exec(u"UPDATE items SET body = body || ' End.'"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(redo(one).done);
    settleAll(relay, {&one, &two});
    QCOMPARE(text(two, u"body"_s), u"Zero. One 2 three and four. End."_s);
    QVERIFY(areSame({&one, &two}));
    // An editor's edits are its own to undo, unless they are made an action.
    QVERIFY(undo(one).done);
    QVERIFY(!undo(one).done);
}

/// The server's verdict has taken them back already: undoing would count back what was never counted.
void TestUndo::refusedCellsAreNoSteps()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET lat = 10"_s});
    pair.settle();
    pair.one.act({u"UPDATE items SET title = 'mine', votes = votes + 10, labels = '[\"a\",\"x\"]',"
                  " props = json_set(props, '$.k', 2)"_s});
    refuse(pair.relay, pair.one);
    pair.settle();
    QCOMPARE(item(pair.one, u"votes"_s).toInt(), 5);
    const QList<QVariantList> before = pair.one.rows(u"SELECT * FROM items"_s);
    QCOMPARE(undo(pair.one), (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 2}));
    QCOMPARE(item(pair.one, u"lat"_s).toDouble(), 1.0);
    QVERIFY(!undo(pair.one).done);
    QVERIFY(redo(pair.one).done);
    QVERIFY(!redo(pair.one).done);
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), before);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndo::refusedWordsAreNoSteps()
{
    const char schema[] =
        "CREATE TABLE items(id INTEGER PRIMARY KEY, body TEXT); SELECT sheaf_sync('items', '{\"columns\":{\"body\":\"text\"}}');";
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO items VALUES (1, 'One.'), (2, 'Two.')"_s);
    settleAll(relay, {&one, &two});
    one.act({u"UPDATE items SET body = 'One. Mine.'"_s});
    refuse(relay, one, 2);
    two.exec(u"UPDATE items SET body = 'Two. Mine.' WHERE id = 2"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(undo(one).done);
    QCOMPARE(text(one, u"body"_s), u"One."_s);
    QCOMPARE(text(one, u"body"_s, 2), u"Two. Mine."_s); // that is the other's now
    QVERIFY(redo(one).done);
    QCOMPARE(text(one, u"body"_s), u"One. Mine."_s);
    QCOMPARE(text(one, u"body"_s, 2), u"Two. Mine."_s);
}

void TestUndo::stepsInTexts_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("now");
    QTest::addColumn<QString>("result");
    QTest::newRow("nobody else") << u"a b c"_s << u"a c"_s << u"a b c"_s << u"a c"_s;
    QTest::newRow("others put in before") << u"a b c"_s << u"a c"_s << u"new a b c"_s << u"new a c"_s;
    QTest::newRow("others put in inside") << u"one two three"_s << u"one three"_s << u"one two BIG three"_s << u"one BIG three"_s;
    QTest::newRow("others took it out") << u"a mine b"_s << u"a b"_s << u"a b"_s << u"a b"_s;
    QTest::newRow("others replaced it") << u"a mine b"_s << u"a old b"_s << u"a theirs b"_s << u"a theirs b"_s;
    QTest::newRow("a delete comes back") << u"a c"_s << u"a b c"_s << u"a c d"_s << u"a b c d"_s;
    QTest::newRow("all was emptied") << u"a"_s << u""_s << u"a b"_s << u" b"_s;
    QTest::newRow("pairs") << u"x 😀 y"_s << u"x y"_s << u"x 😀 y 😀"_s << u"x y 😀"_s;
}

void TestUndo::stepsInTexts()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, now);
    QTEST(withStep(from, to, now), "result");
}

QTEST_GUILESS_MAIN(TestUndo)
#include "tst_undo.moc"
