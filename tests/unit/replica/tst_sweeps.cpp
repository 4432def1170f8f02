// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "forgettingbench.h"

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// A replica that was away for too long compares a space as a whole.
class TestSweeps : public QObject, private ForgettingBench
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aSweepFindsWhatWasMissed();
    void editsOfMissedDeletesAreKept();
    void aSweepFollowsWhatComesBackFromQuarantine();
    void anotherLifeOfTheSameLengthIsWhole();
    void anotherLifeOfALowerLengthIsTheLaterOne();
    void anotherLifeMayHaveFewerColumns();
    void aSweepThatFailsChangesNothing();
    void aSweepSurvivesARestart();
    void anotherEpochEndsASweep();
};

void TestSweeps::aSweepFindsWhatWasMissed()
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

void TestSweeps::editsOfMissedDeletesAreKept()
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
void TestSweeps::aSweepFollowsWhatComesBackFromQuarantine()
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
void TestSweeps::anotherLifeOfTheSameLengthIsWhole()
{
    for (const qint64 bornMs : {-1000, 10}) {
        begin();
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

void TestSweeps::anotherLifeOfALowerLengthIsTheLaterOne()
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
void TestSweeps::anotherLifeMayHaveFewerColumns()
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

void TestSweeps::aSweepThatFailsChangesNothing()
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

void TestSweeps::aSweepSurvivesARestart()
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

void TestSweeps::anotherEpochEndsASweep()
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

QTEST_GUILESS_MAIN(TestSweeps)
#include "tst_sweeps.moc"
