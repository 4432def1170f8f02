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

/// Pausing, syncing once, holding back, and what is counted meanwhile.
class TestManualSync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        random = std::make_unique<FixedRandom>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        reconnector = std::make_unique<Reconnector>(*mine->replica, *clock, *random, *server, u"test"_s, Reconnector::Events{});
    }
    void cleanup()
    {
        reconnector.reset();
        mine.reset();
        server.reset();
    }

    void editsWaitWhilePaused()
    {
        connectTo();
        welcome();
        reconnector->pause();
        QCOMPARE(phase(), Phase::Paused);
        QVERIFY(!server->isConnected());
        mine->addNote(u"a"_s, u"1"_s);
        reconnector->localChangesCommitted();
        QCOMPARE(reconnector->status().progress.waiting, 1);
        reconnector->reconnectNow();
        reconnector->networkBack();
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 1);
        reconnector->resume();
        QCOMPARE(phase(), Phase::Connecting);
        welcome();
        QCOMPARE(server->take<Push>().size(), 1);
        reconnector->resume(); // nothing to resume
        QCOMPARE(server->attempts(), 2);
    }

    void aPauseEndsThePausesBetweenAttempts()
    {
        connectTo();
        server->hangUp(u"no"_s);
        QCOMPARE(phase(), Phase::Waiting);
        reconnector->pause();
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 1);
        QCOMPARE(phase(), Phase::Paused);
    }

    void withoutAServerThereIsNothingToPause()
    {
        reconnector->pause();
        QCOMPARE(phase(), Phase::Idle);
        connectTo();
        QCOMPARE(phase(), Phase::Connecting);
        reconnector->pause();
        connectTo(); // ends the pause
        QCOMPARE(phase(), Phase::Connecting);
    }

    void syncOnceEndsWhenProvenAndStaysPaused()
    {
        connectTo();
        reconnector->pause();
        mine->addNote(u"a"_s, u"1"_s);
        reconnector->syncOnce();
        QCOMPARE(phase(), Phase::Connecting);
        welcome();
        reconnector->syncOnce(); // joins
        QCOMPARE(server->attempts(), 2);
        QCOMPARE(server->take<Push>().size(), 1);
        acknowledgeAndProve();
        QCOMPARE(phase(), Phase::Paused);
        QVERIFY(!server->isConnected());
        QCOMPARE(reconnector->status().progress.waiting, 0);
        QVERIFY(reconnector->status().provenAtMs > 0);
    }

    void syncOnceThatFailsStaysPausedAndSaysWhy()
    {
        connectTo();
        reconnector->pause();
        reconnector->syncOnce();
        server->accept();
        server->send(Refused{u"busy"_s, u"Later."_s, 0});
        clock->settle();
        QCOMPARE(phase(), Phase::Paused);
        QCOMPARE(reconnector->status().error.code, u"busy"_s);
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 2);
    }

    void resumingDuringASyncOnceKeepsItsSession()
    {
        connectTo();
        reconnector->pause();
        reconnector->syncOnce();
        welcome();
        reconnector->resume();
        QCOMPARE(server->attempts(), 2);
        clock->advance(1000);
        QCOMPARE(phase(), Phase::Online);
    }

    void whatWasCommittedBeforeACancelStaysAndTheRestComesAgain()
    {
        ManualClock theirs;
        TestReplica other(theirs, 2);
        other.addNote(u"a"_s, u"1"_s);
        Changes first = other.exported(0, 1);
        other.write(u"DELETE FROM notes"_s);
        other.addNote(u"b"_s, u"2"_s);
        connectTo();
        welcome(3);
        first.head = 3;
        server->send(first);
        Changes half = other.exported(1, 2);
        half.more = true; // its second half is still on its way
        half.head = 3;
        server->send(half);
        clock->settle();
        const int rows = mine->count();
        const Sequence cursor = mine->cursor();
        QCOMPARE(cursor, Sequence(1));
        reconnector->pause();
        clock->advance(10'000);
        QCOMPARE(mine->count(), rows);
        QCOMPARE(mine->cursor(), cursor);
        server->forget();
        reconnector->resume();
        welcome(3);
        const auto again = server->take<Subscribe>();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again[0].cursor, cursor);
    }

    void anOutboxSurvivesDeathBetweenPushAndAck()
    {
        mine->addNote(u"a"_s, u"1"_s);
        connectTo();
        welcome();
        const auto pushed = server->take<Push>();
        QCOMPARE(pushed.size(), 1);
        // The process dies: what is on the disk is all there is.
        reconnector.reset();
        mine->replica.reset();
        mine->replica = reopened();
        QVERIFY(mine->replica);
        QCOMPARE(mine->replica->pendingCount(), 1);
        reconnector = std::make_unique<Reconnector>(*mine->replica, *clock, *random, *server, u"test"_s, Reconnector::Events{});
        connectTo();
        server->accept();
        server->send(welcomeOf(*clock, 1, 1)); // the server had merged it
        clock->settle();
        const auto again = server->take<Push>();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again[0].number, 2U);
        QCOMPARE(again[0].changes[0].record, pushed[0].changes[0].record);
        server->send(Ack{"home", 2, 1, 1, clock->wallMs(), {}});
        clock->settle();
        QCOMPARE(mine->replica->pendingCount(), 0);
        QCOMPARE(mine->count(), 1);
    }

    void anAppMayHoldAnAttemptBack()
    {
        QList<quint64> questions;
        reconnector->setBeforeSync([&](quint64 question) { questions.append(question); });
        connectTo();
        QCOMPARE(questions.size(), 1);
        QCOMPARE(server->attempts(), 0);
        reconnector->answer(questions[0], fail(u"held_back"_s, u"This network is metered."_s));
        QCOMPARE(phase(), Phase::Waiting);
        QCOMPARE(reconnector->status().error.code, u"held_back"_s);
        QCOMPARE(reconnector->status().failures, 1);
        QCOMPARE(server->attempts(), 0);
        clock->advance(Limits::reconnectMsMax);
        QCOMPARE(questions.size(), 2);
        reconnector->answer(questions[0], {}); // an old one
        QCOMPARE(server->attempts(), 0);
        reconnector->answer(questions[1], {});
        QCOMPARE(server->attempts(), 1);
        reconnector->answer(questions[1], {}); // once
        QCOMPARE(server->attempts(), 1);
        welcome();
        QCOMPARE(phase(), Phase::Online);
    }

    void anAnswerAfterThePauseIsTooLate()
    {
        QList<quint64> questions;
        reconnector->setBeforeSync([&](quint64 question) { questions.append(question); });
        connectTo();
        reconnector->pause();
        reconnector->answer(questions[0], {});
        QCOMPARE(server->attempts(), 0);
        QCOMPARE(phase(), Phase::Paused);
    }

    void aPausedSpaceIsLeftOut()
    {
        mine->addNote(u"a"_s, u"1"_s);
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'team', 'theirs')"_s);
        connectTo();
        reconnector->setSpacePaused("team", true);
        Welcome both = welcomeOf(*clock, 0);
        both.spaces.append({"team", Role::Editor, 5, 0});
        server->accept();
        server->send(both);
        clock->settle();
        QCOMPARE(server->take<Subscribe>().size(), 1);
        const auto pushed = server->take<Push>();
        QCOMPARE(pushed.size(), 1);
        QCOMPARE(pushed[0].space, "home"_ba);
        acknowledgeAndProve();
        QVERIFY(!reconnector->status().progress.proven);
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::Paused);
        QCOMPARE(reconnector->status().progress.waiting, 1);

        // The others hear nothing of it: the session goes on.
        server->forget();
        reconnector->setSpacePaused("team", false);
        const auto subscribed = server->take<Subscribe>();
        QCOMPARE(subscribed.size(), 1);
        QCOMPARE(subscribed[0].space, "team"_ba);
        QCOMPARE(server->take<Push>().size(), 1);
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::None);
        QCOMPARE(server->attempts(), 1);
    }

    void aSpaceIsPausedAndResumedWithinASession()
    {
        mine->addNote(u"a"_s, u"1"_s);
        connectTo();
        Welcome both = welcomeOf(*clock, 0);
        both.spaces.append({"team", Role::Editor, 5, 0});
        server->accept();
        server->send(both);
        clock->settle();
        server->send(Changes{"team", 0, 7, 7, false, {}, {}});
        clock->settle();
        QCOMPARE(mine->replica->space("team").cursor, Sequence(7));
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'team', 'theirs')"_s);
        reconnector->localChangesCommitted();
        const auto before = server->take<Push>();
        QCOMPARE(before.size(), 2);

        reconnector->setSpacePaused("team", true);
        QCOMPARE(server->take<Leave>(), (QList<Leave>{{"team"}}));
        server->send(Ack{"team", 1, 7, 8, clock->wallMs(), {}}); // too late to be heard
        mine->write(u"UPDATE notes SET title = 'again' WHERE id = 't'"_s);
        reconnector->localChangesCommitted();
        QVERIFY(server->take<Push>().isEmpty());
        reconnector->setSpacePaused("team", false);
        QVERIFY2(server->take<Subscribe>().size() == 2, "those of the welcome: the server has not let go of the space yet");
        server->send(Closed{"team", u"left"_s, {}});
        const auto again = server->take<Subscribe>();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again[0].cursor, Sequence(7));
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].number, 1U); // a repetition to the server, if it has merged the first
        QCOMPARE(server->attempts(), 1);
        QVERIFY(mine->replica->space("team").closedCode.isEmpty());
    }

    void aSpaceThatWantsANewerSchemaIsLeftAlone()
    {
        mine->addNote(u"a"_s, u"1"_s);
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'team', 'waits')"_s);
        Welcome both = welcomeOf(*clock, 0);
        both.spaces.append({"team", Role::Editor, 5, 0});
        both.spaces[1].schemaMin = mine->replica->schemaVersion() + 1;
        connectTo();
        server->accept();
        server->send(both);
        clock->settle();
        const auto subscribed = server->take<Subscribe>();
        QCOMPARE(subscribed.size(), 1);
        QCOMPARE(subscribed[0].space, "home"_ba);
        const auto pushed = server->take<Push>();
        QCOMPARE(pushed.size(), 1);
        QCOMPARE(pushed[0].space, "home"_ba);
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::None); // the others go first
        acknowledgeAndProve();
        QVERIFY(!reconnector->status().progress.proven);
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::UpdateNeeded);
        QVERIFY(reconnector->status().progress.updateNeeded.contains(u"team"));
        QCOMPARE(reconnector->status().progress.waiting, 1); // the edit is kept
        QVERIFY(std::ranges::any_of(reconnector->spaces(),
                                    [](const auto &space) { return space.name == "team" && space.isOutdated && !space.proven; }));

        server->hangUp(u"terms"_s);
        server->forget();
        clock->advance(60'000);
        both.spaces[0].head = 1;
        both.spaces[0].lastPush = 1;
        both.spaces[1].schemaMin = mine->replica->schemaVersion();
        server->accept();
        server->send(both);
        clock->settle();
        QCOMPARE(server->take<Subscribe>().size(), 2);
        QCOMPARE(server->take<Push>().size(), 1);
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::None);
    }

    void rowsInSpacesWithoutAccessAreNamed()
    {
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'secret', 'mine')"_s);
        connectTo();
        welcome();
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        server->send(Marked{"home", marks[0].id, 0, mine->replica->digest("home")->totalBytes()});
        clock->settle();
        QCOMPARE(reconnector->status().progress.hindrance, Hindrance::NoAccess);
        QVERIFY(!reconnector->status().progress.proven);
    }

    void figuresAreCounted()
    {
        ManualClock theirs;
        TestReplica other(theirs, 2);
        other.addNote(u"b"_s, u"2"_s);
        connectTo();
        server->hangUp(u"no"_s);
        clock->advance(reconnector->status().retryAtMs - clock->monotonicMs());
        QCOMPARE(reconnector->figures().retries, 1);
        QCOMPARE(reconnector->figures().lastContactMs, 0);
        mine->addNote(u"a"_s, u"1"_s);
        mine->addNote(u"c"_s, u"3"_s);
        server->accept();
        clock->advance(30);
        server->send(welcomeOf(*clock, 0));
        clock->settle();
        QCOMPARE(reconnector->figures().roundTripMs, 30);
        QCOMPARE(reconnector->figures().lastContactMs, clock->wallMs());
        QCOMPARE(server->take<Push>().size(), 1);
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {{1, u"invalid"_s, u"No."_s}}});
        clock->settle();
        server->send(other.exported(0, 2)); // the refused row is asked for again, from the start
        clock->settle();
        const SyncFigures &figures = reconnector->figures();
        QCOMPARE(figures.pushed, 1);
        QCOMPARE(figures.rejected, 1);
        QCOMPARE(figures.pulled, 1);
        QCOMPARE(figures.reconnects, 0);
        QVERIFY(figures.bytesSent > 100);
        QVERIFY(figures.bytesReceived > 100);
        server->hangUp(u"no"_s);
        clock->advance(reconnector->status().retryAtMs - clock->monotonicMs());
        welcome();
        QCOMPARE(reconnector->figures().reconnects, 1);
    }

    void thePingMeasuresTheRoundTrip()
    {
        connectTo();
        welcome();
        while (true) {
            clock->advance(500);
            if (!server->take<Ping>().isEmpty())
                break;
            QVERIFY(clock->monotonicMs() < Limits::silenceMsMax);
        }
        clock->advance(70);
        server->send(Pong{clock->wallMs(), 0});
        clock->settle();
        QVERIFY(reconnector->figures().roundTripMs >= 70);
        QVERIFY(reconnector->figures().roundTripMs <= 570);
    }

private:
    [[nodiscard]] Phase phase() const { return reconnector->status().phase; }
    void connectTo() { reconnector->connectTo(QUrl(u"ws://localhost"_s), "token"); }
    void welcome(Sequence head = 0)
    {
        server->accept();
        server->send(welcomeOf(*clock, head));
        clock->settle();
    }
    /// Settles the push of one change, the first of the space, and its proof.
    void acknowledgeAndProve()
    {
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {}});
        clock->advance(Tuning::markIntervalMs);
        const auto marks = server->take<Mark>();
        QVERIFY(!marks.isEmpty());
        server->send(Marked{"home", marks.last().id, 1, mine->replica->digest("home")->totalBytes()});
        clock->settle();
        clock->advance(1);
    }
    [[nodiscard]] std::unique_ptr<Replica> reopened() const
    {
        auto opened = Replica::open({.path = mine->folder.filePath(u"replica.db"_s),
                                     .schemaPath = mine->folder.filePath(u"schema.sql"_s),
                                     .wallMs = [this] { return clock->wallMs(); },
                                     .random = [this] { return random->next(); }});
        return opened ? std::move(*opened) : nullptr;
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FixedRandom> random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<Reconnector> reconnector;
};

QTEST_GUILESS_MAIN(TestManualSync)
#include "tst_manualsync.moc"
