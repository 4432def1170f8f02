// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "textbench.h"

#include <QFile>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::TextBench;
using namespace Qt::StringLiterals;

namespace {

constexpr char registers[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT); SELECT sheaf_sync('notes');";
constexpr char makeText[] = "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');";

void upgrade(Device &device)
{
    device.setSchema({registers, makeText});
    device.reopen();
}

} // namespace

/// Texts where schemas, servers, clocks and the replica itself become others.
class TestTextIdentity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void registersOfTwoDevicesBecomeTexts();
    void registersThatWaitBecomeTexts();
    void olderSchemasForwardTexts();
    void aLostAckAndACorrectedClockDoubleNothing();
    void aNewSiteGoesOn();
    void anEchoIsRememberedUnderANewSite();
    void aStampThatNobodyKnowsIsToldUnderANewSite();
    void aRestoredFileGoesOn();
    void anotherServerIsOfferedTexts();
};

void TestTextIdentity::registersOfTwoDevicesBecomeTexts()
{
    Relay relay;
    Device one(registers, 1);
    Device two(registers, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'the text of both'), (2, 't', NULL)"_s);
    settle(relay, {&one, &two});
    upgrade(one);
    upgrade(two);
    QCOMPARE(one.replica().pendingCount(), 0);
    one.exec(u"UPDATE notes SET body = 'one: the text of both' WHERE id = 1"_s);
    two.exec(u"UPDATE notes SET body = 'the text of both, two' WHERE id = 1"_s);
    one.exec(u"UPDATE notes SET body = 'one' WHERE id = 2"_s);
    two.exec(u"UPDATE notes SET body = 'two' WHERE id = 2"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"one: the text of both, two"_s);
    QVERIFY(body(one, 2) == u"onetwo"_s || body(one, 2) == u"twoone"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextIdentity::registersThatWaitBecomeTexts()
{
    Relay relay;
    Device one(registers, 1);
    Device two(registers, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = 'base of one'"_s); // not pushed when the type changes
    one.exec(u"INSERT INTO notes VALUES (2, 't', 'new')"_s);
    upgrade(one);
    append(one, u" edited"_s);
    append(one, u" edited"_s, 2);
    settle(relay, {&one, &two});
    // The older device shows its register, and forwards what it does not understand.
    QCOMPARE(body(two), u"base of one"_s);
    upgrade(two);
    QCOMPARE(body(two), u"base of one edited"_s);
    QCOMPARE(body(two, 2), u"new edited"_s);
    append(two, u" by two"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"base of one edited by two"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextIdentity::olderSchemasForwardTexts()
{
    constexpr char small[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT); SELECT sheaf_sync('notes');";
    Relay relay;
    Device one(schema, 1);
    Device old(small, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    append(one, u" edited"_s);
    settle(relay, {&one, &old});
    append(one, u" again"_s);
    settle(relay, {&one, &old});
    relay.forget(); // the older device alone tells the new server
    relay.sync(old);
    Device three(schema, 3);
    settle(relay, {&old, &three});
    QCOMPARE(body(three), u"base edited again"_s);
    old.setSchema({small, "ALTER TABLE notes ADD COLUMN body TEXT; " + QByteArray(makeText)});
    old.reopen();
    QCOMPARE(body(old), u"base edited again"_s);
    append(old, u" and now here"_s);
    settle(relay, {&old, &three, &one});
    VERIFY_EQUAL({&old, &three, &one});
    QCOMPARE(body(one), u"base edited again and now here"_s);
}

void TestTextIdentity::aLostAckAndACorrectedClockDoubleNothing()
{
    for (const qint64 offset : {-100'000LL, 100'000LL}) {
        Relay relay;
        Device one(schema, 1);
        Device two(schema, 2);
        one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
        append(one, u" one"_s);
        one.exec(u"INSERT INTO notes VALUES (2, 't', 'seed')"_s);
        relay.losesAcks = true;
        relay.push(one);
        relay.losesAcks = false;
        relay.pull(two);
        append(two, u" two"_s);
        append(two, u" two"_s, 2);
        append(one, u" more"_s);
        QVERIFY(one.replica().setClockOffset(offset));
        settle(relay, {&two, &one});
        VERIFY_EQUAL({&one, &two});
        for (const QString &word : {u"base"_s, u"one"_s, u"two"_s, u"more"_s})
            QCOMPARE(body(one).count(word), 1);
        QCOMPARE(body(one, 2), u"seed two"_s);
    }
}

void TestTextIdentity::aNewSiteGoesOn()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base'), (2, 't', 'other')"_s);
    append(one, u" acked"_s);
    settle(relay, {&one, &two});
    append(one, u" waits"_s);
    append(one, u" first"_s, 2);
    QVERIFY(one.replica().renewSite());
    append(one, u" more"_s);
    QVERIFY(one.digestHolds());
    settle(relay, {&one, &two});
    VERIFY_EQUAL({&one, &two});
    QCOMPARE(body(two), u"base acked waits more"_s);
    QCOMPARE(body(two, 2), u"other first"_s);
}

/// The server has an edit whose ack was lost, as catching up tells; the entry under the old name stays.
void TestTextIdentity::anEchoIsRememberedUnderANewSite()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    append(one, u" acked"_s);
    settle(relay, {&one, &two});
    one.wallMs += 1000;
    append(one, u" echoed"_s);
    relay.losesAcks = true;
    relay.push(one);
    relay.losesAcks = false;
    relay.pull(one);
    QVERIFY(one.replica().renewSite());
    relay.push(one);
    relay.pull(two);
    VERIFY_EQUAL({&one, &two});
    QCOMPARE(body(two), u"base acked echoed"_s);
}

/// The ack comes when the edit was stamped anew already: its bytes are there, its stamp is not, and then the name is another one.
void TestTextIdentity::aStampThatNobodyKnowsIsToldUnderANewSite()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    append(one, u" acked"_s);
    settle(relay, {&one, &two});
    one.wallMs += 1000;
    append(one, u" late"_s);
    const auto pushed = one.replica().nextPush("home", 3, {});
    QVERIFY(pushed && pushed->has_value());
    relay.losesAcks = true;
    relay.push(one);
    relay.losesAcks = false;
    QVERIFY(one.replica().setClockOffset(100'000));
    QVERIFY(one.replica().settlePush(**pushed, {.space = "home",
                                                .number = 3,
                                                .previous = relay.head() - 1,
                                                .sequence = relay.head(),
                                                .clockMs = one.wallMs + 100'000,
                                                .verdicts = {}}));
    QVERIFY(one.replica().renewSite());
    settle(relay, {&one, &two});
    VERIFY_EQUAL({&one, &two});
    QCOMPARE(body(two), u"base acked late"_s);
}

void TestTextIdentity::aRestoredFileGoesOn()
{
    Relay relay;
    Device one(schema, 1);
    Device copy(schema, 3);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    append(one, u" waits"_s);
    one.close();
    copy.close();
    QVERIFY(QFile::remove(copy.path()) && QFile::copy(one.path(), copy.path()));
    QFile::remove(copy.path() + u"-wal"_s);
    one.reopen();
    copy.reopen();
    QVERIFY(copy.replica().renewSite());
    append(one, u" original"_s);
    append(copy, u" copy"_s);
    settle(relay, {&one, &two, &copy});
    VERIFY_EQUAL({&one, &two, &copy});
    for (const QString &word : {u"base"_s, u"waits"_s, u"original"_s, u"copy"_s})
        QCOMPARE(body(two).count(word), 1);
}

void TestTextIdentity::anotherServerIsOfferedTexts()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base'), (2, 't', 'plain')"_s);
    append(one, u" one"_s);
    settle(relay, {&one, &two});
    append(two, u" two"_s);
    settle(relay, {&one, &two});
    relay.forget();
    append(one, u" waits"_s);
    relay.sync(one);
    Device fresh(schema, 4);
    settle(relay, {&fresh, &two, &one});
    VERIFY_EQUAL({&one, &two, &fresh});
    QCOMPARE(body(fresh), u"base one two waits"_s);
    QCOMPARE(body(fresh, 2), u"plain"_s);
}

QTEST_GUILESS_MAIN(TestTextIdentity)
#include "tst_textidentity.moc"
