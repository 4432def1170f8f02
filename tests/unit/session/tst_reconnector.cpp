// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "scriptedserver.h"
#include "session/reconnector.h"
#include "session/tuning.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using Phase = SyncStatus::Phase;

class TestReconnector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        random = std::make_unique<FixedRandom>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        reconnector = std::make_unique<Reconnector>(*mine->replica, *clock, *random, *server, u"test"_s,
                                                    Reconnector::Events{[this] { ++changes; }, {}});
        changes = 0;
    }
    void cleanup()
    {
        reconnector.reset();
        mine.reset();
        server.reset();
    }

    void pausesDoubleUpToTheLongest_data()
    {
        QTest::addColumn<bool>("longest");
        QTest::newRow("the highest draw") << true;
        QTest::newRow("the lowest draw") << false;
    }
    /// Full jitter: whatever the bound has grown to, a pause may be as short as the first.
    void pausesDoubleUpToTheLongest()
    {
        QFETCH(bool, longest);
        connectTo();
        qint64 bound = Limits::reconnectMsMin;
        for (int failure = 0; failure < 12; ++failure) {
            random->value = longest ? static_cast<quint64>(bound) : 0; // of those up to the bound
            server->hangUp(u"no"_s);
            QCOMPARE(phase(), Phase::Waiting);
            const qint64 pause = reconnector->status().retryAtMs - clock->monotonicMs();
            QCOMPARE(pause, longest ? bound : qint64(Tuning::reconnectMsFloor));
            const int before = server->attempts();
            clock->advance(pause - 1);
            QCOMPARE(server->attempts(), before);
            clock->advance(1);
            QCOMPARE(server->attempts(), before + 1);
            QCOMPARE(phase(), Phase::Connecting);
            bound = std::min<qint64>(2 * bound, Limits::reconnectMsMax);
        }
        QCOMPARE(bound, qint64(Limits::reconnectMsMax));
    }

    void jitterIsFull_data()
    {
        QTest::addColumn<quint64>("chance");
        QTest::addColumn<qint64>("pause");
        QTest::newRow("least") << quint64(0) << qint64(Tuning::reconnectMsFloor);
        QTest::newRow("middle") << quint64(125) << qint64(125);
        QTest::newRow("most") << quint64(Limits::reconnectMsMin) << qint64(Limits::reconnectMsMin);
    }
    void jitterIsFull()
    {
        QFETCH(quint64, chance);
        QFETCH(qint64, pause);
        random->value = chance;
        connectTo();
        server->hangUp(u"no"_s);
        QCOMPARE(reconnector->status().retryAtMs - clock->monotonicMs(), pause);
    }

    void theServersWishIsKept()
    {
        connectTo();
        server->accept();
        server->send(Refused{u"busy"_s, u"busy"_s, 9000});
        clock->settle();
        QCOMPARE(phase(), Phase::Waiting);
        QCOMPARE(reconnector->status().error.code, u"busy"_s);
        clock->advance(8999);
        QCOMPARE(server->attempts(), 1);
        clock->advance(1 + Limits::reconnectMsMin);
        QCOMPARE(server->attempts(), 2);
    }

    void otherRefusalsAreTriedAgain()
    {
        connectTo();
        server->accept();
        server->send(Refused{u"a_code_of_tomorrow"_s, u"sorry"_s, 0});
        clock->settle();
        QCOMPARE(phase(), Phase::Waiting);
        clock->advance(Limits::reconnectMsMin);
        QCOMPARE(server->attempts(), 2);
    }

    void fatalRefusalsWaitForTheUser_data()
    {
        QTest::addColumn<QString>("code");
        for (const char *code : {"bad_token", "update_needed", "unsupported_version", "a_code_of_tomorrow"})
            QTest::newRow(code) << QString::fromLatin1(code);
    }
    void fatalRefusalsWaitForTheUser()
    {
        QFETCH(QString, code);
        connectTo();
        server->accept();
        server->send(Refused{code, u"sorry"_s, -1});
        clock->settle();
        QCOMPARE(phase(), Phase::Failed);
        QCOMPARE(reconnector->status().error.code, code);
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 1);
        reconnector->reconnectNow();
        QCOMPARE(server->attempts(), 2);
    }

    void anAddressThatCannotBeOneIsNotTried()
    {
        server->fit = fail(u"bad_url"_s, u"sorry"_s);
        connectTo();
        QCOMPARE(phase(), Phase::Failed);
        QCOMPARE(reconnector->status().error.code, u"bad_url"_s);
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 0);
        server->fit = {};
        connectTo();
        QCOMPARE(server->attempts(), 1);
    }

    void aNewIdentityIsTriedAtOnceAndOnce()
    {
        connectTo();
        server->accept();
        server->send(Refused{u"site_taken"_s, u"sorry"_s, -1});
        clock->settle();
        QCOMPARE(server->attempts(), 2);
        QCOMPARE(phase(), Phase::Connecting);
        server->accept();
        server->send(Refused{u"site_taken"_s, u"sorry"_s, -1});
        clock->settle();
        QCOMPARE(server->attempts(), 2);
        QCOMPARE(phase(), Phase::Waiting);
    }

    void networkBackTriesAtOnce()
    {
        random->value = ~0ULL / 3;
        connectTo();
        for (int i = 0; i < 8; ++i) {
            server->hangUp(u"no"_s);
            if (i < 7)
                passPause();
        }
        const int before = server->attempts();
        reconnector->networkBack();
        QCOMPARE(server->attempts(), before + 1);
        server->hangUp(u"no"_s);
        QVERIFY(reconnector->status().retryAtMs - clock->monotonicMs() <= Limits::reconnectMsMin);
    }

    void aStableSessionStartsThePausesAnew()
    {
        random->value = ~0ULL / 3;
        connectTo();
        for (int i = 0; i < 6; ++i) {
            server->hangUp(u"no"_s);
            passPause();
        }
        welcome();
        clock->advance(Tuning::stableSessionMs);
        server->hangUp(u"no"_s);
        QVERIFY(reconnector->status().retryAtMs - clock->monotonicMs() <= Limits::reconnectMsMin);
    }

    void statusFollowsTheSession()
    {
        QCOMPARE(phase(), Phase::Idle);
        mine->addNote(u"a"_s, u"1"_s);
        reconnector->localChangesCommitted();
        QCOMPARE(reconnector->status().progress.waiting, 1);
        connectTo();
        QCOMPARE(phase(), Phase::Connecting);
        welcome();
        QCOMPARE(phase(), Phase::Online);
        QCOMPARE(server->take<Push>().size(), 1);
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {}});
        QCOMPARE(server->take<Mark>().size(), 1);
        server->send(Marked{"home", 1, 1, mine->replica->digest("home")->totalBytes()});
        clock->settle();
        QVERIFY(reconnector->status().progress.proven);
        QCOMPARE(reconnector->status().provenAtMs, clock->wallMs());
        reconnector->disconnect();
        QCOMPARE(phase(), Phase::Idle);
        QVERIFY(!server->isConnected());
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 1);
        QVERIFY(changes > 4);
    }

    void whatWasNotAcknowledgedIsPushedAgain()
    {
        mine->addNote(u"a"_s, u"1"_s);
        connectTo();
        welcome();
        QCOMPARE(server->take<Push>().size(), 1);
        server->hangUp(u"no"_s);
        passPause();
        QCOMPARE(server->attempts(), 2);
        server->accept();
        server->send(welcomeOf(*clock, 1, 1)); // the server had merged it, the ack was lost
        const auto again = server->take<Push>();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again[0].number, 2U);
        QCOMPARE(mine->replica->pendingCount(), 1);
    }

private:
    [[nodiscard]] Phase phase() const { return reconnector->status().phase; }
    void connectTo() { reconnector->connectTo(QUrl(u"ws://localhost"_s), "token"); }
    void passPause() { clock->advance(reconnector->status().retryAtMs - clock->monotonicMs()); }
    void welcome()
    {
        server->accept();
        server->send(welcomeOf(*clock, 0));
        clock->settle();
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FixedRandom> random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<Reconnector> reconnector;
    int changes = 0;
};

QTEST_GUILESS_MAIN(TestReconnector)
#include "tst_reconnector.moc"
