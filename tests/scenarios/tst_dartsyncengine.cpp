// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Scenarios and faults of the sync_engine for Dart: push and pull of records, four strategies, a queue of retries.
class TestDartSyncEngine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fourStrategies_data();
    void fourStrategies();
    void aPushThatFailedGoesOnce();
    void triesAreCountedAndThePausesGrow();
    void aPartlyRefusedPushKeepsTheRest();
    void aPushedEditIsNotOverwrittenByAnOlderPull();
    void theOrderOfKeysIsNoConflict();
    void onlyUnsentEditsConflict();
    void oneSyncAtATime();
    void figuresAddUp();
};

void TestDartSyncEngine::fourStrategies_data()
{
    QTest::addColumn<QByteArray>("strategy");
    QTest::addColumn<bool>("mineIsLater");
    QTest::addColumn<QString>("stands");
    for (const bool mineIsLater : {true, false}) {
        const char *later = mineIsLater ? "mine" : "theirs";
        QTest::addRow("latest, %s is later", later) << "latest"_ba << mineIsLater << QString::fromLatin1(later);
        QTest::addRow("remote, %s is later", later) << "remote"_ba << mineIsLater << u"theirs"_s;
        QTest::addRow("local, %s is later", later) << "local"_ba << mineIsLater << u"mine"_s;
        QTest::addRow("custom, %s is later", later) << "custom"_ba << mineIsLater << u"mine and theirs"_s;
    }
}

/// There the local value stood here, counted as synced, and the remote side never got it.
void TestDartSyncEngine::fourStrategies()
{
    QFETCH(QByteArray, strategy);
    QFETCH(bool, mineIsLater);
    QFETCH(QString, stands);
    const auto schema = [](const QByteArray &conflicts) {
        return QByteArray("CREATE TABLE records(id TEXT PRIMARY KEY NOT NULL, v TEXT); SELECT sheaf_sync('records', "
                          "'{\"conflicts\":\"" +
                          conflicts + "\"}');");
    };
    Household home(0);
    home.add(schema(strategy));
    home.add(schema("latest"));
    home[0].write(u"INSERT INTO records VALUES ('r', 'one')"_s);
    home.run();
    home.cutOff(0);
    if (!mineIsLater)
        home[0].write(u"UPDATE records SET v = 'mine'"_s);
    home.run(100);
    home[1].write(u"UPDATE records SET v = 'theirs'"_s);
    home.run();
    if (mineIsLater)
        home[0].write(u"UPDATE records SET v = 'mine'"_s);
    home.bringBack(0);
    home.run();
    if (strategy == "custom") {
        const QList<Conflict> open = *home[0].replica->takeOpenConflicts();
        QCOMPARE(open.size(), 1);
        QVERIFY(home[0].replica->answerConflict(open[0].number,
                                                QString(open[0].mine.toString() + u" and "_s + open[0].theirs.toString())));
        home[0].reconnector->localChangesCommitted();
    }
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT v FROM records"_s), stands + u'|' + stands);
    QCOMPARE(home[0].replica->conflicts()->size(), 1);
    QCOMPARE(home[1].replica->conflicts()->size(), 0);
}

/// There a record that had failed was pushed twice in every later cycle.
void TestDartSyncEngine::aPushThatFailedGoesOnce()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
    home.run();
    home.house.storage->failNextCommit(false);
    home[0].write(u"UPDATE notes SET title = 'failed at first', votes = votes + 1"_s);
    home.run(30'000);
    QCOMPARE(home.values(u"SELECT title || votes FROM notes"_s), u"failed at first1|failed at first1"_s);
    const int commits = home.house.storage->commits();
    const qint64 pushed = home[0].reconnector->figures().pushed;
    QCOMPARE(pushed, 2);
    for (int i = 0; i < 3; ++i) {
        home.cutOff(0);
        home.bringBack(0);
        home.run();
    }
    QCOMPARE(home[0].reconnector->figures().pushed, pushed);
    QVERIFY(home.house.storage->commits() <= commits + 6); // leases and places of those sessions
    QCOMPARE(home.difference(), QString());
}

/// There the count of attempts was lost with each of them, and no timer used the pause that was computed.
void TestDartSyncEngine::triesAreCountedAndThePausesGrow()
{
    Household home(1);
    home.cutOff(0);
    QList<qint64> attempts;
    qint64 seen = home[0].reconnector->figures().retries;
    for (int ms = 0; ms < 600'000; ms += 100) {
        home.run(100);
        if (home[0].reconnector->figures().retries != seen) {
            seen = home[0].reconnector->figures().retries;
            attempts.append(ms);
        }
    }
    QVERIFY(home[0].reconnector->status().failures >= attempts.size());
    QCOMPARE(home[0].reconnector->status().phase, SyncStatus::Phase::Waiting);
    QVERIFY(home[0].reconnector->status().retryAtMs > home[0].clock->monotonicMs());
    // More in the first minute than in any later one, and never none for long.
    const auto inMinute = [&](qint64 minute) {
        return std::ranges::count_if(attempts, [minute](qint64 at) { return at / 60'000 == minute; });
    };
    for (qint64 minute = 1; minute < 10; ++minute)
        QVERIFY2(inMinute(0) > inMinute(minute) && inMinute(minute) > 0, qPrintable(QString::number(minute)));
    home.bringBack(0);
    home.run();
    QCOMPARE(home[0].reconnector->status().phase, SyncStatus::Phase::Online);
}

/// There a retry that failed in part was dropped.
void TestDartSyncEngine::aPartlyRefusedPushKeepsTheRest()
{
    Household home(2, "CREATE TABLE records(id INTEGER PRIMARY KEY, v TEXT, space TEXT NOT NULL DEFAULT 'home');"
                      "SELECT sheaf_sync('records');");
    home.cutOff(0);
    // Two of five are too large for the server.
    home[0].write(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) INSERT INTO records(id, v)"
                  " SELECT i, hex(zeroblob(CASE WHEN i IN (2, 4) THEN 140000 ELSE 10 END)) FROM n"_s);
    home.bringBack(0);
    home.run();
    QCOMPARE(home[1].read(u"SELECT id FROM records ORDER BY id"_s), (QStringList{u"1"_s, u"3"_s, u"5"_s}));
    const QList<RejectedChange> refused = *home[0].replica->rejected();
    QCOMPARE(refused.size(), 2);
    QCOMPARE(home[0].reconnector->figures().rejected, 2);
    QVERIFY(home[0].replica->retryRejected(refused[0].number)); // in vain: it is as large as before
    home[0].reconnector->localChangesCommitted();
    home.run();
    QCOMPARE(home[0].replica->rejected()->size(), 2);
    QVERIFY(home[0].replica->retryRejected(home[0].replica->rejected()->last().number));
    home[0].write(u"UPDATE records SET v = 'shorter' WHERE length(v) > 1000"_s);
    home.run();
    QCOMPARE(home[1].value(u"SELECT group_concat(v) FROM records WHERE id IN (2, 4)"_s), u"shorter"_s);
    QCOMPARE(home[0].replica->rejected()->size(), 1);
    QCOMPARE(home.difference(), QString());
}

/// There the push came first, and then the copy that had been pulled took its place without a conflict.
void TestDartSyncEngine::aPushedEditIsNotOverwrittenByAnOlderPull()
{
    Household home(2);
    home[0].write(u"INSERT INTO tasks(id, title) VALUES ('t', 'one')"_s);
    home.run();
    home.house.network.faults(1).delayUsMax = 300'000;
    home[0].write(u"UPDATE tasks SET title = 'older'"_s); // on its way to the other while that one writes
    home.run(10);
    home[1].write(u"UPDATE tasks SET title = 'newer'"_s);
    QStringList shown;
    home[1].replica->setCommitObserver([&](const CommitChanges &) { shown.append(home[1].value(u"SELECT title FROM tasks"_s)); });
    QCOMPARE(home.difference(), QString());
    QVERIFY2(!shown.contains(u"older"_s), qPrintable(shown.join(u' ')));
    QCOMPARE(home.values(u"SELECT title FROM tasks"_s), u"newer|newer"_s);
}

/// There the text of a map was compared, so that {a, b} and {b, a} were a conflict.
void TestDartSyncEngine::theOrderOfKeysIsNoConflict()
{
    Household home(2, "CREATE TABLE records(id TEXT PRIMARY KEY NOT NULL, data TEXT); SELECT sheaf_sync('records', "
                      "'{\"columns\":{\"data\":\"map\"}}');");
    home[0].write(u"INSERT INTO records VALUES ('r', '{\"a\":1}')"_s);
    home.run();
    home.cutOff(0);
    home.cutOff(1);
    home[0].write(u"UPDATE records SET data = '{\"a\":2,\"b\":3}'"_s);
    home[1].write(u"UPDATE records SET data = '{\"b\":3,\"a\":2}'"_s);
    home.bringBack(0);
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT data FROM records"_s), u"{\"a\":2,\"b\":3}|{\"a\":2,\"b\":3}"_s);
    QVERIFY(home[0].replica->conflicts()->isEmpty() && home[1].replica->conflicts()->isEmpty());
}

void TestDartSyncEngine::onlyUnsentEditsConflict()
{
    Household home(2);
    home[0].write(u"INSERT INTO tasks(id, title) VALUES ('t', 'one')"_s);
    home.run();
    home[0].write(u"UPDATE tasks SET title = 'two'"_s);
    home.run();
    home[1].write(u"UPDATE tasks SET title = 'three'"_s);
    home.run();
    QVERIFY(home[0].replica->conflicts()->isEmpty() && home[1].replica->conflicts()->isEmpty());
    home.cutOff(0);
    home[0].write(u"UPDATE tasks SET title = 'four'"_s); // and the same value is none either
    home[1].write(u"UPDATE tasks SET title = 'four'"_s);
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QVERIFY(home[0].replica->conflicts()->isEmpty());
}

void TestDartSyncEngine::oneSyncAtATime()
{
    Household home(2);
    home[0].reconnector->pause();
    home.run();
    home[0].write(u"INSERT INTO notes(id, votes) VALUES ('n', 1)"_s);
    const int sessions = static_cast<int>(home.house.core->sessionCount());
    for (int i = 0; i < 5; ++i)
        home[0].reconnector->syncOnce();
    home.run(5);
    for (int i = 0; i < 5; ++i)
        home[0].reconnector->syncOnce();
    QVERIFY(home.house.core->sessionCount() <= sessions + 1);
    home.run(10'000);
    QCOMPARE(home[0].reconnector->status().phase, SyncStatus::Phase::Paused);
    QCOMPARE(home[0].reconnector->figures().reconnects, 1);
    QCOMPARE(home[0].reconnector->figures().pushed, 1);
    QCOMPARE(home[1].value(u"SELECT votes FROM notes"_s), u"1"_s);
}

void TestDartSyncEngine::figuresAddUp()
{
    Household home(2);
    for (int cycle = 1; cycle <= 3; ++cycle) {
        home[0].write(u"INSERT INTO notes(id) VALUES ('a%1'), ('b%1')"_s.arg(cycle));
        home[1].write(u"INSERT INTO notes(id) VALUES ('c%1')"_s.arg(cycle));
        QCOMPARE(home[0].reconnector->status().progress.waiting, 2);
        home.run();
        QCOMPARE(home[0].reconnector->status().progress.waiting, 0);
        QVERIFY(home[0].reconnector->status().progress.proven);
        QCOMPARE(home[0].reconnector->figures().pushed, 2 * cycle);
        QCOMPARE(home[0].reconnector->figures().pulled, cycle);
        QCOMPARE(home[1].reconnector->figures().pulled, 2 * cycle);
    }
    QVERIFY(home[0].reconnector->status().provenAtMs > 0);
    QCOMPARE(home.difference(), QString());
}

QTEST_GUILESS_MAIN(TestDartSyncEngine)
#include "tst_dartsyncengine.moc"
