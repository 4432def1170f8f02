// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "support/tampering.h"
#include "twodevices.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// The repair through SyncEngine, over a real server.
class TestRepairs : public TwoDevices
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasDamagedIsMended();
    void aDeepRepairComparesValues();
    void whatWasWrittenPastTheEngineIsSynced();
    void withoutAServerItCounts();
    void oneAtATimeAndCancelled();
    void writesGoOnMeanwhile();

private:
    void fill(int count)
    {
        a->write(u"INSERT INTO notes(id, title) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1)"
                 " SELECT 'n' || i, 'note ' || i FROM n"_s.arg(count));
    }
    void tamper(const QStringList &statements)
    {
        a->close();
        writePastTheEngine(a->path(u"replica.db"_s), statements);
        a->restart();
        // The repair is the first thing that this connection hears of.
        a->engine().connectToServer(server->url(), tokenA);
        a->engine().pause();
    }
    RepairReport repaired(bool deep = false)
    {
        const auto report = await(a->engine().repair(deep));
        if (!report || !*report)
            qFatal("no report: %s", qUtf8Printable(report ? report->error().message : u"no answer"_s));
        return **report;
    }
};

void TestRepairs::whatWasDamagedIsMended()
{
    connectBoth();
    fill(50);
    verifyProven();
    tamper({u"DELETE FROM notes WHERE id = 'n7'"_s, u"DELETE FROM notes WHERE id = 'n8'"_s,
            u"DELETE FROM sheaf_rows WHERE CAST(pk AS TEXT) GLOB '*n8'"_s,
            u"UPDATE sheaf_buckets SET sum = zeroblob(16) WHERE bucket = (SELECT max(bucket) FROM sheaf_buckets)"_s});
    QSignalSpy finished(&a->engine(), &SyncEngine::repairFinished);
    const RepairReport report = repaired();
    QVERIFY2(report.isProven(), QJsonDocument(toJson(report)).toJson().constData());
    QCOMPARE(report.spaces.size(), 1);
    const RepairReport::Space &home = report.spaces.constFirst();
    QCOMPARE(home.name, "home"_ba);
    QCOMPARE(home.rows, 49);
    QCOMPARE(home.rowsLost, 1);
    QVERIFY(home.rangesMiscounted >= 1);
    QVERIFY(home.exchange.rangesCompared >= 256);
    QVERIFY(home.exchange.rangesExchanged >= 1 && home.exchange.rowsFetched >= 1);
    QCOMPARE(a->titleOf(u"n7"_s), u"note 7"_s);
    QCOMPARE(a->titleOf(u"n8"_s), u"note 8"_s);
    a->engine().resume();
    verifyProven();
    QCOMPARE(a->rowDigest(), b->rowDigest());
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patienceMs);
    const QJsonObject json = finished.first().first().toJsonObject();
    QCOMPARE(json["proven"_L1].toBool(), true);
    QCOMPARE(json["spaces"_L1][0]["rows_lost"_L1].toInt(), 1);

    const RepairReport again = repaired();
    QVERIFY(again.isProven());
    QCOMPARE(again.spaces[0].rowsLost + again.spaces[0].rangesMiscounted + again.spaces[0].exchange.rangesExchanged, 0);
}

void TestRepairs::aDeepRepairComparesValues()
{
    connectBoth();
    fill(50);
    a->write(u"INSERT INTO pages(id, body) VALUES ('p', 'text')"_s);
    verifyProven();
    tamper({u"UPDATE notes SET title = 'changed' WHERE id = 'n7'"_s, u"UPDATE pages SET body = 'changed' WHERE id = 'p'"_s});
    QCOMPARE(repaired(true).spaces[0].exchange.rowsMended, 2);
    QCOMPARE(a->titleOf(u"n7"_s), u"note 7"_s);
    a->engine().resume();
    verifyProven();
    QCOMPARE(a->rowDigest(), b->rowDigest());
}

void TestRepairs::whatWasWrittenPastTheEngineIsSynced()
{
    connectBoth();
    fill(10);
    verifyProven();
    tamper({u"INSERT INTO notes(id, title) VALUES ('new', 'past the engine')"_s,
            u"DELETE FROM sheaf_rows WHERE CAST(pk AS TEXT) GLOB '*n3'"_s,
            u"UPDATE notes SET title = 'not the server''s' WHERE id = 'n3'"_s});
    const RepairReport report = repaired();
    QVERIFY(report.isProven());
    QCOMPARE(report.spaces[0].rowsAdopted, 1);
    QCOMPARE(a->titleOf(u"n3"_s), u"note 3"_s);
    a->engine().resume();
    verifyProven();
    QCOMPARE(b->titleOf(u"new"_s), u"past the engine"_s);
    QCOMPARE(a->rowDigest(), b->rowDigest());
}

void TestRepairs::withoutAServerItCounts()
{
    fill(10);
    RepairReport report = repaired();
    QVERIFY(!report.isProven());
    QCOMPARE(report.error.code, u"not_connected"_s);
    QCOMPARE(report.spaces[0].rows, 10);
    QVERIFY(!toJson(report)["error"_L1]["advice"_L1].toString().isEmpty());

    a->engine().connectToServer(server->url(), tokenA);
    QVERIFY(a->waitSynced());
    a->engine().pause();
    report = repaired();
    QVERIFY2(report.isProven(), "in a pause it connects for this once");
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Paused, patienceMs);
    server->kill();
    a->engine().resume();
    report = repaired();
    QCOMPARE(report.error.code, u"connection_lost"_s);
    QCOMPARE(report.spaces[0].rows, 10);
}

void TestRepairs::oneAtATimeAndCancelled()
{
    connectBoth();
    fill(20'000);
    QVERIFY(a->waitSynced());
    QSignalSpy finished(&a->engine(), &SyncEngine::repairFinished);
    const auto first = a->engine().repair();
    const auto second = a->engine().repair();
    const auto deep = a->engine().repair(true);
    QCOMPARE(await(deep)->error().code, u"busy"_s);
    QVERIFY(await(first)->has_value() && await(second)->has_value());
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patienceMs);

    const auto cancelled = a->engine().repair();
    a->engine().cancelRepair();
    QCOMPARE(await(cancelled)->error().code, u"cancelled"_s);
    a->engine().cancelRepair(); // nothing to cancel
    QVERIFY(repaired().isProven());
}

void TestRepairs::writesGoOnMeanwhile()
{
    connectBoth();
    fill(20'000);
    QVERIFY(a->waitSynced());
    QSignalSpy progress(&a->engine(), &SyncEngine::repairProgressed);
    const auto repair = a->engine().repair();
    int written = 0;
    while (!repair.isFinished()) {
        a->write(u"UPDATE notes SET title = title || '!' WHERE id = 'n%1'"_s.arg(++written));
        QCoreApplication::processEvents();
    }
    QVERIFY2(written > 2, qPrintable(QString::number(written)));
    QVERIFY(progress.size() >= 20);
    QVERIFY(repair.result().has_value());
    QCOMPARE(repair.result()->spaces[0].rangesMiscounted, 0);
    QCOMPARE(repair.result()->spaces[0].rowsLost, 0);
    verifyProven();
}

QTEST_GUILESS_MAIN(TestRepairs)
#include "tst_repairs.moc"
