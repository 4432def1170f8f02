// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// The holes through which a sync loses updates that compares a time of one node with a time of another, as crdt_sync does.
/// Each is the schedule in which an update is lost there.
class TestHoles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void uploadHoleOfServerClockAhead();
    void uploadHoleOfClientClockBehind();
    void downloadHoleOfClientClockAhead_data();
    void downloadHoleOfClientClockAhead();
    void lateEditWithEqualStampReachesEveryone();
    void oneStaleRowTravelsAlone();
    void laterWriteWinsAtEveryDigit();
    void writesOfOneMomentAreSettledAlike_data();
    void writesOfOneMomentAreSettledAlike();

private:
    /// Time passes, and no wall clock moves.
    static void runUnderStoppedClocks(Household &home, int count, qint64 ms);
};

void TestHoles::runUnderStoppedClocks(Household &home, int count, qint64 ms)
{
    for (qint64 i = 0; i < ms; ++i) {
        home.run(1);
        home.house.skewMs -= 1;
        for (int device = 0; device < count; ++device)
            home[device].skewMs -= 1;
    }
}

/// The server's stamp of A's row is high; A has not heard of it and writes with lower ones.
void TestHoles::uploadHoleOfServerClockAhead()
{
    Household home(2);
    home.house.skewMs = 30'000;
    home[1].reconnector->disconnect();
    home[1].connect(home[1].token); // hears of the server's time
    home.run();
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('b', 'by the fast one')"_s);
    home[0].write(u"INSERT INTO notes(id, title, body) VALUES ('a', 'first', 'x')"_s);
    QVERIFY(home.runUntil([&] { return home[1].count(u"notes"_s) == 2; }));
    home.cutOff(0); // before it has downloaded anything
    home[0].write(u"UPDATE notes SET title = 'second' WHERE id = 'a'"_s);
    home.run();
    home.bringBack(0);
    home.run();
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = 'a'"_s), u"second|second"_s);
    home[0].write(u"UPDATE notes SET title = 'third' WHERE id = 'a'"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = 'a'"_s), u"third|third"_s);
}

/// The same with a wall clock that is set back before the edit.
void TestHoles::uploadHoleOfClientClockBehind()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('a', 'first')"_s);
    home.run();
    home.cutOff(0);
    home[0].skewMs = -3'600'000;
    home[0].write(u"UPDATE notes SET title = 'second' WHERE id = 'a'"_s);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('b', 'an hour ago')"_s);
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].read(u"SELECT title FROM notes ORDER BY id"_s), (QStringList{u"second"_s, u"an hour ago"_s}));
}

void TestHoles::downloadHoleOfClientClockAhead_data()
{
    QTest::addColumn<qint64>("skewMs");
    QTest::newRow("half a minute") << qint64(30'000);
    QTest::newRow("a year") << 365LL * 86'400'000;
    QTest::newRow("a year behind") << -365LL * 86'400'000;
}

/// A fast client merges and writes; what the server takes from others meanwhile has lower stamps than the fast client's last one.
void TestHoles::downloadHoleOfClientClockAhead()
{
    QFETCH(qint64, skewMs);
    Household home(3);
    home[0].skewMs = skewMs;
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('fast', '1')"_s);
    home.run();
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET title = '2'"_s);
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('in between', '3')"_s);
    home[2].write(u"UPDATE notes SET body = '4' WHERE id = 'fast'"_s);
    home.run();
    home.bringBack(0);
    home.run();
    QCOMPARE(home[0].count(u"notes"_s), 2);
    QCOMPARE(home.values(u"SELECT title || body FROM notes WHERE id = 'fast'"_s), u"24|24|24"_s);
    QCOMPARE(home.difference(), QString());
}

/// The server takes a late edit while its clock stands still: others have seen that very time already.
void TestHoles::lateEditWithEqualStampReachesEveryone()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'first')"_s);
    runUnderStoppedClocks(home, 3, 500);
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET title = 'late' WHERE id = 'n'"_s);
    home[1].write(u"INSERT INTO notes(id) VALUES ('b')"_s);
    home[2].write(u"INSERT INTO notes(id) VALUES ('c')"_s);
    runUnderStoppedClocks(home, 3, 500);
    home.bringBack(0);
    runUnderStoppedClocks(home, 3, 500);
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = 'n'"_s), u"late|late|late"_s);
    QCOMPARE(home.difference(), QString());
}

/// Rows that the server took in one moment have one stamp there; one of them that comes again takes all others along.
void TestHoles::oneStaleRowTravelsAlone()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id) VALUES ('1'), ('2'), ('3'), ('4'), ('5'), ('6')"_s);
    runUnderStoppedClocks(home, 3, 500);
    const QList<qint64> before = home.pulled();
    home[0].write(u"UPDATE notes SET title = 'again' WHERE id = '1'"_s);
    runUnderStoppedClocks(home, 3, 500);
    QCOMPARE(home.pulled()[1] - before[1], 1);
    QCOMPARE(home.pulled()[2] - before[2], 1);
    home.cutOff(2);
    home.bringBack(2);
    runUnderStoppedClocks(home, 3, 500);
    QCOMPARE(home.pulled()[2] - before[2], 1); // and nothing comes twice
    QCOMPARE(home.values(u"SELECT title FROM notes WHERE id = '1'"_s), u"again|again|again"_s);
}

/// Where stamps are compared as text, one write in a thousand has fewer digits and counts as later than it is.
void TestHoles::laterWriteWinsAtEveryDigit()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
    home.run();
    for (const int ms : {0, 1, 89, 90, 99, 100, 123, 989, 990, 999}) {
        home.cutOff(0);
        home.cutOff(1);
        const qint64 now = home[0].clock->wallMs();
        home.run((2'000 + ms - now % 1'000) % 1'000 + 1'000);
        QCOMPARE(home[0].clock->wallMs() % 1'000, ms);
        home[0].write(u"UPDATE notes SET title = 'earlier'"_s);
        home.run(10); // what two devices know of the time differs by less
        for (int i = 0; i < 11; ++i)
            home[1].write(u"UPDATE notes SET title = 'of one moment, %1'"_s.arg(i));
        home[1].write(u"UPDATE notes SET title = 'later'"_s);
        home.bringBack(0);
        home.bringBack(1);
        home.run();
        QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"later|later"_s);
    }
    QCOMPARE(home.difference(), QString());
}

void TestHoles::writesOfOneMomentAreSettledAlike_data()
{
    QTest::addColumn<int>("first");
    QTest::newRow("one comes first") << 0;
    QTest::newRow("the other comes first") << 1;
}

/// Equal times: the site decides, whoever arrives first.
void TestHoles::writesOfOneMomentAreSettledAlike()
{
    QFETCH(int, first);
    Household home(3);
    home[2].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
    home.run();
    home.cutOff(0);
    home.cutOff(1);
    home[0].write(u"UPDATE notes SET title = '0'"_s);
    home[1].write(u"UPDATE notes SET title = '1'"_s);
    home.bringBack(first);
    home.run();
    home.bringBack(1 - first);
    QCOMPARE(home.difference(), QString());
    const QString winner = home[0].replica->site() > home[1].replica->site() ? u"0"_s : u"1"_s;
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), QStringList(3, winner).join(u'|'));
}

QTEST_GUILESS_MAIN(TestHoles)
#include "tst_holes.moc"
