// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"
#include "replica/store.h"
#include "sql/database.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '', labels TEXT);"
                          "CREATE TABLE gone(id TEXT PRIMARY KEY, title TEXT);"
                          "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\",\"labels\":\"set\"}}');"
                          "SELECT sheaf_sync('gone', '{\"deletes\":\"delete_wins\"}');";

} // namespace

/// Deletes that everybody has seen, and a replica that was away for too long.
class TestForgetting : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void forgottenDeletesLeaveNothing();
    void whatWaitsIsNotForgotten();
    void aRowMayBeMadeAnewAsIfItHadNeverBeen();
    void aNewLifeStandsAgainstWhatWaitsOfTheOld();
    void aSweepFindsWhatWasMissed();
    void editsOfMissedDeletesAreKept();
    void aSweepFollowsWhatComesBackFromQuarantine();
    void anotherLifeOfTheSameLengthIsWhole();
    void anotherLifeOfALowerLengthIsTheLaterOne();
    void anotherLifeMayHaveFewerColumns();
    void aSweepThatFailsChangesNothing();
    void aSweepSurvivesARestart();
    void anotherEpochEndsASweep();
    void aRestoredServerTakesNoRowAway();
    void aRowThatIsNewerThanAForgottenDeleteStays();
    void aDeleteOfAnotherServerIsNoForgottenOne();
    void whatWasWrittenBesidesADeleteOfAnotherServerStays();
    void aForgottenDeleteOfARestoredServerIsNone();
    void whatWaitsAboveAForgottenDeleteIsNew();
    void aDeleteStampedTooEarlyIsStampedAnew();
    void whatIsOfferedOfOthersIsStampedAnewToo();

private:
    /// Of a note, whose key is given as SQL.
    [[nodiscard]] static RowClock clockOf(Device &device, const char *key)
    {
        const auto sites = Store::readSites(sqliteHandle(device.replica().database()));
        RowClock clock;
        const QString sql = u"SELECT clock FROM sheaf_rows WHERE tbl = 1 AND pk = "_s + QLatin1StringView(key);
        return sites && decodeClock(device.value(sql).toByteArray(), *sites, clock) ? clock : RowClock();
    }
    [[nodiscard]] static SpaceState home(Device &device) { return device.replica().space("home"); }
    [[nodiscard]] static int clocks(Device &device) { return device.value(u"SELECT count(*) FROM sheaf_rows"_s).toInt(); }
    [[nodiscard]] static QStringList titles(Device &device)
    {
        QStringList all;
        for (const QVariantList &row : device.rows(u"SELECT title FROM notes ORDER BY id"_s))
            all.append(row.first().toString());
        return all;
    }
    /// Both have everything, and then the relay forgets all deletes up to now.
    Collected forgetAll() { return relay.forgetDeletes(makeHlc(std::max(a->wallMs, b->wallMs) + 1, 0xffff)); }
    void verifyEqual()
    {
        relay.sync(*a);
        relay.sync(*b);
        relay.sync(*a);
        QCOMPARE(a->replica().pendingCount(), 0);
        QCOMPARE(b->replica().pendingCount(), 0);
        QVERIFY(a->digestHolds() && b->digestHolds());
        QCOMPARE(*a->replica().digest("home"), *b->replica().digest("home"));
        QCOMPARE(*a->replica().visibleDigest("home"), *b->replica().visibleDigest("home"));
    }

    Relay relay;
    std::unique_ptr<Device> a;
    std::unique_ptr<Device> b;
};

void TestForgetting::init()
{
    relay = Relay();
    a = std::make_unique<Device>(schema, 1);
    b = std::make_unique<Device>(schema, 2);
    a->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('1', 'one', 'text', '[\"x\"]'), ('2', 'two', '', NULL),"
            " ('3', 'three', '', NULL)"_s);
    a->exec(u"INSERT INTO gone VALUES ('1', 'one'), ('2', 'two')"_s);
    verifyEqual();
}

void TestForgetting::cleanup()
{
    a.reset();
    b.reset();
}

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

void TestForgetting::aSweepFindsWhatWasMissed()
{
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    b->exec(u"UPDATE notes SET title = 'changed' WHERE id = '2'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    const Sequence collected = relay.head();
    b->exec(u"INSERT INTO notes(id, title) VALUES ('4', 'four')"_s);
    relay.sync(*b);
    a->exec(u"INSERT INTO notes(id, title) VALUES ('5', 'never sent')"_s);
    QVERIFY(home(*a).reached < collected);
    QVERIFY(a->replica().beginSweep("home", collected));
    QCOMPARE(home(*a).cursor, Sequence(0));
    QCOMPARE(titles(*a).first(), u"one"_s); // nothing goes before all has come
    relay.pull(*a);
    QVERIFY(a->replica().endSweep(told));
    QCOMPARE(titles(*a), (QStringList{u"changed"_s, u"three"_s, u"four"_s, u"never sent"_s}));
    QCOMPARE(home(*a).sweep, Sequence(0));
    QCOMPARE(home(*a).reached, relay.head());
    QCOMPARE(a->value(u"SELECT count(*) FROM sheaf_swept"_s).toInt(), 0);
    QCOMPARE(a->replica().pendingCount(), 1);
    QVERIFY(a->lastCommit.tables.contains("notes")); // live queries hear of it
    QVERIFY(b->replica().forgetDeletes(told));
    verifyEqual();
    QCOMPARE(clocks(*a), clocks(*b));
}

void TestForgetting::editsOfMissedDeletesAreKept()
{
    b->exec(u"DELETE FROM notes WHERE id IN ('1', '2')"_s);
    b->exec(u"DELETE FROM gone WHERE id = '1'"_s);
    relay.sync(*b);
    a->exec(u"UPDATE notes SET title = 'edited', body = 'text and more' WHERE id = '1'"_s);
    a->exec(u"DELETE FROM notes WHERE id = '2'"_s);
    a->exec(u"UPDATE gone SET title = 'edited' WHERE id = '1'"_s);
    const Collected told = forgetAll();
    QVERIFY(a->replica().beginSweep("home", relay.head()));
    relay.pull(*a);
    QVERIFY(a->replica().endSweep(told));
    QCOMPARE(a->replica().pendingCount(), 1); // what both have deleted waits no more
    QVERIFY(a->digestHolds());
    QVERIFY(b->replica().forgetDeletes(told));
    verifyEqual();
    QCOMPARE(titles(*b), (QStringList{u"edited"_s, u"three"_s})); // edit_revives
    QCOMPARE(b->value(u"SELECT body || labels FROM notes WHERE id = '1'"_s).toString(), u"text and more[\"x\"]"_s);
    QCOMPARE(a->value(u"SELECT count(*) FROM gone"_s).toInt(), 1); // delete_wins
    const auto conflicts = *a->replica().conflicts();
    QVERIFY(std::ranges::any_of(
        conflicts, [](const Conflict &conflict) { return conflict.table == "gone" && conflict.kind == Conflict::Kind::Delete; }));
}

/// As a viewer the device followed all deletes, but not those of what it had in quarantine.
void TestForgetting::aSweepFollowsWhatComesBackFromQuarantine()
{
    a->exec(u"UPDATE notes SET title = 'edited' WHERE id = '1'"_s);
    a->exec(u"UPDATE gone SET title = 'edited' WHERE id = '1'"_s);
    QVERIFY(a->replica().closeSpace("home", u"no_access"_s, {}));
    relay.role = Role::Viewer;
    relay.pull(*a);
    QCOMPARE(a->replica().quarantined()->size(), 2);
    relay.role = Role::Editor;
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    b->exec(u"DELETE FROM gone WHERE id = '1'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    relay.role = Role::Viewer;
    relay.pull(*a);
    for (Device *device : {a.get(), b.get()})
        QVERIFY(device->replica().forgetDeletes(told));
    QCOMPARE(home(*a).reached, told.sequence);
    relay.role = Role::Editor;
    QVERIFY(*a->replica().setRole("home", Role::Editor));
    QCOMPARE(a->replica().pendingCount(), 2);
    QCOMPARE(home(*a).reached, Sequence(1)); // so that a sweep begins
    QVERIFY(a->replica().beginSweep("home", told.sequence));
    relay.pull(*a);
    QVERIFY(a->replica().endSweep(told));
    verifyEqual();
    QCOMPARE(b->value(u"SELECT title || body || labels FROM notes WHERE id = '1'"_s).toString(), u"editedtext[\"x\"]"_s); // whole
    QCOMPARE(b->value(u"SELECT count(*) FROM gone"_s).toInt(), 1); // delete_wins
}

/// Somebody who never knew of the row has made one of the same key.
void TestForgetting::anotherLifeOfTheSameLengthIsWhole()
{
    for (const qint64 bornMs : {-1000, 10}) {
        init();
        Device c(schema, 3);
        c.wallMs = a->wallMs + bornMs;
        c.exec(u"INSERT INTO notes(id, title) VALUES ('1', 'anew')"_s);
        b->wallMs += 1000;
        b->exec(u"UPDATE notes SET title = 'edited' WHERE id = '1'"_s);
        verifyEqual();
        b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
        relay.sync(*b);
        const Collected told = forgetAll();
        QVERIFY(b->replica().forgetDeletes(told));
        relay.push(c);
        QVERIFY(a->replica().beginSweep("home", told.sequence));
        relay.pull(*a);
        QVERIFY(a->replica().endSweep(told));
        QCOMPARE(titles(*a).first(), u"anew"_s);
        verifyEqual();
    }
}

void TestForgetting::anotherLifeOfALowerLengthIsTheLaterOne()
{
    Device c(schema, 3);
    c.exec(u"INSERT INTO notes(id, title) VALUES ('1', 'anew')"_s);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    verifyEqual();
    for (Device *device : {a.get(), b.get()})
        QVERIFY(device->replica().forgetDeletes(forgetAll()));
    b->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'again', 'text')"_s);
    b->exec(u"UPDATE notes SET body = 'text and more' WHERE id = '1'"_s);
    verifyEqual();
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    QVERIFY(b->replica().forgetDeletes(told));
    relay.push(c);
    QVERIFY(a->replica().beginSweep("home", told.sequence));
    relay.pull(*a);
    QVERIFY(a->replica().endSweep(told));
    QCOMPARE(titles(*a).first(), u"anew"_s);
    QVERIFY(a->digestHolds());
    verifyEqual();
    QCOMPARE(clocks(*a), clocks(*b));
}

/// Its author has an older app.
void TestForgetting::anotherLifeMayHaveFewerColumns()
{
    Device c("CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT); SELECT sheaf_sync('notes');", 3);
    c.wallMs = a->wallMs + 10;
    c.exec(u"INSERT INTO notes(id, title) VALUES ('1', 'anew')"_s);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    QVERIFY(b->replica().forgetDeletes(told));
    relay.push(c);
    QVERIFY(a->replica().beginSweep("home", told.sequence));
    relay.pull(*a);
    QVERIFY(a->replica().endSweep(told));
    QVERIFY(a->value(u"SELECT labels FROM notes WHERE id = '1'"_s).isNull());
    QVERIFY(a->digestHolds());
    verifyEqual();
}

void TestForgetting::aSweepThatFailsChangesNothing()
{
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    QVERIFY(a->replica().beginSweep("home", relay.head()));
    relay.pull(*a);
    a->exec(u"CREATE TEMP TRIGGER refusal BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'not now'); END"_s);
    const auto ended = a->replica().endSweep(told);
    QVERIFY(!ended);
    QVERIFY2(ended.error().message.contains(u"not now"), qPrintable(ended.error().message));
    QVERIFY(home(*a).sweep != 0);
    QCOMPARE(titles(*a).size(), 3);
    QCOMPARE(a->value(u"PRAGMA foreign_keys"_s).toInt(), 1);
    a->exec(u"DROP TRIGGER refusal"_s);
    QVERIFY(a->replica().endSweep(told));
    QCOMPARE(titles(*a), (QStringList{u"two"_s, u"three"_s}));
    verifyEqual();
}

void TestForgetting::aSweepSurvivesARestart()
{
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    const Collected told = forgetAll();
    const Sequence collected = relay.head();
    QVERIFY(a->replica().beginSweep("home", collected));
    relay.pull(*a);
    a->reopen();
    QCOMPARE(home(*a).sweep, collected);
    QCOMPARE(home(*a).reached < collected, true); // what was reached before the sweep began
    QCOMPARE(home(*a).cursor, relay.head());
    QCOMPARE(titles(*a).size(), 3);
    QVERIFY(a->replica().endSweep(told));
    QCOMPARE(titles(*a), (QStringList{u"two"_s, u"three"_s}));
    QVERIFY(a->replica().endSweep(told)); // there is none any more
    verifyEqual();
}

void TestForgetting::anotherEpochEndsASweep()
{
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*b);
    forgetAll();
    QVERIFY(a->replica().beginSweep("home", relay.head()));
    relay.forget();
    verifyEqual();
    QCOMPARE(home(*a).sweep, Sequence(0));
    // Absence is never a delete in another epoch, but b knew of this one.
    QCOMPARE(titles(*a), (QStringList{u"two"_s, u"three"_s}));
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
