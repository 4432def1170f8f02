// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dispute.h"

#include <QJsonDocument>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); SELECT sheaf_sync('t');"
                          "CREATE TABLE u(id INTEGER PRIMARY KEY, v, w); SELECT sheaf_sync('u', '{\"deletes\":\"delete_wins\"}');"
                          "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT NOT NULL DEFAULT '');"
                          "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');";

} // namespace

class TestConflicts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLosersValueIsKept_data();
    void theLosersValueIsKept();
    void oneConflictIsOneEntry();
    void nobodyConcurrentNothingLogged();
    void equalValuesAreNoConflict();
    void textsNeverConflict();
    void anOwnEchoIsNoConflict();
    void anotherEpochMakesNoConflicts();
    void anOldNameIsNoOther();
    void twoBirthsOfOneRow();
    void twoRevivalsOfOneRow();
    void theirDeleteMeetsMyEdit_data();
    void theirDeleteMeetsMyEdit();
    void myDeleteMeetsTheirEdit();
    void myRebirthMeetsTheirEdit();
    void undoWritesTheLosersValue();
    void undoIsRefusedWhenTheCellHasChanged();
    void undoOfDeletes();
    void theLogSurvivesARestartAndIsBounded();
    void asJson();
};

void TestConflicts::theLosersValueIsKept_data()
{
    QTest::addColumn<bool>("mineIsLater");
    QTest::addRow("mine wins") << true;
    QTest::addRow("theirs wins") << false;
}

void TestConflicts::theLosersValueIsKept()
{
    QFETCH(bool, mineIsLater);
    Dispute d(schema, mineIsLater);
    QList<Conflict> told;
    d.mine.replica().setConflictObserver([&told](const Conflict &conflict) { told.append(conflict); });
    const qint64 writtenMs = d.theirs.wallMs;
    d.relay.pull(d.mine);
    QCOMPARE(conflicts(d.mine).size(), 1);
    QCOMPARE(told.size(), 1);
    const Conflict conflict = told.first();
    QCOMPARE(conflict.number, conflicts(d.mine).first().number);
    QCOMPARE(conflict.space, "home"_ba);
    QCOMPARE(conflict.table, "t"_ba);
    QCOMPARE(conflict.column, "a"_ba);
    QCOMPARE(conflict.kind, Conflict::Kind::Edit);
    QCOMPARE(conflict.mine, QVariant(u"mine"_s));
    QCOMPARE(conflict.theirs, QVariant(u"theirs"_s));
    QCOMPARE(conflict.winner, mineIsLater ? Conflict::Side::Mine : Conflict::Side::Theirs);
    QCOMPARE(conflict.site, d.theirs.replica().site());
    QCOMPARE(conflict.writtenMs, writtenMs);
    QCOMPARE(conflict.atMs, d.mine.wallMs);
    QVERIFY(!conflict.open);
    QCOMPARE(Dispute::a(d.mine), mineIsLater ? u"mine"_s : u"theirs"_s);
    settle(d.relay, {&d.mine, &d.theirs});
    QCOMPARE(told.size(), 1);
    QVERIFY(conflicts(d.theirs).isEmpty()); // their edit was acknowledged before mine came
    QVERIFY(equal(d.mine, d.theirs));
}

/// However often the same news comes, and whatever else is edited meanwhile.
void TestConflicts::oneConflictIsOneEntry()
{
    Dispute d(schema, true);
    d.relay.pull(d.mine);
    QVERIFY(d.mine.replica().offerAgain("home", {})); // the cursor starts over
    d.relay.pull(d.mine);
    d.mine.exec(u"UPDATE t SET a = 'mine again', b = 'too'"_s);
    QVERIFY(d.mine.replica().offerAgain("home", {}));
    d.relay.pull(d.mine);
    QCOMPARE(conflicts(d.mine).size(), 1);
    d.theirs.wallMs += 50;
    d.theirs.exec(u"UPDATE t SET b = 'theirs'"_s);
    d.relay.push(d.theirs);
    d.relay.pull(d.mine);
    QCOMPARE(conflicts(d.mine).size(), 2);
    QCOMPARE(conflicts(d.mine).last().column, "b"_ba);
}

void TestConflicts::nobodyConcurrentNothingLogged()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    for (int round = 0; round < 5; ++round) {
        Device &writer = round % 2 == 0 ? one : two;
        writer.wallMs += 5;
        writer.exec(u"UPDATE t SET a = ?"_s, {round});
        settle(relay, {&writer, round % 2 == 0 ? &two : &one});
    }
    // Different columns, though the whole row travels.
    one.exec(u"UPDATE t SET a = 'one'"_s);
    two.exec(u"UPDATE t SET b = 'two'"_s);
    settle(relay, {&one, &two});
    // An edit on top of what was seen, met by that again.
    one.exec(u"UPDATE t SET a = 'newer'"_s);
    QVERIFY(one.replica().offerAgain("home", {}));
    relay.pull(one);
    // A row deleted, and born again, by one.
    one.exec(u"DELETE FROM t"_s);
    one.exec(u"INSERT INTO t VALUES (1, 'again', 'y')"_s);
    relay.pull(one);
    settle(relay, {&one, &two});
    for (Device *device : {&one, &two})
        QCOMPARE(conflicts(*device).size(), 0);
}

void TestConflicts::equalValuesAreNoConflict()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'same', b = 'one'"_s);
    two.exec(u"UPDATE t SET a = 'same', b = 'two'"_s);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(conflicts(one).size(), 1);
    QCOMPARE(conflicts(one).first().column, "b"_ba);
}

void TestConflicts::textsNeverConflict()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' one'"_s);
    two.exec(u"UPDATE notes SET body = body || ' two'"_s);
    settle(relay, {&one, &two});
    QVERIFY(conflicts(one).isEmpty() && conflicts(two).isEmpty());
}

/// A push without an answer comes back as somebody's change, the cell has moved on.
void TestConflicts::anOwnEchoIsNoConflict()
{
    Relay relay;
    Device one(schema, 1);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    relay.losesAcks = true;
    relay.push(one);
    one.exec(u"UPDATE t SET a = 'second'"_s);
    relay.push(one);
    one.exec(u"UPDATE t SET a = 'third'"_s);
    relay.losesAcks = false;
    QVERIFY(one.replica().setClockOffset(-30'000));
    relay.pull(one);
    settle(relay, {&one});
    QCOMPARE(Dispute::a(one), u"third"_s);
    QCOMPARE(conflicts(one).size(), 0);
}

void TestConflicts::anotherEpochMakesNoConflicts()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y'), (2, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    two.exec(u"UPDATE t SET a = 'two' WHERE id = 2"_s);
    settle(relay, {&two, &one});
    relay.forget();
    one.exec(u"UPDATE t SET a = 'mine' WHERE id = 1"_s);
    relay.sync(two); // offers what it has
    settle(relay, {&one, &two});
    QVERIFY(conflicts(one).isEmpty() && conflicts(two).isEmpty());
    QCOMPARE(Dispute::a(two), u"mine"_s);
    // But news that came through the new server is.
    relay.forget();
    two.wallMs += 50;
    two.exec(u"UPDATE t SET a = 'theirs' WHERE id = 1"_s);
    relay.push(two);
    one.exec(u"UPDATE t SET a = 'mine too' WHERE id = 1"_s);
    relay.pull(one);
    QCOMPARE(conflicts(one).size(), 1);
}

/// The replica takes another identity while a push has no answer.
void TestConflicts::anOldNameIsNoOther()
{
    Relay relay;
    Device one(schema, 1);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one});
    one.exec(u"UPDATE t SET a = 'first'"_s);
    relay.losesAcks = true;
    const auto push = one.replica().nextPush("home", 9, {});
    QVERIFY(one.replica().noteOffer(**push, one.wallMs));
    relay.push(one);
    relay.losesAcks = false;
    one.exec(u"UPDATE t SET a = 'second'"_s);
    QVERIFY(one.replica().renewSite());
    one.reopen();
    settle(relay, {&one});
    QCOMPARE(Dispute::a(one), u"second"_s);
    QCOMPARE(conflicts(one).size(), 0);
}

void TestConflicts::twoBirthsOfOneRow()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'one', 'same')"_s);
    two.wallMs += 10;
    two.exec(u"INSERT INTO t VALUES (1, 'two', 'same')"_s);
    relay.push(two);
    relay.pull(one);
    QCOMPARE(conflicts(one).size(), 1);
    const Conflict conflict = conflicts(one).first();
    QCOMPARE(conflict.kind, Conflict::Kind::Birth);
    QCOMPARE(conflict.column, "a"_ba);
    QCOMPARE(conflict.mine, QVariant(u"one"_s));
    QCOMPARE(conflict.winner, Conflict::Side::Theirs);
    settle(relay, {&one, &two});
    QVERIFY(equal(one, two));
}

/// Each writes all of the row anew, what neither has edited too: that is told as two births, not as an edit of theirs.
void TestConflicts::twoRevivalsOfOneRow()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    Device three(schema, 3);
    one.exec(u"INSERT INTO t VALUES (1, 'a', 'b')"_s);
    settle(relay, {&one, &two, &three});
    three.exec(u"DELETE FROM t"_s);
    one.exec(u"UPDATE t SET a = 'one'"_s);
    two.exec(u"UPDATE t SET a = 'two'"_s);
    relay.push(three);
    relay.pull(one);
    relay.sync(two);
    one.exec(u"UPDATE t SET b = 'mine'"_s);
    settle(relay, {&one, &two, &three});
    QVERIFY(equal(one, two));
    const QList<Conflict> list = conflicts(one);
    const auto found = std::ranges::find(list, "b"_ba, &Conflict::column);
    QVERIFY(found != list.end());
    QCOMPARE(found->kind, Conflict::Kind::Birth);
    QCOMPARE(found->mine, QVariant(u"mine"_s));
    QCOMPARE(found->theirs, QVariant(u"b"_s));
}

void TestConflicts::theirDeleteMeetsMyEdit_data()
{
    QTest::addColumn<QString>("table");
    QTest::addRow("edit revives") << u"t"_s;
    QTest::addRow("delete wins") << u"u"_s;
}

void TestConflicts::theirDeleteMeetsMyEdit()
{
    QFETCH(QString, table);
    const bool revives = table == u"t"_s;
    const QString column = revives ? u"a"_s : u"v"_s;
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO %1 VALUES (1, 'x', 'y')"_s.arg(table));
    settle(relay, {&one, &two});
    one.exec(u"UPDATE %1 SET %2 = 'mine'"_s.arg(table, column));
    two.exec(u"DELETE FROM "_s + table);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT count(*) FROM "_s + table).toInt(), revives ? 1 : 0);
    QCOMPARE(conflicts(one).size(), 1);
    const Conflict conflict = conflicts(one).first();
    QCOMPARE(conflict.kind, Conflict::Kind::Delete);
    QVERIFY(conflict.column.isEmpty());
    QCOMPARE(conflict.winner, revives ? Conflict::Side::Mine : Conflict::Side::Theirs);
    QVERIFY(conflict.mineRow.contains({column.toUtf8(), u"mine"_s}));
    QVERIFY(conflict.mineRow.contains({revives ? "b"_ba : "w"_ba, u"y"_s}));
    QVERIFY(conflict.theirsRow.isEmpty());
    QCOMPARE(conflict.site, two.replica().site());
    QVERIFY(equal(one, two));
}

void TestConflicts::myDeleteMeetsTheirEdit()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM t"_s);
    two.exec(u"UPDATE t SET a = 'theirs'"_s);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    QCOMPARE(conflicts(one).size(), 1);
    const Conflict conflict = conflicts(one).first();
    QCOMPARE(conflict.kind, Conflict::Kind::Delete);
    QCOMPARE(conflict.winner, Conflict::Side::Mine);
    QVERIFY(conflict.mineRow.isEmpty());
    QVERIFY(conflict.theirsRow.contains({"a", u"theirs"_s}));
    QVERIFY(equal(one, two));
    QVERIFY(one.replica().undoConflict(conflict.number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || b FROM t"_s).toString(), u"theirsy"_s);
    QVERIFY(equal(one, two));
}

/// A row that was replaced here is in a later life than the edit, which loses; the new life waits on.
void TestConflicts::myRebirthMeetsTheirEdit()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM t"_s);
    one.exec(u"INSERT INTO t VALUES (1, 'mine', 'y')"_s);
    two.wallMs += 50;
    two.exec(u"UPDATE t SET a = 'theirs'"_s);
    relay.push(two);
    relay.pull(one);
    QCOMPARE(one.replica().pendingCount(), 1);
    QCOMPARE(conflicts(one).size(), 1);
    QCOMPARE(conflicts(one).first().winner, Conflict::Side::Mine);
    QCOMPARE(conflicts(one).first().theirs, QVariant(u"theirs"_s));
    settle(relay, {&one, &two});
    QCOMPARE(Dispute::a(two), u"mine"_s);
    QVERIFY(equal(one, two));
}

void TestConflicts::undoWritesTheLosersValue()
{
    for (const bool mineIsLater : {true, false}) {
        Dispute d(schema, mineIsLater);
        d.relay.pull(d.mine);
        const qint64 number = conflicts(d.mine).first().number;
        settle(d.relay, {&d.mine, &d.theirs});
        QVERIFY(d.mine.replica().undoConflict(number));
        QCOMPARE(d.mine.replica().pendingCount(), 1);
        QVERIFY(conflicts(d.mine).isEmpty());
        settle(d.relay, {&d.mine, &d.theirs});
        QCOMPARE(Dispute::a(d.theirs), mineIsLater ? u"theirs"_s : u"mine"_s);
        QVERIFY(equal(d.mine, d.theirs));
        QCOMPARE(d.mine.replica().undoConflict(number).error().code, u"no_entry"_s);
        QCOMPARE(d.mine.replica().dismissConflict(number).error().code, u"no_entry"_s);
    }
}

void TestConflicts::undoIsRefusedWhenTheCellHasChanged()
{
    Dispute d(schema, true);
    d.relay.pull(d.mine);
    const qint64 number = conflicts(d.mine).first().number;
    d.mine.exec(u"UPDATE t SET a = 'other'"_s);
    QCOMPARE(d.mine.replica().undoConflict(number).error().code, u"cell_changed"_s);
    QCOMPARE(Dispute::a(d.mine), u"other"_s);
    d.mine.exec(u"DELETE FROM t"_s);
    QCOMPARE(d.mine.replica().undoConflict(number).error().code, u"row_gone"_s);
    QCOMPARE(conflicts(d.mine).size(), 1);
    QVERIFY(d.mine.replica().dismissConflict(number));
    QVERIFY(conflicts(d.mine).isEmpty());
}

void TestConflicts::undoOfDeletes()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x', 'y')"_s);
    one.exec(u"INSERT INTO u VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'mine'"_s);
    one.exec(u"UPDATE u SET v = 'mine'"_s);
    two.exec(u"DELETE FROM t"_s);
    two.exec(u"DELETE FROM u"_s);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(conflicts(one).size(), 2);
    const QList<Conflict> all = conflicts(one);
    for (const Conflict &conflict : all)
        QVERIFY(one.replica().undoConflict(conflict.number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    QCOMPARE(two.value(u"SELECT v || w FROM u"_s).toString(), u"miney"_s);
    QVERIFY(equal(one, two));
}

void TestConflicts::theLogSurvivesARestartAndIsBounded()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    constexpr int rows = ConflictLimits::entriesMax + 50;
    for (int id = 1; id <= rows; ++id)
        one.exec(u"INSERT INTO t(id, a) VALUES (?, 'x')"_s, {id});
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'one' WHERE id <= 10"_s);
    two.exec(u"UPDATE t SET a = 'two' WHERE id <= 10"_s);
    relay.push(two);
    relay.pull(one);
    const qint64 first = conflicts(one).first().number;
    one.reopen();
    QCOMPARE(conflicts(one).size(), 10);
    QCOMPARE(conflicts(one).first().number, first);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'one again'"_s);
    two.exec(u"UPDATE t SET a = 'two again'"_s);
    relay.push(two);
    relay.pull(one);
    QCOMPARE(conflicts(one).size(), ConflictLimits::entriesMax);
    QVERIFY(conflicts(one).first().number > first);
    settle(relay, {&one, &two});
    for (Device *device : {&one, &two})
        device->wallMs += ConflictLimits::ageMsMax + 1000;
    one.exec(u"UPDATE t SET a = 'one late' WHERE id = 1"_s);
    two.exec(u"UPDATE t SET a = 'two late' WHERE id = 1"_s);
    relay.push(two);
    relay.pull(one);
    QCOMPARE(conflicts(one).size(), 1);
}

void TestConflicts::asJson()
{
    Dispute d(schema, true);
    d.relay.pull(d.mine);
    QJsonObject json = toJson(conflicts(d.mine).first());
    for (const char *key : {"n", "site", "written_ms", "at_ms"})
        QVERIFY(!json.take(QLatin1StringView(key)).isUndefined());
    QCOMPARE(QJsonDocument(json).toJson(QJsonDocument::Compact),
             "{\"column\":\"a\",\"kind\":\"edit\",\"mine\":\"mine\",\"open\":false,\"pk\":[1],\"space\":\"home\",\"table\":\"t\","
             "\"theirs\":\"theirs\",\"winner\":\"mine\"}"_ba);
}

QTEST_GUILESS_MAIN(TestConflicts)
#include "tst_conflicts.moc"
