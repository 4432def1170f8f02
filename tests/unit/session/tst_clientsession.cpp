// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "scriptedserver.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// The way of a session in which everything goes well.
class TestClientSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        random = std::make_unique<FixedRandom>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        theirs = std::make_unique<TestReplica>(*clock, 2);
        progress = {};
    }
    void cleanup()
    {
        session.reset();
        mine.reset();
        theirs.reset();
        server.reset();
    }

    void helloThenSubscribe()
    {
        connectAndGreet();
        const auto hello = server->take<Hello>();
        QCOMPARE(hello.size(), 1);
        QCOMPARE(hello[0].site, mine->replica->site());
        QCOMPARE(hello[0].token, "token"_ba);
        QCOMPARE(hello[0].clockMs, clock->wallMs());
        QVERIFY(hello[0].lease.isEmpty());
        server->send(welcomeOf(*clock, 0));
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 0}}));
        QCOMPARE(mine->replica->lease(), "lease"_ba);
    }

    void offsetIsServerClockMinusMidpoint()
    {
        connectAndGreet();
        clock->advance(400); // the round trip
        Welcome welcome = welcomeOf(*clock, 0);
        welcome.clockMs = clock->wallMs() - 200 + 3'600'000;
        server->send(welcome);
        QCOMPARE(mine->replica->clockOffsetMs(), 3'600'000);
    }

    void changesOfAnEarlierSubscriptionAreDropped()
    {
        theirs->addNote(u"a"_s, u"one"_s);
        goOnline(2);
        server->answersSubscriptions = false;
        session->tablesChanged("home", true);
        QCOMPARE(server->take<Subscribe>().size(), 1);
        server->send(theirs->exported(0, 2)); // was on its way
        clock->settle();
        QCOMPARE(mine->count(), 0);
        QCOMPARE(mine->cursor(), 0U);
        server->send(Subscribed{"home"});
        server->send(theirs->exported(0, 2));
        clock->settle();
        QCOMPARE(mine->count(), 1);
        QCOMPARE(mine->cursor(), 2U);
    }

    void aRowThatComesInPartsIsTakenWhole()
    {
        theirs->addNote(u"a"_s, u"one"_s);
        Changes part = theirs->exported(1, 1);
        part.head = 2;
        part.more = true;
        theirs->addNote(u"b"_s, u"two"_s);
        Changes rest = theirs->exported(1, 2);
        rest.changes = {rest.changes.constLast()};
        goOnline(2);
        server->send(Changes{"home", 0, 1, 2, false, {}, {}});
        server->send(part); // leads from 1 to 1
        clock->settle();
        QCOMPARE(mine->count(), 0);
        server->send(rest);
        clock->settle();
        QCOMPARE(mine->count(), 2);
        QCOMPARE(mine->cursor(), 2U);
    }

    /// What is edited while all of it comes again moves behind what was read: it is not gone.
    void aRowThatMovesDuringASweepIsNoDelete()
    {
        theirs->addNote(u"a"_s, u"one"_s);
        theirs->addNote(u"b"_s, u"two"_s);
        Changes both = theirs->exported(0, 2);
        goOnline(2);
        server->send(both);
        clock->settle();
        Welcome welcome = welcomeOf(*clock, 4);
        welcome.spaces.first().collected = 3;
        welcome.spaces.first().collectedStamp = makeHlc(5);
        connectAndGreet();
        server->send(welcome);
        QCOMPARE(server->take<Subscribe>().value(0).cursor, 0U);
        const Change moved = both.changes.takeLast();
        both.sequence = 4;
        both.head = 5;
        server->send(both);
        clock->settle();
        QCOMPARE(mine->cursor(), 4U);
        QCOMPARE(mine->replica->spaces().value(0).sweep, 3U); // the head was 5 when that was read
        QCOMPARE(mine->count(), 2);
        both.changes = {moved};
        both.previous = 4;
        both.sequence = 5;
        server->send(both);
        clock->settle();
        QCOMPARE(mine->replica->spaces().value(0).sweep, 0U);
        QCOMPARE(mine->count(), 2);
    }

    void answersToNothingEndTheSession()
    {
        goOnline(0);
        server->send(Subscribed{"home"});
        QCOMPARE(server->take<Refused>().value(0).code, u"bad_message"_s);
    }

    void whatIsSaidWithinATransactionIsHeard()
    {
        theirs->addNote(u"a"_s, u"one"_s);
        goOnline(0);
        Changes first = theirs->exported(0, 1);
        server->send(first);
        clock->settle();
        first.previous = 1;
        first.sequence = first.head = 2;
        first.more = true; // an update of a text comes in parts
        server->send(first);
        server->send(Collected{"home", 1, makeHlc(5), 2});
        clock->settle();
        QCOMPARE(mine->cursor(), 1U);
        QCOMPARE(mine->replica->spaces().value(0).forgotten, makeHlc(5));
        first.previous = 2;
        first.more = false;
        first.sequence = first.head = 3;
        server->send(first);
        clock->settle();
        QCOMPARE(mine->cursor(), 3U);
    }

    void pushIsNumberedBehindTheLastOne()
    {
        mine->addNote(u"a"_s, u"one"_s);
        goOnline(0, 41);
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].number, 42U);
        QCOMPARE(pushes[0].changes.size(), 1);
        ack(42, 0, 1);
        QCOMPARE(mine->replica->pendingCount(), 0);
        QCOMPARE(mine->cursor(), 1U);
    }

    void localChangesArePushedAtOnce()
    {
        goOnline(0);
        QVERIFY(server->take<Push>().isEmpty());
        mine->addNote(u"a"_s, u"one"_s);
        session->localChangesCommitted();
        QCOMPARE(server->take<Push>().size(), 1);
    }

    void anEditDuringTheFlightStays()
    {
        mine->addNote(u"a"_s, u"one"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        mine->write(u"UPDATE notes SET title = 'two' WHERE id = 'a'"_s);
        session->localChangesCommitted();
        server->forget();
        ack(1, 0, 1);
        QCOMPARE(mine->replica->pendingCount(), 1);
    }

    void aBurstDuringTheFlightGoesTogether()
    {
        goOnline(0);
        mine->addNote(u"a"_s, u"0"_s);
        session->localChangesCommitted();
        QCOMPARE(server->take<Push>().size(), 1);
        for (int i = 1; i <= 100; ++i) {
            mine->write(u"UPDATE notes SET title = ? WHERE id = 'a'"_s, {i});
            if (i % 10 == 0)
                mine->addNote(QString::number(i), u"another"_s);
            session->localChangesCommitted();
            QVERIFY(server->take<Push>().isEmpty());
        }
        ack(1, 0, 1);
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].changes.size(), 11);
        ack(2, 1, 12);
        QVERIFY(server->take<Push>().isEmpty());
        QCOMPARE(mine->replica->pendingCount(), 0);
    }

    void theWindowIsBounded()
    {
        const QString body(100'000, u'x');
        for (int i = 0; i < 30; ++i)
            mine->addNote(QString::number(i), u"t"_s, body);
        goOnline(0);
        auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), Tuning::pushWindow);
        QCOMPARE(pushes.last().number, static_cast<quint64>(Tuning::pushWindow));
        // Each ack makes room for exactly one more, until the outbox is empty.
        quint64 acked = 0;
        Sequence head = 0;
        while (!pushes.isEmpty()) {
            const Push push = pushes.takeFirst();
            QCOMPARE(push.number, ++acked);
            const auto rows = static_cast<Sequence>(push.changes.size());
            ack(push.number, head, head + rows);
            head += rows;
            pushes += server->take<Push>();
            QVERIFY(pushes.size() <= Tuning::pushWindow);
        }
        QCOMPARE(mine->replica->pendingCount(), 0);
        QCOMPARE(mine->cursor(), head);
    }

    void changesAreMergedAndProven()
    {
        theirs->addNote(u"a"_s, u"from there"_s);
        goOnline(5);
        server->send(theirs->exported(0, 5));
        clock->settle();
        QCOMPARE(mine->titleOf(u"a"_s), u"from there"_s);
        QCOMPARE(mine->cursor(), 5U);
        QVERIFY(!progress.proven);
        answerMark(5);
        QVERIFY(progress.proven);
        QCOMPARE(progress.pulled, 5);
        QCOMPARE(progress.toPull, 5);
    }

    void anEditEndsTheProof()
    {
        goOnline(0);
        answerMark(0);
        QVERIFY(progress.proven);
        mine->addNote(u"a"_s, u"one"_s);
        session->localChangesCommitted();
        QVERIFY(!progress.proven);
        ack(1, 0, 1);
        clock->advance(Tuning::markIntervalMs);
        answerMark(1);
        QVERIFY(progress.proven);
    }

    void aProofCanBeDemanded()
    {
        goOnline(0);
        answerMark(0);
        QVERIFY(server->take<Mark>().isEmpty());
        session->demandProof();
        QVERIFY(!progress.proven);
        answerMark(0);
        QVERIFY(progress.proven);
    }

    void aTransactionIsAppliedWhole()
    {
        theirs->addNote(u"a"_s, u"1"_s);
        theirs->addNote(u"b"_s, u"2"_s);
        const Changes both = theirs->exported(0, 2);
        QCOMPARE(both.changes.size(), 2);
        Changes first = both;
        first.changes = {both.changes[0]};
        first.sequence = 1;
        first.more = true;
        Changes second = both;
        second.changes = {both.changes[1]};
        second.previous = 1;
        goOnline(0);
        server->send(first);
        clock->settle();
        QCOMPARE(mine->count(), 0);
        server->send(second);
        clock->settle();
        QCOMPARE(mine->count(), 2);
        QCOMPARE(mine->cursor(), 2U);
    }

    void ackAndChangesMoveTheCursorInOrder()
    {
        mine->addNote(u"mine"_s, u"1"_s);
        theirs->addNote(u"theirs"_s, u"2"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        // Somebody else's change, then our ack, before we had a turn to apply anything.
        server->send(theirs->exported(0, 1));
        server->send(Ack{"home", 1, 1, 2, clock->wallMs(), {}});
        clock->settle();
        QCOMPARE(mine->cursor(), 2U);
        QCOMPARE(mine->replica->pendingCount(), 0);
        QVERIFY(server->take<Subscribe>().isEmpty());
    }

    void serversPingIsAnswered()
    {
        goOnline(0);
        server->send(Ping{123});
        const auto pongs = server->take<Pong>();
        QCOMPARE(pongs.size(), 1);
        QCOMPARE(pongs[0].senderClockMs, 123);
    }

    void aFirstSyncLetsLocalWritesInBetween()
    {
        theirs->addNote(u"a"_s, u"1"_s, QString(200'000, u'x'));
        const Changes page = theirs->exported(0, 1);
        goOnline(10);
        for (Sequence i = 0; i < 5; ++i) {
            Changes next = page;
            next.previous = i;
            next.sequence = i + 1;
            server->send(next);
        }
        // Nothing was applied inside the socket's callbacks: each page waits for its own turn.
        QCOMPARE(mine->cursor(), 0U);
        clock->settle();
        QCOMPARE(mine->cursor(), 5U);
    }

    void unappliedBytesAreBounded()
    {
        theirs->addNote(u"a"_s, u"1"_s, QString(200'000, u'x'));
        const Changes page = theirs->exported(0, 1);
        goOnline(100);
        for (Sequence i = 0; i < 50; ++i) { // 10 MB without one turn of the event loop
            Changes next = page;
            next.previous = i;
            next.sequence = i + 1;
            server->send(next);
        }
        QVERIFY(mine->cursor() >= 50 - Tuning::unappliedBytesMax / 200'000);
    }

private:
    void connectAndGreet()
    {
        ClientSession::Events events;
        events.progressed = [this](const SyncProgress &now) { progress = now; };
        session = std::make_unique<ClientSession>(*mine->replica, *clock, *random, *server,
                                                  ClientSession::Options{QUrl(u"ws://localhost"_s), "token", u"test"_s}, events);
        session->start();
        server->accept();
    }
    void goOnline(Sequence head, quint64 lastPush = 0)
    {
        connectAndGreet();
        server->send(welcomeOf(*clock, head, lastPush));
        clock->settle();
        server->take<Subscribe>();
    }
    void ack(quint64 number, Sequence previous, Sequence sequence)
    {
        server->send(Ack{"home", number, previous, sequence, clock->wallMs(), {}});
        clock->settle();
    }
    void answerMark(Sequence head)
    {
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        const auto digest = mine->replica->digest("home");
        QVERIFY(digest.has_value());
        server->send(Marked{"home", marks[0].id, head, digest->totalBytes()});
        clock->settle();
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FixedRandom> random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<TestReplica> theirs;
    std::unique_ptr<ClientSession> session;
    SyncProgress progress;
};

QTEST_GUILESS_MAIN(TestClientSession)
#include "tst_clientsession.moc"
