// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <random>
#include <set>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Columns with merge types on several devices, through replicas and a server's least.
class TestColumnSync : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void incrementsAddUp();
    void addingBeatsRemoving();
    void keysOfMapsAreRegisters();
    void groupsAreNeverMixed();
    void extremesOfAll();
    void extremesOfBirths();
    void birthsUnite();
    void aCorrectedClockLosesNothing();
    void lostAcksCountOnce();
    void aCopyCountsOn();
    void anEmptiedServerGetsThemAgain();
    void deletesEndParts();
    void anEditRevivesTheVisibleValues();
    void refusedChangesGoBack();
    void unknownColumnsAreForwarded();
    void constraintsParkValues();
    void malformedPartsHarmNobody();
    void randomWorkAddsUp();
};

void TestColumnSync::incrementsAddUp()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes) VALUES (1, 10)"_s);
    settleAll(relay, {&one, &two});
    for (int i = 0; i < 5; ++i) {
        one.exec(u"UPDATE items SET votes = votes + 1"_s);
        two.exec(u"UPDATE items SET votes = votes - 3"_s);
    }
    two.exec(u"UPDATE items SET votes = votes + 0.5"_s);
    relay.sync(two);
    two.exec(u"UPDATE items SET votes = votes + 100"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(one.value(u"SELECT votes FROM items"_s).toDouble(), 10 + 5 - 15 + 0.5 + 100);
    // Nothing new is said twice.
    const int pushes = relay.pushes;
    settleAll(relay, {&one, &two});
    QCOMPARE(relay.pushes, pushes);
}

void TestColumnSync::addingBeatsRemoving()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, labels) VALUES (1, '[\"kept\",\"x\"]')"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE items SET labels = '[\"kept\"]'"_s); // takes out the x that it has seen,
    two.exec(u"UPDATE items SET labels = '[\"kept\"]'"_s);
    two.exec(u"UPDATE items SET labels = '[\"kept\",\"x\"]'"_s); // but not this one
    settleAll(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT labels FROM items"_s).toString(), u"[\"kept\",\"x\"]"_s);
    // A third one starts from what is stored, and tags are in it.
    Device three(columnSchema, 3);
    settleAll(relay, {&three});
    three.exec(u"UPDATE items SET labels = '[]'"_s);
    settleAll(relay, {&three, &one, &two});
    QVERIFY(areSame({&one, &two, &three}));
    for (Device *device : {&one, &two, &three})
        QCOMPARE(device->value(u"SELECT labels FROM items"_s).toString(), u"[]"_s);
}

void TestColumnSync::keysOfMapsAreRegisters()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, props) VALUES (1, '{\"a\":1,\"b\":1,\"c\":1}')"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE items SET props = json_set(props, '$.a', 2, '$.new', 'one')"_s);
    one.exec(u"UPDATE items SET props = json_remove(props, '$.c')"_s);
    two.wallMs += 10;
    two.exec(u"UPDATE items SET props = json_set(props, '$.b', 3, '$.c', 4)"_s);
    two.exec(u"UPDATE items SET props = json_remove(props, '$.a')"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(one.value(u"SELECT props FROM items"_s).toString(), u"{\"b\":3,\"c\":4,\"new\":\"one\"}"_s);
    one.wallMs += 20;
    one.exec(u"UPDATE items SET props = json_set(props, '$.a', 9)"_s); // taken out, and there again
    settleAll(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT json_extract(props, '$.a') FROM items"_s).toInt(), 9);
}

void TestColumnSync::groupsAreNeverMixed()
{
    for (const bool oneFirst : {true, false}) {
        Relay relay;
        Device one(columnSchema, 1);
        Device two(columnSchema, 2);
        one.exec(u"INSERT INTO items(id, lat, lon, title) VALUES (1, 0, 0, 'there')"_s);
        settleAll(relay, {&one, &two});
        (oneFirst ? two : one).wallMs += 5;
        one.exec(u"UPDATE items SET lat = 1, title = 'one'"_s);
        two.exec(u"UPDATE items SET lon = 2"_s); // says that lat is 0, too
        settleAll(relay, {&one, &two});
        QVERIFY(areSame({&one, &two}));
        const QVariantList wanted = oneFirst ? QVariantList{0.0, 2.0, u"one"_s} : QVariantList{1.0, 0.0, u"one"_s};
        QCOMPARE(one.rows(u"SELECT lat, lon, title FROM items"_s).first(), wanted);
    }
}

void TestColumnSync::extremesOfAll()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, best, least) VALUES (1, 5, 5)"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE items SET best = 8, least = 4"_s);
    two.wallMs += 100;
    two.exec(u"UPDATE items SET best = 7, least = 1"_s); // later, and yet not greater
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.rows(u"SELECT best, least FROM items"_s).first(), QVariantList({8, 1}));
}

/// Of two births too: what the one that loses was born with was written, like all else.
void TestColumnSync::extremesOfBirths()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, best, least) VALUES (1, 9, 2), (2, 9, NULL)"_s);
    one.exec(u"UPDATE items SET best = 6, least = 4"_s); // changes nothing but what was nothing
    two.wallMs += 10;
    two.exec(u"INSERT INTO items(id, best, least) VALUES (1, 5, 3), (2, NULL, 7)"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.rows(u"SELECT best, least FROM items ORDER BY id"_s).first(), QVariantList({9, 2}));
    QCOMPARE(two.rows(u"SELECT best, least FROM items ORDER BY id"_s).last(), QVariantList({9, 4}));
}

void TestColumnSync::birthsUnite()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes, labels, props) VALUES (1, 3, '[\"one\",\"both\"]', '{\"one\":1,\"both\":1}')"_s);
    one.exec(u"UPDATE items SET votes = votes + 1"_s);
    two.wallMs += 10;
    two.exec(u"INSERT INTO items(id, votes, labels, props) VALUES (1, 5, '[\"two\",\"both\"]', '{\"two\":2,\"both\":2}')"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(one.rows(u"SELECT votes, labels, props FROM items"_s).first(),
             QVariantList({6, u"[\"both\",\"one\",\"two\"]"_s, u"{\"both\":2,\"one\":1,\"two\":2}"_s}));
}

void TestColumnSync::aCorrectedClockLosesNothing()
{
    for (const qint64 offsetMs : {-3'600'000, 3'600'000}) {
        Relay relay;
        Device one(columnSchema, 1);
        Device two(columnSchema, 2);
        two.exec(u"INSERT INTO items(id, votes, labels, props) VALUES (1, 1, '[\"x\"]', '{\"k\":1}')"_s);
        settleAll(relay, {&two, &one});
        one.wallMs -= offsetMs;
        one.exec(u"UPDATE items SET votes = votes + 1, labels = '[\"x\",\"y\"]', best = 4"_s);
        relay.losesAcks = true; // the server has that much, and nobody here knows
        relay.push(one);
        relay.losesAcks = false;
        one.exec(u"UPDATE items SET votes = votes + 1, labels = '[\"y\"]', props = '{\"k\":2}'"_s);
        QVERIFY(one.replica().setClockOffset(offsetMs));
        one.exec(u"UPDATE items SET votes = votes + 1"_s);
        two.exec(u"UPDATE items SET votes = votes + 10"_s);
        settleAll(relay, {&one, &two});
        QVERIFY(areSame({&one, &two}));
        QCOMPARE(two.rows(u"SELECT votes, labels, props, best FROM items"_s).first(),
                 QVariantList({14, u"[\"y\"]"_s, u"{\"k\":2}"_s, 4}));
    }
}

void TestColumnSync::lostAcksCountOnce()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 1, '[\"a\"]')"_s);
    for (int i = 0; i < 4; ++i) {
        relay.losesAcks = i % 2 == 0;
        relay.push(one);
        one.exec(u"UPDATE items SET votes = votes + 1, labels = ?"_s, {u"[%1]"_s.arg(i)});
        relay.pull(one);
        one.reopen();
    }
    relay.losesAcks = false;
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.rows(u"SELECT votes, labels FROM items"_s).first(), QVariantList({5, u"[3]"_s}));
}

void TestColumnSync::aCopyCountsOn()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    original.exec(u"INSERT INTO items(id, votes, best, labels) VALUES (1, 1, 1, '[\"a\"]')"_s);
    settleAll(relay, {&original});
    original.exec(u"UPDATE items SET votes = votes + 4, best = 2"_s); // a part that the server knows
    settleAll(relay, {&original});
    copyFile(original, copy);
    original.exec(u"UPDATE items SET votes = votes + 10, best = 7, labels = '[\"a\",\"original\"]'"_s);
    copy.exec(u"UPDATE items SET votes = votes + 100.5, best = 5, labels = '[\"a\",\"copy\"]'"_s);
    QVERIFY(copy.replica().renewSite());
    QCOMPARE(copy.value(u"SELECT votes FROM items"_s).toDouble(), 105.5);
    copy.exec(u"UPDATE items SET votes = votes + 1000"_s);
    QVERIFY(copy.digestHolds());
    settleAll(relay, {&original, &copy});
    QVERIFY(areSame({&original, &copy}));
    QCOMPARE(copy.rows(u"SELECT votes, best, labels FROM items"_s).first(),
             QVariantList({1115.5, 7, u"[\"a\",\"copy\",\"original\"]"_s}));
}

void TestColumnSync::anEmptiedServerGetsThemAgain()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes, labels, props) VALUES (1, 1, '[\"a\"]', '{\"k\":1}')"_s);
    settleAll(relay, {&one, &two});
    two.exec(u"UPDATE items SET votes = votes + 1, labels = '[\"b\"]', props = '{}', best = 3"_s);
    settleAll(relay, {&one, &two});
    relay.forget();
    two.exec(u"UPDATE items SET votes = votes + 1"_s);
    one.exec(u"UPDATE items SET votes = votes + 1"_s);
    Device three(columnSchema, 3);
    settleAll(relay, {&one, &three, &two});
    QVERIFY(areSame({&one, &two, &three}));
    QCOMPARE(three.rows(u"SELECT votes, labels, props, best FROM items"_s).first(), QVariantList({4, u"[\"b\"]"_s, u"{}"_s, 3}));
    QCOMPARE(three.value(u"SELECT count(*) FROM sheaf_parts WHERE waits OR acked_hlc"_s).toInt(), 0);
}

void TestColumnSync::deletesEndParts()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 1, '[\"a\"]'), (2, 1, '[\"a\"]')"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE items SET votes = votes + 5"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"DELETE FROM items"_s);
    settleAll(relay, {&one, &two});
    for (Device *device : {&one, &two})
        QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_parts"_s).toInt(), 0);
    // A new life knows nothing of the old one.
    two.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 3, '[\"z\"]')"_s);
    two.exec(u"UPDATE items SET votes = votes + 1"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(one.rows(u"SELECT votes, labels FROM items"_s), QList<QVariantList>({{4, u"[\"z\"]"_s}}));
}

void TestColumnSync::anEditRevivesTheVisibleValues()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    Device three(columnSchema, 3);
    one.exec(u"INSERT INTO items(id, votes, labels, props) VALUES (1, 1, '[\"a\",\"b\"]', '{\"k\":1}')"_s);
    settleAll(relay, {&one, &two, &three});
    two.exec(u"UPDATE items SET votes = votes + 1, labels = '[\"a\",\"c\"]'"_s);
    three.exec(u"UPDATE items SET labels = '[\"b\",\"three\"]'"_s);
    one.exec(u"DELETE FROM items"_s);
    relay.sync(one);
    relay.pull(two); // both bring it back, not knowing of one another
    relay.pull(three);
    settleAll(relay, {&one, &two, &three});
    QVERIFY(areSame({&one, &two, &three}));
    QCOMPARE(one.rows(u"SELECT labels, props FROM items"_s).first(),
             QVariantList({u"[\"a\",\"b\",\"c\",\"three\"]"_s, u"{\"k\":1}"_s}));
    one.exec(u"UPDATE items SET votes = 7, labels = '[]'"_s);
    settleAll(relay, {&one, &two, &three});
    QCOMPARE(three.rows(u"SELECT votes, labels FROM items"_s).first(), QVariantList({7, u"[]"_s}));
}

void TestColumnSync::refusedChangesGoBack()
{
    Relay relay;
    Device one(columnSchema, 1);
    one.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 1, '[\"a\"]')"_s);
    one.exec(u"UPDATE items SET votes = votes + 1"_s);
    settleAll(relay, {&one});
    one.exec(u"UPDATE items SET votes = votes + 5, labels = '[\"poison\"]'"_s);
    relay.refuseWith = u"no_permission"_s;
    relay.push(one);
    relay.refuseWith.clear();
    settleAll(relay, {&one});
    QCOMPARE(one.rows(u"SELECT votes, labels FROM items"_s).first(), QVariantList({2, u"[\"a\"]"_s}));
    QCOMPARE(one.replica().rejected()->size(), 1);
    one.exec(u"UPDATE items SET votes = votes + 1"_s);
    Device two(columnSchema, 2);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.value(u"SELECT votes FROM items"_s).toInt(), 3);
}

/// A device with the schema of yesterday keeps what it does not know, and its successor finds it.
void TestColumnSync::unknownColumnsAreForwarded()
{
    const QByteArray old = "CREATE TABLE items(id INTEGER PRIMARY KEY, title TEXT); SELECT sheaf_sync('items');";
    const QByteArray next = "ALTER TABLE items ADD COLUMN votes INTEGER DEFAULT 0; ALTER TABLE items ADD COLUMN labels TEXT;"
                            "SELECT sheaf_sync('items', '{\"columns\":{\"votes\":\"counter\",\"labels\":\"set\"}}');";
    Relay relay;
    Device one(columnSchema, 1);
    Device older(old, 2);
    one.exec(u"INSERT INTO items(id, title, votes, labels) VALUES (1, 'one', 1, '[\"a\"]')"_s);
    one.exec(u"UPDATE items SET votes = votes + 4, labels = '[\"b\"]'"_s);
    settleAll(relay, {&one, &older});
    QCOMPARE(older.value(u"SELECT title FROM items"_s).toString(), u"one"_s);
    older.exec(u"UPDATE items SET title = 'older'"_s);
    relay.forget(); // and it alone has everything
    settleAll(relay, {&older});
    Device three(columnSchema, 3);
    settleAll(relay, {&three});
    QCOMPARE(three.rows(u"SELECT title, votes, labels FROM items"_s).first(), QVariantList({u"older"_s, 5, u"[\"b\"]"_s}));
    older.setSchema({old, next});
    older.reopen();
    QCOMPARE(older.rows(u"SELECT title, votes, labels FROM items"_s).first(), QVariantList({u"older"_s, 5, u"[\"b\"]"_s}));
    older.exec(u"UPDATE items SET votes = votes + 1, labels = '[]'"_s);
    settleAll(relay, {&older, &one, &three});
    QVERIFY(*one.replica().digest("home") == *older.replica().digest("home"));
    QCOMPARE(three.rows(u"SELECT votes, labels FROM items"_s).first(), QVariantList({6, u"[]"_s}));
}

/// A row that a constraint of the app keeps out waits, and its columns go on being merged.
void TestColumnSync::constraintsParkValues()
{
    const QByteArray schema = "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, votes INTEGER);"
                              "SELECT sheaf_sync('t', '{\"columns\":{\"votes\":\"counter\"}}');";
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'taken', 1)"_s);
    two.exec(u"INSERT INTO t VALUES (2, 'taken', 10)"_s);
    settleAll(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 1);
    one.exec(u"UPDATE t SET votes = votes + 2"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE t SET votes = votes + 3"_s);
    settleAll(relay, {&one, &two});
    two.exec(u"UPDATE t SET name = 'free' WHERE id = 2"_s);
    settleAll(relay, {&one, &two});
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.rows(u"SELECT id, votes FROM t ORDER BY id"_s), QList<QVariantList>({{1, 6}, {2, 10}}));
}

/// Parts that nobody can read are kept and passed on, and change nothing that is shown.
void TestColumnSync::malformedPartsHarmNobody()
{
    Relay relay;
    Device author(columnSchema, 1);
    Device two(columnSchema, 2);
    author.exec(u"INSERT INTO items(id, votes, labels, props, best) VALUES (1, 1, '[\"a\"]', '{\"k\":1}', 5)"_s);
    settleAll(relay, {&author});
    author.exec(u"UPDATE items SET title = 'poison'"_s);
    const auto push = author.replica().nextPush("home", 1, {});
    Push poisoned = (*push)->push;
    RowRecord record;
    QVERIFY(decodeRecord(poisoned.changes[0].record, record));
    const Stamp stamp = record.cells.front().stamp;
    std::map<QByteArray, ColumnId> ids;
    for (const TableNames::Column &column : poisoned.tables[0].columns)
        ids[column.name] = column.id;
    const QByteArrayView site("\0\0\0\0\0\0\0\x09", 8);
    record.parts = {{ids["votes"], site, stamp, ValueView::ofText("five")},
                    {ids["best"], "odd", stamp, ValueView::ofInteger(99)},
                    {ids["labels"], "[\"a\"]12345678", stamp, ValueView::ofInteger(1)},
                    {ids["props"], "\"k\"", stamp, ValueView::ofText("{")},
                    {ids["title"], "part of a register", stamp, ValueView::ofInteger(1)}};
    std::ranges::sort(record.parts, {}, [](const PartCell &part) { return placeOf(part); });
    QByteArray bytes;
    encodeRecord(record, bytes);
    const Changes batch{.space = "home",
                        .previous = 1,
                        .sequence = 2,
                        .head = 2,
                        .more = false,
                        .tables = poisoned.tables,
                        .changes = {{0, poisoned.changes[0].key, bytes}}};
    settleAll(relay, {&two});
    QVERIFY(two.replica().applyChanges({batch}));
    QCOMPARE(two.rows(u"SELECT votes, labels, best FROM items"_s).first(), QVariantList({1, u"[\"a\"]"_s, 5}));
    QVERIFY(two.digestHolds());
    two.exec(u"UPDATE items SET votes = votes + 1, labels = '[\"b\"]', props = '{\"k\":2}', best = 6"_s);
    QCOMPARE(two.rows(u"SELECT votes, labels, props, best FROM items"_s).first(),
             QVariantList({2, u"[\"b\"]"_s, u"{\"k\":2}"_s, 6}));
    QCOMPARE(two.value(u"SELECT count(*) FROM sheaf_parts WHERE part = 'part of a register'"_s).toInt(), 0); // it is a blob
    QCOMPARE(two.value(u"SELECT count(*) FROM sheaf_parts WHERE part = CAST('part of a register' AS BLOB)"_s).toInt(), 1);
}

void TestColumnSync::randomWorkAddsUp()
{
    for (quint32 seed = 1; seed <= 12; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](int end) { return static_cast<int>(random() % static_cast<quint32>(end)); };
        Relay relay;
        std::vector<std::unique_ptr<Device>> devices;
        QList<Device *> all;
        for (quint64 number = 1; number <= 3; ++number) {
            devices.push_back(std::make_unique<Device>(columnSchema, seed * 10 + number));
            all.append(devices.back().get());
        }
        all[0]->exec(u"INSERT INTO items(id, votes) VALUES (1, 0), (2, 0)"_s);
        settleAll(relay, all);
        qint64 total = 0;
        std::set<QString> added;
        for (int step = 0; step < 60; ++step) {
            Device &device = *all[below(3)];
            const int id = 1 + below(2);
            device.wallMs += below(50);
            switch (below(9)) {
            case 0:
            case 1: {
                const int increment = below(21) - 10;
                device.exec(u"UPDATE items SET votes = votes + ? WHERE id = ?"_s, {increment, id});
                total += increment;
                break;
            }
            case 2:
            case 3: // what nobody takes out must be there in the end
                added.insert(u"%1:%2"_s.arg(id).arg(step));
                device.exec(u"UPDATE items SET labels = json_insert(coalesce(labels, '[]'), '$[#]', ?), title = ? WHERE id = ?"_s,
                            {u"%1:%2"_s.arg(id).arg(step), step, id});
                break;
            case 4:
                device.exec(u"UPDATE items SET lat = ?, best = ? WHERE id = ?"_s, {step, below(100), id});
                device.exec(u"UPDATE items SET lon = ? WHERE id = ?"_s, {step, id});
                break;
            case 5:
                device.exec(u"UPDATE items SET props = json_set(coalesce(props, '{}'), ?, ?) WHERE id = ?"_s,
                            {u"$.k%1"_s.arg(below(3)), step, id});
                break;
            case 6:
                relay.losesAcks = below(3) == 0;
                relay.sync(device);
                relay.losesAcks = false;
                break;
            case 7:
                if (below(3) == 0)
                    QVERIFY(device.replica().setClockOffset((below(5) - 2) * 20'000));
                else if (below(6) == 0)
                    relay.forget();
                break;
            default:
                relay.sync(device);
            }
            QVERIFY(device.digestHolds());
        }
        settleAll(relay, all);
        settleAll(relay, all);
        QVERIFY2(areSame(all), qPrintable(QString::number(seed)));
        QCOMPARE(all[0]->value(u"SELECT sum(votes) FROM items"_s).toLongLong(), total);
        QCOMPARE(all[0]->value(u"SELECT count(*) FROM items WHERE lat IS NOT lon"_s).toInt(), 0);
        std::set<QString> there;
        for (const QVariantList &row : all[1]->rows(u"SELECT value FROM items, json_each(labels)"_s))
            there.insert(row.first().toString());
        QVERIFY2(there == added, qPrintable(QString::number(seed)));
    }
}

QTEST_GUILESS_MAIN(TestColumnSync)
#include "tst_columnsync.moc"
