// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"

#include <QtTest>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

const QByteArray before =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, title TEXT); SELECT sheaf_sync('t');"
    "CREATE TABLE log(what TEXT); CREATE TRIGGER noted AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.id); END;";
const QByteArray after =
    "ALTER TABLE t ADD COLUMN colour TEXT DEFAULT 'red'; ALTER TABLE t ADD COLUMN votes INTEGER NOT NULL DEFAULT 5;"
    "SELECT sheaf_sync('t', '{\"columns\":{\"votes\":\"counter\"}}');";
const QString all = u"SELECT id, title, colour, votes FROM t ORDER BY id"_s;

/// A device whose app was updated when it had a row.
void makeUpdated(Device &device)
{
    device.exec(u"INSERT INTO t VALUES (1, 'old')"_s);
    device.setSchema({before, after});
    device.reopen();
}

/// What an earlier version of the engine left behind when it had updated an app: rows as ALTER TABLE leaves them.
void makeUpdatedLongAgo(Device &device)
{
    device.exec(u"INSERT INTO t VALUES (1, 'old')"_s);
    device.close();
    sqlite3 *handle = nullptr;
    sqlite3_open(device.path().toUtf8().constData(), &handle);
    const auto guard = [](sqlite3_context *context, int, sqlite3_value **) { sqlite3_result_int(context, 1); };
    sqlite3_create_function(handle, "written_through_sheaf_only", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
                            nullptr, guard, nullptr, nullptr);
    const char earlier[] =
        "ALTER TABLE t ADD COLUMN colour TEXT DEFAULT 'red'; ALTER TABLE t ADD COLUMN votes INTEGER NOT NULL DEFAULT 5;"
        "INSERT INTO sheaf_columns(tbl, id, name, here, type) VALUES (1, 2, 'colour', 1, 0), (1, 3, 'votes', 1, 2);"
        "ALTER TABLE sheaf_texts DROP COLUMN size; ALTER TABLE sheaf_quarantine_texts DROP COLUMN size;"
        "ALTER TABLE sheaf_outbox DROP COLUMN there; ALTER TABLE sheaf_quarantine DROP COLUMN there;"
        "ALTER TABLE sheaf_state DROP COLUMN birthmark; UPDATE sheaf_state SET format = 13; PRAGMA user_version = 2";
    char *error = nullptr;
    if (sqlite3_exec(handle, earlier, nullptr, nullptr, &error) != SQLITE_OK)
        qFatal("%s", error);
    sqlite3_close(handle);
    device.setSchema({before, after});
    device.reopen();
}

} // namespace

/// Rows that are older than some of their columns, and show the defaults of these.
class TestOldRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void undoBringsBackTheDefault_data() { both(); }
    void undoBringsBackTheDefault();
    void anEditToNullIsAnEdit_data() { both(); }
    void anEditToNullIsAnEdit();
    void countersBeginAtTheirDefault_data() { both(); }
    void countersBeginAtTheirDefault();
    void anUpdateOfTheAppIsNoEdit_data() { both(); }
    void anUpdateOfTheAppIsNoEdit();
    void aTableThatIsSyncedLater();

private:
    static void both()
    {
        QTest::addColumn<bool>("longAgo");
        QTest::newRow("updated now") << false;
        QTest::newRow("updated by an earlier version") << true;
    }
    static void update(Device &device)
    {
        QFETCH(bool, longAgo);
        longAgo ? makeUpdatedLongAgo(device) : makeUpdated(device);
    }
};

void TestOldRows::undoBringsBackTheDefault()
{
    Device device(before);
    update(device);
    device.act({u"UPDATE t SET colour = 'blue', votes = votes + 1"_s});
    QCOMPARE(device.rows(all), (QList<QVariantList>{{1, u"old"_s, u"blue"_s, 6}}));
    QVERIFY(device.replica().undo()->done);
    QCOMPARE(device.rows(all), (QList<QVariantList>{{1, u"old"_s, u"red"_s, 5}}));
    QVERIFY(device.replica().redo()->done);
    QCOMPARE(device.rows(all), (QList<QVariantList>{{1, u"old"_s, u"blue"_s, 6}}));
    QVERIFY(device.replica().undo()->done);

    device.act({u"DELETE FROM t"_s});
    QVERIFY(device.replica().undo()->done);
    QCOMPARE(device.rows(all), (QList<QVariantList>{{1, u"old"_s, u"red"_s, 5}}));
}

void TestOldRows::anEditToNullIsAnEdit()
{
    Relay relay;
    Device device(before, 1);
    update(device);
    Device other(before + after, 2);
    settleAll(relay, {&device, &other});
    device.exec(u"UPDATE t SET colour = NULL"_s);
    settleAll(relay, {&device, &other});
    QVERIFY(other.value(u"SELECT colour IS NULL FROM t"_s).toBool());
    QVERIFY(areSame({&device, &other}));
}

void TestOldRows::countersBeginAtTheirDefault()
{
    Relay relay;
    Device device(before, 1);
    update(device);
    Device other(before + after, 2);
    settleAll(relay, {&device, &other});
    device.exec(u"UPDATE t SET votes = votes + 1"_s);
    other.exec(u"UPDATE t SET votes = votes + 10"_s);
    settleAll(relay, {&device, &other});
    QCOMPARE(device.value(u"SELECT votes FROM t"_s).toInt(), 16);
    QVERIFY(areSame({&device, &other}));
}

void TestOldRows::anUpdateOfTheAppIsNoEdit()
{
    Relay relay;
    Device device(before, 1);
    device.exec(u"INSERT INTO t VALUES (2, 'other')"_s);
    settleAll(relay, {&device});
    const QByteArray digest = device.replica().digest("home")->toBytes();
    update(device);
    QCOMPARE(device.value(u"SELECT count(*) FROM log"_s).toInt(), 0); // no trigger of the app's has run
    QCOMPARE(device.replica().pendingCount(), 1);
    settleAll(relay, {&device});
    device.exec(u"DELETE FROM t WHERE id = 1"_s);
    settleAll(relay, {&device});
    QCOMPARE(device.replica().digest("home")->toBytes(), digest);
    device.exec(u"UPDATE t SET title = 'edited'"_s); // they do now
    QCOMPARE(device.value(u"SELECT count(*) FROM log"_s).toInt(), 1);
}

void TestOldRows::aTableThatIsSyncedLater()
{
    const QByteArray local = "CREATE TABLE t(id INTEGER PRIMARY KEY, title TEXT);";
    const QByteArray grown = "ALTER TABLE t ADD COLUMN space TEXT NOT NULL DEFAULT 'home';";
    Device device(local);
    device.exec(u"INSERT INTO t VALUES (1, 'old')"_s);
    device.setSchema({local, grown, "SELECT sheaf_sync('t');"});
    device.reopen();
    device.act({u"UPDATE t SET title = 'new'"_s}); // the space is as it was
    QVERIFY(device.replica().undo()->done);
    QCOMPARE(device.rows(u"SELECT * FROM t"_s), (QList<QVariantList>{{1, u"old"_s, u"home"_s}}));
}

QTEST_GUILESS_MAIN(TestOldRows)
#include "tst_oldrows.moc"
