// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dispute.h"
#include "support/tampering.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] =
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, name); SELECT sheaf_sync('lists');"
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c DEFAULT 'none', list INTEGER REFERENCES lists(id) ON DELETE CASCADE);"
    "SELECT sheaf_sync('t');"
    "CREATE TABLE strict(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('strict', '{\"deletes\":\"delete_wins\"}');"
    "CREATE TABLE notes(id INTEGER PRIMARY KEY, title, body TEXT NOT NULL DEFAULT '');"
    "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');"
    "CREATE TABLE tallies(id INTEGER PRIMARY KEY, votes NOT NULL DEFAULT 0, labels NOT NULL DEFAULT '[]',"
    " props NOT NULL DEFAULT '{}', best);"
    "SELECT sheaf_sync('tallies', "
    "'{\"columns\":{\"votes\":\"counter\",\"labels\":\"set\",\"props\":\"map\",\"best\":\"max\"}}');";

} // namespace

class TestRejections : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void editsGoBackAndCanBeRetried();
    void whatWasEditedSinceIsNotRefused();
    void whatWasWrittenAgainIsNotRefused();
    void birthsGoBackAndCanBeRetried();
    void deletesGoBackAndCanBeRetried();
    void textsGoBackAndCanBeRetried();
    void typingAfterARefusalIsNotLost();
    void aRetriedTextKeepsWhatOthersWrote();
    void aTextThatHadBeenTakenIsNotWrittenAgain();
    void aRetriedBirthKeepsWhatOthersWrote();
    void editsOfPartsGoBackAndAreMadeAgain();
    void aPushThatSaysNothingCannotBeRefused();
    void columnsOfWhichTheServerHasNothingShowTheirDefault();
    void aRefusedParentTakesNoChildAlong();
    void aRetryBringsADeletedRowBackOrSaysThatItIsGone();
    void everySeventhChangeIsRefused();
    void theListSurvivesARestart();
    void olderListsAreRead();
    void discardedOnesAreForgotten();
};

void TestRejections::editsGoBackAndCanBeRetried()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a, b) VALUES (1, 'theirs', 'kept')"_s);
    settle(relay, {&one, &two});
    QList<RejectedChange> told;
    one.replica().setRejectedObserver([&told](const RejectedChange &change) { told.append(change); });
    one.exec(u"UPDATE t SET a = 'mine'"_s);
    refuse(relay, one);
    QCOMPARE(one.replica().pendingCount(), 0);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told[0].code, u"no_permission"_s);
    QCOMPARE(told[0].reason, u"The test refuses it."_s);
    QCOMPARE(told[0].kind, RejectedChange::Kind::Edit);
    QCOMPARE(told[0].values, (QList<NamedValue>{{"a", u"mine"_s}}));
    QCOMPARE(told[0].atMs, one.wallMs);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT a || b FROM t"_s).toString(), u"theirskept"_s);
    QVERIFY(equal(one, two));

    two.exec(u"UPDATE t SET a = 'later'"_s);
    settle(relay, {&two, &one});
    QVERIFY(one.replica().retryRejected(told[0].number));
    QCOMPARE(one.replica().pendingCount(), 1);
    QVERIFY(rejected(one).isEmpty());
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || b FROM t"_s).toString(), u"minekept"_s);
    QVERIFY(equal(one, two));
    QCOMPARE(one.replica().retryRejected(told[0].number).error().code, u"no_entry"_s);
}

/// A refusal speaks of what was pushed: another column goes its own way.
void TestRejections::whatWasEditedSinceIsNotRefused()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a, b) VALUES (1, 'x', 'y')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'refused'"_s);
    const auto push = one.replica().nextPush("home", 99, {});
    one.exec(u"UPDATE t SET b = 'since'"_s);
    QVERIFY(one.replica().settlePush(**push, {.space = "home",
                                              .number = 0,
                                              .previous = 0,
                                              .sequence = 0,
                                              .clockMs = one.wallMs,
                                              .verdicts = {{0, u"invalid"_s, {}}}}));
    QCOMPARE(one.replica().outbox()->first().columns, QList<QByteArray>{"b"_ba});
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || b FROM t"_s).toString(), u"xsince"_s);
    QCOMPARE(rejected(one).first().values, (QList<NamedValue>{{"a", u"refused"_s}}));
    QVERIFY(equal(one, two));
}

void TestRejections::whatWasWrittenAgainIsNotRefused()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'refused'"_s);
    const auto push = one.replica().nextPush("home", 99, {});
    one.exec(u"UPDATE t SET a = 'good'"_s);
    QVERIFY(one.replica().settlePush(**push, {.space = "home",
                                              .number = 0,
                                              .previous = 0,
                                              .sequence = 0,
                                              .clockMs = one.wallMs,
                                              .verdicts = {{0, u"invalid"_s, {}}}}));
    QVERIFY(rejected(one).isEmpty());
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a FROM t"_s).toString(), u"good"_s);
}

void TestRejections::birthsGoBackAndCanBeRetried()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a, b) VALUES (1, 'x', NULL)"_s);
    refuse(relay, one);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    const RejectedChange change = rejected(one).first();
    QCOMPARE(change.kind, RejectedChange::Kind::Birth);
    QVERIFY(change.values.contains({"a", u"x"_s}));
    QVERIFY(change.values.contains({"b", QVariant()}));
    QVERIFY(equal(one, two));
    QVERIFY(one.replica().retryRejected(change.number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || ifnull(b, '-') || c FROM t"_s).toString(), u"x-none"_s);
    QVERIFY(equal(one, two));
}

void TestRejections::deletesGoBackAndCanBeRetried()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM t"_s);
    refuse(relay, one);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT a FROM t"_s).toString(), u"x"_s);
    QCOMPARE(rejected(one).first().kind, RejectedChange::Kind::Delete);
    QVERIFY(rejected(one).first().values.isEmpty());
    QVERIFY(equal(one, two));
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM t"_s).toInt(), 0);
    QVERIFY(equal(one, two));
}

void TestRejections::textsGoBackAndCanBeRetried()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    one.exec(u"UPDATE notes SET body = body || ' one'"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' refused', title = 'mine'"_s);
    refuse(relay, one);
    // No word from the server is needed for the text.
    QCOMPARE(one.value(u"SELECT body FROM notes"_s).toString(), u"base one"_s);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT title || body FROM notes"_s).toString(), u"tbase one"_s);
    QVERIFY(equal(one, two));
    const RejectedChange change = rejected(one).first();
    QCOMPARE(change.values, (QList<NamedValue>{{"title", u"mine"_s}, {"body", u"base one refused"_s}}));
    QVERIFY(one.replica().retryRejected(change.number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT title || body FROM notes"_s).toString(), u"minebase one refused"_s);
    QVERIFY(equal(one, two));
}

/// What was taken back must not share its places with what is written afterwards.
void TestRejections::typingAfterARefusalIsNotLost()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' refused'"_s);
    refuse(relay, one);
    one.exec(u"UPDATE notes SET body = body || ' typed'"_s);
    settle(relay, {&one, &two});
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    settle(relay, {&one, &two});
    const QString body = two.value(u"SELECT body FROM notes"_s).toString();
    QVERIFY2(body.count(u" refused"_s) == 1 && body.count(u" typed"_s) == 1, qPrintable(body));
    QVERIFY(equal(one, two));
}

void TestRejections::aRetriedTextKeepsWhatOthersWrote()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' refused'"_s);
    refuse(relay, one);
    two.exec(u"UPDATE notes SET body = 'theirs ' || body"_s);
    settle(relay, {&two, &one});
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT body FROM notes"_s).toString(), u"theirs base refused"_s);
    QVERIFY(equal(one, two));
}

/// The answer to a push got lost, and when it is repeated this device may write no more; but the words have come back meanwhile.
void TestRejections::aTextThatHadBeenTakenIsNotWrittenAgain()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' taken'"_s);
    relay.losesAcks = true;
    relay.push(one);
    relay.losesAcks = false;
    one.reopen();
    const auto again = one.replica().nextPush("home", 9, {}).value();
    QVERIFY(again.has_value());
    relay.pull(one);
    const Ack ack{.space = "home",
                  .number = 9,
                  .previous = relay.head(),
                  .sequence = relay.head(),
                  .clockMs = one.wallMs,
                  .verdicts = {{0, u"no_permission"_s, {}}}};
    QVERIFY(one.replica().settlePush(*again, ack));
    QVERIFY(rejected(one).isEmpty());
    QCOMPARE(one.replica().pendingCount(), 0);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT body FROM notes"_s).toString(), u"base taken"_s);
    QVERIFY(equal(one, two));
}

/// Both have made the row; the one that was refused comes later, and has no word of the other's.
void TestRejections::aRetriedBirthKeepsWhatOthersWrote()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    one.exec(u"UPDATE notes SET body = body || ' refused'"_s);
    refuse(relay, one);
    two.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    two.exec(u"UPDATE notes SET body = body || ' theirs'"_s);
    settle(relay, {&two, &one});
    one.exec(u"UPDATE notes SET body = body || ' typed'"_s);
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    settle(relay, {&one, &two});
    const QString body = two.value(u"SELECT body FROM notes"_s).toString();
    for (const QString &word : {u"base"_s, u" refused"_s, u" theirs"_s, u" typed"_s})
        QVERIFY2(body.count(word) == 1, qPrintable(body));
    QVERIFY(equal(one, two));
}

/// An increment is one again, whatever others have added; an element is put into the set that there is.
void TestRejections::editsOfPartsGoBackAndAreMadeAgain()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    const auto add = [](Device &device, int votes, const QString &label) {
        device.exec(u"UPDATE tallies SET votes = votes + ?, labels = json_insert(labels, '$[#]', ?),"
                    " props = json_set(props, '$.' || ?, 1), best = ?"_s,
                    {votes, label, label, votes});
    };
    one.exec(u"INSERT INTO tallies(id) VALUES (1)"_s);
    settle(relay, {&one, &two});
    add(one, 5, u"taken"_s);
    settle(relay, {&one, &two});
    add(one, 30, u"refused"_s);
    refuse(relay, one);
    const QString shown = u"SELECT votes || labels || props || best FROM tallies"_s;
    QCOMPARE(one.value(u"SELECT votes || '/' || best FROM tallies"_s).toString(), u"5/5"_s);
    QCOMPARE(one.replica().pendingCount(), 0);
    one.exec(u"UPDATE tallies SET votes = votes + 100"_s);
    add(two, 1000, u"theirs"_s);
    settle(relay, {&two, &one, &two});
    QCOMPARE(two.value(u"SELECT votes FROM tallies"_s).toInt(), 1105);
    QVERIFY(!two.value(shown).toString().contains(u"refused"_s));
    QVERIFY(equal(one, two));

    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT votes || '/' || best FROM tallies"_s).toString(), u"1135/1000"_s);
    for (const QString &label : {u"taken"_s, u"refused"_s, u"theirs"_s})
        QCOMPARE(two.value(shown).toString().count(u'"' + label + u'"'), 2);
    QVERIFY(equal(one, two));
}

/// A column that a migration added has no stamp before somebody writes it.
/// All that waited was overtaken by what came: the push still goes, with nothing in it.
void TestRejections::aPushThatSaysNothingCannotBeRefused()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO tallies(id) VALUES (1)"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE tallies SET props = json_set(props, '$.key', 'mine')"_s);
    two.wallMs += 1000;
    two.exec(u"UPDATE tallies SET props = json_set(props, '$.key', 'theirs')"_s);
    relay.push(two);
    relay.pull(one);
    refuse(relay, one);
    QCOMPARE(one.replica().pendingCount(), 0);
    QVERIFY(rejected(one).isEmpty());
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT props FROM tallies"_s).toString(), u"{\"key\":\"theirs\"}"_s);
    QVERIFY(equal(one, two));
}

void TestRejections::columnsOfWhichTheServerHasNothingShowTheirDefault()
{
    Relay relay;
    const QByteArray first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a); SELECT sheaf_sync('t');";
    const QByteArray second = "ALTER TABLE t ADD COLUMN extra DEFAULT 'none';";
    Device one(first, 1);
    Device two(first, 2);
    one.exec(u"INSERT INTO t VALUES (1, 'x')"_s);
    settle(relay, {&one, &two});
    for (Device *device : {&one, &two}) {
        device->close();
        device->setSchema({first, second});
        QVERIFY(device->open());
    }
    one.exec(u"UPDATE t SET extra = 'refused', a = 'refused'"_s);
    refuse(relay, one);
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT a || extra FROM t"_s).toString(), u"xnone"_s);
    QVERIFY(equal(one, two));
}

/// Neither does a foreign key stop the refusal, nor does it delete what refers to the row.
void TestRejections::aRefusedParentTakesNoChildAlong()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO lists VALUES (1, 'new')"_s);
    refuse(relay, one);
    one.exec(u"INSERT INTO lists VALUES (1, 'again')"_s);
    one.exec(u"INSERT INTO t(id, a, list) VALUES (1, 'x', 1)"_s);
    const auto push = one.replica().nextPush("home", 99, {});
    QVERIFY(one.replica().settlePush(**push, {.space = "home",
                                              .number = 0,
                                              .previous = 0,
                                              .sequence = 0,
                                              .clockMs = one.wallMs,
                                              .verdicts = {{0, u"invalid"_s, {}}}}));
    QCOMPARE(one.value(u"SELECT count(*) FROM lists"_s).toInt(), 0);
    QCOMPARE(one.value(u"SELECT count(*) FROM t"_s).toInt(), 1);
    QCOMPARE(rejected(one).size(), 2);
    QVERIFY(!one.tryExec({u"INSERT INTO t(id, list) VALUES (2, 77)"_s})); // the keys are watched again
}

void TestRejections::aRetryBringsADeletedRowBackOrSaysThatItIsGone()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO t(id, a, b) VALUES (1, 'x', 'b')"_s);
    one.exec(u"INSERT INTO strict VALUES (1, 'x')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'mine'"_s);
    one.exec(u"UPDATE strict SET a = 'mine'"_s);
    refuse(relay, one);
    two.exec(u"DELETE FROM t"_s);
    two.exec(u"DELETE FROM strict"_s);
    settle(relay, {&two, &one});
    QCOMPARE(rejected(one).size(), 2);
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    QCOMPARE(one.replica().retryRejected(rejected(one).first().number).error().code, u"row_gone"_s);
    QCOMPARE(rejected(one).size(), 1);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT a || b FROM t"_s).toString(), u"mineb"_s);
    QVERIFY(equal(one, two));
}

/// FAULTS L2: what is refused waits apart, what comes behind it goes on; after the server relents all arrives.
void TestRejections::everySeventhChangeIsRefused()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    for (int id = 1; id <= 30; ++id) {
        one.exec(u"INSERT INTO t(id, a) VALUES (?, 'born')"_s, {id});
        one.exec(u"INSERT INTO notes VALUES (?, 't', 'base')"_s, {id});
    }
    settle(relay, {&one, &two});
    for (int id = 1; id <= 30; ++id) {
        one.exec(u"UPDATE t SET b = ? WHERE id = ?"_s, {id, id});
        one.exec(u"UPDATE notes SET body = body || ? WHERE id = ?"_s, {u" %1;"_s.arg(id), id});
        if (id % 5 == 0)
            one.exec(u"DELETE FROM t WHERE id = ?"_s, {id});
        one.exec(u"INSERT INTO t(id, a) VALUES (?, 'new')"_s, {100 + id});
    }
    const QList<QVariantList> wanted = one.rows(u"SELECT id, a, b FROM t ORDER BY id"_s);
    const QList<QVariantList> texts = one.rows(u"SELECT id, body FROM notes ORDER BY id"_s);
    refuse(relay, one, 7);
    QCOMPARE(one.replica().pendingCount(), 0);
    QCOMPARE(rejected(one).size(), 90 / 7);
    settle(relay, {&one, &two});
    QVERIFY(equal(one, two));
    QVERIFY(two.rows(u"SELECT id, a, b FROM t ORDER BY id"_s) != wanted);
    const QList<RejectedChange> changes = rejected(one);
    for (const RejectedChange &change : changes)
        QVERIFY(one.replica().retryRejected(change.number));
    settle(relay, {&one, &two});
    QVERIFY(rejected(one).isEmpty());
    QCOMPARE(two.rows(u"SELECT id, a, b FROM t ORDER BY id"_s), wanted);
    QCOMPARE(two.rows(u"SELECT id, body FROM notes ORDER BY id"_s), texts);
    QVERIFY(equal(one, two));
}

void TestRejections::theListSurvivesARestart()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = body || ' refused'"_s);
    refuse(relay, one);
    const qint64 number = rejected(one).first().number;
    one.reopen(); // before the server's values have come
    settle(relay, {&one, &two});
    QCOMPARE(one.value(u"SELECT body FROM notes"_s).toString(), u"base"_s);
    QVERIFY(equal(one, two));
    QCOMPARE(rejected(one).first().number, number);
    QVERIFY(one.replica().retryRejected(number));
    one.reopen();
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT body FROM notes"_s).toString(), u"base refused"_s);
    QVERIFY(equal(one, two));
}

/// Files of format 3 have lists too.
void TestRejections::olderListsAreRead()
{
    Relay relay;
    Device one(schema, 1);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x')"_s);
    settle(relay, {&one});
    one.exec(u"UPDATE t SET a = 'old'"_s);
    refuse(relay, one);
    settle(relay, {&one});
    one.close();
    writePastTheEngine(one.path(), {u"UPDATE sheaf_rejected SET mask = -1, texts = x'', at = 0"_s});
    QVERIFY(one.open());
    QVERIFY(one.replica().retryRejected(rejected(one).first().number));
    QCOMPARE(one.value(u"SELECT a FROM t"_s).toString(), u"old"_s);
}

void TestRejections::discardedOnesAreForgotten()
{
    Relay relay;
    Device one(schema, 1);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x')"_s);
    refuse(relay, one);
    const qint64 number = rejected(one).first().number;
    QVERIFY(one.replica().discardRejected(number));
    QVERIFY(rejected(one).isEmpty());
    QCOMPARE(one.replica().discardRejected(number).error().code, u"no_entry"_s);
    one.exec(u"INSERT INTO t(id, a) VALUES (1, 'x')"_s);
    refuse(relay, one);
    QVERIFY2(rejected(one).first().number != number, "an old number must not name another change");
}

QTEST_GUILESS_MAIN(TestRejections)
#include "tst_rejections.moc"
