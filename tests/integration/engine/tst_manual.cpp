// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "serverprocess.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using State = SyncEngine::State;

/// Sync by hand, and what is told of it, over a real server.
class TestManual : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        server = std::make_unique<ServerProcess>();
        server->start();
        a = std::make_unique<Device>(u"a"_s);
        token = server->token(u"a"_s);
    }
    void cleanup()
    {
        a.reset();
        server.reset();
    }

    void pausedMeansByHand()
    {
        a->engine().connectToServer(server->url(), token);
        a->engine().pause();
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), State::Paused, patienceMs);
        a->addNote(u"1"_s, u"first"_s);
        QCOMPARE(await(a->engine().why(u"notes"_s, {u"1"_s}))->value().state, RowAnswer::State::Paused);
        QCOMPARE(await(a->engine().waitSynced(1000))->error().code, u"paused"_s);
        QSignalSpy finished(&a->engine(), &SyncEngine::syncFinished);
        const auto first = a->engine().syncNow();
        const auto second = a->engine().syncNow();
        const auto done = await(first);
        QVERIFY(done && done->has_value());
        QVERIFY(await(second)->has_value());
        QCOMPARE(done->value().pushed, 1);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patienceMs);
        QCOMPARE(a->engine().lastSync().pushed, 1);
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), State::Paused, patienceMs);
        QCOMPARE(await(a->engine().why(u"notes"_s, {u"1"_s}))->value().state, RowAnswer::State::Synced);
        a->engine().resume();
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), State::Synced, patienceMs);
    }

    /// It does not wait for what no time will bring.
    void waitingEndsWithWhatKeepsTheRest_data()
    {
        QTest::addColumn<QString>("space");
        QTest::addColumn<QString>("code");
        QTest::newRow("paused") << u"home"_s << u"paused"_s;
        QTest::newRow("not granted") << u"team"_s << u"no_access"_s;
    }
    void waitingEndsWithWhatKeepsTheRest()
    {
        QFETCH(const QString, space);
        a->engine().connectToServer(server->url(), token);
        QVERIFY(a->waitSynced());
        if (space == "home"_L1)
            a->engine().setSpacePaused(space, true);
        a->write(u"INSERT INTO notes(id, space) VALUES ('1', ?)"_s, {space});
        const auto waited = await(a->engine().waitSynced(patienceMs / 2));
        QVERIFY(waited && !waited->has_value());
        QTEST(waited->error().code, "code");
    }

    void theAppHoldsASyncBack()
    {
        bool metered = true;
        qint64 pending = 0;
        a->engine().setBeforeSync([&](const SyncPlan &plan) -> Result<void> {
            pending = plan.pending;
            if (metered)
                return fail(u"held_back"_s, u"This network is metered."_s);
            return {};
        });
        a->addNote(u"1"_s, u"first"_s);
        a->engine().connectToServer(server->url(), token);
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().errorCode(), u"held_back"_s, patienceMs);
        QCOMPARE(a->engine().errorText(), u"This network is metered."_s);
        QVERIFY(a->engine().failedAttempts() >= 1);
        QCOMPARE(pending, 1);
        QCOMPARE(await(a->engine().syncNow())->error().code, u"held_back"_s);
        metered = false;
        const auto synced = await(a->engine().syncNow());
        QVERIFY(synced && synced->has_value());
        QCOMPARE(a->engine().pending(), 0);
    }

    void diagnosticsSayItAll()
    {
        a->addNote(u"1"_s, u"first"_s);
        a->engine().connectToServer(server->url(), token);
        QVERIFY(await(a->engine().syncNow())->has_value());
        QVERIFY(await(a->engine().write({{u"INSERT INTO settings VALUES('x', 'y')"_s, {}, {}}}))->has_value());
        QCOMPARE(await(a->engine().why(u"settings"_s, {u"x"_s}))->value().state, RowAnswer::State::LocalTable);
        QVERIFY(QTest::qWaitFor([refreshed = a->engine().refreshFigures()] { return refreshed.isFinished(); }, patienceMs));
        QCoreApplication::processEvents();
        const QJsonObject all = a->engine().diagnostics();
        QCOMPARE(all["state"_L1].toString(), u"synced"_s);
        QCOMPARE(all["pending"_L1].toInt(), 0);
        QCOMPARE(all["counters"_L1]["pushed"_L1].toInt(), 1);
        QVERIFY(all["counters"_L1]["bytes_sent"_L1].toInt() > 0);
        QVERIFY(all["round_trip_ms"_L1].toInt(-1) >= 0);
        QVERIFY(all["last_contact_ms"_L1].toInteger() > 0);
        QCOMPARE(all["last_sync"_L1]["ok"_L1].toBool(), true);
        QCOMPARE(all["site"_L1].toString(), a->engine().site());
        QVERIFY(all["synced_at_ms"_L1].toInteger() > 0);
        QVERIFY(qAbs(all["clock_offset_ms"_L1].toInteger(-patienceMs)) < 1000);
        QCOMPARE(all["progress"_L1].toObject().keys(), (QStringList{u"bytes"_s, u"done"_s, u"total"_s}));
        // An app, or whoever reads what a user sent, relies on these.
        QCOMPARE(all.keys(),
                 (QStringList{u"clock_offset_ms"_s, u"counters"_s, u"failed_attempts"_s, u"held"_s, u"last_contact_ms"_s,
                              u"last_sync"_s, u"next_attempt_ms"_s, u"pending"_s, u"problems"_s, u"progress"_s, u"quarantined"_s,
                              u"round_trip_ms"_s, u"site"_s, u"spaces"_s, u"state"_s, u"synced_at_ms"_s}));
        QCOMPARE(all["counters"_L1].toObject().keys(),
                 (QStringList{u"buckets_repaired"_s, u"bytes_received"_s, u"bytes_sent"_s, u"conflicts"_s, u"digest_mismatches"_s,
                              u"pulled"_s, u"pushed"_s, u"reconnects"_s, u"rejected"_s, u"retries"_s}));
        const QJsonObject home = all["spaces"_L1].toArray().at(0).toObject();
        QCOMPARE(home.keys(),
                 (QStringList{u"cursor"_s, u"epoch"_s, u"head"_s, u"held"_s, u"paused"_s, u"pending"_s, u"quarantined"_s,
                              u"role"_s, u"space"_s, u"state"_s, u"synced"_s, u"update_needed"_s}));
        QCOMPARE(home["space"_L1].toString(), u"home"_s);
        QCOMPARE(home["role"_L1].toString(), u"editor"_s);
        QCOMPARE(home["head"_L1].toInt(), 1);
        QCOMPARE(home["cursor"_L1].toInt(), 1);
        QCOMPARE(home["synced"_L1].toBool(), true);

        server->kill();
        QTRY_VERIFY_WITH_TIMEOUT(a->engine().failedAttempts() >= 2, patienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(!a->engine().problems().isEmpty(), patienceMs);
        QCOMPARE(a->engine().problems().constLast().code, u"connection_lost"_s);
        QVERIFY(!a->engine().problems().constLast().advice.isEmpty());
    }

private:
    std::unique_ptr<ServerProcess> server;
    std::unique_ptr<Device> a;
    QByteArray token;
};

QTEST_GUILESS_MAIN(TestManual)
#include "tst_manual.moc"
