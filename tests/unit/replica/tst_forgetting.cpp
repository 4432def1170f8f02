// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "forgettingbench.h"

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Deletes that everybody has seen.
class TestForgetting : public QObject, private ForgettingBench
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void forgottenDeletesLeaveNothing();
    void whatWaitsIsNotForgotten();
    void aRowMayBeMadeAnewAsIfItHadNeverBeen();
    void aNewLifeStandsAgainstWhatWaitsOfTheOld();
    void aRestoredServerTakesNoRowAway();
    void aRowThatIsNewerThanAForgottenDeleteStays();
    void aDeleteOfAnotherServerIsNoForgottenOne();
    void whatWasWrittenBesidesADeleteOfAnotherServerStays();
    void aForgottenDeleteOfARestoredServerIsNone();
    void whatWaitsAboveAForgottenDeleteIsNew();
    void aDeleteStampedTooEarlyIsStampedAnew();
    void whatIsOfferedOfOthersIsStampedAnewToo();
};

void TestForgetting::forgottenDeletesLeaveNothing()
{
    a->exec(u"UPDATE notes SET body = 'longer text', labels = '[\"x\",\"y\"]' WHERE id = '1'"_s);
    a->exec(u"DELETE FROM notes WHERE id IN ('1', '2')"_s);
    verifyEqual();
    QCOMPARE(clocks(*a), 5);
    const auto digest = *a->replica().digest("home");
    const Collected told = forgetAll();
    QVERIFY(a->replica().forgetDeletes(told));
    QCOMPARE(clocks(*a), 3);
    QCOMPARE(*a->replica().digest("home"), digest); // of which the other still has the deletes
    QCOMPARE(home(*a).forgotten, told.stamp);
    verifyEqual();
    QVERIFY(b->replica().forgetDeletes(told));
    QVERIFY(b->replica().forgetDeletes({"home", 0, told.stamp - 1, 0})); // what was known before changes nothing
    QCOMPARE(home(*b).forgotten, told.stamp);
    QCOMPARE(clocks(*b), 3);
    for (const char *table : {"sheaf_texts", "sheaf_parts", "sheaf_parked", "sheaf_outbox"})
        QCOMPARE(b->value(u"SELECT count(*) FROM "_s + QLatin1StringView(table) + u" t WHERE pk = x'030131'"_s).toInt(), 0);
    verifyEqual();
    a->reopen();
    QCOMPARE(home(*a).forgotten, told.stamp);
    QVERIFY(a->digestHolds());
}

void TestForgetting::whatWaitsIsNotForgotten()
{
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    QVERIFY(a->replica().forgetDeletes(forgetAll()));
    QCOMPARE(clocks(*a), 5);
    QCOMPARE(a->replica().pendingCount(), 1);
    verifyEqual();
    QCOMPARE(titles(*b), (QStringList{u"two"_s, u"three"_s}));
}

void TestForgetting::aRowMayBeMadeAnewAsIfItHadNeverBeen()
{
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    const Collected told = forgetAll();
    QVERIFY(a->replica().forgetDeletes(told));
    QVERIFY(b->replica().forgetDeletes(told));
    b->wallMs += 1000;
    b->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'again')"_s);
    verifyEqual();
    QCOMPARE(titles(*a).first(), u"again"_s);
    // One that had not forgotten yet makes it with a greater length, and that is as good.
    a->exec(u"DELETE FROM notes WHERE id = '2'"_s);
    verifyEqual();
    QVERIFY(b->replica().forgetDeletes(forgetAll()));
    a->exec(u"INSERT INTO notes(id, title) VALUES ('2', 'again too')"_s);
    verifyEqual();
    QCOMPARE(titles(*b), (QStringList{u"again"_s, u"again too"_s, u"three"_s}));
}

/// What waits of a life that the others have forgotten is not later than the life that came after it.
void TestForgetting::aNewLifeStandsAgainstWhatWaitsOfTheOld()
{
    a->exec(u"DELETE FROM notes WHERE id IN ('1', '2')"_s);
    relay.sync(*a);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s); // waits, and so does what follows
    b->exec(u"DELETE FROM notes WHERE id = '2'"_s);
    b->exec(u"INSERT INTO notes(id, title) VALUES ('2', 'late, of the old life')"_s);
    const Collected told = forgetAll();
    QCOMPARE(told.length, CausalLength(2));
    QVERIFY(a->replica().forgetDeletes(told));
    a->wallMs += 1000;
    a->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'new'), ('2', 'new too')"_s);
    relay.sync(*a);
    QVERIFY(b->replica().forgetDeletes(told));
    verifyEqual();
    QCOMPARE(titles(*b), (QStringList{u"new"_s, u"new too"_s, u"three"_s})); // each later by its stamp
    a->reopen();
    QCOMPARE(home(*a).forgottenLength, CausalLength(2));
    // A longer one raises the mark; one that is told late does not lower it.
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    QCOMPARE(forgetAll().length, CausalLength(6));
    QVERIFY(a->replica().forgetDeletes({"home", 0, told.stamp, 6}));
    QVERIFY(a->replica().forgetDeletes(told));
    QCOMPARE(home(*a).forgottenLength, CausalLength(6));
}

/// The backup is of a time between the delete and the row's second birth.
void TestForgetting::aRestoredServerTakesNoRowAway()
{
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    const Relay backup = relay;
    const Collected told = forgetAll();
    QVERIFY(a->replica().forgetDeletes(told));
    QVERIFY(b->replica().forgetDeletes(told));
    a->wallMs += 1000;
    a->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'second life')"_s);
    verifyEqual();
    relay = backup;
    ++relay.epoch;
    verifyEqual();
    QCOMPARE(titles(*a).first(), u"second life"_s);
    QCOMPARE(titles(*b).first(), u"second life"_s);
}

/// The same where nobody told how long the forgotten deletes were: servers did not always say so.
void TestForgetting::aRowThatIsNewerThanAForgottenDeleteStays()
{
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    a->exec(u"DELETE FROM gone WHERE id = '1'"_s);
    verifyEqual();
    const Relay backup = relay;
    Collected told = forgetAll();
    told.length = 0;
    QVERIFY(a->replica().forgetDeletes(told));
    QVERIFY(b->replica().forgetDeletes(told));
    a->wallMs += 1000;
    a->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'second life')"_s);
    a->exec(u"INSERT INTO gone(id, title) VALUES ('1', 'second life')"_s);
    verifyEqual();
    relay = backup;
    ++relay.epoch;
    verifyEqual();
    QCOMPARE(titles(*a).first(), u"second life"_s);
    QCOMPARE(titles(*b).first(), u"second life"_s);
    QCOMPARE(b->value(u"SELECT title FROM gone WHERE id = '1'"_s).toString(), u"second life"_s);
}

/// On Monday a row is deleted where only the second server hears of it; on Thursday the first one has forgotten what was
/// deleted up to Tuesday.
void TestForgetting::aDeleteOfAnotherServerIsNoForgottenOne()
{
    constexpr qint64 dayMs = 24 * 3'600'000;
    Relay stick;
    stick.epoch = 70;
    stick.sync(*b);
    b->wallMs += dayMs;
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    b->exec(u"DELETE FROM gone WHERE id = '1'"_s);
    stick.sync(*b);
    a->wallMs += 4 * dayMs;
    const Collected told = relay.forgetDeletes(makeHlc(a->wallMs - 2 * dayMs));
    QVERIFY(a->replica().forgetDeletes(told));
    stick.sync(*a);
    b->wallMs = a->wallMs;
    stick.sync(*b);
    const QStringList left{u"two"_s, u"three"_s};
    QCOMPARE(titles(*a), left);
    QCOMPARE(titles(*b), left);
    QCOMPARE(a->value(u"SELECT count(*) FROM gone"_s).toInt(), 1);
    QVERIFY(a->replica().conflicts()->isEmpty()); // nobody has edited what was deleted
    verifyEqual();                                // the first server hears of it from both
    QCOMPARE(titles(*a), left);
    QCOMPARE(a->replica().pendingCount(), 0);
}

/// An edit revives, whichever server has acknowledged it, and a birth that came later stands.
void TestForgetting::whatWasWrittenBesidesADeleteOfAnotherServerStays()
{
    Relay stick;
    stick.epoch = 70;
    stick.sync(*b);
    b->wallMs += 1000;
    b->exec(u"DELETE FROM notes WHERE id IN ('1', '2', '3')"_s);
    b->exec(u"DELETE FROM gone WHERE id = '1'"_s);
    stick.sync(*b);
    a->wallMs += 2000;
    a->exec(u"UPDATE notes SET title = 'acknowledged by the first' WHERE id = '1'"_s);
    a->exec(u"UPDATE gone SET title = 'acknowledged by the first' WHERE id = '1'"_s);
    relay.sync(*a);
    a->exec(u"UPDATE notes SET title = 'by nobody' WHERE id = '2'"_s);
    stick.sync(*a);
    stick.sync(*b);
    QCOMPARE(titles(*a), (QStringList{u"acknowledged by the first"_s, u"by nobody"_s}));
    QCOMPARE(titles(*b), titles(*a));
    QCOMPARE(a->value(u"SELECT count(*) FROM gone"_s).toInt(), 1); // delete_wins
    verifyEqual();
}

/// Nobody needs it any more, and somebody who never knew of the row makes one of the same key.
void TestForgetting::aForgottenDeleteOfARestoredServerIsNone()
{
    Device c(schema, 3);
    c.exec(u"INSERT INTO notes(id, title) VALUES ('1', 'anew')"_s);
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    const Relay backup = relay;
    const Collected told = forgetAll();
    QVERIFY(a->replica().forgetDeletes(told));
    QVERIFY(b->replica().forgetDeletes(told));
    relay = backup;
    ++relay.epoch;
    verifyEqual();
    QCOMPARE(clocks(*a), 4);
    relay.forgetDeletes(told.stamp);
    relay.push(c);
    verifyEqual();
    QCOMPARE(titles(*a).first(), u"anew"_s);
}

void TestForgetting::whatWaitsAboveAForgottenDeleteIsNew()
{
    Device c(schema, 3);
    c.exec(u"INSERT INTO notes(id, title) VALUES ('1', 'anew')"_s);
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET title = 'edited' WHERE id = '1'"_s);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    relay.pull(*a); // the edit brings the row back, and waits
    const Collected told = relay.forgetDeletes(makeHlc(b->wallMs + 1));
    for (Device *device : {a.get(), b.get()})
        QVERIFY(device->replica().forgetDeletes(told));
    relay.push(c);
    relay.pull(*a);
    RowClock server = clockOf(c, "x'030131'");
    const QByteArray base = a->value(u"SELECT base FROM sheaf_outbox"_s).toByteArray();
    const auto sites = Store::readSites(sqliteHandle(a->replica().database()));
    RowClock known;
    QVERIFY(sites && decodeClock(base, *sites, known));
    QCOMPARE(known.length, server.length);
    QCOMPARE(known.life, server.life);
    verifyEqual();
}

void TestForgetting::aDeleteStampedTooEarlyIsStampedAnew()
{
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    a->exec(u"UPDATE notes SET title = 'later' WHERE id = '2'"_s);
    const Stamp before = clockOf(*a, "x'030131'").life;
    a->wallMs += 3'600'000;
    relay.refuseWith = u"clock_behind"_s;
    relay.refuseEvery = 1;
    relay.push(*a);
    QCOMPARE(a->replica().pendingCount(), 2);
    QVERIFY(a->replica().rejected()->isEmpty());
    QVERIFY(hlcMs(clockOf(*a, "x'030131'").life.hlc) >= hlcMs(before.hlc) + 3'600'000);
    relay.refuseWith.clear();
    verifyEqual();
    QCOMPARE(titles(*b), (QStringList{u"later"_s, u"three"_s}));
}

/// A restored server knows nothing, and its floor has moved past what another device took out.
void TestForgetting::whatIsOfferedOfOthersIsStampedAnewToo()
{
    a->exec(u"UPDATE notes SET labels = '[\"x\"]' WHERE id = '2'"_s);
    a->exec(u"UPDATE notes SET labels = '[]' WHERE id = '2'"_s);
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    relay.forget();
    b->wallMs += 3'600'000;
    relay.refuseWith = u"clock_behind"_s;
    relay.push(*b);
    const SiteId site = b->replica().site();
    const Stamp life = clockOf(*b, "x'030131'").life;
    QCOMPARE(life.site, site);
    QVERIFY(hlcMs(life.hlc) >= b->wallMs);
    const RowClock second = clockOf(*b, "x'030132'");
    QCOMPARE(second.parts.size(), size_t(1));
    QCOMPARE(second.parts[0].stamp.site, site);
    QVERIFY(hlcMs(second.parts[0].stamp.hlc) >= b->wallMs);
    QVERIFY(second.life.site != site); // what lives was not too late
    QVERIFY(b->digestHolds());
    relay.refuseWith.clear();
    a->wallMs = b->wallMs;
    verifyEqual();
    QCOMPARE(titles(*a), (QStringList{u"two"_s, u"three"_s}));
}

QTEST_GUILESS_MAIN(TestForgetting)
#include "tst_forgetting.moc"
