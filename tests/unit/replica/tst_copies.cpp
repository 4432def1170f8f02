// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// What a replica and copies of its file have counted counts once: what waited in both, and what each has added since.
class TestCopies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCopyBeginsUnderANewName();
    void whatWaitedCountsOnce_data() { orders(); }
    void whatWaitedCountsOnce();
    void aCopyOfARunningReplica_data() { orders(); }
    void aCopyOfARunningReplica();
    void aCopyThatTheServerFinds_data() { orders(); }
    void aCopyThatTheServerFinds();
    void aRunningReplicaThatTheServerForgot_data() { orders(); }
    void aRunningReplicaThatTheServerForgot();
    void extremesOfTwinsStay_data() { orders(); }
    void extremesOfTwinsStay();
    void copiesOfCopies();
    void aWrongClock_data() { orders(); }
    void aWrongClock();
    void aBackupIsPutBack();
    void theOriginalIsLost();
    void stepsAreUndoneAcrossARestart();

private:
    static void orders()
    {
        QTest::addColumn<bool>("copyFirst");
        QTest::newRow("the original syncs first") << false;
        QTest::newRow("the copy syncs first") << true;
    }
    /// A row that the server has, with a counter that shows 1 and 2 more that wait.
    static void begin(Relay &relay, Device &device);
    static void settleBoth(Relay &relay, Device &original, Device &copy);
    static void count(Device &device, int by)
    {
        device.wallMs += 1000;
        device.exec(u"UPDATE items SET votes = votes + ?, best = max(coalesce(best, 0), ?)"_s, {by, by});
    }
    static int votes(Device &device) { return device.value(u"SELECT votes FROM items"_s).toInt(); }
};

void TestCopies::begin(Relay &relay, Device &device)
{
    device.birthmark = "original";
    device.reopen();
    device.exec(u"INSERT INTO items(id, votes, labels) VALUES (1, 0, '[]')"_s);
    count(device, 1);
    settleAll(relay, {&device});
    count(device, 2);
}

void TestCopies::settleBoth(Relay &relay, Device &original, Device &copy)
{
    QFETCH(bool, copyFirst);
    settleAll(relay, {copyFirst ? &copy : &original});
    settleAll(relay, {copyFirst ? &original : &copy});
    settleAll(relay, {&original, &copy});
    QVERIFY(areSame({&original, &copy}));
}

void TestCopies::aCopyBeginsUnderANewName()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    QVERIFY(original.replica().setLease("lease"));
    const SiteId site = original.replica().site();
    original.reopen();
    QCOMPARE(original.replica().site(), site);

    copy.birthmark = "copy";
    copyFile(original, copy);
    QCOMPARE(original.replica().site(), site);
    const SiteId renewed = copy.replica().site();
    QVERIFY(renewed != site);
    QVERIFY(copy.replica().lease().isEmpty());
    QVERIFY(copy.digestHolds());
    copy.reopen();
    QCOMPARE(copy.replica().site(), renewed);
    copy.birthmark.clear(); // no telling
    copy.reopen();
    QCOMPARE(copy.replica().site(), renewed);
}

void TestCopies::whatWaitedCountsOnce()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    copy.birthmark = "copy";
    copyFile(original, copy);
    count(original, 10);
    count(copy, 100);
    copy.reopen();
    original.reopen();
    count(copy, 1000);
    count(original, 20);
    QCOMPARE(votes(original), 33);
    QCOMPARE(votes(copy), 1103);
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 1133);
    QCOMPARE(copy.value(u"SELECT best FROM items"_s).toInt(), 1000);
}

void TestCopies::aCopyOfARunningReplica()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    copy.birthmark = "copy";
    copyRunning(original, copy);
    count(original, 10);
    count(copy, 100);
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 113);
    count(original, 10);
    count(copy, 100);
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 223);
}

/// Image of a disk: nothing tells the copy apart before its lease is refused. It was not running when it was copied.
void TestCopies::aCopyThatTheServerFinds()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    copy.birthmark = "original";
    copyFile(original, copy);
    QCOMPARE(copy.replica().site(), original.replica().site());
    count(original, 10);
    count(copy, 100);
    QFETCH(bool, copyFirst);
    QVERIFY((copyFirst ? original : copy).replica().renewSite());
    count(original, 20);
    count(copy, 200);
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 333);
}

/// It has counted since it was opened, was copied, and learns that a server that was put back cannot tell who it is.
void TestCopies::aRunningReplicaThatTheServerForgot()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    copy.birthmark = "copy";
    copyRunning(original, copy);
    QVERIFY(original.replica().renewSite(Replica::Identity::Doubtful));
    count(original, 10);
    count(copy, 100);
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 113);
    QVERIFY(original.digestHolds());
}

/// Both have written under one name, and the copy was started again before it learned that it is one.
void TestCopies::extremesOfTwinsStay()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    settleAll(relay, {&original});
    copy.birthmark = "original";
    copyFile(original, copy);
    count(copy, 100);
    original.wallMs += 5000;
    count(original, 10);
    copy.reopen();
    QVERIFY(copy.replica().renewSite());
    settleBoth(relay, original, copy);
    QCOMPARE(original.value(u"SELECT best FROM items"_s).toInt(), 100);
    QVERIFY(copy.digestHolds() && original.digestHolds());
    count(copy, 200);
    settleBoth(relay, original, copy);
    QCOMPARE(original.value(u"SELECT best FROM items"_s).toInt(), 200);
}

void TestCopies::copiesOfCopies()
{
    Relay relay;
    Device original(columnSchema, 1);
    Device first(columnSchema, 2);
    Device second(columnSchema, 3);
    begin(relay, original);
    first.birthmark = "first";
    second.birthmark = "second";
    copyRunning(original, first);
    count(original, 10);
    count(first, 100);
    copyRunning(first, second);
    count(first, 200);
    count(second, 1000);
    for (const QList<Device *> &order : {QList<Device *>{&second}, {&first}, {&original}, {&original, &first, &second}})
        settleAll(relay, order);
    QVERIFY(areSame({&original, &first, &second}));
    QCOMPARE(votes(original), 1 + 2 + 10 + 100 + 200 + 1000);
}

void TestCopies::aWrongClock()
{
    constexpr qint64 hourMs = 3'600'000;
    Relay relay;
    Device original(columnSchema, 1);
    Device copy(columnSchema, 2);
    begin(relay, original);
    original.wallMs += hourMs;
    count(original, 4);
    copy.birthmark = "copy";
    copy.wallMs += 10'000;
    copyRunning(original, copy);
    count(original, 10);
    count(copy, 100);
    QVERIFY(original.replica().setClockOffset(-hourMs));
    copy.wallMs += 2 * hourMs; // syncs much later
    settleBoth(relay, original, copy);
    QCOMPARE(votes(copy), 117);
}

void TestCopies::aBackupIsPutBack()
{
    Relay relay;
    Device device(columnSchema, 1);
    Device backup(columnSchema, 2);
    begin(relay, device);
    backup.birthmark = "put back";
    copyRunning(device, backup);
    count(device, 10);
    settleAll(relay, {&device});
    device.close(); // and is lost
    count(backup, 100);
    settleAll(relay, {&backup});
    QCOMPARE(votes(backup), 113);
    QVERIFY(areSame({&backup}));
}

void TestCopies::theOriginalIsLost()
{
    Relay relay;
    Device device(columnSchema, 1);
    Device early(columnSchema, 2);
    Device late(columnSchema, 3);
    begin(relay, device);
    early.birthmark = "early";
    late.birthmark = "late";
    copyRunning(device, early);
    count(device, 10);
    copyRunning(device, late);
    device.close();
    settleAll(relay, {&late});
    settleAll(relay, {&early});
    settleAll(relay, {&late});
    QVERIFY(areSame({&early, &late}));
    QCOMPARE(votes(late), 13);
}

/// What waits when a file is opened is not written any more: what is undone then is counted back elsewhere.
void TestCopies::stepsAreUndoneAcrossARestart()
{
    Relay relay;
    Device device(columnSchema, 1);
    device.act({u"INSERT INTO items(id, votes, labels) VALUES (1, 0, '[]')"_s});
    device.act({u"UPDATE items SET votes = votes + 2"_s});
    device.reopen();
    device.act({u"UPDATE items SET votes = votes + 3"_s});
    device.reopen();
    for (const int left : {2, 0}) {
        QVERIFY(device.replica().undo()->done);
        QCOMPARE(votes(device), left);
    }
    QVERIFY(device.replica().undo()->done);
    QCOMPARE(device.value(u"SELECT count(*) FROM items"_s).toInt(), 0);
    for (const int there : {0, 2, 5}) {
        QVERIFY(device.replica().redo()->done);
        QCOMPARE(votes(device), there);
    }
    Device other(columnSchema, 2);
    settleAll(relay, {&device, &other});
    QVERIFY(areSame({&device, &other}));
    QCOMPARE(votes(other), 5);
}

QTEST_GUILESS_MAIN(TestCopies)
#include "tst_copies.moc"
