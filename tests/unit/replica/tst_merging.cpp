// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); SELECT sheaf_sync('t');"
                          "CREATE TABLE u(x TEXT, y INTEGER, v, PRIMARY KEY(x, y)) WITHOUT ROWID; SELECT sheaf_sync('u', "
                          "'{\"deletes\":\"delete_wins\"}');";

void settle(Relay &relay, QList<Device *> devices)
{
    for (int round = 0; round < 4; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

} // namespace

class TestMerging : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void columnsOfOneRowMerge();
    void laterWriteWinsWhateverTheOrder();
    void editRevivesADeletedRow();
    void anAcknowledgedEditRevivesWhatWasDeletedBefore();
    void deleteWinsWhereDeclared();
    void deletedKeysCanBeUsedAgain();
    void pendingEditsSurviveAPull();
    void editsAfterThePushStayWaiting();
    void unknownColumnsAreParkedAndForwarded();
    void revivedRowsKeepWhatIsParked();
    void uniqueConflictsDoNotStopSync();
    void rowsMayComeBeforeTheirParents();
    void rejectedChangesAreKeptAndTakenBack();
    void anotherEpochIsOfferedEverything();
    void randomEditsConverge_data();
    void randomEditsConverge();
};

void TestMerging::columnsOfOneRowMerge()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'a', 'b', 'c')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'one'"_s);
    two.exec(u"UPDATE t SET b = 'two'"_s);
    settle(relay, {&one, &two});
    for (Device *device : {&one, &two})
        QCOMPARE(device->value(u"SELECT a || b || c FROM t"_s).toString(), u"onetwoc"_s);
    QCOMPARE(one.replica().pendingCount(), 0);
    QCOMPARE(*one.replica().digest("home"), *two.replica().digest("home"));
}

void TestMerging::laterWriteWinsWhateverTheOrder()
{
    for (const bool oneFirst : {true, false}) {
        Relay relay;
        Device one(schema, 1);
        Device two(schema, 2);
        one.exec(u"INSERT INTO t(id) VALUES (1)"_s);
        settle(relay, {&one, &two});
        one.wallMs += 10;
        one.exec(u"UPDATE t SET a = 'earlier'"_s);
        two.wallMs += 20;
        two.exec(u"UPDATE t SET a = 'later'"_s);
        settle(relay, oneFirst ? QList<Device *>{&one, &two} : QList<Device *>{&two, &one});
        QCOMPARE(one.value(u"SELECT a FROM t"_s).toString(), u"later"_s);
        QCOMPARE(two.value(u"SELECT a FROM t"_s).toString(), u"later"_s);
    }
}

void TestMerging::editRevivesADeletedRow()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'a', 'b', 'c')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM t"_s);
    two.exec(u"UPDATE t SET a = 'edited'"_s);
    relay.sync(one);
    relay.sync(two);
    settle(relay, {&one, &two});
    for (Device *device : {&one, &two})
        QCOMPARE(device->value(u"SELECT a || b || c FROM t"_s).toString(), u"editedbc"_s);
    QVERIFY(one.digestHolds() && two.digestHolds());
}

/// Who deleted the row was away until the others had edited it, and heard of nothing.
void TestMerging::anAcknowledgedEditRevivesWhatWasDeletedBefore()
{
    for (const bool isLater : {true, false}) {
        Relay relay;
        Device one(schema, 1);
        Device two(schema, 2);
        one.exec(u"INSERT INTO t VALUES (1, 'a', 'b', 'c')"_s);
        settle(relay, {&one, &two});
        one.wallMs += 1'000;
        one.exec(u"DELETE FROM t"_s);
        two.wallMs += isLater ? 2'000 : 500;
        two.exec(u"UPDATE t SET a = 'edited'"_s);
        relay.sync(two);
        QCOMPARE(two.replica().pendingCount(), 0);
        settle(relay, {&one, &two});
        for (Device *device : {&one, &two})
            QCOMPARE(device->value(u"SELECT a || b || c FROM t"_s).toString(), isLater ? u"editedbc"_s : QString());
        QVERIFY(one.digestHolds() && two.digestHolds());
        one.wallMs += 10'000; // now it is known
        two.wallMs = one.wallMs;
        one.exec(u"DELETE FROM t"_s);
        settle(relay, {&one, &two});
        QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    }
}

void TestMerging::deleteWinsWhereDeclared()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO u VALUES ('k', 1, 'v')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM u"_s);
    two.exec(u"UPDATE u SET v = 'edited'"_s);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM u"_s).toInt(), 0);
    QCOMPARE(two.replica().pendingCount(), 0);
}

void TestMerging::deletedKeysCanBeUsedAgain()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'a', 'b', 'c')"_s);
    settle(relay, {&one, &two});
    two.exec(u"DELETE FROM t"_s);
    settle(relay, {&two, &one});
    QCOMPARE(one.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'again')"_s);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || ifnull(b, '-') FROM t"_s).toString(), u"again-"_s);
}

void TestMerging::pendingEditsSurviveAPull()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id) VALUES (1)"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'theirs'"_s);
    relay.sync(one);
    two.wallMs += 50;
    two.exec(u"UPDATE t SET a = 'mine'"_s);
    relay.pull(two);
    QCOMPARE(two.value(u"SELECT a FROM t"_s).toString(), u"mine"_s);
    QCOMPARE(two.replica().pendingCount(), 1);
}

void TestMerging::editsAfterThePushStayWaiting()
{
    Device one(schema);
    one.exec(u"INSERT INTO t(id) VALUES (1)"_s);
    const auto push = one.replica().nextPush("home", 1, {});
    one.exec(u"UPDATE t SET a = 'meanwhile'"_s);
    QVERIFY(one.replica().settlePush(**push,
                                     {.space = "home", .number = 1, .previous = 0, .sequence = 1, .clockMs = 0, .verdicts = {}}));
    QCOMPARE(one.replica().outbox()->first().columns, QList<QByteArray>{"a"_ba});
}

void TestMerging::unknownColumnsAreParkedAndForwarded()
{
    Relay relay;
    const QByteArray first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('t');";
    const QByteArray second =
        "ALTER TABLE t ADD COLUMN b DEFAULT 'none'; CREATE TABLE w(id INTEGER PRIMARY KEY, v); SELECT sheaf_sync('w');";
    Device older(first, 1);
    Device newer(first, 2);
    newer.close();
    newer.setSchema({first, second});
    QVERIFY(newer.open());
    newer.exec(u"INSERT INTO t VALUES (1, 'a', 'b')"_s);
    newer.exec(u"INSERT INTO w VALUES (1, 'v')"_s);
    settle(relay, {&newer, &older});
    QCOMPARE(older.value(u"SELECT a FROM t"_s).toString(), u"a"_s);
    QCOMPARE(*older.replica().digest("home"), *newer.replica().digest("home"));
    // The server loses everything: what is parked comes back from the old app as well.
    relay.forget();
    settle(relay, {&older});
    Device third(first, 3);
    third.close();
    third.setSchema({first, second});
    QVERIFY(third.open());
    settle(relay, {&third});
    QCOMPARE(third.value(u"SELECT b FROM t"_s).toString(), u"b"_s);
    // And the migration finds them.
    older.close();
    older.setSchema({first, second});
    QVERIFY(older.open());
    QCOMPARE(older.value(u"SELECT b FROM t"_s).toString(), u"b"_s);
    QVERIFY(older.digestHolds());
}

/// An app that does not know a column brings the row back with it, and finds in it what all others have.
void TestMerging::revivedRowsKeepWhatIsParked()
{
    Relay relay;
    const QByteArray first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('t');";
    const QByteArray second = "ALTER TABLE t ADD COLUMN b DEFAULT 'none';";
    Device older(first, 1);
    Device newer(first, 2);
    newer.close();
    newer.setSchema({first, second});
    QVERIFY(newer.open());
    newer.exec(u"INSERT INTO t VALUES (1, 'a', 'b')"_s);
    settle(relay, {&newer, &older});
    older.exec(u"UPDATE t SET a = 'edited'"_s);
    newer.exec(u"DELETE FROM t"_s);
    relay.sync(newer);
    settle(relay, {&older, &newer});
    QCOMPARE(newer.value(u"SELECT a || b FROM t"_s).toString(), u"editedb"_s);
    older.close();
    older.setSchema({first, second});
    QVERIFY(older.open());
    QCOMPARE(older.value(u"SELECT a || b FROM t"_s).toString(), u"editedb"_s);
    QCOMPARE(*older.replica().visibleDigest("home"), *newer.replica().visibleDigest("home"));
    QVERIFY(older.digestHolds());
}

void TestMerging::uniqueConflictsDoNotStopSync()
{
    const QByteArray unique = "CREATE TABLE t(id INTEGER PRIMARY KEY, name UNIQUE); SELECT sheaf_sync('t');";
    Relay relay;
    Device one(unique, 1);
    Device two(unique, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'same')"_s);
    two.exec(u"INSERT INTO t VALUES (2, 'same')"_s);
    settle(relay, {&one, &two});
    QCOMPARE(*one.replica().digest("home"), *two.replica().digest("home"));
    two.exec(u"UPDATE t SET name = 'other' WHERE id = 2"_s);
    settle(relay, {&two, &one});
    QCOMPARE(one.value(u"SELECT group_concat(id || name) FROM t"_s).toString(), u"1same,2other"_s);
    QCOMPARE(*one.replica().visibleDigest("home"), *two.replica().visibleDigest("home"));
}

void TestMerging::rowsMayComeBeforeTheirParents()
{
    const QByteArray keys =
        "CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id)); SELECT sheaf_sync('child');"
        "CREATE TABLE parent(id INTEGER PRIMARY KEY, v); SELECT sheaf_sync('parent');";
    Relay relay;
    Device one(keys, 1);
    Device two(keys, 2);
    one.exec(u"INSERT INTO parent VALUES (1, 'p')"_s);
    one.exec(u"INSERT INTO child VALUES (1, 1)"_s);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM child JOIN parent ON parent.id = parent"_s).toInt(), 1);
    QVERIFY(!two.tryExec({u"INSERT INTO child VALUES (2, 99)"_s}));
}

void TestMerging::rejectedChangesAreKeptAndTakenBack()
{
    Relay relay;
    Device one(schema, 1);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'accepted')"_s);
    settle(relay, {&one});
    one.exec(u"UPDATE t SET a = 'refused'"_s);
    relay.refuseWith = u"no_permission"_s;
    relay.push(one);
    relay.refuseWith.clear();
    settle(relay, {&one});
    QCOMPARE(one.value(u"SELECT a FROM t"_s).toString(), u"accepted"_s);
    QCOMPARE(one.replica().rejected()->size(), 1);
    QCOMPARE(one.replica().rejected()->first().code, u"no_permission"_s);
    QCOMPARE(one.replica().pendingCount(), 0);
    QVERIFY(one.digestHolds());
}

void TestMerging::anotherEpochIsOfferedEverything()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x'), (2, 'y')"_s);
    one.exec(u"DELETE FROM t WHERE id = 2"_s);
    settle(relay, {&one, &two});
    relay.forget();
    settle(relay, {&two});
    Device three(schema, 3);
    settle(relay, {&three, &one});
    QCOMPARE(three.value(u"SELECT group_concat(a) FROM t"_s).toString(), u"x"_s);
    QCOMPARE(*one.replica().digest("home"), *three.replica().digest("home"));
}

void TestMerging::randomEditsConverge_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 12; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestMerging::randomEditsConverge()
{
    QFETCH(quint32, seed);
    std::mt19937 random(seed);
    const auto below = [&random](quint32 bound) { return static_cast<int>(random() % bound); };
    Relay relay;
    Device one(schema, seed * 3);
    Device two(schema, seed * 3 + 1);
    Device three(schema, seed * 3 + 2);
    const QList<Device *> devices{&one, &two, &three};
    for (int step = 0; step < 150; ++step) {
        Device &device = *devices[below(3)];
        device.wallMs += below(3);
        const int id = below(4);
        const QString value = QString::number(step);
        switch (below(9)) {
        case 0:
            device.exec(
                u"INSERT INTO t VALUES (%1, '%2', 'b', 'c') ON CONFLICT DO UPDATE SET b = excluded.a"_s.arg(id).arg(value));
            break;
        case 1:
            device.exec(u"DELETE FROM t WHERE id = %1"_s.arg(id));
            break;
        case 2:
            device.exec(u"REPLACE INTO u VALUES ('k', %1, '%2')"_s.arg(id).arg(value));
            break;
        case 3:
            device.exec(u"DELETE FROM u WHERE y = %1"_s.arg(id));
            break;
        case 4:
            device.exec(u"UPDATE u SET v = '%1'"_s.arg(value));
            break;
        case 5:
            relay.pull(device);
            break;
        case 6:
            relay.push(device);
            break;
        default:
            device.exec(u"UPDATE t SET %1 = '%2' WHERE id = %3"_s.arg(QChar(u'a' + below(3))).arg(value).arg(id));
        }
    }
    settle(relay, devices);
    for (Device *device : devices) {
        QVERIFY(device->digestHolds());
        QCOMPARE(device->replica().pendingCount(), 0);
        QCOMPARE(*device->replica().digest("home"), *one.replica().digest("home"));
        QCOMPARE(*device->replica().visibleDigest("home"), *one.replica().visibleDigest("home"));
        QCOMPARE(device->value(u"SELECT group_concat(id || a || b || c) FROM t"_s),
                 one.value(u"SELECT group_concat(id || a || b || c) FROM t"_s));
    }
}

QTEST_GUILESS_MAIN(TestMerging)
#include "tst_merging.moc"
