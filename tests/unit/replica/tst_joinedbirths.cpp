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
    void aBirthGoesOnInTheLifeThatTheServerTook_data();
    void aBirthGoesOnInTheLifeThatTheServerTook();

private:
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

void TestJoinedBirths::aBirthGoesOnInTheLifeThatTheServerTook_data()
{
    QTest::addColumn<bool>("deleted");
    QTest::newRow("alive") << false;
    QTest::newRow("deleted meanwhile") << true;
}

/// A birth joins a life of which it hears while it travels; but the server had seen the end of that one before the birth came.
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
