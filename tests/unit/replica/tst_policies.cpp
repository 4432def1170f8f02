// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dispute.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); SELECT sheaf_sync('t');";

/// `a` and `b` are a group, and both have edited one of them each: the other's is with the server.
struct GroupDispute {
    GroupDispute(const QByteArray &policy, bool mineIsLater) : mine(schemaOf(policy), 1), theirs(schemaOf(policy), 2)
    {
        mine.exec(u"INSERT INTO t VALUES (1, 'a', 'b', 'c')"_s);
        settle(relay, {&mine, &theirs});
        (mineIsLater ? mine : theirs).wallMs += 10;
        mine.exec(u"UPDATE t SET a = 'mine'"_s);
        theirs.exec(u"UPDATE t SET b = 'theirs', c = 'theirs'"_s);
        relay.push(theirs);
        relay.pull(mine);
    }
    static QByteArray schemaOf(const QByteArray &policy)
    {
        return "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c);"
               "SELECT sheaf_sync('t', '{\"groups\":[[\"a\",\"b\"]],\"conflicts\":\"" +
               policy + "\"}');";
    }
    static QString row(Device &device) { return device.value(u"SELECT a || ' ' || b || ' ' || c FROM t"_s).toString(); }

    Relay relay;
    Device mine;
    Device theirs;
};

QByteArray withPolicy(const QByteArray &policy)
{
    return "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); SELECT sheaf_sync('t', '{\"conflicts\":\"" + policy + "\"}');";
}

} // namespace

class TestPolicies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void policies_data();
    void policies();
    void thePolicyOfTheReplica();
    void policiesThatDifferConverge();
    void aResolutionIsNotDefended();
    void customIsAskedAndAnswersLater();
    void customAnswersDifferAndConverge();
    void customIsAskedThreeTimesAtMost();
    void theAnswerComesTooLate();
    void aGroupIsOneConflict_data();
    void aGroupIsOneConflict();
    void theAnswerForAGroupIsWhole();
    void badPoliciesAreSchemaErrors();
};

void TestPolicies::policies_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<bool>("mineIsLater");
    QTest::addColumn<QString>("result");
    for (const bool mineIsLater : {true, false}) {
        const char *when = mineIsLater ? "mine is later" : "theirs is later";
        QTest::addRow("latest, %s", when) << "latest"_ba << mineIsLater << (mineIsLater ? u"mine"_s : u"theirs"_s);
        QTest::addRow("remote, %s", when) << "remote"_ba << mineIsLater << u"theirs"_s;
        QTest::addRow("local, %s", when) << "local"_ba << mineIsLater << u"mine"_s;
    }
}

void TestPolicies::policies()
{
    QFETCH(QByteArray, policy);
    QFETCH(bool, mineIsLater);
    QFETCH(QString, result);
    Dispute d(withPolicy(policy), mineIsLater);
    d.relay.pull(d.mine);
    QCOMPARE(Dispute::a(d.mine), result);
    QCOMPARE(conflicts(d.mine).size(), 1);
    QCOMPARE(conflicts(d.mine).first().winner, result == u"mine"_s ? Conflict::Side::Mine : Conflict::Side::Theirs);
    settle(d.relay, {&d.mine, &d.theirs});
    QCOMPARE(Dispute::a(d.theirs), result);
    QCOMPARE(d.theirs.value(u"SELECT b FROM t"_s).toString(), u"b"_s);
    QVERIFY(equal(d.mine, d.theirs));
    QCOMPARE(d.mine.replica().pendingCount(), 0);
    QCOMPARE(conflicts(d.mine).size() + conflicts(d.theirs).size(), 1);
    QVERIFY(d.mine.replica().undoConflict(conflicts(d.mine).first().number));
    settle(d.relay, {&d.mine, &d.theirs});
    QCOMPARE(Dispute::a(d.theirs), result == u"mine"_s ? u"theirs"_s : u"mine"_s);
}

/// Of tables that name none; a migration may give a table another one.
void TestPolicies::thePolicyOfTheReplica()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.close();
    one.policy = ConflictPolicy::Local;
    QVERIFY(one.open());
    one.exec(u"INSERT INTO t VALUES (1, 'base', 'b')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'mine'"_s);
    two.wallMs += 10;
    two.exec(u"UPDATE t SET a = 'theirs'"_s);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(Dispute::a(two), u"mine"_s);
    one.close();
    one.setSchema({schema, "SELECT sheaf_sync('t', '{\"conflicts\":\"latest\"}');"});
    QVERIFY(one.open());
    one.exec(u"UPDATE t SET a = 'mine'"_s);
    two.wallMs += 10;
    two.exec(u"UPDATE t SET a = 'theirs'"_s);
    relay.push(two);
    settle(relay, {&one, &two});
    QCOMPARE(Dispute::a(two), u"theirs"_s);
    QVERIFY(equal(one, two));
}

/// Both defend their own value, in whatever order their pushes and pulls meet.
void TestPolicies::policiesThatDifferConverge()
{
    const QByteArray names[] = {"latest", "remote", "local"};
    for (const QByteArray &mine : names) {
        for (const QByteArray &other : names) {
            for (const bool mineIsLater : {true, false}) {
                Dispute d(withPolicy(mine), mineIsLater, withPolicy(other));
                d.theirs.exec(u"UPDATE t SET a = 'theirs too'"_s);
                for (int round = 0; round < 3; ++round) {
                    d.relay.losesAcks = round == 1;
                    d.relay.push(d.mine);
                    d.relay.losesAcks = false;
                    d.relay.pull(d.theirs);
                    d.relay.pull(d.mine);
                    d.relay.push(d.theirs);
                }
                settle(d.relay, {&d.mine, &d.theirs});
                QVERIFY2(equal(d.mine, d.theirs), (mine + ' ' + other).constData());
                QCOMPARE(d.mine.replica().pendingCount() + d.theirs.replica().pendingCount(), 0);
            }
        }
    }
}

/// What a policy wrote meets the next edit by the stamps alone, until somebody edits here.
void TestPolicies::aResolutionIsNotDefended()
{
    Dispute d(withPolicy("local"), false);
    d.relay.pull(d.mine);
    QCOMPARE(Dispute::a(d.mine), u"mine"_s);
    d.theirs.wallMs += 10;
    d.theirs.exec(u"UPDATE t SET a = 'theirs again'"_s);
    d.relay.push(d.theirs);
    d.mine.reopen();
    d.relay.pull(d.mine);
    QCOMPARE(Dispute::a(d.mine), u"theirs again"_s);
    QCOMPARE(conflicts(d.mine).size(), 2);
    d.mine.exec(u"UPDATE t SET a = 'by hand'"_s);
    d.theirs.wallMs += 10;
    d.theirs.exec(u"UPDATE t SET a = 'once more'"_s);
    d.relay.push(d.theirs);
    d.relay.pull(d.mine);
    QCOMPARE(Dispute::a(d.mine), u"by hand"_s);
    settle(d.relay, {&d.mine, &d.theirs});
    QVERIFY(equal(d.mine, d.theirs));
}

void TestPolicies::customIsAskedAndAnswersLater()
{
    for (const bool mineIsLater : {true, false}) {
        Dispute d(withPolicy("custom"), mineIsLater);
        d.relay.pull(d.mine);
        // Sync does not wait.
        settle(d.relay, {&d.mine, &d.theirs});
        QCOMPARE(Dispute::a(d.theirs), mineIsLater ? u"mine"_s : u"theirs"_s);
        QVERIFY(equal(d.mine, d.theirs));
        d.mine.reopen();
        const auto open = d.mine.replica().takeOpenConflicts();
        QCOMPARE(open->size(), 1);
        QVERIFY(open->first().open);
        const QString both = open->first().mine.toString() + u" and "_s + open->first().theirs.toString();
        QVERIFY(d.mine.replica().answerConflict(open->first().number, both));
        settle(d.relay, {&d.mine, &d.theirs});
        QCOMPARE(Dispute::a(d.theirs), u"mine and theirs"_s);
        QVERIFY(equal(d.mine, d.theirs));
        QCOMPARE(d.mine.replica().takeOpenConflicts()->size(), 0);
        QVERIFY(!conflicts(d.mine).first().open);
        QCOMPARE(d.mine.replica().answerConflict(open->first().number, u"no"_s).error().code, u"answered"_s);
    }
}

/// Each answers something else, and each answer meets the next one: it ends, and they are equal.
void TestPolicies::customAnswersDifferAndConverge()
{
    Relay relay;
    Device one(withPolicy("custom"), 1);
    Device two(withPolicy("custom"), 2);
    one.exec(u"INSERT INTO t VALUES (1, 'base', 'b')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE t SET a = 'one'"_s);
    two.exec(u"UPDATE t SET a = 'two'"_s);
    int answers = 0;
    const auto answer = [&answers](Device &device) {
        const auto open = device.replica().takeOpenConflicts();
        for (const Conflict &conflict : *open)
            QVERIFY(device.replica().answerConflict(conflict.number, ++answers));
    };
    for (int round = 0; round < 20; ++round) {
        for (Device *device : {&one, &two}) {
            relay.pull(*device);
            answer(*device);
            relay.losesAcks = round % 3 == 0; // so that answers wait and meet
            relay.push(*device);
            relay.losesAcks = false;
        }
    }
    settle(relay, {&one, &two});
    QVERIFY2(answers <= 4, "answers make no new questions for ever");
    QVERIFY(answers >= 2);
    QVERIFY(equal(one, two));
    QCOMPARE(one.replica().pendingCount() + two.replica().pendingCount(), 0);
}

void TestPolicies::customIsAskedThreeTimesAtMost()
{
    Dispute d(withPolicy("custom"), true);
    d.relay.pull(d.mine);
    for (int time = 0; time < ConflictLimits::asksMax; ++time) {
        QCOMPARE(d.mine.replica().takeOpenConflicts()->size(), 1);
        d.mine.reopen();
    }
    QCOMPARE(d.mine.replica().takeOpenConflicts()->size(), 0);
    QVERIFY(d.mine.replica().answerConflict(conflicts(d.mine).first().number, u"at last"_s));
    QCOMPARE(Dispute::a(d.mine), u"at last"_s);
}

void TestPolicies::theAnswerComesTooLate()
{
    Dispute d(withPolicy("custom"), true);
    d.relay.pull(d.mine);
    const auto open = d.mine.replica().takeOpenConflicts();
    d.mine.exec(u"UPDATE t SET a = 'by hand'"_s);
    QVERIFY(d.mine.replica().answerConflict(open->first().number, u"late"_s));
    QCOMPARE(Dispute::a(d.mine), u"by hand"_s);
    QVERIFY(!conflicts(d.mine).first().open);
}

void TestPolicies::aGroupIsOneConflict_data()
{
    policies_data();
}

void TestPolicies::aGroupIsOneConflict()
{
    QFETCH(QByteArray, policy);
    QFETCH(bool, mineIsLater);
    QFETCH(QString, result);
    const bool isMine = result == u"mine"_s;
    GroupDispute d(policy, mineIsLater);
    QCOMPARE(conflicts(d.mine).size(), 1);
    const Conflict conflict = conflicts(d.mine).first();
    const QVariantMap mine{{u"a"_s, u"mine"_s}, {u"b"_s, u"b"_s}};
    const QVariantMap theirs{{u"a"_s, u"a"_s}, {u"b"_s, u"theirs"_s}};
    QVERIFY(conflict.column.isEmpty() && conflict.kind == Conflict::Kind::Edit);
    QCOMPARE(conflict.mine, QVariant(mine));
    QCOMPARE(conflict.theirs, QVariant(theirs));
    QCOMPARE(conflict.winner, isMine ? Conflict::Side::Mine : Conflict::Side::Theirs);
    const QJsonObject json = toJson(conflict);
    QVERIFY(json.value(u"column"_s).isNull());
    QCOMPARE(json.value(u"theirs"_s).toObject(), QJsonObject::fromVariantMap(theirs));
    settle(d.relay, {&d.mine, &d.theirs});
    QCOMPARE(GroupDispute::row(d.theirs), isMine ? u"mine b theirs"_s : u"a theirs theirs"_s);
    QVERIFY(equal(d.mine, d.theirs));
    d.mine.reopen();
    QVERIFY(d.mine.replica().undoConflict(conflict.number)); // the loser comes back whole, too
    settle(d.relay, {&d.mine, &d.theirs});
    QCOMPARE(GroupDispute::row(d.theirs), isMine ? u"a theirs theirs"_s : u"mine b theirs"_s);
    QVERIFY(equal(d.mine, d.theirs));
}

void TestPolicies::theAnswerForAGroupIsWhole()
{
    for (const bool mineIsLater : {true, false}) {
        GroupDispute d("custom", mineIsLater);
        const QList<Conflict> open = d.mine.replica().takeOpenConflicts().value();
        QCOMPARE(open.size(), 1);
        const qint64 number = open.first().number;
        const QString before = GroupDispute::row(d.mine);
        const QVariantMap half{{u"a"_s, u"x"_s}};
        const QVariantMap other{{u"a"_s, u"x"_s}, {u"c"_s, u"x"_s}};
        for (const QVariant &bad : {QVariant(u"x"_s), QVariant(half), QVariant(other), QVariant()})
            QCOMPARE(d.mine.replica().answerConflict(number, bad).error().code, u"bad_answer"_s);
        QCOMPARE(GroupDispute::row(d.mine), before);
        QVERIFY(d.mine.replica().answerConflict(number, mineIsLater ? open.first().theirs : open.first().mine));
        QCOMPARE(d.mine.replica().answerConflict(number, open.first().mine).error().code, u"answered"_s);
        settle(d.relay, {&d.mine, &d.theirs});
        QCOMPARE(GroupDispute::row(d.theirs), mineIsLater ? u"a theirs theirs"_s : u"mine b theirs"_s);
        QVERIFY(equal(d.mine, d.theirs));
        QCOMPARE(d.mine.replica().pendingCount(), 0);
    }
}

void TestPolicies::badPoliciesAreSchemaErrors()
{
    Device one(schema);
    one.close();
    one.setSchema({schema, "CREATE TABLE x(id INTEGER PRIMARY KEY); SELECT sheaf_sync('x', '{\"conflicts\":\"newest\"}');"});
    const auto opened = one.open();
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"schema_error"_s);
    QVERIFY(opened.error().message.contains(u"custom"_s));
}

QTEST_GUILESS_MAIN(TestPolicies)
#include "tst_policies.moc"
