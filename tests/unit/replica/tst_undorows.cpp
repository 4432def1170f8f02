// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dispute.h"
#include "undobench.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Undo of births and deletes, of rows that need each other, and under other clocks and names.
class TestUndoRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void manyStepsAndARestart();
    void birthsGoIfNobodyTouchedThem();
    void deletedRowsComeBackWhole();
    void aDeletedRowThatLivesElsewhereStays();
    void cascadesComeBack();
    void aRowThatOthersHangOnStays();
    void triggersDoNotGetInTheWay();
    void uniqueValuesAreNotForced();
    void correctedClocks();
    void anotherName();
    void valuesOfNewerPeersComeBack();
    void refusedRowsAreNoSteps();
    void aClosedSpaceLeavesNothing();
    void forgottenDeletesComeBack();
    void birthsAreMadeAgainAfterTheirEndIsForgotten();
    void aLaterLifeThatIsForgottenIsNobodysDelete();
    void whatOthersDeletedIsNotRedone();
    void aClosedSpaceLeavesNothingOfForgottenDeletes();
    void whatCannotBeUndoneIsPassedBy_data();
    void whatCannotBeUndoneIsPassedBy();
};

namespace {

const char familySchema[] =
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, name TEXT UNIQUE, edited INTEGER DEFAULT 0);"
    "CREATE TABLE tasks(id INTEGER PRIMARY KEY, list INTEGER NOT NULL REFERENCES lists ON DELETE CASCADE, title TEXT);"
    "CREATE INDEX tasks_list ON tasks(list);"
    "SELECT sheaf_sync('lists'); SELECT sheaf_sync('tasks');"
    "CREATE TRIGGER touched AFTER UPDATE OF name ON lists BEGIN UPDATE lists SET edited = edited + 1 WHERE id = new.id; END;";

} // namespace

void TestUndoRows::manyStepsAndARestart()
{
    Pair pair;
    for (const char *title : {"b", "c", "d"})
        pair.one.act({u"UPDATE items SET title = '%1'"_s.arg(QLatin1StringView(title))});
    pair.one.act({u"DELETE FROM items"_s});
    pair.one.act({u"INSERT INTO items(id, title) VALUES (1, 'again')"_s});
    pair.one.reopen();
    QCOMPARE(text(pair.one, u"title"_s), u"again"_s);
    undo(pair.one);
    QVERIFY(!item(pair.one, u"title"_s).isValid());
    for (const char *title : {"d", "c", "b", "base"}) {
        pair.settle();
        pair.one.reopen();
        QVERIFY(undo(pair.one).done);
        QCOMPARE(text(pair.one, u"title"_s), QLatin1StringView(title));
    }
    QVERIFY(!undo(pair.one).done);
    for (const char *title : {"b", "c", "d", "", "again"}) {
        pair.settle();
        pair.one.reopen();
        QVERIFY(redo(pair.one).done);
        QCOMPARE(text(pair.one, u"title"_s), QLatin1StringView(title));
    }
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndoRows::birthsGoIfNobodyTouchedThem()
{
    Pair pair;
    pair.one.act({u"INSERT INTO items(id, title) VALUES (2, 'two'), (3, 'three')"_s});
    pair.one.act({u"UPDATE items SET title = 'renamed' WHERE id = 2"_s});
    pair.settle();
    pair.two.exec(u"UPDATE items SET lat = 4 WHERE id = 3"_s);
    pair.settle();
    undo(pair.one);
    const UndoOutcome undone = undo(pair.one);
    QCOMPARE(undone, (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 1, .kept = 1}));
    QVERIFY(!item(pair.one, u"title"_s, 2).isValid());
    QCOMPARE(text(pair.one, u"title"_s, 3), u"three"_s);
    redo(pair.one);
    QCOMPARE(text(pair.one, u"title"_s, 2), u"two"_s);
    redo(pair.one);
    QCOMPARE(text(pair.one, u"title"_s, 2), u"renamed"_s);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndoRows::deletedRowsComeBackWhole()
{
    Pair pair;
    pair.two.exec(u"UPDATE items SET votes = votes + 3, labels = json_insert(labels, '$[#]', 'b'), best = 4"_s);
    pair.settle();
    const auto before = pair.one.rows(u"SELECT * FROM items"_s);
    pair.one.act({u"UPDATE items SET labels = '[\"b\",\"c\"]', votes = votes + 1, props = '{\"k\":2}'"_s});
    const auto edited = pair.one.rows(u"SELECT * FROM items"_s);
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle();
    QVERIFY(undo(pair.one).done);
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), edited);
    pair.settle();
    QVERIFY(pair.same());
    // The edit before it can be undone as well, in the new life.
    QVERIFY(undo(pair.one).done);
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), before);
    QVERIFY(redo(pair.one).done);
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), edited);
    QVERIFY(redo(pair.one).done);
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndoRows::aDeletedRowThatLivesElsewhereStays()
{
    Pair pair;
    pair.two.exec(u"UPDATE items SET title = 'edited meanwhile'"_s);
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle(); // the edit brings the row back
    QCOMPARE(text(pair.one, u"title"_s), u"edited meanwhile"_s);
    const UndoOutcome undone = undo(pair.one);
    QCOMPARE(undone, (UndoOutcome{.kept = 1, .skipped = 1}));
    QCOMPARE(text(pair.one, u"title"_s), u"edited meanwhile"_s);
    QVERIFY(pair.same());
}

void TestUndoRows::cascadesComeBack()
{
    Device device(familySchema);
    device.act({u"INSERT INTO lists(id, name) VALUES (1, 'one')"_s, u"INSERT INTO tasks VALUES (1, 1, 'a'), (2, 1, 'b')"_s});
    device.act({u"DELETE FROM lists"_s});
    QCOMPARE(device.value(u"SELECT count(*) FROM tasks"_s).toInt(), 0);
    QCOMPARE(undo(device).changes, 3);
    QCOMPARE(device.value(u"SELECT group_concat(title) FROM tasks"_s).toString(), u"a,b"_s);
    QCOMPARE(undo(device).changes, 3);
    QCOMPARE(device.value(u"SELECT count(*) FROM lists"_s).toInt(), 0);
    QCOMPARE(redo(device).changes, 3);
    QCOMPARE(redo(device).changes, 3);
    QCOMPARE(device.value(u"SELECT count(*) FROM tasks"_s).toInt(), 0);
    QVERIFY(device.digestHolds());
}

void TestUndoRows::aRowThatOthersHangOnStays()
{
    Relay relay;
    Device one(familySchema, 1);
    Device two(familySchema, 2);
    one.act({u"INSERT INTO lists(id, name) VALUES (1, 'one')"_s, u"INSERT INTO tasks VALUES (1, 1, 'mine')"_s});
    settleAll(relay, {&one, &two});
    two.exec(u"INSERT INTO tasks VALUES (2, 1, 'theirs')"_s);
    settleAll(relay, {&one, &two});
    const UndoOutcome undone = undo(one);
    QCOMPARE(undone, (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 1, .kept = 1}));
    QCOMPARE(one.value(u"SELECT group_concat(title) FROM tasks"_s).toString(), u"theirs"_s);
    QCOMPARE(one.value(u"SELECT count(*) FROM lists"_s).toInt(), 1);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
}

void TestUndoRows::triggersDoNotGetInTheWay()
{
    Device device(familySchema);
    device.exec(u"INSERT INTO lists(id, name) VALUES (1, 'one')"_s);
    device.act({u"UPDATE lists SET name = 'uno'"_s});
    const auto edited = device.rows(u"SELECT * FROM lists"_s);
    QCOMPARE(edited.first().at(2).toInt(), 1);
    undo(device);
    QCOMPARE(device.rows(u"SELECT name, edited FROM lists"_s), (QList<QVariantList>{{u"one"_s, 0}}));
    redo(device);
    QCOMPARE(device.rows(u"SELECT * FROM lists"_s), edited);
}

void TestUndoRows::uniqueValuesAreNotForced()
{
    Relay relay;
    Device one(familySchema, 1);
    Device two(familySchema, 2);
    one.exec(u"INSERT INTO lists(id, name) VALUES (1, 'one')"_s);
    settleAll(relay, {&one, &two});
    one.act({u"UPDATE lists SET name = 'uno'"_s});
    settleAll(relay, {&one, &two});
    two.exec(u"INSERT INTO lists(id, name) VALUES (2, 'one')"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(!undo(one).done); // the name is taken
    QCOMPARE(one.value(u"SELECT name FROM lists WHERE id = 1"_s).toString(), u"uno"_s);
    QVERIFY(areSame({&one, &two}));
}

void TestUndoRows::correctedClocks()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'b', votes = votes + 1, labels = '[\"x\"]', props = '{\"k\":9}'"_s});
    pair.one.act({u"INSERT INTO items(id, title) VALUES (2, 'two')"_s});
    pair.one.act({u"UPDATE items SET title = 'c' WHERE id = 1"_s});
    QVERIFY(pair.one.replica().setClockOffset(-3'600'000)); // everything that waits has other stamps now
    for (int step = 0; step < 3; ++step)
        QVERIFY(undo(pair.one).done);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(pair.two.rows(u"SELECT id, title, votes, labels, props FROM items"_s),
             (QList<QVariantList>{{1, u"base"_s, 5, u"[\"a\"]"_s, u"{\"k\":1}"_s}}));
    QVERIFY(pair.one.replica().setClockOffset(3'600'000));
    for (int step = 0; step < 3; ++step)
        QVERIFY(redo(pair.one).done);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(pair.two.rows(u"SELECT id, title, votes, quote(labels), quote(props) FROM items ORDER BY id"_s),
             (QList<QVariantList>{{1, u"c"_s, 6, u"'[\"x\"]'"_s, u"'{\"k\":9}'"_s}, {2, u"two"_s, 0, u"NULL"_s, u"NULL"_s}}));
}

void TestUndoRows::anotherName()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'b', votes = votes + 1"_s});
    QVERIFY(pair.one.replica().renewSite());
    QVERIFY(undo(pair.one).done);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(pair.two.rows(u"SELECT title, votes FROM items"_s), (QList<QVariantList>{{u"base"_s, 5}}));
    redo(pair.one);
    pair.settle();
    QCOMPARE(pair.two.rows(u"SELECT title, votes FROM items"_s), (QList<QVariantList>{{u"b"_s, 6}}));
    QVERIFY(pair.same());
}

void TestUndoRows::valuesOfNewerPeersComeBack()
{
    const QByteArray old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); SELECT sheaf_sync('t');";
    Relay relay;
    Device one(old, 1);
    Device two(old + "ALTER TABLE t ADD COLUMN b TEXT;", 2);
    two.exec(u"INSERT INTO t VALUES (1, 'a', 'b')"_s);
    settleAll(relay, {&one, &two});
    one.act({u"DELETE FROM t"_s});
    settleAll(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    undo(one);
    settleAll(relay, {&one, &two});
    QCOMPARE(two.rows(u"SELECT * FROM t"_s), (QList<QVariantList>{{1, u"a"_s, u"b"_s}}));
    QVERIFY(one.digestHolds() && two.digestHolds());
    QCOMPARE(*one.replica().digest("home"), *two.replica().digest("home"));
}

/// What undo had not to take back, because the server's verdict had, redo does not do again.
void TestUndoRows::refusedRowsAreNoSteps()
{
    Pair pair;
    pair.two.exec(u"INSERT INTO items(id, title) VALUES (2, 'theirs'), (3, 'theirs')"_s);
    pair.settle();
    pair.one.act({u"UPDATE items SET title = 'mine' WHERE id = 1"_s, u"DELETE FROM items WHERE id = 2"_s,
                  u"UPDATE items SET title = 'mine' WHERE id = 3"_s, u"INSERT INTO items(id, title) VALUES (4, 'mine')"_s});
    refuse(pair.relay, pair.one, 2); // the delete and the insert
    pair.settle();
    const QString shown = u"SELECT id, title FROM items ORDER BY id"_s;
    const QList<QVariantList> after{{1, u"mine"_s}, {2, u"theirs"_s}, {3, u"mine"_s}};
    QCOMPARE(pair.one.rows(shown), after);
    QCOMPARE(undo(pair.one), (UndoOutcome{.done = true, .text = u"test"_s, .rows = 2, .changes = 2}));
    QCOMPARE(pair.one.rows(shown), (QList<QVariantList>{{1, u"base"_s}, {2, u"theirs"_s}, {3, u"theirs"_s}}));
    QCOMPARE(redo(pair.one), (UndoOutcome{.done = true, .text = u"test"_s, .rows = 2, .changes = 2}));
    QCOMPARE(pair.one.rows(shown), after);
    // Of an action that was refused as a whole nothing is offered.
    pair.one.act({u"DELETE FROM items WHERE id = 2"_s});
    pair.settle();
    QVERIFY(undo(pair.one).done);
    refuse(pair.relay, pair.one);
    pair.settle();
    QVERIFY(!pair.one.replica().undoState().canRedo);
    QVERIFY(pair.same());
}

void TestUndoRows::aClosedSpaceLeavesNothing()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'mine'"_s});
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle();
    QVERIFY(pair.one.replica().closeSpace("home", u"no_access"_s, {}));
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM sheaf_undo_rows"_s).toInt(), 0);
    QVERIFY(!undo(pair.one).done);
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
}

namespace {

/// Everybody has seen all deletes up to now.
void forgetDeletes(Pair &pair)
{
    const Collected told = pair.relay.forgetDeletes(makeHlc(std::max(pair.one.wallMs, pair.two.wallMs) + 1, 0xffff));
    for (Device *device : {&pair.one, &pair.two})
        QVERIFY(device->replica().forgetDeletes(told));
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM sheaf_rows"_s), pair.one.value(u"SELECT count(*) FROM items"_s));
    pair.one.wallMs += 1000;
    pair.two.wallMs += 1000;
}

} // namespace

void TestUndoRows::forgottenDeletesComeBack()
{
    Pair pair;
    pair.one.act({u"UPDATE items SET title = 'mine', labels = '[\"b\"]', votes = votes + 1"_s});
    const auto edited = pair.one.rows(u"SELECT * FROM items"_s);
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle();
    forgetDeletes(pair);
    pair.one.reopen();
    QCOMPARE(undo(pair.one), (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 1}));
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), edited);
    pair.settle();
    QVERIFY(pair.same());
    QCOMPARE(pair.two.rows(u"SELECT * FROM items"_s), edited);
    QVERIFY(undo(pair.one).done); // the edit before it as well, in the new life
    QCOMPARE(text(pair.one, u"title"_s), u"base"_s);
    QVERIFY(redo(pair.one).done);
    QVERIFY(redo(pair.one).done);
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
    pair.settle();
    forgetDeletes(pair); // and once more
    QVERIFY(undo(pair.one).done);
    QCOMPARE(pair.one.rows(u"SELECT * FROM items"_s), edited);
    pair.settle();
    QVERIFY(pair.same());
}

void TestUndoRows::birthsAreMadeAgainAfterTheirEndIsForgotten()
{
    Pair pair;
    pair.one.act({u"INSERT INTO items(id, title) VALUES (2, 'two')"_s});
    pair.one.act({u"UPDATE items SET title = 'renamed' WHERE id = 2"_s});
    pair.settle();
    undo(pair.one);
    undo(pair.one);
    pair.settle();
    forgetDeletes(pair);
    QVERIFY(redo(pair.one).done);
    QCOMPARE(text(pair.one, u"title"_s, 2), u"two"_s);
    QVERIFY(redo(pair.one).done);
    QCOMPARE(text(pair.one, u"title"_s, 2), u"renamed"_s);
    QVERIFY(undo(pair.one).done);
    QVERIFY(undo(pair.one).done);
    QVERIFY(!item(pair.one, u"title"_s, 2).isValid());
    pair.settle();
    QVERIFY(pair.same());
}

/// Somebody made the row again and deleted it again: that delete is not the user's to undo.
void TestUndoRows::aLaterLifeThatIsForgottenIsNobodysDelete()
{
    Pair pair;
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle();
    pair.two.exec(u"INSERT INTO items(id, title) VALUES (1, 'theirs')"_s);
    pair.two.exec(u"DELETE FROM items"_s);
    pair.settle();
    forgetDeletes(pair);
    QCOMPARE(undo(pair.one), (UndoOutcome{.kept = 1, .skipped = 1}));
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
}

void TestUndoRows::whatOthersDeletedIsNotRedone()
{
    Pair pair;
    pair.one.act({u"INSERT INTO items(id, title) VALUES (2, 'two'), (3, 'three')"_s});
    pair.settle();
    pair.two.exec(u"DELETE FROM items WHERE id = 2"_s);
    pair.settle();
    QVERIFY(undo(pair.one).done);
    pair.settle();
    forgetDeletes(pair);
    QCOMPARE(redo(pair.one), (UndoOutcome{.done = true, .text = u"test"_s, .rows = 1, .changes = 1, .kept = 1}));
    QVERIFY(!item(pair.one, u"title"_s, 2).isValid());
    QCOMPARE(text(pair.one, u"title"_s, 3), u"three"_s);
}

void TestUndoRows::aClosedSpaceLeavesNothingOfForgottenDeletes()
{
    Pair pair;
    pair.one.act({u"DELETE FROM items"_s});
    pair.settle();
    forgetDeletes(pair);
    QVERIFY(pair.one.replica().closeSpace("home", u"no_access"_s, {}));
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM sheaf_undo_rows"_s).toInt(), 0);
    QVERIFY(!undo(pair.one).done);
    QCOMPARE(pair.one.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
}

void TestUndoRows::whatCannotBeUndoneIsPassedBy_data()
{
    QTest::addColumn<bool>("anotherFirst");
    QTest::newRow("alone") << false;
    QTest::newRow("behind one of which nothing is left") << true;
}

/// A row comes back only with the one it refers to; what the user did before that can be undone all the same.
void TestUndoRows::whatCannotBeUndoneIsPassedBy()
{
    QFETCH(bool, anotherFirst);
    const QByteArray schema =
        "CREATE TABLE lists(id INTEGER PRIMARY KEY, name TEXT, edited INTEGER DEFAULT 0);"
        "CREATE TABLE tasks(id INTEGER PRIMARY KEY, list INTEGER REFERENCES lists DEFERRABLE INITIALLY DEFERRED);"
        "SELECT sheaf_sync('lists'); SELECT sheaf_sync('tasks');";
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO lists(id, name) VALUES (1, 'one'), (2, 'two')"_s);
    one.exec(u"INSERT INTO tasks VALUES (1, 1)"_s);
    one.act({u"UPDATE lists SET name = 'renamed' WHERE id = 2"_s}, UserAction::undoable(u"rename"_s));
    one.act({u"DELETE FROM tasks"_s}, UserAction::undoable(u"delete"_s));
    if (anotherFirst)
        one.act({u"UPDATE lists SET edited = 5 WHERE id = 2"_s}, UserAction::undoable(u"edit"_s));
    settleAll(relay, {&one, &two});
    two.exec(u"UPDATE lists SET edited = 7 WHERE id = 2"_s);
    two.exec(u"DELETE FROM lists WHERE id = 1"_s);
    settleAll(relay, {&one, &two});
    const UndoOutcome undone = undo(one);
    QVERIFY(undone.done);
    QCOMPARE(undone.text, u"rename"_s);
    QCOMPARE(undone.skipped, anotherFirst ? 2 : 1);
    QCOMPARE(one.rows(u"SELECT id, name, edited FROM lists"_s), (QList<QVariantList>{{2, u"two"_s, 7}}));
    QCOMPARE(one.value(u"SELECT count(*) FROM tasks"_s).toInt(), 0);
    QVERIFY(!undo(one).done);
    QVERIFY(redo(one).done);
    QVERIFY(!redo(one).done); // the others are forgotten
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
}

QTEST_GUILESS_MAIN(TestUndoRows)
#include "tst_undorows.moc"
