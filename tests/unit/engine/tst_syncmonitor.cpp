// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "engine/syncmonitor.h"
#include "scriptedserver.h"
#include "session/tuning.h"

#include <QFuture>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using State = RowAnswer::State;

namespace {

QByteArray keyOf(const QByteArray &text)
{
    const ValueView value = ValueView::ofText(text);
    QByteArray key;
    encodeKey({&value, 1}, key);
    return key;
}

} // namespace

/// What an app is told of its syncs, and why a row is not on the server.
class TestSyncMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        reconnector = std::make_unique<Reconnector>(
            *mine->replica, *clock, random, *server, u"test"_s,
            Reconnector::Events{[this] { monitor->statusChanged(); },
                                [this](const QString &code, const QString &message) { monitor->reported(code, message); }});
        monitor =
            std::make_unique<SyncMonitor>(*mine->replica, *reconnector, *clock,
                                          SyncMonitor::Outlets{[this](const SyncSnapshot &now) { snapshot = now; },
                                                               [this](const SyncResult &result) { results.append(result); }});
        results.clear();
        snapshot = {};
    }
    void cleanup()
    {
        monitor.reset();
        reconnector.reset();
        mine.reset();
        server.reset();
    }

    void aSyncTellsWhatItCameTo()
    {
        mine->addNote(u"a"_s, u"1"_s);
        mine->addNote(u"b"_s, u"2"_s);
        connectTo();
        clock->advance(100);
        welcome();
        acknowledge({{1, u"no_permission"_s, u"Not here."_s}});
        monitor->conflictMet();
        QVERIFY(results.isEmpty());
        prove();
        QCOMPARE(results.size(), 1);
        QVERIFY(results[0].ok);
        QCOMPARE(results[0].pushed, 1);
        QCOMPARE(results[0].rejected, 1);
        QCOMPARE(results[0].pulled, 0);
        QCOMPARE(results[0].conflicts, 1);
        QVERIFY(results[0].durationMs >= 100);
        QVERIFY(results[0].bytesSent > 0 && results[0].bytesReceived > 0);
        QCOMPARE(snapshot.figures.pushed, 1);
        // A burst of edits is the next one.
        mine->addNote(u"c"_s, u"3"_s);
        reconnector->localChangesCommitted();
        QCOMPARE(results.size(), 1);
        server->hangUp(u"gone"_s);
        QCOMPARE(results.size(), 2);
        QVERIFY(!results[1].ok);
        QCOMPARE(results[1].errorCode, u"connection_lost"_s);
        QCOMPARE(results[1].pushed, 0);
    }

    void whoWantsItNowJoinsTheSyncThatIsOnItsWay()
    {
        connectTo();
        reconnector->pause();
        results.clear();
        const auto first = syncNow();
        const auto second = syncNow();
        QCOMPARE(server->attempts(), 2);
        welcome();
        QVERIFY(!first.isFinished());
        prove();
        QVERIFY(first.isFinished() && second.isFinished());
        QVERIFY(first.result()->ok && second.result()->ok);
        QCOMPARE(results.size(), 1);
        clock->advance(10);
        QCOMPARE(reconnector->status().phase, SyncStatus::Phase::Paused);
    }

    void aProofFromBeforeIsNotEnough()
    {
        connectTo();
        welcome();
        prove();
        QVERIFY(reconnector->status().progress.proven);
        const auto now = syncNow();
        QVERIFY(!now.isFinished());
        prove();
        QVERIFY(now.isFinished() && now.result().has_value());
        QCOMPARE(server->attempts(), 1);
    }

    void aSyncThatCannotBeEndsWithTheReason()
    {
        const auto none = syncNow();
        QCOMPARE(errorOf(none), u"not_connected"_s);
        connectTo();
        const auto cut = syncNow();
        server->hangUp(u"no route"_s);
        QCOMPARE(errorOf(cut), u"connection_lost"_s);
        QCOMPARE(cut.result().error().message, u"no route"_s);
        const auto refused = syncNow(); // at once, not after the pause
        server->accept();
        server->send(Refused{u"bad_token"_s, u"Who?"_s, -1});
        clock->settle();
        QCOMPARE(errorOf(refused), u"bad_token"_s);
        const auto paused = syncNow();
        monitor->pause();
        QCOMPARE(errorOf(paused), u"paused"_s);
    }

    void aCancelledSyncIsOverAndPaused()
    {
        mine->addNote(u"a"_s, u"1"_s);
        connectTo();
        welcome();
        const auto now = syncNow();
        monitor->cancelSync();
        QCOMPARE(errorOf(now), u"cancelled"_s);
        QCOMPARE(reconnector->status().phase, SyncStatus::Phase::Paused);
        QCOMPARE(results.size(), 1);
        QCOMPARE(results[0].errorCode, u"cancelled"_s);
        QCOMPARE(mine->replica->pendingCount(), 1);
        clock->advance(3'600'000);
        QCOMPARE(server->attempts(), 1);
    }

    void rowsWithoutAccessEndIt()
    {
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'secret', 'mine')"_s);
        connectTo();
        welcome();
        const auto now = syncNow();
        prove();
        QCOMPARE(errorOf(now), u"no_access"_s);
        QCOMPARE(why("t"), State::NoAccess);
    }

    void whoStillWaitsAtTheEndIsAnswered()
    {
        connectTo();
        const auto now = syncNow();
        monitor.reset();
        QCOMPARE(errorOf(now), u"closed"_s);
        monitor = std::make_unique<SyncMonitor>(*mine->replica, *reconnector, *clock, SyncMonitor::Outlets{{}, {}});
        reconnector.reset();
    }

    void everyRowHasItsReason()
    {
        QCOMPARE(why("a"), State::UnknownRow);
        mine->addNote(u"a"_s, u"1"_s);
        const qint64 written = clock->wallMs();
        QCOMPARE(why("a"), State::Offline);
        connectTo();
        clock->advance(5000);
        server->hangUp(u"no route"_s);
        auto answer = monitor->why("notes", keyOf("a"));
        QVERIFY(answer);
        QCOMPARE(answer->state, State::Offline);
        QCOMPARE(answer->reason, u"no route"_s);
        QCOMPARE(answer->sinceMs, written);
        reconnector->pause();
        QCOMPARE(why("a"), State::Paused);
        reconnector->resume();
        welcome();
        QCOMPARE(why("a"), State::Waiting);
        acknowledge({});
        QCOMPARE(why("a"), State::Synced);
        QCOMPARE(monitor->why("NOTES", keyOf("a"))->space, "home"_ba);
        QCOMPARE(monitor->why("sqlite_master", keyOf("a"))->state, State::LocalTable);
        QCOMPARE(monitor->why("nothing", keyOf("a"))->state, State::LocalTable);

        mine->addNote(u"b"_s, u"2"_s);
        reconnector->localChangesCommitted();
        acknowledge({{0, u"too_large"_s, u"Too long."_s}}, 2, 1, 1);
        answer = monitor->why("notes", keyOf("b"));
        QVERIFY(answer);
        QCOMPARE(answer->state, State::Rejected);
        QCOMPARE(answer->reasonCode, u"too_large"_s);
        QCOMPARE(answer->space, "home"_ba);
    }

    void aViewersEditIsNamed()
    {
        connectTo();
        Welcome viewer = welcomeOf(*clock, 0);
        viewer.spaces[0].role = Role::Viewer;
        server->accept();
        server->send(viewer);
        clock->settle();
        mine->addNote(u"a"_s, u"1"_s);
        QCOMPARE(why("a"), State::Viewer);
    }

    void anEditAfterTheFirstKeepsItsTime()
    {
        mine->addNote(u"a"_s, u"1"_s);
        const qint64 written = clock->wallMs();
        clock->advance(60'000);
        mine->write(u"UPDATE notes SET title = 'later' WHERE id = 'a'"_s);
        QCOMPARE(monitor->why("notes", keyOf("a"))->sinceMs, written);
    }

    void problemsAreCountedAndBounded()
    {
        for (int i = 0; i < 3; ++i)
            monitor->reported(u"digest_mismatch"_s, u"They differ."_s);
        monitor->sendSnapshot();
        QCOMPARE(snapshot.problems.size(), 1);
        QCOMPARE(snapshot.problems[0].count, 3);
        QVERIFY(!snapshot.problems[0].advice.isEmpty());
        for (int i = 0; i < 3 * SyncMonitor::problemsMax; ++i)
            monitor->reported(u"invalid"_s, QString::number(i));
        monitor->sendSnapshot();
        QCOMPARE(snapshot.problems.size(), SyncMonitor::problemsMax);
        QCOMPARE(snapshot.problems.last().text, QString::number(3 * SyncMonitor::problemsMax - 1));
        connectTo();
        server->hangUp(u"no route"_s);
        monitor->sendSnapshot();
        QCOMPARE(snapshot.problems.last().code, u"connection_lost"_s);
    }

    void spacesAreToldWithTheirHeads()
    {
        mine->addNote(u"a"_s, u"1"_s);
        mine->write(u"INSERT INTO notes(id, space, title) VALUES('t', 'team', '1'), ('u', 'team', '2')"_s);
        connectTo();
        server->accept();
        server->send(welcomeOf(*clock, 9));
        clock->settle();
        reconnector->pause();
        monitor->sendSnapshot();
        const auto spaceOf = [this](const QByteArray &name) {
            const auto found = std::ranges::find(snapshot.spaces, name, &SpaceStatus::name);
            return found == snapshot.spaces.end() ? SpaceStatus{} : *found;
        };
        QCOMPARE(spaceOf("home").head, Sequence(0)); // not heard yet by anybody who asked
        reconnector->resume();
        server->accept();
        server->send(welcomeOf(*clock, 9));
        clock->settle();
        monitor->sendSnapshot();
        QCOMPARE(spaceOf("home").head, Sequence(9));
        QCOMPARE(spaceOf("home").cursor, Sequence(0));
        QCOMPARE(spaceOf("home").role, Role::Editor);
        QCOMPARE(spaceOf("home").pending, 1);
        QCOMPARE(spaceOf("team").pending, 2);
        QCOMPARE(spaceOf("team").role, Role::None);
        reconnector->pause();
        monitor->sendSnapshot();
        QCOMPARE(spaceOf("home").head, Sequence(9)); // as last heard
        QCOMPARE(toJson(spaceOf("home"))["head"_L1].toInt(), 9);
    }

private:
    void connectTo() { reconnector->connectTo(QUrl(u"ws://localhost"_s), "token"); }
    void welcome()
    {
        server->accept();
        server->send(welcomeOf(*clock, 0));
        clock->settle();
    }
    void acknowledge(const QList<Verdict> &verdicts, quint64 number = 1, Sequence previous = 0, Sequence sequence = 1)
    {
        server->send(Ack{"home", number, previous, sequence, clock->wallMs(), verdicts});
        clock->settle();
        // What was refused is asked for again.
        if (!verdicts.isEmpty()) {
            server->send(Changes{"home", 0, sequence, sequence, false, {}, {}});
            clock->settle();
        }
    }
    void prove()
    {
        clock->advance(Tuning::markIntervalMs);
        const auto marks = server->take<Mark>();
        QVERIFY(!marks.isEmpty());
        const Sequence head = mine->cursor();
        server->send(Marked{"home", marks.last().id, head, mine->replica->digest("home")->totalBytes()});
        clock->settle();
    }
    QFuture<Result<SyncResult>> syncNow()
    {
        auto promise = std::make_shared<QPromise<Result<SyncResult>>>();
        promise->start();
        monitor->syncNow(promise);
        return promise->future();
    }
    static QString errorOf(const QFuture<Result<SyncResult>> &future)
    {
        if (!future.isFinished())
            return u"not finished"_s;
        return future.result() ? u"none"_s : future.result().error().code;
    }
    [[nodiscard]] State why(const QByteArray &id) const
    {
        const auto answer = monitor->why("notes", keyOf(id));
        return answer ? answer->state : State::LocalTable;
    }

    std::unique_ptr<ManualClock> clock;
    FixedRandom random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<Reconnector> reconnector;
    std::unique_ptr<SyncMonitor> monitor;
    QList<SyncResult> results;
    SyncSnapshot snapshot;
};

QTEST_GUILESS_MAIN(TestSyncMonitor)
#include "tst_syncmonitor.moc"
