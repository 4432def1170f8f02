// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"
#include "server/core/authenticator.h"
#include "server/storage/sqlitestorage.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Qt::StringLiterals;

/// Files of every version of the server's database.
class TestReleasedStorages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void filesOfAllVersionsAreTaken_data();
    void filesOfAllVersionsAreTaken();
    void aNewerFileIsLeftAsItIs();

private:
    static QString run(const QString &path, const QByteArray &sql)
    {
        sqlite3 *handle = nullptr;
        sqlite3_open(path.toUtf8().constData(), &handle);
        char *error = nullptr;
        sqlite3_exec(handle, sql.constData(), nullptr, nullptr, &error);
        const QString said = QString::fromUtf8(error);
        sqlite3_free(error);
        sqlite3_close(handle);
        return said;
    }
    static int versionOf(const QString &path)
    {
        sqlite3 *handle = nullptr;
        sqlite3_open(path.toUtf8().constData(), &handle);
        int version = 0;
        const auto take = [](void *out, int, char **values, char **) {
            *static_cast<int *>(out) = QByteArray(values[0]).toInt();
            return 0;
        };
        sqlite3_exec(handle, "PRAGMA user_version", take, &version, nullptr);
        sqlite3_close(handle);
        return version;
    }
    template<typename T>
    static T need(Result<T> result)
    {
        if (!result)
            qFatal("%s", qPrintable(result.error().message));
        return *std::move(result);
    }
};

void TestReleasedStorages::filesOfAllVersionsAreTaken_data()
{
    QTest::addColumn<QString>("script");
    QTemporaryDir scratch;
    const QString fresh = scratch.filePath(u"server.db"_s);
    need(SqliteStorage::open(fresh, 7));
    const int newest = versionOf(fresh);
    QVERIFY(newest > 0);
    const QDir folder(QStringLiteral(RELEASED));
    for (int version = 1; version <= newest; ++version) {
        const QString name = u"server_%1.sql"_s.arg(version);
        QVERIFY2(folder.exists(name), qPrintable(name)); // tests/data/released/make.py makes it
        QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
    QCOMPARE(folder.entryList({u"server_*.sql"_s}, QDir::Files).size(), newest);
}

void TestReleasedStorages::filesOfAllVersionsAreTaken()
{
    QFETCH(QString, script);
    QTemporaryDir folder;
    const QString path = folder.filePath(u"server.db"_s);
    QFile file(script);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(run(path, file.readAll()), QString());
    for (int time = 0; time < 2; ++time) {
        const auto storage = need(SqliteStorage::open(path, 99));
        QCOMPARE(storage->epoch(), Epoch(7));
        StoredSpace space;
        QList<StoredTable> tables;
        {
            auto transaction = need(storage->begin());
            QCOMPARE(need(transaction->devices(hashToken("token"))).value(0).name, "phone"_ba);
            QCOMPARE(need(transaction->pushNumber(0x11, 1)), quint64(1));
            space = need(transaction->space("home")).value_or(StoredSpace{});
            tables = need(transaction->tables(space.id));
            QVERIFY(need(transaction->places(space.id)).isEmpty());
        }
        QCOMPARE(space.head, Sequence(3));
        QCOMPARE(space.schemaMin, 0U);
        QVERIFY(space.forgotten == Forgotten());
        QCOMPARE(space.longestDelete, CausalLength(2));
        SpaceDigest digest;
        int rows = 0;
        const std::vector<NamedColumn> byName{{"tags", 3}, {"title", 1}, {"votes", 2}};
        QVERIFY(storage->scan(space.id, 0, [&](const RecordView &row) {
            RowRecord record;
            if (decodeRecord(row.record, record))
                digest.add(fingerprint(tables.constFirst().name, row.key, clockOf(record), byName));
            return ++rows > 0;
        }));
        QCOMPARE(rows, 2);
        QVERIFY(space.digest == digest);
        QVERIFY(!(digest == SpaceDigest()));
    }
}

void TestReleasedStorages::aNewerFileIsLeftAsItIs()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"server.db"_s);
    need(SqliteStorage::open(path, 7));
    QCOMPARE(run(path, "PRAGMA user_version = 1000; PRAGMA wal_checkpoint(TRUNCATE);"), QString());
    const auto content = [&path] {
        QByteArray all;
        sqlite3 *handle = nullptr;
        sqlite3_open(path.toUtf8().constData(), &handle);
        const auto append = [](void *out, int count, char **values, char **) {
            for (int i = 0; i < count; ++i)
                static_cast<QByteArray *>(out)->append(values[i]).append('|');
            return 0;
        };
        for (const char *sql : {"SELECT type, name, sql FROM sqlite_schema", "PRAGMA user_version", "SELECT * FROM meta"})
            sqlite3_exec(handle, sql, append, &all, nullptr);
        sqlite3_close(handle);
        return all;
    };
    const QByteArray before = content();
    QVERIFY(before.contains("1000"));
    const auto opened = SqliteStorage::open(path, 7);
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"newer_schema"_s);
    QCOMPARE(content(), before);
}

QTEST_GUILESS_MAIN(TestReleasedStorages)
#include "tst_releasedstorages.moc"
