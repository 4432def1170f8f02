// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include <QFile>
#include <QtTest>

#include <limits>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, space TEXT DEFAULT 'home', a, b); SELECT sheaf_sync('t');";

void settle(Relay &relay, QList<Device *> devices)
{
    for (int round = 0; round < 3; ++round) {
        for (Device *device : std::as_const(devices))
            relay.sync(*device);
    }
}

/// A batch that sets column `a` of row 1 of what `device` waits to push, stamped `hlc`.
Changes batchOf(Device &device, Hlc hlc, QByteArray &bytes)
{
    const auto push = device.replica().nextPush("home", 1, {});
    RowRecord record;
    [[maybe_unused]] const auto decoded = decodeRecord((*push)->push.changes[0].record, record);
    record.life.site = 77;
    for (Cell &cell : record.cells)
        cell.stamp = {hlc, 77};
    encodeRecord(record, bytes);
    Change change = (*push)->push.changes[0];
    change.record = bytes;
    return {.space = "home",
            .previous = 0,
            .sequence = 1,
            .head = 1,
            .more = false,
            .tables = (*push)->push.tables,
            .changes = {change}};
}

Hlc latestOf(Device &device)
{
    const auto push = device.replica().nextPush("home", 1, {});
    RowRecord record;
    [[maybe_unused]] const auto decoded = decodeRecord((*push)->push.changes.last().record, record);
    return latestStamp(record);
}

} // namespace

class TestIdentity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCopyGoesOnUnderANewSite();
    void hostileStampsDragNoClock_data();
    void hostileStampsDragNoClock();
    void impossibleStampsAreRefused();
    void whatWasOfferedIsNotStampedAgain();
    void whatIsOfferedAgainStaysAsOldAsItIs();
    void rowsOfASpaceNotGrantedWait();
    void wideTablesConverge();
};

/// The file of a device is copied with edits in its outbox; both go on, and nothing is lost.
void TestIdentity::aCopyGoesOnUnderANewSite()
{
    Relay relay;
    Device original(schema, 1);
    Device copy(schema, 2);
    original.exec(u"INSERT INTO t(id, a) VALUES (1, 'acknowledged')"_s);
    settle(relay, {&original});
    original.exec(u"INSERT INTO t(id, a) VALUES (2, 'waiting')"_s);
    original.exec(u"UPDATE t SET b = 'waiting' WHERE id = 1"_s);
    original.close();
    copy.close();
    for (const char *suffix : {"-wal", "-shm"})
        QFile::remove(copy.path() + QLatin1StringView(suffix));
    QVERIFY(QFile::remove(copy.path()));
    QVERIFY(QFile::copy(original.path(), copy.path()));
    QVERIFY(original.open());
    QVERIFY(copy.open());
    const SiteId site = original.replica().site();
    QCOMPARE(copy.replica().site(), site);
    QVERIFY(copy.replica().setLease("old"));

    QVERIFY(copy.replica().renewSite());
    QVERIFY(copy.replica().site() != site && copy.replica().site() != 0);
    QVERIFY(copy.replica().lease().isEmpty());
    QCOMPARE(copy.replica().spaces().first().lastPush, 0ULL);
    QCOMPARE(copy.replica().pendingCount(), 2);
    QVERIFY(copy.digestHolds());
    const auto push = copy.replica().nextPush("home", 1, {});
    for (const Change &change : (*push)->push.changes) {
        RowRecord record;
        QVERIFY(decodeRecord(change.record, record));
        for (const Cell &cell : record.cells)
            QCOMPARE(cell.stamp.site, copy.replica().site());
    }
    // The same cells at the same time on both sides: with one site the stamps would be equal.
    original.exec(u"UPDATE t SET a = 'from the original' WHERE id = 2"_s);
    copy.exec(u"UPDATE t SET a = 'from the copy' WHERE id = 2"_s);
    copy.exec(u"INSERT INTO t(id, a) VALUES (3, 'only in the copy')"_s);
    const SiteId renewed = copy.replica().site();
    copy.reopen();
    QCOMPARE(copy.replica().site(), renewed);
    settle(relay, {&original, &copy});
    QCOMPARE(original.value(u"SELECT count(*) FROM t"_s).toInt(), 3);
    QCOMPARE(original.value(u"SELECT b FROM t WHERE id = 1"_s).toString(), u"waiting"_s);
    QCOMPARE(*original.replica().visibleDigest("home"), *copy.replica().visibleDigest("home"));
    QCOMPARE(*original.replica().digest("home"), *copy.replica().digest("home"));
    QCOMPARE(copy.replica().pendingCount(), 0);
}

void TestIdentity::hostileStampsDragNoClock_data()
{
    QTest::addColumn<Hlc>("hlc");
    const qint64 now = 1'700'000'000'000;
    QTest::newRow("two minutes ahead") << makeHlc(now + 120'000);
    QTest::newRow("a year ahead") << makeHlc(now + 365LL * 86'400'000);
    QTest::newRow("the last counter of a millisecond") << makeHlc(now + 365LL * 86'400'000, 0xFFFF);
}

void TestIdentity::hostileStampsDragNoClock()
{
    QFETCH(Hlc, hlc);
    Device author(schema, 1);
    author.exec(u"INSERT INTO t(id, a) VALUES (1, 'hostile')"_s);
    QByteArray bytes;
    Device device(schema, 2);
    QVERIFY(device.replica().applyChanges({batchOf(author, hlc, bytes)}));
    QCOMPARE(device.value(u"SELECT a FROM t"_s).toString(), u"hostile"_s);
    // Another row has a stamp of this device's own clock, also after a restart.
    device.exec(u"INSERT INTO t(id, a) VALUES (2, 'mine')"_s);
    QCOMPARE(hlcMs(latestOf(device)), device.wallMs);
    device.reopen();
    device.exec(u"UPDATE t SET a = 'mine again' WHERE id = 2"_s);
    QVERIFY(hlcMs(latestOf(device)) <= device.wallMs + 1);
    // The row itself can be written, and what the user wrote is not less than what he overwrote.
    device.exec(u"UPDATE t SET a = 'over it' WHERE id = 1"_s);
    QCOMPARE(device.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"over it"_s);
    QVERIFY(latestOf(device) > hlc);
    device.exec(u"DELETE FROM t WHERE id = 1"_s);
    device.exec(u"INSERT INTO t(id, a) VALUES (1, 'born again'), (3, 'after it')"_s);
    QCOMPARE(device.replica().pendingCount(), 3);
    QVERIFY(hlcMs(latestOf(device)) <= device.wallMs + 1);
    QVERIFY(device.digestHolds());
}

void TestIdentity::impossibleStampsAreRefused()
{
    Device author(schema, 1);
    author.exec(u"INSERT INTO t(id, a) VALUES (1, 'hostile')"_s);
    QByteArray bytes;
    Device device(schema, 2);
    for (const Hlc hlc : {std::numeric_limits<Hlc>::max(), std::numeric_limits<Hlc>::max() - 1}) {
        QVERIFY(!device.replica().applyChanges({batchOf(author, hlc, bytes)}));
        QCOMPARE(device.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
        device.exec(u"INSERT INTO t(id, a) VALUES (2, 'mine')"_s);
        QCOMPARE(hlcMs(latestOf(device)), device.wallMs);
        device.exec(u"DELETE FROM t"_s);
        device.wallMs += 1;
    }
}

/// A push goes unanswered, and then the clock leaps by a year: the later edit must not get, once the
/// clock is right again, the stamp under which the server may have taken the earlier one.
void TestIdentity::whatWasOfferedIsNotStampedAgain()
{
    Device author(schema, 1);
    author.exec(u"INSERT INTO t(id, a) VALUES (1, 'theirs')"_s);
    QByteArray bytes;
    Device device(schema, 2);
    // What came from a clock 50 s ahead leaves edits to count on from there.
    QVERIFY(device.replica().applyChanges({batchOf(author, makeHlc(device.wallMs + 50'000), bytes)}));
    device.exec(u"UPDATE t SET a = 'first' WHERE id = 1"_s);
    const Hlc offered = latestOf(device);
    QCOMPARE(offered, makeHlc(device.wallMs + 50'000) + 1);
    const auto push = device.replica().nextPush("home", 1, {});
    QVERIFY(device.replica().noteOffer(**push, device.wallMs));
    device.reopen();

    constexpr qint64 yearMs = 365LL * 86'400'000;
    device.wallMs += yearMs;
    device.exec(u"UPDATE t SET a = 'second' WHERE id = 1"_s);
    QVERIFY(hlcMs(latestOf(device)) >= device.wallMs);
    // One that no server takes does not hide the one before it.
    const auto refused = device.replica().nextPush("home", 1, {});
    QVERIFY(device.replica().noteOffer(**refused, device.wallMs - yearMs));
    QVERIFY(device.replica().setClockOffset(-yearMs));
    QCOMPARE(latestOf(device), offered + 1);
    QVERIFY(device.digestHolds());
}

/// A server was restored, and the clock is corrected while what it has lost is offered: others have written since.
void TestIdentity::whatIsOfferedAgainStaysAsOldAsItIs()
{
    Relay relay;
    Device early(schema, 1);
    Device late(schema, 2);
    early.exec(u"INSERT INTO t(id, a) VALUES (1, 'early')"_s);
    settle(relay, {&early, &late});
    late.wallMs += 3'600'000;
    late.exec(u"UPDATE t SET a = 'late'"_s);
    relay.sync(late);
    relay.forget();
    QVERIFY(early.replica().openSpace("home", Role::Editor, relay.epoch, 0));
    QCOMPARE(early.replica().pendingCount(), 1);
    early.exec(u"INSERT INTO t(id, a) VALUES (2, 'new')"_s); // is corrected, unlike the other
    QVERIFY(early.replica().setClockOffset(7'200'000));
    QVERIFY(hlcMs(latestOf(early)) >= early.wallMs + 7'000'000);
    settle(relay, {&early, &late, &early});
    QCOMPARE(early.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"late"_s);
    QCOMPARE(late.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"late"_s);
    QCOMPARE(late.value(u"SELECT a FROM t WHERE id = 2"_s).toString(), u"new"_s);
}

void TestIdentity::rowsOfASpaceNotGrantedWait()
{
    Relay relay;
    Device device(schema, 1);
    device.exec(u"INSERT INTO t(id, space, a) VALUES (1, 'home', 'x'), (2, 'team', 'y')"_s);
    settle(relay, {&device});
    QCOMPARE(device.replica().pendingCount(), 1);
    device.reopen();
    const auto outbox = device.replica().outbox();
    QCOMPARE(outbox->size(), 1);
    QCOMPARE(outbox->first().space, "team"_ba);
    for (const SpaceState &space : device.replica().spaces())
        QCOMPARE(space.role, space.name == "team" ? Role::None : Role::Editor);
    device.exec(u"UPDATE t SET a = 'edited' WHERE id = 2"_s);
    QVERIFY(device.replica().openSpace("team", Role::Editor, relay.epoch, 0));
    const auto push = device.replica().nextPush("team", 1, {});
    QVERIFY(push && push->has_value());
    RowRecord record;
    QVERIFY(decodeRecord((*push)->push.changes.first().record, record));
    QCOMPARE(record.cells.at(0).value.bytes.toByteArray(), "edited"_ba);
    QVERIFY(device.replica().settlePush(
        **push, {.space = "team", .number = 1, .previous = 0, .sequence = 1, .clockMs = device.wallMs, .verdicts = {}}));
    QCOMPARE(device.replica().pendingCount(), 0);
    QVERIFY(device.digestHolds());
}

void TestIdentity::wideTablesConverge()
{
    constexpr int columns = 1990;
    QByteArray wide = "CREATE TABLE wide(id INTEGER PRIMARY KEY";
    for (int i = 0; i < columns; ++i)
        wide += ",c" + QByteArray::number(i);
    wide += "); SELECT sheaf_sync('wide');";
    Relay relay;
    Device one(wide, 1);
    Device two(wide, 2);
    one.exec(u"INSERT INTO wide(id, c0, c1989) VALUES (1, 'first', 'last')"_s);
    settle(relay, {&one, &two});
    // The columns from the 63rd on are told apart too, also when one is written twice.
    QVERIFY(one.tryExec({u"UPDATE wide SET c1 = 'x', c1500 = 'x'"_s, u"UPDATE wide SET c1 = 'one', c1500 = 'one'"_s}));
    two.wallMs += 10;
    two.exec(u"UPDATE wide SET c2 = 'two', c1988 = 'two'"_s);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT c0 || c1 || c2 || c1500 || c1988 || c1989 FROM wide"_s).toString(), u"firstonetwoonetwolast"_s);
    QCOMPARE(*one.replica().digest("home"), *two.replica().digest("home"));
    QVERIFY(one.digestHolds());
}

QTEST_GUILESS_MAIN(TestIdentity)
#include "tst_identity.moc"
