// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/livequery.h"
#include "twodevices.h"

#include <QAbstractItemModelTester>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Two devices and a real server over real sockets.
class TestSync : public TwoDevices
{
    Q_OBJECT

private Q_SLOTS:
    void editsGoBothWays()
    {
        connectBoth();
        a->addNote(u"1"_s, u"from a"_s);
        b->addNote(u"2"_s, u"from b"_s);
        QTRY_COMPARE_WITH_TIMEOUT(b->titleOf(u"1"_s), u"from a"_s, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(a->titleOf(u"2"_s), u"from b"_s, patienceMs);
        b->write(u"UPDATE notes SET title = 'changed' WHERE id = '1'"_s);
        QTRY_COMPARE_WITH_TIMEOUT(a->titleOf(u"1"_s), u"changed"_s, patienceMs);
        a->write(u"DELETE FROM notes WHERE id = '2'"_s);
        QTRY_COMPARE_WITH_TIMEOUT(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 1, patienceMs);
        verifyEqual();
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Synced, patienceMs);
        QVERIFY(a->engine().syncedAtMs() > 0);
    }

    void aScreenFollowsAnotherDevice()
    {
        connectBoth();
        LiveQuery query;
        const QAbstractItemModelTester tester(&query, QAbstractItemModelTester::FailureReportingMode::QtTest);
        query.setEngine(&b->engine());
        query.setSql(u"SELECT id, title FROM notes ORDER BY title"_s);
        QTRY_VERIFY_WITH_TIMEOUT(query.isLoaded(), patienceMs);
        for (int i = 0; i < 20; ++i)
            a->addNote(QString::number(i), u"title %1"_s.arg(i, 2));
        QTRY_COMPARE_WITH_TIMEOUT(query.count(), 20, patienceMs);
        a->write(u"DELETE FROM notes WHERE id IN ('3', '4')"_s);
        QTRY_COMPARE_WITH_TIMEOUT(query.count(), 18, patienceMs);
    }

    void overlappingOfflineEditsConverge()
    {
        connectBoth();
        for (int i = 0; i < 50; ++i)
            a->addNote(QString::number(i), u"start"_s);
        QVERIFY(a->waitSynced());
        QVERIFY(b->waitSynced());
        a->engine().disconnectFromServer();
        b->engine().disconnectFromServer();
        QTRY_COMPARE(a->engine().state(), SyncEngine::State::Offline);
        for (int i = 0; i < 100; ++i) {
            a->write(u"UPDATE notes SET title = ?, votes = ? WHERE id = ?"_s, {u"a%1"_s.arg(i), i, QString::number(i % 50)});
            b->write(u"UPDATE notes SET title = ?, body = ? WHERE id = ?"_s,
                     {u"b%1"_s.arg(i), u"b"_s, QString::number((i * 7) % 50)});
        }
        a->write(u"DELETE FROM notes WHERE id = '5'"_s);
        b->write(u"DELETE FROM notes WHERE id = '6'"_s);
        b->addNote(u"new"_s, u"made offline"_s);
        QVERIFY(a->engine().pending() > 0);
        connectBoth();
        verifyEqual();
        QCOMPARE(a->titleOf(u"new"_s), u"made offline"_s);
        QCOMPARE(a->engine().pending(), 0);
    }

    void anOldAppKeepsItsEditsUntilItIsUpdated()
    {
        connectBoth();
        a->addNote(u"1"_s, u"before"_s);
        QTRY_COMPARE_WITH_TIMEOUT(b->titleOf(u"1"_s), u"before"_s, patienceMs);
        b->addMigration("ALTER TABLE notes ADD COLUMN colour TEXT;");
        b->restart();
        connectBoth();
        server->order({u"space"_s, u"require"_s, u"--space"_s, u"home"_s, u"--schema"_s, u"2"_s});
        QVERIFY(server->order({u"space"_s, u"list"_s}).contains("schema 2"));
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().errorCode(), u"update_needed"_s, patienceMs);
        QCOMPARE(a->engine().state(), SyncEngine::State::Error);
        QVERIFY(a->engine().errorText().contains(u"home"));
        a->write(u"UPDATE notes SET title = 'by the old app' WHERE id = '1'"_s);
        b->write(u"UPDATE notes SET colour = 'red' WHERE id = '1'"_s);
        QVERIFY(b->waitSynced());
        QCOMPARE(b->titleOf(u"1"_s), u"before"_s);
        QCOMPARE(a->engine().pending(), 1);

        a->addMigration("ALTER TABLE notes ADD COLUMN colour TEXT;");
        a->restart();
        connectBoth();
        verifyEqual();
        QCOMPARE(b->titleOf(u"1"_s), u"by the old app"_s);
        QCOMPARE(a->value(u"SELECT colour FROM notes WHERE id = '1'"_s).toString(), u"red"_s);
    }

    void aKilledServerLosesNothing()
    {
        connectBoth();
        int number = 0;
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 20; ++i, ++number) {
                a->engine().write({{u"INSERT INTO notes(id, title) VALUES(?, 'a')"_s, {u"a%1"_s.arg(number)}, {}}});
                b->engine().write({{u"INSERT INTO notes(id, title) VALUES(?, 'b')"_s, {u"b%1"_s.arg(number)}, {}}});
            }
            QTest::qWait(5 * round);
            server->kill();
            a->addNote(u"while away %1"_s.arg(round), u"x"_s);
            server->start();
        }
        verifyEqual();
        QCOMPARE(a->value(u"SELECT count(*) FROM notes"_s).toInt(), 2 * number + 5);
    }

    /// Nobody tells the devices: what the server lost is offered to it, also when it has as many new changes meanwhile.
    void aRestoredServerIsOfferedWhatItLost()
    {
        connectBoth();
        a->addNote(u"1"_s, u"in the backup"_s);
        verifyEqual();
        server->terminate();
        const QTemporaryDir backup;
        server->backUp(backup.path());
        server->start();
        b->engine().disconnectFromServer();
        a->addNote(u"2"_s, u"lost with the disk"_s);
        a->write(u"DELETE FROM notes WHERE id = '1'"_s);
        QVERIFY(a->waitSynced());
        a->engine().disconnectFromServer();
        server->terminate();
        server->restore(backup.path());
        server->start();
        b->engine().connectToServer(server->url(), tokenB);
        for (int i = 0; i < 10; ++i)
            b->addNote(u"after %1"_s.arg(i), u"after the restore"_s);
        QVERIFY(b->waitSynced());
        a->engine().connectToServer(server->url(), tokenA);
        verifyEqual();
        QCOMPARE(b->titleOf(u"2"_s), u"lost with the disk"_s);
        QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 11);
    }

    void aStoppedServerIsReconnected()
    {
        connectBoth();
        QVERIFY(a->waitSynced());
        server->terminate();
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Reconnecting, patienceMs);
        a->addNote(u"1"_s, u"offline"_s);
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().pending(), 1, patienceMs);
        server->start();
        a->engine().reconnectNow();
        verifyEqual();
        QCOMPARE(b->titleOf(u"1"_s), u"offline"_s);
    }

    void aRestartedDeviceGoesOn()
    {
        connectBoth();
        a->addNote(u"1"_s, u"before"_s);
        QVERIFY(a->waitSynced());
        a->restart();
        a->addNote(u"2"_s, u"unsent"_s);
        a->restart();
        QTRY_COMPARE(a->engine().pending(), 1);
        connectBoth();
        verifyEqual();
        QCOMPARE(b->titleOf(u"2"_s), u"unsent"_s);
    }

    void aWrongTokenNeedsTheUser()
    {
        a->addNote(u"1"_s, u"mine"_s);
        a->engine().connectToServer(server->url(), "wrong");
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Error, patienceMs);
        QCOMPARE(a->engine().errorCode(), u"bad_token"_s);
        QVERIFY(!a->engine().errorText().isEmpty());
        const auto synced = await(a->engine().waitSynced(patienceMs));
        QVERIFY(synced && !*synced);
        QCOMPARE(synced->error().code, u"bad_token"_s);
        a->engine().connectToServer(server->url(), tokenA);
        QVERIFY(a->waitSynced());
        QCOMPARE(a->engine().pending(), 0);
    }

    void aLargeTransactionArrivesWhole()
    {
        connectBoth();
        QList<int> seen;
        connect(&b->engine(), &SyncEngine::committed, this, [&](const CommitChanges &changes) {
            if (changes.remote)
                seen.push_back(b->value(u"SELECT count(*) FROM notes"_s).toInt());
        });
        QVERIFY(b->waitSynced());
        a->write(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                 "INSERT INTO notes(id, title, body) SELECT 'n' || i, 'title ' || i, hex(zeroblob(20)) FROM n"_s);
        verifyEqual();
        QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 20000);
        for (const int count : seen)
            QVERIFY2(count == 0 || count == 20000, qPrintable(u"half of a transaction was seen: %1 rows"_s.arg(count)));
    }

private:
    /// Each has everything of the other, proven, and by value.
    void verifyEqual()
    {
        verifyProven();
        QCOMPARE(a->rowDigest(), b->rowDigest());
        QVERIFY(!a->rowDigest().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSync)
#include "tst_sync.moc"
