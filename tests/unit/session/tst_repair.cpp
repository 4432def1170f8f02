// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "protocol/limits.h"
#include "scriptedserver.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

quint8 bucketOfNote(const char *id)
{
    QByteArray key;
    const ValueView value = ValueView::ofText(id);
    encodeKey({&value, 1}, key);
    return bucketOf("notes", key);
}

QByteArray bucketsOf(std::initializer_list<const char *> ids)
{
    SpaceDigest::Buckets buckets;
    for (const char *id : ids)
        buckets.set(bucketOfNote(id));
    return bytesOf(buckets);
}

} // namespace

/// What a session does when the two sides are not the same: the scripted server has rows that the
/// client has not, and lacks others.
class TestRepair : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // The tests below are about rows of different buckets.
        QVERIFY(bucketOfNote("mine") != bucketOfNote("theirs") && bucketOfNote("mine") != bucketOfNote("more"));
    }
    void init()
    {
        clock = std::make_unique<ManualClock>();
        random = std::make_unique<FixedRandom>();
        server = std::make_unique<ScriptedServer>(*clock);
        mine = std::make_unique<TestReplica>(*clock, 1);
        theirs = std::make_unique<TestReplica>(*clock, 2);
        progress = {};
        ends.clear();
        reports.clear();
    }
    void cleanup()
    {
        session.reset();
        mine.reset();
        theirs.reset();
        server.reset();
    }

    void aLostRowIsPulledByItsBucket()
    {
        synced();
        theirs->addNote(u"theirs"_s, u"lost on the way"_s);
        mismatch();
        QCOMPARE(reports, QStringList{u"digest_mismatch"_s});
        answerBuckets({"theirs"});
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 2, bucketsOf({"theirs"})}}));
        QVERIFY2(server->take<Push>().isEmpty(), "no row of this device is in that bucket");
        QVERIFY(!progress.proven);
        server->send(theirs->exported(0, 2));
        clock->advance(Tuning::markIntervalMs);
        QCOMPARE(mine->titleOf(u"theirs"_s), u"lost on the way"_s);
        prove(2);
        QVERIFY(progress.proven);
        QVERIFY(ends.isEmpty());
    }

    void whatTheServerLostIsPushedByItsBucket()
    {
        synced();
        mismatch();
        answerBuckets({"mine"});
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].number, 2U);
        QCOMPARE(pushes[0].changes.size(), 1);
        QVERIFY2(mine->titleOf(u"more"_s) == u"2"_s && mine->replica->pendingCount() == 1, "the other row stays where it is");
    }

    void aSecondLookMaySayThatAllIsWell()
    {
        synced();
        mismatch();
        answerBuckets({});
        QVERIFY(progress.proven);
        QVERIFY(server->take<Subscribe>().isEmpty() && server->take<Push>().isEmpty());
    }

    void everythingIsExchangedWhenBucketsDoNotHelp()
    {
        synced();
        mismatch();
        answerBuckets({"theirs"});
        server->take<Subscribe>();
        server->send(Changes{"home", 0, 2, 2, false, {}, {}}); // but not what was missing
        clock->advance(Tuning::markIntervalMs);
        mismatch();
        QCOMPARE(reports.size(), 2);
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 0, {}}}));
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].changes.size(), 2);
        server->send(Changes{"home", 0, 2, 2, false, {}, {}});
        server->send(Ack{"home", pushes[0].number, 2, 2, clock->wallMs(), {}});
        clock->advance(Tuning::markIntervalMs);
        mismatch();
        clock->advance(10 * Tuning::markIntervalMs);
        QVERIFY2(server->take<Mark>().isEmpty() && server->take<Subscribe>().isEmpty(), "no endless exchange: it waits for news");
        QVERIFY(!progress.proven);
        QVERIFY(ends.isEmpty());
        theirs->addNote(u"theirs"_s, u"news"_s);
        server->send(theirs->exported(2, 3));
        clock->advance(Tuning::markIntervalMs);
        prove(3);
        QVERIFY(progress.proven);
    }

    void newsDuringARepairAreNotLost()
    {
        synced();
        mismatch();
        theirs->addNote(u"theirs"_s, u"new"_s);
        // Sent by the subscription that was, before the server heard of the new one.
        answerBuckets({"mine"}, [this] { server->send(theirs->exported(2, 3)); });
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 3, bucketsOf({"mine"})}}));
    }

    void aGapDuringARepairIsPulledWithItsBuckets()
    {
        synced();
        mismatch();
        server->answersSubscriptions = false;
        answerBuckets({"theirs"});
        const Subscribe repair{"home", 7, 2, bucketsOf({"theirs"})};
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{repair}));
        server->send(Changes{"home", 2, 3, 3, false, {}, {}}); // stale: of the subscription that was
        QVERIFY(server->take<Subscribe>().isEmpty());
        server->answersSubscriptions = true;
        server->send(Subscribed{"home"});
        server->send(Changes{"home", 0, 1, 3, false, {}, {}});
        server->send(Changes{"home", 2, 3, 3, false, {}, {}}); // a real gap
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{repair}));
        server->send(Changes{"home", 0, 3, 3, false, {}, {}});
        server->send(Changes{"home", 4, 5, 5, false, {}, {}}); // behind the repair: an ordinary one
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 3, {}}}));
    }

    void aRepairThatIsCutOffBecomesAFullPull()
    {
        synced();
        mismatch();
        answerBuckets({"theirs"});
        server->hangUp(u"cable cut"_s);
        connectAndGreet();
        server->send(welcomeOf(*clock, 2, 1));
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 0, {}}}));
    }

    void anotherDigestThanAskedForEndsTheSession()
    {
        synced();
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        server->send(Marked{"home", marks[0].id, 2, SpaceDigest().toBytes()});
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends, QStringList{u"bad_message"_s});
    }

    void aRefusedRowComesBackByItsBucket()
    {
        synced();
        mine->write(u"UPDATE notes SET title = 'too much' WHERE id = 'mine'"_s);
        session->localChangesCommitted();
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        server->send(Ack{"home", pushes[0].number, 2, 2, clock->wallMs(), {{0, u"too_large"_s, u"too large"_s}}});
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 7, 2, bucketsOf({"mine"})}}));
        QCOMPARE(mine->titleOf(u"more"_s), u"2"_s);
        theirs->addNote(u"mine"_s, u"the server's"_s);
        server->send(theirs->exported(0, 2));
        clock->settle();
        QCOMPARE(mine->titleOf(u"mine"_s), u"the server's"_s);
        QCOMPARE(mine->cursor(), 2U);
        QCOMPARE(mine->replica->rejected()->size(), 1);
    }

    void anotherEpochPullsAndOffersEverything()
    {
        synced();
        server->hangUp(u"the server was restored"_s);
        connectAndGreet();
        Welcome welcome = welcomeOf(*clock, 1, 0);
        welcome.epoch = 8;
        server->send(welcome);
        QCOMPARE(server->take<Subscribe>(), (QList<Subscribe>{{"home", 8, 0, {}}}));
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        QCOMPARE(pushes[0].number, 1U);
        QCOMPARE(pushes[0].changes.size(), 2);
        QCOMPARE(mine->count(), 2);
    }

    void anAckTooManyEndsTheSession()
    {
        mine->addNote(u"mine"_s, u"1"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {}});
        server->send(Ack{"home", 1, 0, 1, clock->wallMs(), {}});
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends, QStringList{u"bad_message"_s});
    }

    void aVerdictOnNothingEndsTheSession()
    {
        mine->addNote(u"mine"_s, u"1"_s);
        goOnline(0);
        QCOMPARE(server->take<Push>().size(), 1);
        server->send(Ack{"home", 1, 0, 0, clock->wallMs(), {{1, u"too_large"_s, {}}}});
        clock->advance(Tuning::refusalMsMax);
        QCOMPARE(ends, QStringList{u"bad_message"_s});
        QCOMPARE(mine->replica->pendingCount(), 1);
    }

private:
    void connectAndGreet()
    {
        ClientSession::Events events;
        events.progressed = [this](const SyncProgress &now) { progress = now; };
        events.reported = [this](const QString &code, const QString &) { reports.push_back(code); };
        events.ended = [this](const QString &code, const QString &, qint64) { ends.push_back(code); };
        session = std::make_unique<ClientSession>(*mine->replica, *clock, *random, *server,
                                                  ClientSession::Options{QUrl(u"ws://localhost"_s), "token", u"test"_s}, events);
        session->start();
        server->accept();
    }
    void goOnline(Sequence head)
    {
        connectAndGreet();
        server->send(welcomeOf(*clock, head, 0));
        clock->settle();
        server->take<Subscribe>();
    }
    /// Two rows that were pushed and acknowledged; the mark is on its way.
    void synced()
    {
        mine->addNote(u"mine"_s, u"1"_s);
        mine->addNote(u"more"_s, u"2"_s);
        goOnline(0);
        const auto pushes = server->take<Push>();
        QCOMPARE(pushes.size(), 1);
        server->send(Ack{"home", 1, 0, 2, clock->wallMs(), {}});
        clock->settle();
        QCOMPARE(mine->cursor(), 2U);
    }
    void mismatch()
    {
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        QVERIFY(!marks[0].buckets);
        server->send(Marked{"home", marks[0].id, std::max<Sequence>(mine->cursor(), 2), QByteArray(16, 'x')});
    }
    /// The server's sums differ in the buckets of these rows.
    void answerBuckets(std::initializer_list<const char *> ids, const std::function<void()> &before = {})
    {
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        QVERIFY(marks[0].buckets);
        if (before) {
            before();
            clock->advance(Tuning::markIntervalMs);
            const auto again = server->take<Mark>(); // the first question has become void
            QCOMPARE(again.size(), 1);
            QVERIFY(again[0].buckets);
            return sendBuckets(again[0].id, ids);
        }
        sendBuckets(marks[0].id, ids);
    }
    void sendBuckets(quint64 id, std::initializer_list<const char *> ids)
    {
        SpaceDigest digest = *mine->replica->digest("home");
        for (const char *different : ids)
            digest.add({{1, 1}, bucketOfNote(different)});
        server->send(Marked{"home", id, mine->cursor(), digest.toBytes()});
        clock->settle();
    }
    void prove(Sequence head)
    {
        const auto marks = server->take<Mark>();
        QCOMPARE(marks.size(), 1);
        server->send(Marked{"home", marks[0].id, head, mine->replica->digest("home")->totalBytes()});
        clock->settle();
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FixedRandom> random;
    std::unique_ptr<ScriptedServer> server;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<TestReplica> theirs;
    std::unique_ptr<ClientSession> session;
    SyncProgress progress;
    QStringList ends;
    QStringList reports;
};

QTEST_GUILESS_MAIN(TestRepair)
#include "tst_repair.moc"
