// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Columns with merge types on one device: what SQL may write to them, and what it reads afterwards.
class TestColumns : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void columnsShowTheCanonicalValue();
    void worseValuesComeBack();
    void badValuesFailTheTransaction_data();
    void badValuesFailTheTransaction();
    void whatIsTooLargeIsRefusedHere();
    void rolledBackStatementsLeaveNothing();
    void replacingIsAnUpdate();
    void triggersSeeTheFinalValue();
    void restlessTriggersAreRefused();
    void manyColumnsGroupsAndTypes();
    void wrongOptionsAreErrors_data();
    void wrongOptionsAreErrors();
    void typesArriveInALaterMigration();
};

void TestColumns::columnsShowTheCanonicalValue()
{
    Device device(columnSchema);
    device.exec(u"INSERT INTO items(id, labels, props) VALUES (1, '[\"b\", \"a\", \"a\", 9007199254740993, 1.0]',"
                " '{\"z\": 1, \"a\" : null}')"_s);
    QCOMPARE(device.value(u"SELECT labels FROM items"_s).toString(), u"[1,9007199254740993,\"a\",\"b\"]"_s);
    QCOMPARE(device.value(u"SELECT props FROM items"_s).toString(), u"{\"a\":null,\"z\":1}"_s);
    QCOMPARE(device.lastCommit.tables.value("items").size(), 1);
    device.exec(u"UPDATE items SET labels = '[ \"c\", \"a\" ]', props = ?"_s, {QByteArray("{\"big\":9007199254740993}")});
    QCOMPARE(device.value(u"SELECT labels FROM items"_s).toString(), u"[\"a\",\"c\"]"_s);
    QCOMPARE(device.value(u"SELECT props FROM items"_s).toString(), u"{\"big\":9007199254740993}"_s);
    QCOMPARE(device.lastCommit.tables.value("items").size(), 1); // told once, when all is written
    device.exec(u"UPDATE items SET labels = NULL, votes = NULL, props = ' { } '"_s);
    QCOMPARE(device.rows(u"SELECT labels, votes, props FROM items"_s).first(), QVariantList({u"[]"_s, 0, u"{}"_s}));
    device.exec(u"INSERT INTO items(id, labels) VALUES (2, ' [ ] '), (3, NULL)"_s);
    QCOMPARE(device.value(u"SELECT labels FROM items WHERE id = 2"_s).toString(), u"[]"_s);
    QVERIFY(device.value(u"SELECT labels FROM items WHERE id = 3"_s).isNull());
    device.reopen();
    QCOMPARE(device.value(u"SELECT props FROM items"_s).toString(), u"{}"_s);
    QVERIFY(device.digestHolds());
}

void TestColumns::worseValuesComeBack()
{
    Relay relay;
    Device device(columnSchema);
    device.exec(u"INSERT INTO items(id, best, least) VALUES (1, 5, 5), (2, 'text', x'00')"_s);
    settleAll(relay, {&device});
    device.exec(u"UPDATE items SET best = 3, least = 7 WHERE id = 1"_s);
    QCOMPARE(device.rows(u"SELECT best, least FROM items WHERE id = 1"_s).first(), QVariantList({5, 5}));
    QCOMPARE(device.replica().pendingCount(), 0); // nothing was said
    device.exec(u"UPDATE items SET best = 9, least = -1.5 WHERE id = 1"_s);
    device.exec(u"UPDATE items SET best = NULL, least = NULL WHERE id = 1"_s);
    QCOMPARE(device.rows(u"SELECT best, least FROM items WHERE id = 1"_s).first(), QVariantList({9, -1.5}));
    device.exec(u"UPDATE items SET best = 1e300, least = 'text' WHERE id = 2"_s);
    QCOMPARE(device.rows(u"SELECT best, least FROM items WHERE id = 2"_s).first(), QVariantList({u"text"_s, u"text"_s}));
    settleAll(relay, {&device});
    QVERIFY(areSame({&device}));
}

void TestColumns::badValuesFailTheTransaction_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("column");
    const auto row = [](const char *sql, const char *column) {
        QTest::newRow(sql) << QString::fromLatin1(sql) << QString::fromLatin1(column);
    };
    row("UPDATE items SET labels = 'urgent' WHERE id = 1", "items.labels");
    row("UPDATE items SET labels = '[[1]]' WHERE id = 1", "items.labels");
    row("UPDATE items SET labels = 5 WHERE id = 1", "items.labels");
    row("UPDATE items SET props = '[1]' WHERE id = 1", "items.props");
    row("UPDATE items SET props = '{\"a\":{}}' WHERE id = 1", "items.props");
    row("UPDATE items SET votes = 'many' WHERE id = 1", "items.votes");
    row("UPDATE items SET votes = 9e999 WHERE id = 1", "items.votes");
    row("INSERT INTO items(id, labels) VALUES (7, '{}')", "items.labels");
    row("INSERT INTO items(id, props) VALUES (7, '')", "items.props");
    row("INSERT INTO items(id, votes) VALUES (7, x'01')", "items.votes");
    row("REPLACE INTO items(id, labels) VALUES (1, 'x')", "items.labels");
}

void TestColumns::badValuesFailTheTransaction()
{
    QFETCH(QString, sql);
    QFETCH(QString, column);
    Device device(columnSchema);
    device.exec(u"INSERT INTO items(id, title, votes, labels, props) VALUES (1, 'one', 1, '[1]', '{\"a\":1}')"_s);
    const auto before = device.rows(u"SELECT * FROM items"_s);
    const auto done =
        device.tryExec({u"UPDATE items SET title = 'two', votes = 9"_s, u"INSERT INTO items(id) VALUES (8)"_s, sql});
    QVERIFY(!done);
    QCOMPARE(done.error().code, u"bad_value"_s);
    QVERIFY2(done.error().message.contains(column), qPrintable(done.error().message));
    QCOMPARE(device.rows(u"SELECT * FROM items"_s), before);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_rows"_s).toInt(), 1);
    device.exec(u"UPDATE items SET votes = votes + 1"_s); // and life goes on
    QCOMPARE(device.value(u"SELECT votes FROM items"_s).toInt(), 2);
    QVERIFY(device.digestHolds());
}

/// Before it is in the outbox, from where the server would send it back.
void TestColumns::whatIsTooLargeIsRefusedHere()
{
    const auto set = [](int count, int bytes) {
        QByteArray json = "[";
        for (int i = 0; i < count; ++i)
            json += (i == 0 ? "\"" : ",\"") + QByteArray::number(i) + QByteArray(bytes, 'x') + '"';
        return json + ']';
    };
    Device device(columnSchema);
    device.exec(u"INSERT INTO items(id, labels) VALUES (1, ?)"_s, {set(300, 900)});
    for (const QByteArray &json : {set(9000, 1), set(800, 900)}) {
        for (const char *sql : {"INSERT INTO items(id, labels) VALUES (2, '%1')", "UPDATE items SET labels = '%1'"}) {
            const auto done = device.tryExec({QString::fromLatin1(sql).arg(QString::fromLatin1(json))});
            QCOMPARE(done.error().code, u"too_large"_s);
        }
    }
    QCOMPARE(device.value(u"SELECT json_array_length(labels) FROM items"_s).toInt(), 300);
    Relay relay;
    Device other(columnSchema, 2);
    settleAll(relay, {&device, &other});
    QVERIFY(areSame({&device, &other}));
}

void TestColumns::rolledBackStatementsLeaveNothing()
{
    Relay relay;
    Device device(columnSchema);
    device.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 1, '[1]')"_s);
    QVERIFY(device.tryExec({u"SAVEPOINT a"_s, u"UPDATE items SET votes = 'poison', labels = 'poison'"_s,
                            u"INSERT INTO items(id, labels) VALUES (2, 'poison')"_s, u"ROLLBACK TO a"_s,
                            u"UPDATE items SET votes = votes + 4, labels = '[2]'"_s,
                            u"INSERT INTO items(id, labels) VALUES (2, '[\"b\", \"a\"]')"_s}));
    QCOMPARE(device.rows(u"SELECT votes, labels FROM items WHERE id = 1"_s).first(), QVariantList({5, u"[2]"_s}));
    QCOMPARE(device.value(u"SELECT labels FROM items WHERE id = 2"_s).toString(), u"[\"a\",\"b\"]"_s);
    Device other(columnSchema, 2);
    settleAll(relay, {&device, &other});
    QVERIFY(areSame({&device, &other}));
}

void TestColumns::replacingIsAnUpdate()
{
    Relay relay;
    Device one(columnSchema, 1);
    Device two(columnSchema, 2);
    one.exec(u"INSERT INTO items(id, votes, best, labels) VALUES (1, 5, 5, '[\"a\"]')"_s);
    settleAll(relay, {&one, &two});
    two.exec(u"UPDATE items SET votes = votes + 10, labels = '[\"a\",\"two\"]'"_s);
    one.exec(u"REPLACE INTO items(id, votes, best, labels) VALUES (1, 7, 3, '[\"one\"]')"_s);
    QCOMPARE(one.rows(u"SELECT votes, best, labels FROM items"_s).first(), QVariantList({7, 5, u"[\"one\"]"_s}));
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(two.rows(u"SELECT votes, best, labels FROM items"_s).first(), QVariantList({17, 5, u"[\"one\",\"two\"]"_s}));
}

void TestColumns::triggersSeeTheFinalValue()
{
    Device device(QByteArray(columnSchema) +
                  "CREATE TABLE seen(id INTEGER PRIMARY KEY, labels TEXT);"
                  "CREATE TRIGGER born AFTER INSERT ON items BEGIN INSERT INTO seen VALUES (new.id, new.labels); END;"
                  "-- next\n"
                  "CREATE TRIGGER changed AFTER UPDATE OF labels ON items BEGIN"
                  " UPDATE seen SET labels = new.labels WHERE id = new.id; END;");
    device.exec(u"INSERT INTO items(id, labels) VALUES (1, '[\"b\",\"a\"]')"_s);
    QCOMPARE(device.value(u"SELECT labels FROM seen"_s).toString(), u"[\"a\",\"b\"]"_s);
    device.exec(u"UPDATE items SET labels = '[\"d\",\"c\",\"d\"]'"_s);
    QCOMPARE(device.value(u"SELECT labels FROM seen"_s).toString(), u"[\"c\",\"d\"]"_s);
}

void TestColumns::restlessTriggersAreRefused()
{
    Device device(QByteArray(columnSchema) +
                  "CREATE TRIGGER restless AFTER UPDATE OF best ON items BEGIN UPDATE items SET best = 0; END;");
    device.exec(u"INSERT INTO items(id, best) VALUES (1, 5)"_s);
    QCOMPARE(device.tryExec({u"UPDATE items SET best = 3"_s}).error().code, u"bad_value"_s);
    QCOMPARE(device.value(u"SELECT best FROM items"_s).toInt(), 5);
}

/// More than 63 columns, so that the last ones share a bit of the outbox.
void TestColumns::manyColumnsGroupsAndTypes()
{
    QByteArray schema = "CREATE TABLE wide(id INTEGER PRIMARY KEY";
    for (int i = 1; i <= 80; ++i)
        schema += ", c" + QByteArray::number(i);
    schema += "); SELECT sheaf_sync('wide', "
              "'{\"columns\":{\"c70\":\"counter\",\"c71\":\"set\"},\"groups\":[[\"c1\",\"c75\"],[\"c76\",\"c77\"]]}');";
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO wide(id, c70, c71) VALUES (1, 1, '[\"a\"]')"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE wide SET c70 = c70 + 2, c1 = 'one', c76 = 'one', c80 = 'one'"_s);
    two.wallMs += 5;
    two.exec(u"UPDATE wide SET c70 = c70 + 3, c71 = '[\"b\",\"a\"]', c75 = 'two', c77 = 'two', c79 = 'two'"_s);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    for (Device *device : {&one, &two})
        QCOMPARE(device->rows(u"SELECT c70, c71, c1, c75, c76, c77, c79, c80 FROM wide"_s).first(),
                 QVariantList({6, u"[\"a\",\"b\"]"_s, QVariant(QMetaType::fromType<QString>()), u"two"_s,
                               QVariant(QMetaType::fromType<QString>()), u"two"_s, u"two"_s, u"one"_s}));
}

void TestColumns::wrongOptionsAreErrors_data()
{
    QTest::addColumn<QByteArray>("options");
    for (const char *options :
         {"{\"columns\":{\"a\":\"sets\"}}", "{\"columns\":{\"a\":5}}", "{\"columns\":[]}", "{\"columns\":{\"none\":\"set\"}}",
          "{\"columns\":{\"id\":\"counter\"}}", "{\"groups\":{}}", "{\"groups\":[[]]}", "{\"groups\":[[\"a\"]]}",
          "{\"groups\":[[\"a\",\"a\"]]}", "{\"groups\":[\"a\"]}", "{\"groups\":[[\"a\",\"none\"]]}",
          "{\"groups\":[[\"a\",\"b\"],[\"b\",\"c\"]]}", "{\"groups\":[[\"a\",\"b\"]],\"columns\":{\"a\":\"set\"}}",
          "{\"group\":[[\"a\",\"b\"]]}"})
        QTest::newRow(options) << QByteArray(options);
}

void TestColumns::wrongOptionsAreErrors()
{
    QFETCH(QByteArray, options);
    const QByteArray create = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c);";
    Device device(create + "SELECT sheaf_sync('t', '{\"columns\":{},\"groups\":[]}');");
    device.close();
    device.setSchema({create, "SELECT sheaf_sync('t', '" + options + "');"});
    Device fresh(create, 2);
    fresh.close();
    fresh.setSchema({create, "SELECT sheaf_sync('t', '" + options + "');"});
    QCOMPARE(fresh.open().error().code, u"schema_error"_s);
}

/// A register becomes a counter and another one a set, on one device before the other.
void TestColumns::typesArriveInALaterMigration()
{
    const QByteArray create = "CREATE TABLE t(id INTEGER PRIMARY KEY, n, tags); SELECT sheaf_sync('t');";
    const QByteArray types = "SELECT sheaf_sync('t', '{\"columns\":{\"n\":\"counter\",\"tags\":\"set\"}}');";
    Relay relay;
    Device one(create, 1);
    Device two(create, 2);
    one.exec(u"INSERT INTO t VALUES (1, 10, '[\"old\"]'), (2, NULL, NULL), (3, 'ten', 'no array')"_s);
    settleAll(relay, {&one, &two});
    one.exec(u"UPDATE t SET n = 11 WHERE id = 1"_s); // waits as a register while its type changes
    one.setSchema({create, types});
    one.reopen();
    QCOMPARE(one.rows(u"SELECT n, tags FROM t WHERE id = 3"_s).first(), QVariantList({u"ten"_s, u"no array"_s}));
    one.exec(u"UPDATE t SET n = coalesce(n, 0) + 5, tags = '[\"new\",\"old\"]' WHERE id < 3"_s);
    one.exec(u"UPDATE t SET tags = '[\"new\"]' WHERE id = 1"_s);
    two.exec(u"INSERT INTO t VALUES (4, 1, '[\"two\"]')"_s);
    settleAll(relay, {&one, &two});
    // The other one sees the registers and keeps the rest.
    QCOMPARE(two.rows(u"SELECT n, tags FROM t WHERE id = 1"_s).first(), QVariantList({11, u"[\"old\"]"_s}));
    two.setSchema({create, types});
    two.reopen();
    QCOMPARE(two.rows(u"SELECT n, tags FROM t WHERE id = 1"_s).first(), QVariantList({16, u"[\"new\"]"_s}));
    QCOMPARE(two.rows(u"SELECT n, tags FROM t WHERE id = 2"_s).first(), QVariantList({5, u"[\"new\",\"old\"]"_s}));
    two.exec(u"UPDATE t SET n = n + 1"_s);
    two.exec(u"UPDATE t SET tags = '[\"none\"]' WHERE id = 4"_s);
    QCOMPARE(one.value(u"SELECT n FROM t WHERE id = 1"_s).toInt(), 16);
    settleAll(relay, {&one, &two});
    QVERIFY(areSame({&one, &two}));
    QCOMPARE(one.rows(u"SELECT n, tags FROM t WHERE id IN (1, 4) ORDER BY id"_s),
             QList<QVariantList>({{17, u"[\"new\"]"_s}, {2, u"[\"none\"]"_s}}));
    // And it stays what it is.
    one.close();
    one.setSchema({create, types, "SELECT sheaf_sync('t', '{\"columns\":{\"n\":\"max\"}}');"});
    QCOMPARE(one.open().error().code, u"schema_error"_s);
}

QTEST_GUILESS_MAIN(TestColumns)
#include "tst_columns.moc"
