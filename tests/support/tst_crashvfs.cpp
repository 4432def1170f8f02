// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "support/crashvfs.h"

#include <QTest>

#include <sqlite3.h>

using namespace Sheaf::Test;

namespace {

/// A plain connection on the VFS.
class Connection
{
public:
    explicit Connection(const char *path)
    {
        m_open = sqlite3_open_v2(path, &m_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "crash") == SQLITE_OK;
    }
    ~Connection() { sqlite3_close_v2(m_db); }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    int run(const char *sql) { return sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr); }
    int runNumber(const char *sql, qint64 number)
    {
        sqlite3_stmt *statement = nullptr;
        if (const int code = sqlite3_prepare_v2(m_db, sql, -1, &statement, nullptr); code != SQLITE_OK)
            return code;
        sqlite3_bind_int64(statement, 1, number);
        while (sqlite3_step(statement) == SQLITE_ROW) {
        }
        return sqlite3_finalize(statement);
    }
    QByteArray text(const char *sql)
    {
        sqlite3_stmt *statement = nullptr;
        QByteArray result = "error";
        if (sqlite3_prepare_v2(m_db, sql, -1, &statement, nullptr) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
            result = reinterpret_cast<const char *>(sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        return result;
    }
    [[nodiscard]] bool isOpen() const { return m_open; }

private:
    sqlite3 *m_db = nullptr;
    bool m_open = false;
};

/// 700 bytes, so that a row spans sectors.
constexpr char insertSql[] = "INSERT INTO t(id, body) VALUES (?1, hex(zeroblob(350)))";

} // namespace

class TestCrashVfs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_vfs = std::make_unique<CrashVfs>(false); }
    void cleanup() { m_vfs.reset(); }

    void syncedTransactionsSurvive_data();
    void syncedTransactionsSurvive();
    void unsyncedTransactionsMayVanishButNeverTear();
    void aLyingDiskLosesCommits();
    void killKeepsEverything();
    void everyWriteFault_data();
    void everyWriteFault();
    void everyMomentBetweenWrites_data();
    void everyMomentBetweenWrites();
    void readersSeeTheWriter();
    void secondWriterIsBusy();
    void deadHandlesTouchNothing();
    void snapshotAndRestore();

private:
    std::unique_ptr<CrashVfs> m_vfs;
};

void TestCrashVfs::syncedTransactionsSurvive_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("wal") << QByteArray("PRAGMA journal_mode=WAL");
    QTest::newRow("delete") << QByteArray("PRAGMA journal_mode=DELETE");
}

void TestCrashVfs::syncedTransactionsSurvive()
{
    QFETCH(QByteArray, mode);
    for (quint64 seed = 1; seed <= 300; ++seed) {
        m_vfs->disk().removeAll("/");
        qint64 acknowledged = 0;
        {
            Connection db("/n/a.db");
            QVERIFY(db.isOpen());
            QCOMPARE(db.run(mode.constData()), SQLITE_OK);
            QCOMPARE(db.run("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=7; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                     SQLITE_OK);
            // Two crashes in a row: recovery itself is cut off as well.
            for (quint64 n = 0; n < 3 + seed % 40; ++n) {
                QCOMPARE(db.runNumber(insertSql, ++acknowledged), SQLITE_OK);
            }
            QCOMPARE(db.run("BEGIN; INSERT INTO t VALUES (1000000, 'not committed')"), SQLITE_OK);
            m_vfs->disk().crash("/n/", seed);
        }
        {
            Connection half("/n/a.db");
            half.text("SELECT count(*) FROM t");
            m_vfs->disk().crash("/n/", seed * 31);
        }
        Connection db("/n/a.db");
        QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
        QCOMPARE(db.text("SELECT count(*) FROM t"), QByteArray::number(acknowledged));
    }
}

void TestCrashVfs::unsyncedTransactionsMayVanishButNeverTear()
{
    int lost = 0;
    for (quint64 seed = 1; seed <= 200; ++seed) {
        m_vfs->disk().removeAll("/");
        {
            Connection db("/n/a.db");
            QCOMPARE(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=30;"
                            "CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                     SQLITE_OK);
            for (qint64 n = 1; n <= 20; ++n)
                QCOMPARE(db.runNumber(insertSql, n), SQLITE_OK);
            m_vfs->disk().crash("/n/", seed);
        }
        Connection db("/n/a.db");
        QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
        // What is left is a prefix of the commits.
        const QByteArray count = db.text("SELECT count(*) FROM t");
        if (count != "error")
            QCOMPARE(db.text("SELECT coalesce(max(id), 0) FROM t"), count);
        if (count != "20")
            ++lost;
    }
    QVERIFY(lost > 20);
}

void TestCrashVfs::aLyingDiskLosesCommits()
{
    m_vfs->disk().lieAboutSync("/n/");
    int lost = 0;
    for (quint64 seed = 1; seed <= 30; ++seed) {
        m_vfs->disk().removeAll("/");
        {
            Connection db("/n/a.db");
            QCOMPARE(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                     SQLITE_OK);
            QCOMPARE(db.runNumber(insertSql, 1), SQLITE_OK);
            m_vfs->disk().crash("/n/", seed);
        }
        Connection db("/n/a.db");
        if (db.text("SELECT count(*) FROM t") != "1")
            ++lost;
    }
    QVERIFY(lost > 3);
}

void TestCrashVfs::killKeepsEverything()
{
    {
        Connection db("/n/a.db");
        QCOMPARE(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                 SQLITE_OK);
        for (qint64 n = 1; n <= 20; ++n)
            QCOMPARE(db.runNumber(insertSql, n), SQLITE_OK);
        m_vfs->disk().kill("/n/");
    }
    Connection db("/n/a.db");
    QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
    QCOMPARE(db.text("SELECT count(*) FROM t"), "20");
}

void TestCrashVfs::everyWriteFault_data()
{
    QTest::addColumn<int>("operation");
    QTest::addColumn<int>("code");
    QTest::newRow("EIO on write") << int(CrashDisk::Operation::Write) << SQLITE_IOERR_WRITE;
    QTest::newRow("disk full") << int(CrashDisk::Operation::Write) << SQLITE_FULL;
    QTest::newRow("EIO on sync") << int(CrashDisk::Operation::Sync) << SQLITE_IOERR_FSYNC;
}

void TestCrashVfs::everyWriteFault()
{
    QFETCH(int, operation);
    QFETCH(int, code);
    int failures = 0;
    for (qint64 nth = 0; nth < 60; ++nth) {
        m_vfs->disk().removeAll("/");
        qint64 committed = 0;
        qint64 unknown = 0;
        {
            Connection db("/n/a.db");
            QCOMPARE(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=5;"
                            "CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                     SQLITE_OK);
            m_vfs->disk().inject({"/n/", static_cast<CrashDisk::Operation>(operation), code, nth, true});
            for (qint64 n = 1; n <= 12; ++n) {
                if (db.runNumber(insertSql, n) == SQLITE_OK)
                    ++committed;
                else
                    ++unknown;
            }
            m_vfs->disk().clearFaults();
        }
        failures += unknown > 0;
        Connection db("/n/a.db");
        QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
        // A failed commit may be there after all, a successful one must be.
        const qint64 found = db.text("SELECT count(*) FROM t").toLongLong();
        QVERIFY2(found >= committed && found <= committed + unknown, qPrintable(QString::number(nth)));
    }
    QVERIFY(failures > 10);
}

void TestCrashVfs::everyMomentBetweenWrites_data()
{
    QTest::addColumn<bool>("power");
    QTest::newRow("power cut") << true;
    QTest::newRow("kill") << false;
}

/// The program ends before the first call that changes the disk, before the second, and so on until it comes through.
void TestCrashVfs::everyMomentBetweenWrites()
{
    QFETCH(bool, power);
    bool cameThrough = false;
    qint64 struckTimes = 0;
    for (qint64 nth = 0; !cameThrough; ++nth) {
        m_vfs->disk().removeAll("/");
        qint64 committed = 0;
        bool struck = false;
        {
            Connection db("/n/a.db");
            QCOMPARE(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=5;"
                            "CREATE TABLE t(id INTEGER PRIMARY KEY, body)"),
                     SQLITE_OK);
            m_vfs->disk().doom({"/n/", nth, power, static_cast<quint64>(nth) * 7, [&struck] { struck = true; }});
            while (committed < 8 && db.runNumber(insertSql, committed + 1) == SQLITE_OK)
                ++committed;
            QCOMPARE(committed < 8, struck);
            // Whoever is dead changes nothing more.
            const auto files = m_vfs->disk().snapshot("/n/");
            if (struck)
                QVERIFY(db.runNumber(insertSql, 100) != SQLITE_OK);
            QVERIFY(!struck || files == m_vfs->disk().snapshot("/n/"));
            m_vfs->disk().pardon("/n/");
        }
        struckTimes += struck;
        cameThrough = !struck;
        Connection db("/n/a.db");
        QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
        const qint64 found = db.text("SELECT count(*) FROM t").toLongLong();
        QVERIFY2(found == committed || (struck && found == committed + 1), qPrintable(QString::number(nth)));
    }
    QVERIFY(struckTimes > 25);
}

void TestCrashVfs::readersSeeTheWriter()
{
    Connection writer("/n/a.db");
    QCOMPARE(writer.run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"), SQLITE_OK);
    Connection reader("/n/a.db");
    QCOMPARE(writer.runNumber(insertSql, 1), SQLITE_OK);
    QCOMPARE(reader.run("BEGIN"), SQLITE_OK);
    QCOMPARE(reader.text("SELECT count(*) FROM t"), "1");
    QCOMPARE(writer.runNumber(insertSql, 2), SQLITE_OK);
    QCOMPARE(reader.text("SELECT count(*) FROM t"), "1");
    QCOMPARE(reader.run("COMMIT"), SQLITE_OK);
    QCOMPARE(reader.text("SELECT count(*) FROM t"), "2");
}

void TestCrashVfs::secondWriterIsBusy()
{
    Connection first("/n/a.db");
    QCOMPARE(first.run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"), SQLITE_OK);
    Connection second("/n/a.db");
    QCOMPARE(first.run("BEGIN IMMEDIATE"), SQLITE_OK);
    QCOMPARE(second.run("BEGIN IMMEDIATE"), SQLITE_BUSY);
    QCOMPARE(first.run("COMMIT"), SQLITE_OK);
    QCOMPARE(second.run("BEGIN IMMEDIATE; COMMIT"), SQLITE_OK);
}

void TestCrashVfs::deadHandlesTouchNothing()
{
    Connection dead("/n/a.db");
    QCOMPARE(dead.run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"), SQLITE_OK);
    QCOMPARE(dead.runNumber(insertSql, 1), SQLITE_OK);
    m_vfs->disk().crash("/n/", 5);
    QVERIFY(dead.runNumber(insertSql, 2) != SQLITE_OK);
    Connection db("/n/a.db");
    QCOMPARE(db.text("SELECT count(*) FROM t"), "1");
    QCOMPARE(db.runNumber(insertSql, 3), SQLITE_OK);
    QVERIFY(dead.runNumber(insertSql, 4) != SQLITE_OK);
    QCOMPARE(db.text("SELECT count(*) FROM t"), "2");
}

void TestCrashVfs::snapshotAndRestore()
{
    {
        Connection db("/n/a.db");
        QCOMPARE(db.run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, body)"), SQLITE_OK);
        QCOMPARE(db.runNumber(insertSql, 1), SQLITE_OK);
        const CrashDisk::Snapshot backup = m_vfs->disk().snapshot("/n/");
        QCOMPARE(db.runNumber(insertSql, 2), SQLITE_OK);
        m_vfs->disk().restore("/n/", backup);
    }
    Connection db("/n/a.db");
    QCOMPARE(db.text("PRAGMA integrity_check"), "ok");
    QCOMPARE(db.text("SELECT count(*) FROM t"), "1");
}

QTEST_GUILESS_MAIN(TestCrashVfs)
#include "tst_crashvfs.moc"
