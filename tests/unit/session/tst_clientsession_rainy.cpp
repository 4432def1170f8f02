// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "scriptedserver.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Everything that may go wrong between a session and its server.
class TestClientSessionRainy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        random = std::make_unique<FixedRandom>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        ends.clear();
        reports.clear();
    }
    void cleanup()
    {
        session.reset();
        mine.reset();
        server.reset();
    }

    void aGapIsPulledAgain()
    {
        TestReplica theirs(*clock, 2);
        theirs.addNote(u"a"_s, u"1"_s);
        goOnline(0);
        server->answersSubscriptions = false;
        server->send(theirs.exported(3, 4));
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 0}}));
        QCOMPARE(mine->cursor(), 0U);
        server->send(theirs.exported(4, 5)); // still before the answer: no second request
        QVERIFY(server->take<Subscribe>().isEmpty());
        server->send(Subscribed{"home"});
        server->send(theirs.exported(0, 5));
        clock->settle();
        QCOMPARE(mine->cursor(), 5U);
        QVERIFY(ends.isEmpty());
    }

    void repeatsAndOverlapsAreHarmless()
    {
        TestReplica theirs(*clock, 2);
        theirs.addNote(u"a"_s, u"1"_s);
        goOnline(0);
        server->send(theirs.exported(0, 2));
        server->send(theirs.exported(0, 2));
        server->send(theirs.exported(1, 3));
        clock->settle();
        QCOMPARE(mine->cursor(), 3U);
        QCOMPARE(mine->count(), 1);
        QVERIFY(server->take<Subscribe>().isEmpty());
    }

    void endlessGapsEndTheSession()
    {
        TestReplica theirs(*clock, 2);
        theirs.addNote(u"a"_s, u"1"_s);
        goOnline(0);
        for (Sequence at = 0; at <= Tuning::gapsMax && ends.isEmpty(); ++at) {
            server->send(theirs.exported(at, at + 1));
            server->send(theirs.exported(at + 50, at + 51));
            clock->settle();
        }
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"gap"_s);
    }

    void aHalfOpenLinkIsNoticed()
    {
        goOnline(0);
        clock->advance(Limits::silenceMsMax - 1);
        QVERIFY(ends.isEmpty());
        QVERIFY(server->take<Ping>().size() >= 1);
        clock->advance(2);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"connection_lost"_s);
        QVERIFY(!server->isConnected());
    }

    void aPongKeepsTheLinkUp()
    {
        goOnline(0);
        for (int i = 0; i < 10; ++i) {
            clock->advance(Limits::pingIntervalMs);
            server->send(Pong{clock->wallMs(), 0});
        }
        QVERIFY(ends.isEmpty());
    }

    void pingsAreJittered_data()
    {
        QTest::addColumn<quint64>("chance");
        QTest::addColumn<qint64>("expectedMs");
        constexpr qint64 spread = Limits::pingIntervalMs / 10;
        QTest::newRow("least") << quint64(0) << Limits::pingIntervalMs - spread;
        QTest::newRow("most") << quint64(2 * spread) << Limits::pingIntervalMs + spread;
    }
    void pingsAreJittered()
    {
        QFETCH(quint64, chance);
        QFETCH(qint64, expectedMs);
        random->value = chance;
        goOnline(0);
        clock->advance(expectedMs - 1);
        QVERIFY(server->take<Ping>().isEmpty());
        clock->advance(1);
        QCOMPARE(server->take<Ping>().size(), 1);
    }

    void aRefusalIsPassedOn_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<qint64>("retryAfterMs");
        QTest::newRow("bad token") << u"bad_token"_s << qint64(-1);
        QTest::newRow("busy") << u"busy"_s << qint64(7000);
        QTest::newRow("push gap") << u"push_gap"_s << qint64(0);
        QTest::newRow("nobody knows it") << u"something_new"_s << qint64(1);
    }
    void aRefusalIsPassedOn()
    {
        QFETCH(QString, code);
        QFETCH(qint64, retryAfterMs);
        connectAndGreet();
        server->send(Refused{code, u"reason"_s, retryAfterMs});
        QVERIFY2(ends.isEmpty(), "the end must not be told inside the connection's callback");
        clock->settle();
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, code);
        QCOMPARE(ends[0].reason, u"reason"_s);
        QCOMPARE(ends[0].retryAfterMs, retryAfterMs);
        QVERIFY(!server->isConnected());
    }

    void aCopyTakesANewSiteAndKeepsItsEdits_data()
    {
        QTest::addColumn<QString>("code");
        QTest::newRow("it has gone on elsewhere") << u"forked"_s;
        QTest::newRow("the server was put back") << u"lease_lost"_s;
        QTest::newRow("it comes with another token") << u"site_taken"_s;
    }
    void aCopyTakesANewSiteAndKeepsItsEdits()
    {
        QFETCH(QString, code);
        mine->addNote(u"a"_s, u"kept"_s);
        const SiteId site = mine->replica->site();
        connectAndGreet();
        server->send(Refused{code, u"a copy"_s, -1});
        clock->settle();
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, code);
        QCOMPARE(ends[0].retryAfterMs, 0);
        QVERIFY(mine->replica->site() != site);
        QVERIFY(mine->replica->lease().isEmpty());
        QCOMPARE(mine->replica->pendingCount(), 1);
    }

    void noWelcomeInTime()
    {
        connectAndGreet();
        clock->advance(Limits::handshakeMsMax);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"connection_lost"_s);
    }

    void noConnectionInTime()
    {
        makeSession();
        clock->advance(Limits::handshakeMsMax);
        QCOMPARE(ends.size(), 1);
    }

    void badBytesEndTheSession_data()
    {
        QTest::addColumn<QByteArray>("frame");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("noise") << QByteArray("\xde\xad\xbe\xef", 4);
        QTest::newRow("oversized") << QByteArray(Limits::frameBytesMax + 1, '\0');
    }
    void badBytesEndTheSession()
    {
        QFETCH(QByteArray, frame);
        goOnline(0);
        server->sendRaw(frame);
        QCOMPARE(server->take<Refused>().size(), 1);
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends.size(), 1);
        QVERIFY(!ends[0].code.isEmpty());
    }

    void aMessageOutOfOrderEndsTheSession()
    {
        connectAndGreet();
        server->send(Marked{"home", 1, 0, QByteArray(16, '\0')});
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"bad_message"_s);
    }

    void anAckOfNothingEndsTheSession()
    {
        goOnline(0);
        server->send(Ack{"home", 9, 0, 1, clock->wallMs(), {}});
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"bad_message"_s);
    }

    void aServerThatLostChangesGetsThemAgain()
    {
        mine->addNote(u"a"_s, u"1"_s);
        goOnline(0);
        server->send(Ack{"home", 1, 0, 5, clock->wallMs(), {}});
        clock->settle();
        QCOMPARE(mine->cursor(), 5U);
        server->hangUp(u"gone"_s);
        goOnline(2, 1);
        QVERIFY(reports.contains(u"server_behind"_s));
        QCOMPARE(mine->replica->pendingCount(), 1);
        QCOMPARE(server->take<Push>().size(), 1);
    }

    void aClockAheadIsCorrectedAndOfferedAgain()
    {
        mine->addNote(u"a"_s, u"1"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        const qint64 serverMs = clock->wallMs() - 3'600'000;
        server->send(Ack{"home", 1, 0, 0, serverMs, {{0, u"clock_ahead"_s, u"ahead"_s}}});
        QVERIFY2(server->take<Push>().isEmpty(), "no hot loop");
        QCOMPARE(mine->replica->clockOffsetMs(), -3'600'000);
        clock->advance(Tuning::clockAheadPauseMs);
        const auto again = server->take<Push>();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again[0].number, 2U);
    }

    void oneBadChangeBlocksNothing()
    {
        mine->addNote(u"bad"_s, u"1"_s);
        mine->addNote(u"good"_s, u"2"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {{0, u"too_large"_s, u"too large"_s}}});
        clock->settle();
        QCOMPARE(mine->replica->pendingCount(), 0);
        const auto rejected = mine->replica->rejected();
        QVERIFY(rejected.has_value());
        QCOMPARE(rejected->size(), 1);
        QCOMPARE(rejected->first().code, u"too_large"_s);
    }

    /// A server would refuse the whole message, at each attempt again.
    void whatIsTooLargeToSendBlocksNothing()
    {
        mine->addNote(u"huge"_s, QString(static_cast<qsizetype>(Limits::recordBytesMax), u'x'));
        mine->addNote(u"large"_s, QString(static_cast<qsizetype>(Limits::valueBytesMax) + 1, u'x'));
        mine->addNote(QString(static_cast<qsizetype>(Limits::keyBytesMax), u'k'), u"long key"_s);
        mine->addNote(u"good"_s, u"2"_s);
        goOnline(0);
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].number, 1U);
        QCOMPARE(pushes[0].changes.size(), 1);
        QCOMPARE(mine->replica->rejected()->size(), 3);
        QCOMPARE(mine->replica->rejected()->first().code, u"too_large"_s);
        QCOMPARE(mine->replica->pendingCount(), 1);
    }

    void aLostLinkIsTold()
    {
        goOnline(0);
        server->hangUp(u"cable cut"_s);
        QCOMPARE(ends.size(), 1);
        QCOMPARE(ends[0].code, u"connection_lost"_s);
        QCOMPARE(ends[0].reason, u"cable cut"_s);
    }

    void afterStopNothingIsCalled()
    {
        goOnline(0);
        session->stop();
        clock->advance(10 * Limits::silenceMsMax);
        QVERIFY(ends.isEmpty());
    }

private:
    struct End {
        QString code;
        QString reason;
        qint64 retryAfterMs = 0;
    };

    void makeSession()
    {
        ClientSession::Events events;
        events.reported = [this](const QString &code, const QString &) { reports.push_back(code); };
        events.ended = [this](const QString &code, const QString &reason, qint64 retryAfterMs) {
            ends.push_back({code, reason, retryAfterMs});
        };
        session = std::make_unique<ClientSession>(*mine->replica, *clock, *random, *server,
                                                  ClientSession::Options{QUrl(u"ws://localhost"_s), "token", u"test"_s}, events);
        session->start();
    }
    void connectAndGreet()
    {
        makeSession();
        server->accept();
    }
    void goOnline(Sequence head, quint64 lastPush = 0)
    {
        connectAndGreet();
        server->send(welcomeOf(*clock, head, lastPush));
        clock->settle();
        server->take<Subscribe>();
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FixedRandom> random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<ClientSession> session;
    QList<End> ends;
    QStringList reports;
};

QTEST_GUILESS_MAIN(TestClientSessionRainy)
#include "tst_clientsession_rainy.moc"
