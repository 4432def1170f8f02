// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"
#include "replica/store.h"
#include "sql/database.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Lives of one key that were begun in view of different forgotten deletes.
class TestJoinedBirths : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void birthsOfOneKeyUnite_data();
    void birthsOfOneKeyUnite();
    void whatIsOfferedTakesInWhatARestoredServerHas();
    void wordsOfAllLivesGoOn();
    void aLifeAboveOneThatTravelsIsALaterOne_data();
    void aLifeAboveOneThatTravelsIsALaterOne();
    void aLifeThatNeverLeftIsUnknown();
    void aBirthThatTravelsDoesNotGoDown();
    void aRefusedBirthGoesDown();
    void aBirthGoesOnInTheLifeThatTheServerTook_data();
    void aBirthGoesOnInTheLifeThatTheServerTook();

private:
    /// What the device pushes, before it is heard of.
    static PendingPush send(Device &device)
    {
        const auto push = device.replica().nextPush("home", device.replica().space("home").lastPush + 1, {});
        if (!push || !push->has_value() || !device.replica().noteOffer(**push, device.wallMs))
            qFatal("there is nothing to push");
        return **push;
    }
    void answer(Device &device, const PendingPush &push, const QList<Verdict> &verdicts = {})
    {
        const Sequence head = relay.head();
        QVERIFY(device.replica().settlePush(push, {"home", push.push.number, head, head, device.wallMs, verdicts}));
    }
    static constexpr char schema[] =
        "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '', labels TEXT);"
        "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\",\"labels\":\"set\"}}');";

    [[nodiscard]] static CausalLength lengthOf(Device &device)
    {
        const auto sites = Store::readSites(sqliteHandle(device.replica().database()));
        RowClock clock;
        const QByteArray bytes = device.value(u"SELECT clock FROM sheaf_rows WHERE pk = x'030131'"_s).toByteArray();
        return sites && decodeClock(bytes, *sites, clock) ? clock.length : 0;
    }
    [[nodiscard]] static QVariant titleIn(Device &device) { return device.value(u"SELECT title FROM notes WHERE id = '1'"_s); }
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
    /// Of the row that both have; what a server would say of it.
    Collected forgetADelete()
    {
        a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
        relay.sync(*a);
        relay.pull(*b);
        return relay.forgetDeletes(makeHlc(std::max(a->wallMs, b->wallMs) + 1, 0xffff));
    }

    Relay relay;
    std::unique_ptr<Device> a;
    std::unique_ptr<Device> b;
};

void TestJoinedBirths::init()
{
    relay = Relay();
    a = std::make_unique<Device>(schema, 1);
    b = std::make_unique<Device>(schema, 2);
    a->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('1', 'one', 'text', '[\"x\"]')"_s);
    verifyEqual();
}

void TestJoinedBirths::cleanup()
{
    a.reset();
    b.reset();
}

/// One device has heard of the longer deletes and the other has not: what both make is one row.
void TestJoinedBirths::birthsOfOneKeyUnite_data()
{
    QTest::addColumn<bool>("knowingFirst");
    QTest::newRow("the first has heard of a longer delete") << true;
    QTest::newRow("the second has") << false;
}

void TestJoinedBirths::birthsOfOneKeyUnite()
{
    QFETCH(bool, knowingFirst);
    const Collected told = forgetADelete();
    const Collected less{told.space, told.sequence, told.stamp, 0};
    QVERIFY(a->replica().forgetDeletes(knowingFirst ? told : less));
    QVERIFY(b->replica().forgetDeletes(knowingFirst ? less : told));
    a->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('1', 'of a', 'a', '[\"a\"]')"_s);
    relay.sync(*a);
    b->wallMs += 5'000;
    b->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('1', 'of b, later', 'b', '[\"b\"]')"_s);
    relay.sync(*b);
    relay.sync(*a); // whose text goes on as an edit
    verifyEqual();
    QCOMPARE(titleIn(*a), u"of b, later"_s);
    QCOMPARE(a->value(u"SELECT labels FROM notes WHERE id = '1'"_s), u"[\"a\",\"b\"]"_s);
    QCOMPARE(a->value(u"SELECT length(body) FROM notes WHERE id = '1'"_s), 2);
    QCOMPARE(lengthOf(*a), CausalLength(knowingFirst ? 5 : 1));
    QCOMPARE(b->replica().conflicts()->size(), 1);
}

/// One of two devices that have the row from before the restore joins it with what was made after it.
void TestJoinedBirths::wordsOfAllLivesGoOn()
{
    const Collected told = forgetADelete();
    for (Device *device : {a.get(), b.get()})
        QVERIFY(device->replica().forgetDeletes(told));
    a->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'of a', 'before; ')"_s);
    verifyEqual();
    b->exec(u"UPDATE notes SET body = body || 'by b; '"_s);
    relay.sync(*b);
    relay.forget();
    Device c(schema, 3);
    c.wallMs = a->wallMs - 1000; // so that the row goes on under the birth that b knows
    c.exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'of c', 'after; ')"_s);
    relay.sync(c);
    c.exec(u"UPDATE notes SET body = body || 'by c; '"_s);
    relay.sync(c);
    relay.sync(*a);
    QCOMPARE(lengthOf(*a), CausalLength(7));
    relay.sync(c);
    verifyEqual();
    relay.sync(c);
    const QString body = c.value(u"SELECT body FROM notes"_s).toString();
    for (const QString &word : {u"before; "_s, u"by b; "_s, u"after; "_s, u"by c; "_s})
        QVERIFY2(body.count(word) == 1, qPrintable(word + u"in "_s + body));
    QCOMPARE(*a->replica().visibleDigest("home"), *c.replica().visibleDigest("home"));
}

/// A row from before the restore meets one that was made after it. A delete that a third has kept reaches
/// neither.
void TestJoinedBirths::whatIsOfferedTakesInWhatARestoredServerHas()
{
    const Collected told = forgetADelete();
    QVERIFY(a->replica().forgetDeletes(told));
    a->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of a', '[\"a\"]')"_s);
    relay.sync(*a);
    QCOMPARE(lengthOf(*a), CausalLength(5));
    relay.forget();
    Device c(schema, 3);
    c.wallMs = a->wallMs + 1000;
    c.exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of c, later', '[\"c\"]')"_s);
    relay.sync(c);
    relay.sync(*a);
    QCOMPARE(lengthOf(*a), CausalLength(7));
    verifyEqual();
    relay.sync(c);
    for (Device *device : {a.get(), b.get(), &c}) {
        QCOMPARE(device->value(u"SELECT title FROM notes WHERE id = '1'"_s), u"of c, later"_s);
        QCOMPARE(device->value(u"SELECT labels FROM notes WHERE id = '1'"_s), u"[\"a\",\"c\"]"_s);
    }
}

void TestJoinedBirths::aLifeAboveOneThatTravelsIsALaterOne_data()
{
    QTest::addColumn<bool>("isDeletePushed");
    QTest::addColumn<bool>("isAnswered");
    QTest::newRow("the delete, answered") << true << true;
    QTest::newRow("the delete, its answer lost") << true << false;
    QTest::newRow("the birth, answered") << false << true;
    QTest::newRow("the birth, its answer lost") << false << false;
}

/// A delete travels, or what it deletes does, and the key is used again before an answer comes. A birth by somebody else must not
/// draw that life below the delete.
void TestJoinedBirths::aLifeAboveOneThatTravelsIsALaterOne()
{
    QFETCH(bool, isDeletePushed);
    QFETCH(bool, isAnswered);
    const Collected told = forgetADelete();
    for (Device *device : {a.get(), b.get()})
        QVERIFY(device->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    b->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'first', 'first')"_s);
    std::optional<PendingPush> push;
    if (!isDeletePushed)
        push = send(*b);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    if (isDeletePushed)
        push = send(*b);
    b->reopen();
    b->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'again', 'words')"_s);
    QCOMPARE(lengthOf(*b), CausalLength(3));
    a->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'of a', 'a')"_s);
    relay.sync(*a);
    relay.pull(*b);
    relay.take(push->push);
    if (isAnswered)
        answer(*b, *push);
    verifyEqual();
    for (Device *device : {a.get(), b.get()}) {
        QCOMPARE(titleIn(*device), u"again"_s);
        QCOMPARE(device->value(u"SELECT body FROM notes WHERE id = '1'"_s), u"words"_s);
    }
}

/// Nobody can know of it, so what somebody else has made is not of an earlier life.
void TestJoinedBirths::aLifeThatNeverLeftIsUnknown()
{
    const Collected told = forgetADelete();
    QVERIFY(a->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    QVERIFY(b->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    b->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'first', '[\"first\"]')"_s);
    b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    QVERIFY(b->replica().forgetDeletes({told.space, told.sequence, told.stamp, 6}));
    b->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of b', '[\"b\"]')"_s);
    QCOMPARE(lengthOf(*b), CausalLength(9)); // above the forgotten ones, too
    a->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of a', '[\"a\"]')"_s);
    relay.sync(*a);
    verifyEqual();
    QCOMPARE(lengthOf(*a), CausalLength(1));
    QCOMPARE(a->value(u"SELECT labels FROM notes WHERE id = '1'"_s), u"[\"a\",\"b\"]"_s);
}

/// The row that a birth meets while it travels may have died where the birth comes: what is typed meanwhile is of the birth.
void TestJoinedBirths::aBirthThatTravelsDoesNotGoDown()
{
    const Collected told = forgetADelete();
    QVERIFY(a->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    QVERIFY(b->replica().forgetDeletes(told));
    b->exec(u"INSERT INTO notes(id, title, body) VALUES ('1', 'of b', 'b')"_s);
    const PendingPush push = send(*b);
    a->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'of a')"_s);
    relay.sync(*a);
    relay.pull(*b);
    QCOMPARE(lengthOf(*b), CausalLength(5));
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*a);
    relay.take(push.push);
    b->exec(u"UPDATE notes SET body = body || ' and more', labels = '[\"more\"]' WHERE id = '1'"_s);
    verifyEqual(); // the answer was lost
    QCOMPARE(titleIn(*a), u"of b"_s);
    QCOMPARE(a->value(u"SELECT body || labels FROM notes WHERE id = '1'"_s), u"b and more[\"more\"]"_s);
}

/// Then it is known that the server has not taken it.
void TestJoinedBirths::aRefusedBirthGoesDown()
{
    const Collected told = forgetADelete();
    QVERIFY(a->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    QVERIFY(b->replica().forgetDeletes(told));
    b->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of b', '[\"b\"]')"_s);
    const PendingPush push = send(*b);
    a->exec(u"INSERT INTO notes(id, title, labels) VALUES ('1', 'of a', '[\"a\"]')"_s);
    relay.sync(*a);
    relay.pull(*b);
    QCOMPARE(lengthOf(*b), CausalLength(5));
    QCOMPARE(b->replica().conflicts()->size(), 0); // they have not met
    answer(*b, push, {{0, u"born_apart"_s, {}}});
    relay.pull(*b);
    QCOMPARE(lengthOf(*b), CausalLength(1));
    verifyEqual();
    QCOMPARE(b->replica().conflicts()->size(), 1);
    QCOMPARE(a->value(u"SELECT labels FROM notes WHERE id = '1'"_s), u"[\"a\",\"b\"]"_s);
}

void TestJoinedBirths::aBirthGoesOnInTheLifeThatTheServerTook_data()
{
    QTest::addColumn<bool>("deleted");
    QTest::newRow("alive") << false;
    QTest::newRow("deleted meanwhile") << true;
}

/// More of a refused birth travels while it joins the life that stood in its way; but the server had seen the end of that one
/// before the rest came.
void TestJoinedBirths::aBirthGoesOnInTheLifeThatTheServerTook()
{
    QFETCH(bool, deleted);
    const Collected told = forgetADelete();
    QVERIFY(a->replica().forgetDeletes({told.space, told.sequence, told.stamp, 0}));
    QVERIFY(b->replica().forgetDeletes(told));
    b->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'of b')"_s);
    const auto travels = b->replica().nextPush("home", b->replica().space("home").lastPush, {});
    QVERIFY(travels && travels->has_value());
    a->exec(u"INSERT INTO notes(id, title) VALUES ('1', 'of a')"_s);
    relay.sync(*a);
    relay.pull(*b);
    QCOMPARE(lengthOf(*b), CausalLength(1));
    if (deleted)
        b->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    relay.sync(*a);
    relay.take((*travels)->push);
    relay.pull(*a);
    QCOMPARE(titleIn(*a), u"of b"_s);
    const Sequence head = relay.head();
    QVERIFY(b->replica().settlePush(**travels, {"home", b->replica().space("home").lastPush, head, head, b->wallMs, {}}));
    QCOMPARE(lengthOf(*b), CausalLength(deleted ? 6 : 5));
    verifyEqual();
    QCOMPARE(titleIn(*a), deleted ? QVariant() : u"of b"_s);
}

QTEST_GUILESS_MAIN(TestJoinedBirths)
#include "tst_joinedbirths.moc"
