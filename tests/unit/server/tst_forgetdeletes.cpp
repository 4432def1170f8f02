// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 hourMs = 3'600'000;
constexpr qint64 dayMs = 24 * hourMs;

} // namespace

/// When a server forgets deletes, whom it waits for, and what it takes from those who come late.
class TestForgetDeletes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();

    void oneStepFollowsAnother();
    void nothingIsForgottenBeforeAllHaveSeenIt();
    void whoIsSilentForTooLongIsNotWaitedFor();
    void theConnectedAreNeverSilent();
    void placesSurviveTheServer();
    void lateDeletesNeedANewStamp();
    void aForgottenRowIsUnknown();
    void halfARowIsNone();
    void birthsApartAreNotTaken();
    void pagesHaveNoForgottenDeletes();
    void aFailedCommitIsInDoubt_data();
    void aFailedCommitIsInDoubt();
    void whoComesBackIsToldAgain();
    void itComesByItself();

private:
    struct Reader {
        QByteArray token;
        SiteId site = 0;
        QByteArray lease = {};
        std::unique_ptr<Caller> caller = {};
    };
    void join(Reader &reader, Sequence cursor)
    {
        reader.caller = std::make_unique<Caller>(*m_house);
        const Welcome welcome = reader.caller->welcomed(reader.token, reader.site, reader.lease);
        reader.lease = welcome.lease;
        reader.caller->send(Subscribe{"home", m_house->storage.epoch(), cursor});
        m_house->run();
    }
    void ping(const Reader &reader)
    {
        reader.caller->send(Ping{1});
        m_house->run();
    }
    /// Lets time pass without anybody falling silent by accident.
    void pass(qint64 ms, const QList<const Reader *> &readers)
    {
        for (qint64 left = ms; left > 0; left -= 40'000) {
            m_house->run(std::min<qint64>(left, 40'000));
            for (const Reader *reader : readers)
                ping(*reader);
        }
    }
    [[nodiscard]] Stamp stamp(qint64 agoMs = 0) { return {makeHlc(m_house->clock.wallMs() - agoMs, ++m_counter), 1}; }
    Ack push(const Reader &reader, const QList<Change> &changes)
    {
        reader.caller->take<Ack>();
        reader.caller->send(pushOf(++m_numbers[reader.site], changes));
        m_house->run();
        return reader.caller->take<Ack>().value(0);
    }
    [[nodiscard]] Forgotten forgotten() { return m_house->space("home").forgotten; }
    void collect()
    {
        m_house->core->collect();
        m_house->run(1000);
    }

    std::unique_ptr<ServerHouse> m_house;
    Reader m_phone;
    Reader m_tablet;
    QHash<SiteId, quint64> m_numbers;
    quint16 m_counter = 0;
};

void TestForgetDeletes::init()
{
    m_phone = {};
    m_tablet = {};
    m_house = std::make_unique<ServerHouse>();
    m_house->core->setRetention({.silenceMs = 10 * dayMs, .delayMs = hourMs});
    m_numbers.clear();
    m_phone = {m_house->token("phone"), 1};
    m_tablet = {m_house->token("tablet"), 2};
}

void TestForgetDeletes::oneStepFollowsAnother()
{
    const auto at = [](qint64 hours) { return makeHlc(hours * hourMs); };
    StoredSpace space;
    const auto next = [&space](Sequence head, CausalLength longest, Sequence watermark, Hlc upTo, qint64 delayMs = hourMs) {
        space.head = head;
        space.longestDelete = longest;
        return forgetMore(space, watermark, upTo, delayMs);
    };
    Forgotten &now = space.forgotten;
    QVERIFY(next(0, 0, 0, at(9)) == now); // nothing is there
    now = next(5, 2, 0, at(9));
    QVERIFY((now == Forgotten{at(9), 5, 0, 0, 0})); // a floor, whoever has seen what
    QVERIFY(next(8, 2, 4, at(10)) == now);
    now = next(8, 4, 5, at(9));
    QVERIFY((now == Forgotten{at(9), 5, at(9), 5, 4})); // collected, and too early for another floor
    now = next(8, 4, 5, at(10));
    QVERIFY((now == Forgotten{at(10), 8, at(9), 5, 4}));
    now = next(9, 4, 9, at(20));
    QVERIFY((now == Forgotten{at(20), 9, at(10), 8, 4})); // one is collected, the next is there
    now = next(9, 6, 9, at(30));                          // younger deletes of the same head
    QVERIFY((now == Forgotten{at(30), 9, at(20), 9, 6}));
    now = next(10, Sheaf::Limits::lengthLimit - 2, 9, at(1)); // the clock was set back, and somebody counts high
    QVERIFY((now == Forgotten{at(30), 9, at(30), 9, Sheaf::Limits::toldLengthLimit - 2}));
    QVERIFY(next(10, 6, 10, at(1), 0) == now);
}

void TestForgetDeletes::nothingIsForgottenBeforeAllHaveSeenIt()
{
    join(m_phone, 0);
    join(m_tablet, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"}), rowOf("b", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    QCOMPARE(m_house->rowCount("home"), 2);
    pass(2 * hourMs, {&m_phone, &m_tablet});
    collect();
    const Forgotten floor = forgotten();
    QCOMPARE(floor.floorSequence, Sequence(3));
    QVERIFY(hlcMs(floor.floorStamp) <= m_house->clock.wallMs() - hourMs);
    m_phone.caller->send(Seen{"home", 3});
    pass(2 * hourMs, {&m_phone, &m_tablet});
    collect();
    QCOMPARE(forgotten().sequence, Sequence(0)); // the tablet has said nothing
    m_tablet.caller->send(Seen{"home", 99});     // more than there is
    m_phone.caller->takeAll();
    m_tablet.caller->takeAll();
    collect();
    QCOMPARE(forgotten().sequence, Sequence(3));
    QCOMPARE(forgotten().stamp, floor.floorStamp);
    for (Reader *reader : {&m_phone, &m_tablet}) {
        const auto told = reader->caller->take<Collected>();
        QCOMPARE(told.size(), 1);
        QVERIFY((told[0] == Collected{"home", 3, floor.floorStamp, 2}));
    }
    QCOMPARE(m_house->rowCount("home"), 1);
    QVERIFY(m_house->freshDigest("home") == m_house->space("home").digest);
    collect();
    QVERIFY(m_phone.caller->take<Collected>().isEmpty()); // said once
    m_phone.caller->hangUp();
    Caller again(*m_house);
    const Welcome::Space told = again.welcomed(m_phone.token, 1, m_phone.lease).spaces.constFirst();
    QCOMPARE(told.collected, Sequence(3));
    QCOMPARE(told.collectedStamp, floor.floorStamp);
    QCOMPARE(told.collectedLength, CausalLength(2));
    again.send(Subscribe{"home", m_house->storage.epoch(), 3});
    m_house->run();
    QVERIFY(again.take<Collected>().isEmpty()); // the welcome said it
}

void TestForgetDeletes::whoIsSilentForTooLongIsNotWaitedFor()
{
    join(m_phone, 0);
    join(m_tablet, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    collect(); // the places are stored
    m_tablet.caller->hangUp();
    pass(9 * dayMs, {&m_phone});
    m_phone.caller->send(Seen{"home", 2});
    collect();
    collect();
    QCOMPARE(forgotten().floorSequence, Sequence(2));
    QCOMPARE(forgotten().sequence, Sequence(0));
    pass(2 * dayMs, {&m_phone});
    collect();
    QCOMPARE(forgotten().sequence, Sequence(2));
    QCOMPARE(m_house->rowCount("home"), 0);
}

void TestForgetDeletes::theConnectedAreNeverSilent()
{
    join(m_phone, 0);
    join(m_tablet, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    pass(12 * dayMs, {&m_phone, &m_tablet});
    m_phone.caller->send(Seen{"home", 2});
    collect();
    collect();
    QCOMPARE(forgotten().sequence, Sequence(0));
    // One whose token was revoked is not waited for at all.
    m_tablet.caller->hangUp();
    QVERIFY(revokeToken(m_house->storage, "tablet"));
    collect();
    QCOMPARE(forgotten().sequence, Sequence(2));
}

void TestForgetDeletes::placesSurviveTheServer()
{
    join(m_phone, 0);
    join(m_tablet, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    pass(2 * hourMs, {&m_phone, &m_tablet});
    m_phone.caller->send(Seen{"home", 2});
    bool stopped = false;
    m_house->core->stop([&] { stopped = true; });
    m_house->run(Tuning::shutdownMsMax + 1000);
    QVERIFY(stopped);
    m_house->core = std::make_unique<ServerCore>(m_house->storage, m_house->clock, m_house->random);
    m_house->core->setRetention({.silenceMs = 10 * dayMs, .delayMs = hourMs});
    collect();
    collect();
    QCOMPARE(forgotten().floorSequence, Sequence(2));
    QCOMPARE(forgotten().sequence, Sequence(0)); // for the tablet's sake
    join(m_tablet, 2);
    collect();
    QCOMPARE(forgotten().sequence, Sequence(2));
}

void TestForgetDeletes::lateDeletesNeedANewStamp()
{
    join(m_phone, 0);
    const Stamp early = stamp();
    push(m_phone, {rowOf("a", early, {"x"}), rowOf("b", early, {"x"}), rowOf("c", early, {"x"})});
    const Stamp known = stamp();
    push(m_phone, {rowOf("c", known, {}, 2)});
    pass(3 * hourMs, {&m_phone});
    collect();
    QVERIFY(forgotten().floorStamp > known.hlc);
    QVERIFY(forgotten().stamp == 0);
    const Ack ack = push(m_phone, {rowOf("a", stamp(4 * hourMs), {}, 2),                 // too early
                                   rowOf("b", stamp(), {}, 2), rowOf("c", known, {}, 2), // known
                                   rowOf("d", stamp(4 * hourMs), {}, 2),                 // too, though nobody has the row
                                   rowOf("e", stamp(4 * hourMs), {"x"}, 1),              // no delete
                                   rowOf("c", stamp(4 * hourMs), {"x"}, 3)});
    QCOMPARE(ack.verdicts.size(), 2);
    QCOMPARE(ack.verdicts[0].index, 0U);
    QCOMPARE(ack.verdicts[0].code, u"clock_behind"_s);
    QCOMPARE(ack.verdicts[1].index, 3U);
    QCOMPARE(ack.verdicts[1].code, u"clock_behind"_s);
    QCOMPARE(ack.clockMs, m_house->clock.wallMs());
    QCOMPARE(m_house->rowCount("home"), 4); // a, b, c, e
    QVERIFY(push(m_phone, {rowOf("a", stamp(), {}, 2)}).verdicts.isEmpty());
}

void TestForgetDeletes::aForgottenRowIsUnknown()
{
    join(m_phone, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"}), rowOf("b", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2), rowOf("b", stamp(), {}, 4)});
    pass(2 * hourMs, {&m_phone});
    m_phone.caller->send(Seen{"home", 4});
    m_house->core->collect(); // no time passes: nothing is removed yet
    m_house->core->collect();
    QCOMPARE(forgotten().sequence, Sequence(4));
    QCOMPARE(forgotten().length, CausalLength(4));
    QCOMPARE(m_house->rowCount("home"), 2);
    QVERIFY(push(m_phone, {rowOf("a", stamp(), {"new"}, 1)}).verdicts.isEmpty());
    QCOMPARE(m_house->rowCount("home"), 2);
    m_house->run(1000);
    QCOMPARE(m_house->rowCount("home"), 1);
    QVERIFY(push(m_phone, {rowOf("b", stamp(), {"new"}, 1)}).verdicts.isEmpty());
    QCOMPARE(m_house->rowCount("home"), 2);
    QVERIFY(m_house->freshDigest("home") == m_house->space("home").digest);
}

/// An edit tells no birth, so no row can be made of it: not of one that was forgotten, nor of a life that is not known here.
void TestForgetDeletes::halfARowIsNone()
{
    join(m_phone, 0);
    const auto edit = [this](const QByteArray &key, CausalLength length) {
        Change change = rowOf(key, editedLife, {}, length);
        RowRecord record{.length = length, .life = editedLife, .cells = {{2, stamp(), ValueView::ofText("edited")}}};
        change.record.clear();
        encodeRecord(record, change.record);
        return change;
    };
    push(m_phone, {rowOf("a", stamp(), {"x", "y"}), rowOf("b", stamp(), {"x", "y"})});
    QVERIFY(push(m_phone, {edit("a", 1)}).verdicts.isEmpty());
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    QVERIFY(push(m_phone, {edit("a", 1)}).verdicts.isEmpty()); // too late, and its author hears of the delete
    pass(2 * hourMs, {&m_phone});
    m_phone.caller->send(Seen{"home", m_house->space("home").head});
    collect();
    collect();
    QCOMPARE(m_house->rowCount("home"), 1);
    const Ack ack = push(m_phone, {edit("a", 1), edit("b", 1), edit("b", 3)});
    QCOMPARE(ack.verdicts.size(), 2);
    QCOMPARE(ack.verdicts[0].index, 0U);
    QCOMPARE(ack.verdicts[0].code, u"no_row"_s);
    QCOMPARE(ack.verdicts[1].index, 2U);
    QCOMPARE(m_house->rowCount("home"), 1);
    QVERIFY(m_house->freshDigest("home") == m_house->space("home").digest);
}

/// A length that leaves 1 begins a life in ignorance: it neither takes the place of a living row, nor is such a one too late for
/// it.
void TestForgetDeletes::birthsApartAreNotTaken()
{
    join(m_phone, 0);
    push(m_phone,
         {rowOf("a", stamp(), {"x"}), rowOf("b", stamp(), {"x"}, 5), rowOf("c", stamp(), {"x"}), rowOf("d", stamp(), {}, 2)});
    const SpaceDigest before = m_house->space("home").digest;
    const Ack ack = push(m_phone, {rowOf("a", stamp(), {"y"}, 5), rowOf("b", stamp(), {"y"}, 1), rowOf("b", stamp(), {"y"}, 3)});
    QCOMPARE(ack.verdicts.size(), 3);
    for (const Verdict &verdict : ack.verdicts)
        QCOMPARE(verdict.code, u"born_apart"_s);
    QVERIFY(m_house->space("home").digest == before);
    // Who knew of the life before begins the next one, and a dead row is in nobody's way.
    QVERIFY(push(m_phone, {rowOf("c", stamp(), {"y"}, 3), rowOf("d", stamp(), {"y"}, 5), rowOf("c", stamp(), {"z"}, 1)})
                .verdicts.isEmpty());
    QVERIFY(m_house->space("home").digest != before);
    QVERIFY(m_house->freshDigest("home") == m_house->space("home").digest);
}

void TestForgetDeletes::pagesHaveNoForgottenDeletes()
{
    join(m_phone, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"}), rowOf("b", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    pass(2 * hourMs, {&m_phone});
    m_phone.caller->send(Seen{"home", 3});
    m_house->core->collect();
    m_house->core->collect();
    m_tablet.caller = std::make_unique<Caller>(*m_house);
    m_tablet.caller->welcomed(m_tablet.token, 2);
    m_tablet.caller->send(Subscribe{"home", m_house->storage.epoch(), 0});
    const auto changes = m_tablet.caller->take<Changes>();
    QCOMPARE(changes.size(), 1);
    QCOMPARE(changes[0].changes.size(), 1);
    QCOMPARE(changes[0].sequence, Sequence(3));
}

void TestForgetDeletes::aFailedCommitIsInDoubt_data()
{
    QTest::addColumn<bool>("applied");
    QTest::newRow("lost") << false;
    QTest::newRow("done all the same") << true;
}

void TestForgetDeletes::aFailedCommitIsInDoubt()
{
    QFETCH(bool, applied);
    join(m_phone, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    pass(2 * hourMs, {&m_phone});
    m_phone.caller->send(Seen{"home", 2});
    m_phone.caller->takeAll();
    m_house->storage.failNextCommit(applied);
    m_house->core->collect();
    QCOMPARE(m_phone.caller->take<Collected>().isEmpty(), !applied);
    QVERIFY(push(m_phone, {rowOf("b", stamp(), {"x"})}).verdicts.isEmpty());
    QVERIFY(!m_phone.caller->isOver());
    pass(2 * hourMs, {&m_phone});
    collect();
    m_phone.caller->send(Seen{"home", 3});
    collect();
    collect();
    QVERIFY(forgotten().sequence >= 2);
    QCOMPARE(m_house->rowCount("home"), 1);
}

/// It may not have listened any more when it was told.
void TestForgetDeletes::whoComesBackIsToldAgain()
{
    join(m_phone, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    pass(2 * hourMs, {&m_phone});
    collect();
    m_phone.caller->send(Seen{"home", 2});
    m_house->run();
    collect();
    QCOMPARE(m_phone.caller->take<Collected>().size(), 1);
    m_phone.caller->send(Leave{"home"});
    m_phone.caller->send(Subscribe{"home", m_house->storage.epoch(), 2});
    m_house->run();
    QCOMPARE(m_phone.caller->take<Collected>().size(), 1);
}

void TestForgetDeletes::itComesByItself()
{
    join(m_phone, 0);
    push(m_phone, {rowOf("a", stamp(), {"x"})});
    push(m_phone, {rowOf("a", stamp(), {}, 2)});
    for (int hour = 0; hour < 5; ++hour) {
        m_phone.caller->send(Seen{"home", 2});
        pass(hourMs, {&m_phone});
    }
    QCOMPARE(forgotten().sequence, Sequence(2));
    QCOMPARE(m_house->rowCount("home"), 0);
}

QTEST_GUILESS_MAIN(TestForgetDeletes)
#include "tst_forgetdeletes.moc"
