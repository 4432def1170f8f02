// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QSqlDatabase>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// The engine on its own, without a server.
class TestEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aQuerySeesWhatWasWritten()
    {
        Device device(u"a"_s);
        for (int i = 0; i < 50; ++i) {
            device.addNote(QString::number(i), u"t"_s);
            QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), i + 1);
        }
        QCOMPARE(device.engine().pending(), 50);
        QCOMPARE(device.engine().state(), SyncEngine::State::LocalOnly);
    }

    void allStatementsOrNone()
    {
        Device device(u"a"_s);
        const auto done = await(device.engine().write(
            {{u"INSERT INTO notes(id, title) VALUES('a', 'x')"_s, {}, {}}, {u"INSERT INTO nowhere VALUES(1)"_s, {}, {}}}));
        QVERIFY(done.has_value());
        QVERIFY(!done->has_value());
        QCOMPARE(done->error().code, u"sql_error"_s);
        QVERIFY(done->error().message.contains(u"nowhere"_s));
        QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 0);
        QCOMPARE(device.engine().pending(), 0);
    }

    void affectedRowsAndNamedValues()
    {
        Device device(u"a"_s);
        const auto done = await(device.engine().write({{u"INSERT INTO notes(id, title) VALUES('a', 'x'), ('b', 'y')"_s, {}, {}},
                                                       {u"UPDATE notes SET votes = :votes"_s, {}, {{u"votes"_s, 3}}},
                                                       {u"DELETE FROM notes WHERE id = :id"_s, {}, {{u":id"_s, u"b"_s}}}}));
        QVERIFY(done && *done);
        QCOMPARE(**done, (QList<qint64>{2, 2, 1}));
        QCOMPARE(device.value(u"SELECT votes FROM notes"_s).toInt(), 3);
    }

    void aSlowQueryDoesNotHoldUpWrites()
    {
        Device device(u"a"_s);
        const auto slow = device.engine().query(
            {u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) SELECT count(*) FROM n"_s,
             {},
             {}});
        for (int i = 0; i < 20; ++i)
            device.addNote(QString::number(i), u"t"_s);
        QVERIFY2(!slow.isFinished(), "the query was too quick to prove anything");
        QVERIFY(await(slow).has_value());
    }

    void aQueryMayNotWrite()
    {
        Device device(u"a"_s);
        const auto done = await(device.engine().query({u"DELETE FROM notes"_s, {}, {}}));
        QVERIFY(done && !*done);
    }

    void queuedWritesAreCommittedAtTheEnd()
    {
        Device device(u"a"_s);
        for (int i = 0; i < 200; ++i)
            device.engine().write({{u"INSERT INTO notes(id, title) VALUES(?, 't')"_s, {QString::number(i)}, {}}});
        device.restart();
        QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 200);
    }

    void workMayBeQueuedBeforeItIsOpen()
    {
        Device device(u"a"_s);
        device.close();
        SyncEngine engine(device.options());
        const auto opened = engine.open();
        const auto written = engine.write({{u"INSERT INTO notes(id, title) VALUES('a', 'early')"_s, {}, {}}});
        QVERIFY(await(written).has_value());
        const auto found = await(engine.query({u"SELECT title FROM notes"_s, {}, {}}));
        QVERIFY(found && *found);
        QCOMPARE((*found)->rows.first().first().toString(), u"early"_s);
        QVERIFY(engine.isReady());
    }

    void openingProblemsAreTold_data()
    {
        QTest::addColumn<QString>("problem");
        QTest::newRow("locked") << u"locked"_s;
        QTest::newRow("foreign_database") << u"foreign_database"_s;
        QTest::newRow("schema_error") << u"schema_error"_s;
    }
    void openingProblemsAreTold()
    {
        QFETCH(QString, problem);
        Device device(u"a"_s);
        SyncEngine::Options options = device.options();
        if (problem != "locked"_L1) {
            options.databasePath = device.path(u"other.db"_s);
            const bool foreign = problem == "foreign_database"_L1;
            QFile file(foreign ? options.databasePath : device.path(u"bad.sql"_s));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(foreign ? QByteArray(8192, 'x') : QByteArray("CREATE TABEL oops;"));
            if (!foreign)
                options.schemaPath = file.fileName();
        }
        SyncEngine engine(options);
        QSignalSpy failed(&engine, &SyncEngine::openFailed);
        const auto opened = await(engine.open());
        QVERIFY(opened && !*opened);
        QCOMPARE(opened->error().code, problem);
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(engine.state(), SyncEngine::State::Error);
        QCOMPARE(engine.errorCode(), problem);
        QVERIFY(!engine.errorText().isEmpty());
        const auto written = await(engine.write({{u"SELECT 1"_s, {}, {}}}));
        QVERIFY(written && !*written);
        const auto found = await(engine.query({u"SELECT 1"_s, {}, {}}));
        QVERIFY(found && !*found);
    }

    void aCommitIsTold()
    {
        Device device(u"a"_s);
        QList<CommitChanges> commits;
        connect(&device.engine(), &SyncEngine::committed, this,
                [&](const CommitChanges &changes) { commits.push_back(changes); });
        device.addNote(u"a"_s, u"1"_s);
        QTRY_COMPARE(commits.size(), 1);
        QVERIFY(commits[0].tables.contains("notes"));
        QVERIFY(!commits[0].remote);
        device.write(u"INSERT INTO settings VALUES('theme', 'dark')"_s);
        QTRY_COMPARE(commits.size(), 2);
        QVERIFY(commits[1].tables.contains("settings"));
        QCOMPARE(device.engine().pending(), 1);
    }

    void anUnreachableServerIsAnEndlessMatter()
    {
        Device device(u"a"_s);
        device.engine().connectToServer(QUrl(u"ws://127.0.0.1:1"_s), "token");
        QTRY_COMPARE_WITH_TIMEOUT(device.engine().state(), SyncEngine::State::Reconnecting, patienceMs);
        QVERIFY(!device.engine().errorText().isEmpty());
        const auto synced = await(device.engine().waitSynced(200));
        QVERIFY(synced && !*synced);
        QCOMPARE(synced->error().code, u"timeout"_s);
        device.engine().disconnectFromServer();
        QTRY_COMPARE(device.engine().state(), SyncEngine::State::Offline);
    }

    void plainConnectionsStayOnThisMachine()
    {
        Device device(u"a"_s);
        device.engine().connectToServer(QUrl(u"ws://192.0.2.1:1"_s), "token");
        QTRY_VERIFY_WITH_TIMEOUT(device.engine().errorText().contains(u"wss://"_s), patienceMs);
    }

    void nothingIsLeftBehind()
    {
        {
            Device device(u"a"_s);
            QCOMPARE(device.value(u"SELECT 1"_s).toInt(), 1);
        }
        QCOMPARE(QSqlDatabase::connectionNames(), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
