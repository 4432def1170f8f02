// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// What becomes of pushes: merged once, judged change by change, acknowledged after the disk has them.
class TestUploads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void theAckFollowsTheCommit();
    void manyPushesAreOneCommit();
    void aFullGroupDoesNotWait();
    void stampsFromTheFutureAreRefusedAlone();
    void rowsThatGrowTooLargeAreRefusedAlone();
    void aStampNamesOneValue();
    void tooManyTablesAreRefusedAlone();
    void viewersMayNotWrite();
    void numbersHaveNoGaps_data();
    void numbersHaveNoGaps();
    void repeatsChangeNothing();
    void repeatsOfLostAcksChangeNothing();
    void transactionsAreCommittedWhole();
    void halfATransactionIsNothing();
    void anOversizedTransactionIsCutNotHeld();
    void aFailedCommitIsUnknown_data();
    void aFailedCommitIsUnknown();
    void theDigestIsKeptRight();

private:
    [[nodiscard]] Stamp stamp(qint64 aheadMs = 0) { return {makeHlc(m_house->clock.wallMs() + aheadMs, ++m_counter), 1}; }
    /// Pushes and gives the ack.
    Ack ackOf(const Push &push);

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<Caller> m_caller;
    QByteArray m_token;
    QByteArray m_lease;
    quint16 m_counter = 0;
};

void TestUploads::init()
{
    m_house = std::make_unique<ServerHouse>();
    m_token = m_house->token("phone");
    m_caller = std::make_unique<Caller>(*m_house);
    m_lease = m_caller->welcomed(m_token, 1).lease;
}

void TestUploads::cleanup()
{
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
    m_caller.reset();
    m_house.reset();
}

Ack TestUploads::ackOf(const Push &push)
{
    m_caller->send(push);
    m_house->run();
    const QList<Ack> acks = m_caller->take<Ack>();
    return acks.size() == 1 ? acks.constFirst() : Ack{};
}

void TestUploads::theAckFollowsTheCommit()
{
    const int commits = m_house->storage.commits();
    m_caller->send(pushOf(1, {rowOf("k", stamp(), {"v"})}));
    QVERIFY(m_caller->takeAll().isEmpty());
    QCOMPARE(m_house->storage.commits(), commits);
    m_house->run();
    QCOMPARE(m_house->storage.commits(), commits + 1);
    const QList<Ack> acks = m_caller->take<Ack>();
    QCOMPARE(acks.size(), 1);
    QCOMPARE(acks.constFirst(), (Ack{"home", 1, 0, 1, m_house->clock.wallMs(), {}}));
}

void TestUploads::manyPushesAreOneCommit()
{
    Caller other(*m_house);
    other.welcomed(m_house->token("tablet"), 2);
    const int commits = m_house->storage.commits();
    for (quint64 number = 1; number <= 10; ++number) {
        m_caller->send(pushOf(number, {rowOf("k" + QByteArray::number(number), stamp(), {"v"})}));
        other.send(pushOf(number, {rowOf("o" + QByteArray::number(number), stamp(), {"v"})}));
    }
    m_house->run();
    QCOMPARE(m_house->storage.commits(), commits + 1);
    QCOMPARE(m_caller->take<Ack>().size(), 10);
    QCOMPARE(other.take<Ack>().size(), 10);
    QCOMPARE(m_house->space("home").head, Sequence(20));
}

void TestUploads::aFullGroupDoesNotWait()
{
    for (quint64 number = 1; number <= Server::Tuning::groupPushesMax; ++number)
        m_caller->send(pushOf(number, {rowOf("k", stamp(), {"v"})}));
    QCOMPARE(m_caller->take<Ack>().size(), Server::Tuning::groupPushesMax);
}

void TestUploads::stampsFromTheFutureAreRefusedAlone()
{
    const Ack ack = ackOf(pushOf(1, {rowOf("now", stamp(), {"v"}), rowOf("limit", stamp(Limits::stampAheadMsMax), {"v"}),
                                     rowOf("beyond", stamp(Limits::stampAheadMsMax + 1), {"v"}), rowOf("last", stamp(), {"v"})}));
    QCOMPARE(ack.verdicts.size(), 1);
    QCOMPARE(ack.verdicts.constFirst().index, 2U);
    QCOMPARE(ack.verdicts.constFirst().code, u"clock_ahead"_s);
    QCOMPARE(ack.clockMs, m_house->clock.wallMs());
    QCOMPARE(m_house->rowCount("home"), 3);
    // One cell is enough, and the delete of a row is a stamp as well.
    RowRecord mixed{1, stamp(), {{1, stamp(10 * Limits::stampAheadMsMax), ValueView::ofText("v")}}};
    Change change = rowOf("mixed", {}, {});
    change.record.clear();
    encodeRecord(mixed, change.record);
    QCOMPARE(ackOf(pushOf(2, {change})).verdicts.size(), 1);
    QCOMPARE(ackOf(pushOf(3, {rowOf("now", stamp(10 * Limits::stampAheadMsMax), {}, 2)})).verdicts.size(), 1);
    QCOMPARE(m_house->rowCount("home"), 3);
    // Given a stamp of the server's time it is taken.
    QVERIFY(ackOf(pushOf(4, {rowOf("beyond", {makeHlc(ack.clockMs), 1}, {"v"})})).verdicts.isEmpty());
}

void TestUploads::rowsThatGrowTooLargeAreRefusedAlone()
{
    const QByteArray large(200 * 1024, 'x');
    const Stamp born = stamp();
    QVERIFY(ackOf(pushOf(1, {rowOf("k", born, {large, large})})).verdicts.isEmpty());
    RowRecord more{1, born, {{3, stamp(), ValueView::ofText(large)}}};
    Change change = rowOf("k", {}, {});
    change.record.clear();
    encodeRecord(more, change.record);
    const Ack ack = ackOf(pushOf(2, {change, rowOf("small", stamp(), {"v"})}));
    QCOMPARE(ack.verdicts.size(), 1);
    QCOMPARE(ack.verdicts.constFirst().index, 0U);
    QCOMPARE(ack.verdicts.constFirst().code, u"too_large"_s);
    QCOMPARE(m_house->rowCount("home"), 2);
}

void TestUploads::aStampNamesOneValue()
{
    const Stamp same = stamp();
    QVERIFY(ackOf(pushOf(1, {rowOf("k", same, {"first"})})).verdicts.isEmpty());
    const Ack ack = ackOf(pushOf(2, {rowOf("k", same, {"second"})}));
    QCOMPARE(ack.verdicts.size(), 1);
    QCOMPARE(ack.verdicts.constFirst().code, u"stamp_reused"_s);
    QCOMPARE(ack.sequence, Sequence(1));
}

void TestUploads::tooManyTablesAreRefusedAlone()
{
    quint64 number = 0;
    qsizetype refused = 0;
    for (int first = 0; first < Server::Tuning::tablesPerSpaceMax + 100; first += 100) {
        Push push{"home", ++number, false, {}, {}};
        for (int i = 0; i < 100; ++i) {
            push.tables.append({"t" + QByteArray::number(first + i), {{1, "a"}}});
            push.changes.append(rowOf("k", stamp(), {"v"}));
            push.changes.last().table = static_cast<quint32>(i);
        }
        const Ack ack = ackOf(push);
        refused += ack.verdicts.size();
        for (const Verdict &verdict : ack.verdicts)
            QCOMPARE(verdict.code, u"invalid"_s);
    }
    QCOMPARE(refused, 100);
    QCOMPARE(m_house->rowCount("home"), Server::Tuning::tablesPerSpaceMax);
}

void TestUploads::viewersMayNotWrite()
{
    const QByteArray token = m_house->token("viewer");
    m_house->setRole("viewer", Role::Viewer);
    Caller viewer(*m_house);
    QCOMPARE(viewer.welcomed(token, 3).spaces.constFirst().role, Role::Viewer);
    viewer.send(Subscribe{"home", 77, 0});
    viewer.send(pushOf(1, {rowOf("k", stamp(), {"v"}), rowOf("l", stamp(), {"v"})}));
    m_house->run();
    const QList<Ack> acks = viewer.take<Ack>();
    QCOMPARE(acks.size(), 1);
    QCOMPARE(acks.constFirst().verdicts.size(), 2);
    for (const Verdict &verdict : acks.constFirst().verdicts)
        QCOMPARE(verdict.code, u"no_permission"_s);
    QCOMPARE(m_house->rowCount("home"), 0);
    QVERIFY(ackOf(pushOf(1, {rowOf("k", stamp(), {"v"})})).verdicts.isEmpty());
    QCOMPARE(viewer.take<Changes>().size(), 1); // reading goes on
}

void TestUploads::numbersHaveNoGaps_data()
{
    QTest::addColumn<quint64>("number");
    QTest::newRow("0") << quint64(0);
    QTest::newRow("two ahead") << quint64(4);
    QTest::newRow("far ahead") << (~quint64(0) >> 1);
}

void TestUploads::numbersHaveNoGaps()
{
    QFETCH(quint64, number);
    ackOf(pushOf(1, {}));
    ackOf(pushOf(2, {}));
    m_caller->send(pushOf(number, {rowOf("k", stamp(), {"v"})}));
    m_house->run();
    QCOMPARE(m_caller->refusal(), u"push_gap"_s);
    QVERIFY(m_caller->isOver());
    QCOMPARE(m_house->rowCount("home"), 0);
}

void TestUploads::repeatsChangeNothing()
{
    const Push push = pushOf(1, {rowOf("k", stamp(), {"v"})});
    ackOf(push);
    const auto before = m_house->space("home");
    Caller reader(*m_house);
    reader.welcomed(m_house->token("tablet"), 2);
    reader.send(Subscribe{"home", 77, before.head});
    const Ack again = ackOf(push);
    QCOMPARE(again.number, quint64(1));
    QCOMPARE(again.previous, before.head);
    QCOMPARE(again.sequence, before.head);
    QCOMPARE(m_house->space("home").head, before.head);
    QVERIFY(reader.take<Changes>().isEmpty());
    QCOMPARE(ackOf(pushOf(2, {})).number, quint64(2));
}

void TestUploads::repeatsOfLostAcksChangeNothing()
{
    const Push push = pushOf(1, {rowOf("k", stamp(), {"v"})});
    m_caller->send(push);
    m_house->run();
    m_caller->hangUp(); // the ack never arrived
    m_house->run();
    Caller again(*m_house);
    QCOMPARE(again.welcomed(m_token, 1, m_lease).spaces.constFirst().lastPush, quint64(1));
    again.send(push);
    again.send(pushOf(2, {}));
    m_house->run();
    QCOMPARE(again.take<Ack>().size(), 2);
    QCOMPARE(m_house->space("home").head, Sequence(1));
}

void TestUploads::transactionsAreCommittedWhole()
{
    Caller reader(*m_house);
    reader.welcomed(m_house->token("tablet"), 2);
    reader.send(Subscribe{"home", 77, 0});
    QCOMPARE(reader.takeAll().size(), 1);
    const Stamp one = stamp();
    m_caller->send(pushOf(1, {rowOf("k", one, {"v"})}, true));
    m_caller->send(pushOf(2, {rowOf("l", one, {"v"})}, true));
    m_house->run(1000);
    QVERIFY(m_caller->take<Ack>().isEmpty());
    QCOMPARE(m_house->rowCount("home"), 0);
    QVERIFY(reader.takeAll().isEmpty());
    m_caller->send(pushOf(3, {rowOf("m", one, {"v"})}));
    m_house->run();
    QCOMPARE(m_caller->take<Ack>().size(), 3);
    qsizetype rows = 0;
    const QList<Changes> batches = reader.take<Changes>();
    for (const Changes &changes : batches) {
        rows += changes.changes.size();
        QCOMPARE(changes.more, &changes != &batches.constLast()); // to be applied together
    }
    QCOMPARE(rows, 3);
    m_caller->send(pushOf(4, {rowOf("n", one, {"v"})}, true));
    m_caller->send(pushOf(5, {})); // nothing more comes after all
    m_house->run();
    QCOMPARE(m_caller->take<Ack>().size(), 2);
    QVERIFY(!reader.take<Changes>().constLast().more);
    QCOMPARE(m_house->rowCount("home"), 4);
}

void TestUploads::halfATransactionIsNothing()
{
    m_caller->send(pushOf(1, {rowOf("k", stamp(), {"v"})}, true));
    m_house->run();
    m_caller->hangUp();
    m_house->run(1000);
    QCOMPARE(m_house->rowCount("home"), 0);
    Caller again(*m_house);
    QCOMPARE(again.welcomed(m_token, 1, m_lease).spaces.constFirst().lastPush, quint64(0));
}

void TestUploads::anOversizedTransactionIsCutNotHeld()
{
    const QByteArray value(200 * 1024, 'x');
    const int enough = static_cast<int>(Limits::transactionBytesMax / value.size()) + 2;
    for (int i = 1; i <= enough; ++i)
        m_caller->send(pushOf(static_cast<quint64>(i), {rowOf("k" + QByteArray::number(i), stamp(), {value})}, true));
    m_house->run();
    QVERIFY(m_caller->take<Ack>().size() >= enough - 2);
    QVERIFY(!m_caller->isOver());
}

void TestUploads::aFailedCommitIsUnknown_data()
{
    QTest::addColumn<bool>("isApplied");
    QTest::newRow("lost") << false;
    QTest::newRow("there all the same") << true;
}

void TestUploads::aFailedCommitIsUnknown()
{
    QFETCH(bool, isApplied);
    Caller reader(*m_house);
    reader.welcomed(m_house->token("tablet"), 2);
    reader.send(Subscribe{"home", 77, 0});
    const Push push = pushOf(1, {rowOf("k", stamp(), {"v"})});
    m_house->storage.failNextCommit(isApplied);
    m_caller->send(push);
    m_house->run();
    const QList<Refused> refusals = m_caller->take<Refused>();
    QCOMPARE(refusals.size(), 1);
    QCOMPARE(refusals.constFirst().code, u"storage_failed"_s);
    QVERIFY(refusals.constFirst().retryAfterMs > 0);
    QVERIFY(m_caller->takeAll().isEmpty()); // neither yes nor no
    QVERIFY(m_caller->isOver());
    QVERIFY(!reader.isOver());
    Caller again(*m_house);
    QCOMPARE(again.welcomed(m_token, 1, m_lease).spaces.constFirst().lastPush, quint64(isApplied ? 1 : 0));
    again.send(push);
    m_house->run();
    QCOMPARE(again.take<Ack>().size(), 1);
    QCOMPARE(m_house->space("home").head, Sequence(1));
    // The reader gets it once, whichever way it came about.
    const QList<Changes> heard = reader.take<Changes>();
    QCOMPARE(heard.size(), 1);
    QCOMPARE(heard.constFirst().previous, Sequence(0));
    QCOMPARE(heard.constFirst().sequence, Sequence(1));
    QCOMPARE(heard.constFirst().changes.size(), 1);
}

void TestUploads::theDigestIsKeptRight()
{
    const Stamp born = stamp();
    ackOf(pushOf(1, {rowOf("k", born, {"a", "b"}), rowOf("l", born, {"a"})}));
    ackOf(pushOf(2, {rowOf("k", stamp(), {"newer"})}));         // one cell and the life
    ackOf(pushOf(3, {rowOf("k", {makeHlc(5), 1}, {"older"})})); // loses
    ackOf(pushOf(4, {rowOf("l", stamp(), {}, 2)}));             // dies
    ackOf(pushOf(5, {rowOf("l", stamp(), {"again"}, 3)}));      // and lives
    ackOf(pushOf(6, {rowOf("l", stamp(), {"stale"}, 1)}));      // an earlier life
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
    QCOMPARE(m_house->rowCount("home"), 2);
}

QTEST_GUILESS_MAIN(TestUploads)
#include "tst_uploads.moc"
