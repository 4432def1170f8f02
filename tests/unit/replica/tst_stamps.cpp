// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); SELECT sheaf_sync('t');";

void settle(Relay &relay, QList<Device *> devices)
{
    for (int round = 0; round < 4; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

/// Of the change at that place of what waits.
Hlc newestWaiting(Device &device, qsizetype place)
{
    const auto push = device.replica().nextPush("home", 1, {});
    RowRecord record;
    if (!push || !push->has_value() || !decodeRecord((*push)->push.changes.at(place).record, record))
        qFatal("nothing waits there");
    return latestStamp(record);
}

/// Refuses the first `count` changes of a push.
Ack aheadAck(qint64 serverMs, quint32 count = 1)
{
    QList<Verdict> verdicts;
    for (quint32 i = 0; i < count; ++i)
        verdicts.append({i, u"clock_ahead"_s, {}});
    return {.space = "home", .number = 1, .previous = 0, .sequence = 0, .clockMs = serverMs, .verdicts = verdicts};
}

} // namespace

/// Clocks that are wrong, and what becomes of the stamps that they gave.
class TestStamps : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void clockOffsetCorrectsWaitingStamps();
    void stampsAheadOfTheServerAreRenewed();
    void stampsAheadInACopyAreRenewed();
    void whatOverwritesAStampThatIsAheadStaysLater();
    void noStampIsGivenTwice();
    void editsOutrunAnAckOfLaterStamps();
    void editsOutrunTheEchoOfAnUnacknowledgedPush();
};

void TestStamps::clockOffsetCorrectsWaitingStamps()
{
    constexpr qint64 year = 365LL * 86'400'000;
    for (const qint64 skew : {year, -year}) {
        Relay relay;
        Device wrong(schema, 1);
        Device right(schema, 2);
        right.exec(u"INSERT INTO t(id) VALUES (1)"_s);
        settle(relay, {&right, &wrong});
        wrong.wallMs += skew;
        wrong.exec(u"UPDATE t SET a = 'wrong clock'"_s);
        wrong.exec(u"INSERT INTO t(id, a) VALUES (2, 'x')"_s);
        QVERIFY(wrong.replica().setClockOffset(-skew));
        QVERIFY(wrong.digestHolds());
        const auto push = wrong.replica().nextPush("home", 1, {});
        for (const Change &change : (*push)->push.changes) {
            RowRecord record;
            QVERIFY(decodeRecord(change.record, record));
            for (const Cell &cell : record.cells)
                QVERIFY(std::abs(hlcMs(cell.stamp.hlc) - right.wallMs) < 1000);
        }
        settle(relay, {&wrong, &right});
        QCOMPARE(right.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"wrong clock"_s);
        right.wallMs += 5;
        right.exec(u"UPDATE t SET a = 'newer'"_s);
        settle(relay, {&right, &wrong});
        QCOMPARE(wrong.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"newer"_s);
    }
}

void TestStamps::stampsAheadOfTheServerAreRenewed()
{
    Device one(schema);
    one.exec(u"INSERT INTO t(id) VALUES (1)"_s);
    const auto push = one.replica().nextPush("home", 1, {});
    const qint64 serverMs = one.wallMs - 3'600'000;
    QVERIFY(one.replica().settlePush(**push, aheadAck(serverMs)));
    QCOMPARE(one.replica().pendingCount(), 1);
    QVERIFY(hlcMs(newestWaiting(one, 0)) <= serverMs + 1);
    QVERIFY(one.digestHolds());
}

/// A copy's clock is right, and has never given the stamps that wait in the file.
void TestStamps::stampsAheadInACopyAreRenewed()
{
    constexpr qint64 year = 365LL * 86'400'000;
    Device copy(schema);
    copy.wallMs += year;
    copy.exec(u"INSERT INTO t(id, a) VALUES (1, 'by the original')"_s);
    copy.wallMs -= year;
    QVERIFY(copy.replica().renewSite());
    copy.wallMs += 1'000;
    const auto push = copy.replica().nextPush("home", 1, {});
    QVERIFY(copy.replica().settlePush(**push, aheadAck(copy.wallMs)));
    QVERIFY(newestWaiting(copy, 0) <= makeHlc(copy.wallMs, 0xffff));
    QVERIFY(copy.digestHolds());
}

/// It must not lose to what its author had before him, and waits alone.
void TestStamps::whatOverwritesAStampThatIsAheadStaysLater()
{
    constexpr qint64 year = 365LL * 86'400'000;
    Relay relay;
    Device wrong(schema, 1);
    Device right(schema, 2);
    wrong.wallMs += year;
    wrong.exec(u"INSERT INTO t(id, a) VALUES (1, 'from next year')"_s);
    settle(relay, {&wrong, &right});
    right.exec(u"INSERT INTO t(id, a) VALUES (2, 'today')"_s);
    right.exec(u"UPDATE t SET a = 'over it' WHERE id = 1"_s);
    const Hlc over = newestWaiting(right, 1);
    const auto push = right.replica().nextPush("home", 1, {});
    QVERIFY(right.replica().settlePush(**push, aheadAck(right.wallMs, 2)));
    QCOMPARE(newestWaiting(right, 1), over);
    QVERIFY(newestWaiting(right, 0) <= makeHlc(right.wallMs + 1'000));
    settle(relay, {&right, &wrong});
    QCOMPARE(wrong.value(u"SELECT a FROM t WHERE id = 1"_s).toString(), u"over it"_s);
    QVERIFY(right.digestHolds());
}

/// The clock does not follow what is far ahead of it; then a refused edit and the next one overwrite the same stamp.
void TestStamps::noStampIsGivenTwice()
{
    constexpr qint64 year = 365LL * 86'400'000;
    Relay relay;
    Device right(schema, 1);
    Device behind(schema, 2);
    right.exec(u"INSERT INTO t(id, a) VALUES (1, 'there')"_s);
    behind.wallMs -= year;
    settle(relay, {&right, &behind});
    behind.exec(u"UPDATE t SET a = 'refused'"_s);
    const auto push = behind.replica().nextPush("home", 1, {});
    QVERIFY(behind.replica().noteOffer(**push, right.wallMs));
    const Hlc first = newestWaiting(behind, 0);
    Ack ack = aheadAck(right.wallMs);
    ack.verdicts[0].code = u"no_permission"_s;
    QVERIFY(behind.replica().settlePush(**push, ack));
    QCOMPARE(behind.replica().pendingCount(), 0);
    relay.pull(behind);
    behind.exec(u"UPDATE t SET a = 'another value'"_s);
    QVERIFY(newestWaiting(behind, 0) > first);
}

/// The clock is set back while a push travels; the server takes the push with its later stamps.
void TestStamps::editsOutrunAnAckOfLaterStamps()
{
    Device one(schema);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'first')"_s);
    const auto push = one.replica().nextPush("home", 1, {});
    RowRecord pushed;
    QVERIFY(decodeRecord((*push)->push.changes[0].record, pushed));
    QVERIFY(one.replica().setClockOffset(-30'000));
    one.exec(u"UPDATE t SET a = 'second'"_s);
    QVERIFY(one.replica().settlePush(**push,
                                     {.space = "home", .number = 1, .previous = 0, .sequence = 1, .clockMs = 0, .verdicts = {}}));
    RowRecord again;
    const auto next = one.replica().nextPush("home", 2, {});
    QVERIFY(decodeRecord((*next)->push.changes[0].record, again));
    QVERIFY(again.cells.front().stamp > pushed.cells.front().stamp);
    QCOMPARE(again.cells.front().value.bytes.toByteArray(), "second"_ba);
    QVERIFY(one.digestHolds());
}

/// As above, but the connection is lost before the ack: the push comes back as somebody's change.
void TestStamps::editsOutrunTheEchoOfAnUnacknowledgedPush()
{
    Device one(schema);
    one.exec(u"INSERT INTO t(id, a, b) VALUES (1, 'first', 'kept')"_s);
    const auto push = one.replica().nextPush("home", 1, {});
    QVERIFY(one.replica().setClockOffset(-30'000));
    one.exec(u"UPDATE t SET a = 'second'"_s);
    const Changes echo{.space = "home",
                       .previous = 0,
                       .sequence = 1,
                       .head = 1,
                       .more = false,
                       .tables = (*push)->push.tables,
                       .changes = (*push)->push.changes};
    QVERIFY(one.replica().applyChanges({echo}));
    QCOMPARE(one.value(u"SELECT a || ' ' || b FROM t"_s).toString(), u"second kept"_s);
    QCOMPARE(one.replica().pendingCount(), 1);
    RowRecord pushed;
    RowRecord again;
    const auto next = one.replica().nextPush("home", 2, {});
    QVERIFY(decodeRecord((*push)->push.changes[0].record, pushed));
    QVERIFY(decodeRecord((*next)->push.changes[0].record, again));
    QVERIFY(again.cells.front().stamp > pushed.cells.front().stamp);
    QVERIFY(one.digestHolds());
}

QTEST_GUILESS_MAIN(TestStamps)
#include "tst_stamps.moc"
