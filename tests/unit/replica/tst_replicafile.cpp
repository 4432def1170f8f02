// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"
#include "sql/database.h"

#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QtTest>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {
constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('t');";
}

class TestReplicaFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everythingSurvivesARestart();
    void aSecondOpenerIsToldWhoHasIt();
    void foreignFilesAreLeftAlone();
    void newerSchemasAreRefused();
    void schemaErrorsNameFileAndLine();
    void aFullDiskLosesNothing();
    void writesOfOtherProgramsAreRefused_data();
    void writesOfOtherProgramsAreRefused();
    void writesOfOtherProgramsAreNoticed();
    void whatWasSentTakesNoSpace();
};

void TestReplicaFile::everythingSurvivesARestart()
{
    Device device(schema);
    device.exec(u"INSERT INTO t VALUES (1, 'x')"_s);
    QVERIFY(device.replica().setLease("lease"));
    const SiteId site = device.replica().site();
    const auto digest = *device.replica().digest("home");
    device.reopen();
    QCOMPARE(device.replica().site(), site);
    QCOMPARE(device.replica().lease(), "lease"_ba);
    QCOMPARE(device.replica().pendingCount(), 1);
    QCOMPARE(*device.replica().digest("home"), digest);
    QVERIFY(device.digestHolds());
}

void TestReplicaFile::aSecondOpenerIsToldWhoHasIt()
{
    Device device(schema);
    const auto second = Replica::open(device.config());
    QVERIFY(!second);
    QCOMPARE(second.error().code, u"locked"_s);
    QVERIFY(second.error().message.contains(QString::number(QCoreApplication::applicationPid())));
}

void TestReplicaFile::foreignFilesAreLeftAlone()
{
    Device device(schema);
    device.close();
    QFile file(device.path());
    for (const char *suffix : {"-wal", "-shm"})
        QFile::remove(device.path() + QLatin1StringView(suffix));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    const QByteArray letter = QByteArray("Dear diary, this is no database at all. ").repeated(50);
    file.write(letter);
    file.close();
    const auto text = device.open();
    QVERIFY(!text);
    QCOMPARE(text.error().code, u"foreign_database"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), letter);
    file.close();

    QVERIFY(file.remove());
    {
        QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
        other.setDatabaseName(device.path());
        QVERIFY(other.open());
        QSqlQuery(other).exec(u"CREATE TABLE theirs(x)"_s);
        other.close();
    }
    QSqlDatabase::removeDatabase(u"other"_s);
    const auto database = device.open();
    QVERIFY(!database);
    QCOMPARE(database.error().code, u"foreign_database"_s);
}

void TestReplicaFile::newerSchemasAreRefused()
{
    Device device(schema);
    device.close();
    device.setSchema({schema, "CREATE TABLE extra(x);"});
    QVERIFY(device.open());
    device.close();
    Device older(schema);
    ReplicaConfig config = older.config();
    config.path = device.path();
    const auto opened = Replica::open(config);
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"newer_schema"_s);
}

void TestReplicaFile::schemaErrorsNameFileAndLine()
{
    Device device(schema);
    device.close();
    device.setSchema({schema, "-- fine\nCREATE TABLE good(x);\nCREATE TABEL bad(x);\n"});
    const auto opened = device.open();
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"schema_error"_s);
    QVERIFY2(opened.error().message.contains(u"0002_step.sql, line 3"_s), qPrintable(opened.error().message));
    // Nothing of the failed script stays.
    device.setSchema({schema, "CREATE TABLE good(x);"});
    QVERIFY(device.open());
    for (const char *wrong : {"SELECT sheaf_sync('nowhere');", "CREATE TABLE k(x); SELECT sheaf_sync('k');",
                              "CREATE TABLE k(x PRIMARY KEY, y); SELECT sheaf_sync('k', '{\"colour\":1}');"}) {
        Device fresh(schema);
        fresh.close();
        fresh.setSchema({schema, wrong});
        const auto failed = fresh.open();
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, u"schema_error"_s);
    }
}

void TestReplicaFile::aFullDiskLosesNothing()
{
    Device device(schema);
    device.exec(u"INSERT INTO t VALUES (1, 'kept')"_s);
    sqlite3 *handle = sqliteHandle(device.replica().database());
    sqlite3_set_authorizer(handle, nullptr, nullptr); // no app may set what follows
    QVERIFY(execSql(handle, "PRAGMA max_page_count=60"));
    const auto full = device.tryExec({u"INSERT INTO t VALUES (2, zeroblob(1000000))"_s});
    QVERIFY(!full);
    QVERIFY(execSql(handle, "PRAGMA max_page_count=100000"));
    QCOMPARE(device.value(u"SELECT group_concat(a) FROM t"_s).toString(), u"kept"_s);
    device.exec(u"INSERT INTO t VALUES (2, 'room again')"_s);
    QCOMPARE(device.replica().pendingCount(), 2);
    QVERIFY(device.digestHolds());
}

void TestReplicaFile::writesOfOtherProgramsAreRefused_data()
{
    QTest::addColumn<QString>("sql");
    for (const char *sql : {"INSERT INTO t(id, a) VALUES (9, 'unsynced')", "REPLACE INTO t(id, a) VALUES (1, 'unsynced')",
                            "UPDATE t SET a = 'unsynced'", "UPDATE t SET later = 1", "UPDATE t SET id = 5",
                            "DELETE FROM t WHERE id = 1", "DELETE FROM t"})
        QTest::newRow(sql) << QString::fromLatin1(sql);
}

void TestReplicaFile::writesOfOtherProgramsAreRefused()
{
    QFETCH(QString, sql);
    Device device(schema);
    device.exec(u"INSERT INTO t VALUES (1, 'x')"_s);
    device.close();
    device.setSchema(
        {schema, "ALTER TABLE t ADD COLUMN gone; ALTER TABLE t ADD COLUMN later;", "ALTER TABLE t DROP COLUMN gone;"});
    QVERIFY(device.open());
    device.close();
    {
        QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
        other.setDatabaseName(device.path());
        QVERIFY(other.open());
        QSqlQuery query(other);
        QVERIFY(!query.exec(sql));
        QVERIFY2(query.lastError().databaseText().contains(u"written_through_sheaf_only"_s),
                 qPrintable(query.lastError().databaseText()));
        QVERIFY(query.exec(u"SELECT a FROM t"_s) && query.next());
        QCOMPARE(query.value(0).toString(), u"x"_s);
        query.clear();
        other.close();
    }
    QSqlDatabase::removeDatabase(u"other"_s);
    QVERIFY(device.open());
    device.exec(u"UPDATE t SET a = 'ours', later = 2"_s);
    device.exec(u"DELETE FROM t"_s);
    QCOMPARE(device.replica().pendingCount(), 1);
    QVERIFY(device.digestHolds());
}

/// Tables that are not synced are anybody's, but the engine must not go on with what it remembers.
void TestReplicaFile::writesOfOtherProgramsAreNoticed()
{
    Device device("CREATE TABLE t(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('t'); CREATE TABLE local(x);");
    {
        QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
        other.setDatabaseName(device.path());
        QVERIFY(other.open());
        QVERIFY(QSqlQuery(other).exec(u"INSERT INTO local VALUES (9)"_s));
        other.close();
    }
    QSqlDatabase::removeDatabase(u"other"_s);
    const auto written = device.tryExec({u"INSERT INTO t VALUES (1, 'x')"_s});
    QVERIFY(!written);
    QCOMPARE(written.error().code, u"bypassed"_s);
}

/// The outbox of a large import is as large as the rows themselves, and is empty soon after.
void TestReplicaFile::whatWasSentTakesNoSpace()
{
    Device device(schema);
    Relay relay;
    device.exec(u"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
                "SELECT i, 'a' FROM n"_s);
    const int pages = device.value(u"PRAGMA page_count"_s).toInt();
    relay.sync(device);
    QCOMPARE(device.replica().pendingCount(), 0);
    const int free = device.value(u"PRAGMA freelist_count"_s).toInt();
    QVERIFY2(device.value(u"PRAGMA page_count"_s).toInt() < pages * 3 / 4,
             qPrintable(u"%1 of %2 are free"_s.arg(free).arg(pages)));
    QVERIFY(free <= 256);
    QVERIFY(device.digestHolds());
    QCOMPARE(device.value(u"PRAGMA integrity_check"_s).toString(), u"ok"_s);
}

QTEST_GUILESS_MAIN(TestReplicaFile)
#include "tst_replicafile.moc"
