// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Scenarios and faults of synk: the server counts versions, replicas pull what is newer than theirs.
class TestSynk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sequencesBeginAtZeroAndGrowWithEachRow();
    void aReplicaNeverCountsByItself();
    void aNewReplicaCopiesEverything();
    void whatIsPutIsHereAtOnceAndThereSoon();
    void updatesAndDeletesOfOneTransactionArriveTogether();
    void aRestartedServerCountsOn();
    void editsMadeOfflineAreStaged();
};

void TestSynk::sequencesBeginAtZeroAndGrowWithEachRow()
{
    Household home(2);
    const auto cursors = [&] {
        return QList<Sequence>{home[0].replica->space("home").cursor, home[1].replica->space("home").cursor};
    };
    QCOMPARE(cursors(), (QList<Sequence>{0, 0}));
    home[0].write(u"INSERT INTO notes(id) VALUES ('1')"_s);
    home.run();
    QCOMPARE(cursors(), (QList<Sequence>{1, 1}));
    home[0].write(u"INSERT INTO notes(id) VALUES ('2'), ('3')"_s); // a row of a transaction has a place of its own
    home.run();
    QCOMPARE(cursors(), (QList<Sequence>{3, 3}));
    home[1].write(u"DELETE FROM notes WHERE id = '1'"_s);
    home.run();
    QCOMPARE(cursors(), (QList<Sequence>{4, 4}));
}

void TestSynk::aReplicaNeverCountsByItself()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('1')"_s);
    home.run();
    home.cutOff(0);
    for (int i = 2; i < 9; ++i)
        home[0].write(u"INSERT INTO notes(id) VALUES ('%1')"_s.arg(i));
    QCOMPARE(home[0].replica->space("home").cursor, Sequence(1));
    home[1].write(u"INSERT INTO notes(id) VALUES ('theirs')"_s);
    home.run();
    QCOMPARE(home[1].replica->space("home").cursor, Sequence(2));
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[0].replica->space("home").cursor, Sequence(9));
    QCOMPARE(home[0].count(u"notes"_s), 9);
}

void TestSynk::aNewReplicaCopiesEverything()
{
    Household home(1);
    for (int i = 0; i < 20; ++i)
        home[0].write(u"INSERT INTO notes(id, title) VALUES ('%1', 'x')"_s.arg(i));
    home[0].write(u"DELETE FROM notes WHERE id < '5'"_s);
    home.run();
    SpaceDevice &second = home.add();
    QCOMPARE(home.difference(), QString());
    QCOMPARE(second.read(u"SELECT id FROM notes ORDER BY id"_s), home[0].read(u"SELECT id FROM notes ORDER BY id"_s));
    QCOMPARE(second.replica->space("home").cursor, home[0].replica->space("home").cursor);
}

/// There a replica changed only when the server had answered.
void TestSynk::whatIsPutIsHereAtOnceAndThereSoon()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'one')"_s);
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"one|"_s);
    home.run(500);
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"one|one"_s);
    home[1].write(u"DELETE FROM notes"_s);
    home.run(500);
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"|"_s);
}

void TestSynk::updatesAndDeletesOfOneTransactionArriveTogether()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('1', 'x'), ('2', 'x')"_s);
    home.run();
    QStringList shown;
    home[1].replica->setCommitObserver([&](const CommitChanges &) {
        shown.append(home[1].value(u"SELECT group_concat(id || title) FROM (SELECT * FROM notes ORDER BY id)"_s));
    });
    home[0].write(u"UPDATE notes SET title = 'y' WHERE id = '2'; DELETE FROM notes WHERE id = '1'; INSERT INTO notes(id, title)"
                  " VALUES ('3', 'z')"_s);
    home.run();
    QCOMPARE(shown, QStringList{u"2y,3z"_s});
}

/// There it began at 0 again, and replicas kept rows that nobody else had.
void TestSynk::aRestartedServerCountsOn()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('1'), ('2')"_s);
    home.run();
    home.restartServer();
    home[0].write(u"DELETE FROM notes WHERE id = '1'"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].replica->space("home").cursor, Sequence(3));
    QCOMPARE(home.values(u"SELECT group_concat(id) FROM notes"_s), u"2|2"_s);
}

/// What its roadmap had and never came: staging, a queue, connections that come again.
void TestSynk::editsMadeOfflineAreStaged()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'one')"_s);
    home.run();
    home.cutOff(0);
    for (int i = 0; i < 100; ++i)
        home[0].write(u"UPDATE notes SET title = '%1'"_s.arg(i));
    home[0].write(u"INSERT INTO notes(id) VALUES ('new')"_s);
    QCOMPARE(home[0].replica->outbox()->size(), 2); // a row, not a hundred statements
    home[0].stop();
    home[0].start();
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = 'n'"_s), u"99|99"_s);
}

QTEST_GUILESS_MAIN(TestSynk)
#include "tst_synk.moc"
