// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/hybridclock.h"
#include "household.h"

#include <QFile>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 yearMs = 365LL * 86'400'000;
/// A table in which a delete stands against edits that did not know of it.
constexpr char slips[] = "CREATE TABLE slips(id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT);"
                         "SELECT sheaf_sync('slips', '{\"deletes\":\"delete_wins\"}');";

} // namespace

/// The corner cases that a sync most easily gets wrong, the first five: cursors, live pushes, stamps, clocks, deletes.
class TestCorners1To5 : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void corner1CursorsHoldUnderSkewedClocksAndCutLinks();
    void corner1ACursorIsAPlaceInOneServersLog();
    void corner2ALivePushIsExactlyWhatChanged();
    void corner2ATransactionIsOnePush();
    void corner3StampsAreOrderedAsTheirBytes();
    void corner3AFullCounterBorrowsAMillisecond();
    void corner4AClockSetBackStopsNoWrite();
    void corner4AClockSetForwardByTenYearsWinsNothing();
    void corner4AFuturePeerIsRefusedWithoutDraggingClocks();
    void corner4ARestoredBackupIsNoticedByAnOldClockToo();
    void corner4ACopyIsNoticed();
    void corner5EditAgainstDelete_data();
    void corner5EditAgainstDelete();
    void corner5DeletesOfOneRowAreOne();
    void corner5DeletesOfWhatIsNotThereAreNothing();
    void corner5EveryInsertOverADeletedRowMakesItAnew_data();
    void corner5EveryInsertOverADeletedRowMakesItAnew();
    void corner5ARowMadeAnewReachesANewcomer();
};

void TestCorners1To5::corner1CursorsHoldUnderSkewedClocksAndCutLinks()
{
    Household home(4);
    home.house.skewMs = 45'000;
    home[0].skewMs = -yearMs;
    home[1].skewMs = 30'000;
    home[2].skewMs = 10 * yearMs;
    for (int i = 0; i < 4; ++i) {
        home.house.network.faults(i).cutOneIn = 2;
        home.house.network.faults(i).cutBytesMax = 3'000;
    }
    home.house.network.cutEverything();
    for (int i = 0; i < 120; ++i) {
        home[i % 4].write(
            u"INSERT INTO notes(id, title) VALUES ('n%1', 'x') ON CONFLICT DO UPDATE SET title = '%2', votes = votes + 1"_s
                .arg(i % 7)
                .arg(i));
        home.run(i % 3 == 0 ? 700 : 5);
    }
    for (int i = 0; i < 4; ++i)
        home.house.network.faults(i).cutOneIn = 0;
    QVERIFY(home[0].reconnector->figures().reconnects > 0);
    QCOMPARE(home.difference(), QString());
    // Births of one key by several devices are united, so that each of the 120 writes but the first of a device counts.
    QVERIFY(home[0].value(u"SELECT sum(votes) FROM notes"_s).toInt() >= 120 - 4 * 7);
}

void TestCorners1To5::corner1ACursorIsAPlaceInOneServersLog()
{
    Household home(2);
    for (int i = 0; i < 9; ++i)
        home[0].write(u"INSERT INTO notes(id) VALUES ('%1')"_s.arg(i));
    home.run();
    QCOMPARE(home[1].replica->space("home").cursor, Sequence(9));
    home.cutOff(1);
    home.house.replaceServer(); // another one, whose head is behind that cursor
    home[0].connect(home.house.token("device 0", {"home"}));
    home[0].write(u"UPDATE notes SET title = 'after' WHERE id = '8'"_s);
    home[1].token = home.house.token("device 1", {"home"});
    home.run();
    home.house.network.heal(1);
    home[1].connect(home[1].token);
    home.run(60'000);
    QVERIFY(home[0].isProven() && home[1].isProven());
    QCOMPARE(home.values(u"SELECT count(*) || max(title) FROM notes"_s), u"9after|9after"_s);
}

void TestCorners1To5::corner2ALivePushIsExactlyWhatChanged()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id) VALUES ('1'), ('2'), ('3'), ('4')"_s);
    home.run();
    QList<qint64> before = home.pulled();
    home[0].write(u"UPDATE notes SET title = 'x' WHERE id IN ('2', '3')"_s);
    home[0].write(u"UPDATE notes SET title = title"_s); // changes nothing
    home.run();
    QCOMPARE(home.pulled(), (QList<qint64>{before[0], before[1] + 2, before[2] + 2}));
    // A late edit of one row, under a time that all have seen.
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET title = 'late' WHERE id = '4'"_s);
    home[1].write(u"UPDATE notes SET title = 'since' WHERE id = '1'"_s);
    home.run();
    before = home.pulled();
    home.bringBack(0);
    home.run();
    QCOMPARE(home.pulled(), (QList<qint64>{before[0] + 1, before[1] + 1, before[2] + 1}));
    QCOMPARE(home.difference(), QString());
}

void TestCorners1To5::corner2ATransactionIsOnePush()
{
    Household home(2);
    QStringList seen;
    home[1].replica->setCommitObserver(
        [&](const CommitChanges &) { seen.append(home[1].value(u"SELECT count(*) FROM notes"_s)); });
    home[0].write(
        u"INSERT INTO notes(id) VALUES ('1'), ('2'); INSERT INTO notes(id) VALUES ('3'); DELETE FROM notes WHERE id = '1'"_s);
    home.run();
    QCOMPARE(seen, QStringList{u"2"_s});
}

void TestCorners1To5::corner3StampsAreOrderedAsTheirBytes()
{
    QList<Stamp> stamps;
    for (const qint64 ms : {1LL, 255LL, 256LL, 999LL, 1'000LL, 1'699'999'999'999LL, 1'700'000'000'000LL, (1LL << 47) - 1}) {
        for (const quint16 counter : {quint16(0), quint16(1), quint16(255), quint16(256), quint16(65'535)}) {
            for (const SiteId site : {SiteId(1), SiteId(255), SiteId(256), ~SiteId(0)})
                stamps.append({makeHlc(ms, counter), site});
        }
    }
    for (qsizetype i = 1; i < stamps.size(); ++i) {
        QByteArray former;
        QByteArray latter;
        Bytes::appendStamp(former, stamps[i - 1]);
        Bytes::appendStamp(latter, stamps[i]);
        QVERIFY(stamps[i - 1] < stamps[i]);
        QVERIFY(former < latter);
        QCOMPARE(former.size(), latter.size());
    }
}

void TestCorners1To5::corner3AFullCounterBorrowsAMillisecond()
{
    HybridClock clock;
    constexpr qint64 nowMs = 1'700'000'000'000;
    clock.observe(makeHlc(nowMs, 65'534));
    QCOMPARE(clock.tick(nowMs), makeHlc(nowMs, 65'535));
    QCOMPARE(clock.tick(nowMs), makeHlc(nowMs + 1, 0)); // neither an error nor a time that was there already
    QCOMPARE(clock.tick(nowMs + 1), makeHlc(nowMs + 1, 1));
    QCOMPARE(clock.tick(nowMs + 2), makeHlc(nowMs + 2, 0));
}

void TestCorners1To5::corner4AClockSetBackStopsNoWrite()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'now')"_s);
    home.run();
    for (const qint64 back : {61'000LL, yearMs}) {
        home[0].skewMs -= back;
        const QString title = u"%1 ms ago"_s.arg(back);
        home[0].write(u"UPDATE notes SET title = '%1'"_s.arg(title)); // write() ends the test if it fails
        home.run();
        QCOMPARE(home.values(u"SELECT title FROM notes"_s), title + u'|' + title);
    }
    QCOMPARE(home.difference(), QString());
}

/// Neither by what it writes nor after it has been set right again.
void TestCorners1To5::corner4AClockSetForwardByTenYearsWinsNothing()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'now')"_s);
    home.run();
    const QString title = u"SELECT title FROM notes"_s;
    for (const bool isOffline : {false, true}) {
        if (isOffline)
            home.cutOff(0);
        home[0].skewMs += 10 * yearMs;
        home[0].write(u"UPDATE notes SET title = 'in ten years'"_s);
        if (isOffline)
            home.bringBack(0);
        home.run();
        QCOMPARE(home.values(title), u"in ten years|in ten years"_s);
        home[1].write(u"UPDATE notes SET title = 'a moment later'"_s);
        home.run();
        QCOMPARE(home.values(title), u"a moment later|a moment later"_s);
        home[0].skewMs -= 10 * yearMs;
        home[0].write(u"UPDATE notes SET title = 'set right'"_s);
        home.run();
        QCOMPARE(home.values(title), u"set right|set right"_s);
    }
    QCOMPARE(home.difference(), QString());
}

void TestCorners1To5::corner4AFuturePeerIsRefusedWithoutDraggingClocks()
{
    Household home(2);
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('1', 'x'), ('2', 'x')"_s);
    home.run();
    home[0].write(u"UPDATE notes SET body = 'in time' WHERE id = '1'"_s);
    home[0].skewMs = yearMs; // in the middle of a session, so that nothing corrects it before the server does
    home[0].write(u"UPDATE notes SET title = 'from the future' WHERE id = '2'"_s);
    home.run();
    QCOMPARE(home[1].read(u"SELECT title || coalesce(body, '') FROM notes ORDER BY id"_s),
             (QStringList{u"xin time"_s, u"from the future"_s}));
    QCOMPARE(home[0].reports, QStringList{u"clock_ahead"_s});
    QVERIFY(home[0].replica->rejected()->isEmpty());
    home[1].write(u"UPDATE notes SET title = 'later' WHERE id = '2'"_s); // a year earlier, if a clock had been dragged
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = '2'"_s), u"later|later"_s);
    // No clock of the household is ahead of its time: what is written now is overwritten by who writes next.
    home[0].write(u"UPDATE notes SET title = 'and later' WHERE id = '2'"_s);
    home.run();
    home[1].write(u"UPDATE notes SET title = 'last' WHERE id = '2'"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = '2'"_s), u"last|last"_s);
}

void TestCorners1To5::corner4ARestoredBackupIsNoticedByAnOldClockToo()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'before the backup')"_s);
    home.run();
    const SiteId site = home[0].replica->site();
    const QString path = home[0].folder.filePath(u"replica.db"_s);
    home[0].stop();
    QVERIFY(QFile::copy(path, path + u".backup"_s));
    home[0].start();
    home.run();
    home[0].write(u"UPDATE notes SET title = 'after the backup'"_s);
    home[0].write(u"INSERT INTO notes(id) VALUES ('lost here')"_s);
    home.run();
    home.cutOff(0); // its next session shows that it has kept what the former one gave it
    home.bringBack(0);
    home.run();
    home[0].stop();
    QVERIFY(QFile::remove(path) && QFile::rename(path + u".backup"_s, path));
    home[0].skewMs = -yearMs;
    home[0].start();
    home[0].write(u"INSERT INTO notes(id) VALUES ('after the restore')"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[0].reports, QStringList{u"forked"_s});
    QVERIFY(home[0].replica->site() != site);
    QCOMPARE(home[0].read(u"SELECT id FROM notes ORDER BY id"_s), (QStringList{u"after the restore"_s, u"lost here"_s, u"n"_s}));
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = 'n'"_s), u"after the backup|after the backup"_s);
}

void TestCorners1To5::corner4ACopyIsNoticed()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'one')"_s);
    home.run();
    for (int i = 0; i < 2; ++i)
        home[i].stop();
    const QString copy = home[1].folder.filePath(u"replica.db"_s);
    QVERIFY(QFile::remove(copy) && QFile::copy(home[0].folder.filePath(u"replica.db"_s), copy));
    home[1].token = home[0].token;
    home[0].start();
    home.run();
    home.cutOff(0); // its next session shows that it has kept what the former one gave it
    home.bringBack(0);
    home.run();
    home[1].start();
    for (int i = 0; i < 2; ++i)
        home[i].write(u"UPDATE notes SET votes = votes + 1; INSERT INTO notes(id) VALUES ('of %1')"_s.arg(i));
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].reports, QStringList{u"forked"_s});
    QVERIFY(home[0].replica->site() != home[1].replica->site());
    QCOMPARE(home[2].value(u"SELECT votes FROM notes WHERE id = 'n'"_s), u"2"_s);
    QCOMPARE(home[2].count(u"notes"_s), 3);
}

void TestCorners1To5::corner5EditAgainstDelete_data()
{
    QTest::addColumn<QString>("table");
    QTest::addColumn<bool>("editIsLater");
    QTest::addColumn<bool>("editComesFirst");
    for (const bool editIsLater : {true, false}) {
        const char *later = editIsLater ? "the edit" : "the delete";
        QTest::addRow("%s is later, the delete comes first", later) << u"notes"_s << editIsLater << false;
        QTest::addRow("%s is later, the edit comes first", later) << u"notes"_s << editIsLater << true;
        QTest::addRow("%s is later, the delete comes first and wins", later) << u"slips"_s << editIsLater << false;
        QTest::addRow("%s is later, the edit comes first and does not win", later) << u"slips"_s << editIsLater << true;
    }
}

/// Who is still to be acknowledged when the other's work comes decides for the row: an edit brings it back, if its table is one
/// of those where edits do, and a delete stands, unless the edit is the later one; and keeps what it decided against.
void TestCorners1To5::corner5EditAgainstDelete()
{
    QFETCH(QString, table);
    QFETCH(bool, editIsLater);
    QFETCH(bool, editComesFirst);
    Household home(3, slips);
    home[2].write(u"INSERT INTO %1(id, title, body) VALUES ('n', 'one', 'body')"_s.arg(table));
    home.run();
    constexpr int editor = 0;
    constexpr int remover = 1;
    home.cutOff(editor);
    home.cutOff(remover);
    const QString edit = u"UPDATE %1 SET title = 'edited'"_s.arg(table);
    const QString remove = u"DELETE FROM "_s + table;
    home[editIsLater ? remover : editor].write(editIsLater ? remove : edit);
    home.run(100);
    home[editIsLater ? editor : remover].write(editIsLater ? edit : remove);
    home.bringBack(editComesFirst ? editor : remover);
    home.run();
    home.bringBack(editComesFirst ? remover : editor);
    QCOMPARE(home.difference(), QString());
    const bool revives = table == u"notes"_s && (editIsLater || !editComesFirst);
    const QString stands = revives ? u"editedbody"_s : QString();
    QCOMPARE(home.values(u"SELECT title || body FROM "_s + table), QStringList(3, stands).join(u'|'));
    const QList<Conflict> log = *home[editComesFirst ? remover : editor].replica->conflicts();
    QCOMPARE(log.size(), 1);
    QCOMPARE(log[0].kind, Conflict::Kind::Delete);
    QVERIFY((editComesFirst ? log[0].theirsRow : log[0].mineRow).contains({"title", u"edited"_s}));
    // An edit that knows of the delete has nothing to edit, and a new row under the key is one everywhere.
    home[2].write(remove);
    home.run();
    home[editor].write(edit + u"; INSERT INTO %1(id, title) VALUES ('n', 'anew')"_s.arg(table));
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title || coalesce(body, '') FROM "_s + table), u"anew|anew|anew"_s);
}

void TestCorners1To5::corner5DeletesOfOneRowAreOne()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'one')"_s);
    home.run();
    home.cutOff(0);
    home.cutOff(1);
    home[0].write(u"DELETE FROM notes"_s);
    home[1].write(u"DELETE FROM notes"_s);
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('n', 'anew')"_s);
    home.bringBack(1);
    home.run();
    home.bringBack(0); // its delete is of the first life
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"anew|anew|anew"_s);
}

void TestCorners1To5::corner5DeletesOfWhatIsNotThereAreNothing()
{
    Household home(2);
    home.cutOff(0);
    home[0].write(u"DELETE FROM notes WHERE id = 'nowhere'"_s);
    home[0].write(u"INSERT INTO notes(id) VALUES ('short')"_s);
    home[0].write(u"DELETE FROM notes WHERE id = 'short'"_s);
    home[1].write(u"INSERT INTO notes(id) VALUES ('unknown there')"_s);
    home[0].write(u"DELETE FROM notes WHERE id = 'unknown there'"_s);
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT id FROM notes"_s), u"unknown there|unknown there"_s);
}

void TestCorners1To5::corner5EveryInsertOverADeletedRowMakesItAnew_data()
{
    QTest::addColumn<QString>("sql");
    QTest::newRow("insert") << u"INSERT INTO notes(id, title) VALUES ('n', 'anew')"_s;
    QTest::newRow("insert or ignore") << u"INSERT OR IGNORE INTO notes(id, title) VALUES ('n', 'anew')"_s;
    QTest::newRow("upsert") << u"INSERT INTO notes(id, title) VALUES ('n', 'anew') ON CONFLICT(id) DO UPDATE SET body = 'old'"_s;
    QTest::newRow("replace") << u"REPLACE INTO notes(id, title) VALUES ('n', 'anew')"_s;
    QTest::newRow("from select") << u"INSERT INTO notes(id, title) SELECT 'n', 'anew'"_s;
    QTest::newRow("many rows") << u"INSERT INTO notes(id, title) VALUES ('m', 'more'), ('n', 'anew')"_s;
}

void TestCorners1To5::corner5EveryInsertOverADeletedRowMakesItAnew()
{
    QFETCH(QString, sql);
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title, body, votes, labels) VALUES ('n', 'one', 'body', 7, '[\"x\"]')"_s);
    home.run();
    home[0].write(u"DELETE FROM notes"_s);
    home.run();
    QCOMPARE(home[1].count(u"notes"_s), 0);
    home[1].write(sql);
    QCOMPARE(home.difference(), QString());
    // Nothing of the former life is in it.
    const QString all = u"SELECT title || coalesce(body, '') || votes || coalesce(labels, '') FROM notes WHERE id = 'n'"_s;
    QCOMPARE(home.values(all), u"anew0|anew0"_s);
}

void TestCorners1To5::corner5ARowMadeAnewReachesANewcomer()
{
    Household home(1);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'one')"_s);
    home.run();
    home[0].write(u"DELETE FROM notes"_s);
    home.run();
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'two')"_s);
    home.run();
    home.add();
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"two|two"_s);
}

QTEST_GUILESS_MAIN(TestCorners1To5)
#include "tst_corners1to5.moc"
