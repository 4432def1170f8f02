// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/authenticator.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Who comes in, and that nothing happens for those who do not.
class TestAdmission : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_house = std::make_unique<ServerHouse>(); }
    void cleanup() { m_house.reset(); }

    void strangersReadNothing_data();
    void strangersReadNothing();
    void nothingFollowsTheHelloBeforeTheWelcome();
    void wrongHellosAreRefused_data();
    void wrongHellosAreRefused();
    void theWelcomeTellsTheState();
    void oldAppsLeaveASpaceAlone();
    void tokensAreStoredAsHashesOnly();
    void badNamesGetNoToken();
    void aRevokedDeviceIsOutAtOnce();
    void leasesRotate();
    void copiesAreForked();
    void leasesOfAnotherEpochAreLost();
    void pushesConfirmTheLease();
    void aSiteBelongsToOneDevice();
    void comingBackEndsTheFormerSession();
    void otherSpacesAreClosed();
    void theHelloMustComeInTime();

private:
    std::unique_ptr<ServerHouse> m_house;
};

void TestAdmission::strangersReadNothing_data()
{
    QTest::addColumn<int>("which");
    for (int i = 0; i < 10; ++i)
        QTest::addRow("message %d", i) << i;
}

void TestAdmission::strangersReadNothing()
{
    QFETCH(int, which);
    const QByteArray token = m_house->token("author");
    Caller author(*m_house);
    author.welcomed(token, 1);
    author.send(pushOf(1, {rowOf("k", {makeHlc(m_house->clock.wallMs()), 1}, {"secret"})}));
    m_house->run();
    const int commits = m_house->storage.commits();

    const QList<Message> messages{Welcome{},
                                  Refused{u"x"_s, u"y"_s, 0},
                                  Subscribe{"home", 77, 0},
                                  Changes{"home", 0, 0, 0, false, {}, {}},
                                  pushOf(1, {}),
                                  Ack{"home", 1, 0, 0, 0, {}},
                                  Mark{"home", 1},
                                  Marked{"home", 1, 1, QByteArray(16, 'd')},
                                  Ping{1},
                                  Pong{1, 2}};
    Caller stranger(*m_house);
    stranger.send(messages.at(which));
    stranger.send(Subscribe{"home", 77, 0});
    m_house->run();
    QVERIFY(stranger.isOver());
    const QList<Message> heard = stranger.takeAll();
    QCOMPARE(heard.size(), 1);
    QCOMPARE(std::get<Refused>(heard.constFirst()).code, u"unexpected_message"_s);
    QCOMPARE(m_house->storage.commits(), commits); // P8: nothing was done for it
}

void TestAdmission::nothingFollowsTheHelloBeforeTheWelcome()
{
    const QByteArray token = m_house->token("phone");
    Caller caller(*m_house);
    caller.hello(token, 1);
    caller.send(Subscribe{"home", 77, 0}); // in the same breath
    m_house->run();
    QCOMPARE(caller.refusal(), u"unexpected_message"_s);
    QVERIFY(caller.takeAll().isEmpty());
}

void TestAdmission::wrongHellosAreRefused_data()
{
    QTest::addColumn<quint32>("versionMin");
    QTest::addColumn<quint32>("versionMax");
    QTest::addColumn<SiteId>("site");
    QTest::addColumn<QByteArray>("token"); ///< empty: the right one
    QTest::addColumn<QString>("refusal");
    QTest::newRow("future version") << 2U << 9U << SiteId(1) << QByteArray() << u"bad_version"_s;
    QTest::newRow("past version") << 0U << 0U << SiteId(1) << QByteArray() << u"bad_version"_s;
    QTest::newRow("range with ours") << 0U << 9U << SiteId(1) << QByteArray() << QString();
    QTest::newRow("no site") << 1U << 1U << SiteId(0) << QByteArray() << u"bad_message"_s;
    QTest::newRow("unknown token") << 1U << 1U << SiteId(1) << QByteArray("wrong") << u"bad_token"_s;
    QTest::newRow("empty token") << 1U << 1U << SiteId(1) << QByteArray("-") << u"bad_token"_s;
}

void TestAdmission::wrongHellosAreRefused()
{
    QFETCH(quint32, versionMin);
    QFETCH(quint32, versionMax);
    QFETCH(SiteId, site);
    QFETCH(QByteArray, token);
    QFETCH(QString, refusal);
    const QByteArray right = m_house->token("phone");
    Hello hello;
    hello.versionMin = versionMin;
    hello.versionMax = versionMax;
    hello.site = site;
    hello.token = token.isEmpty() ? right : token == "-" ? QByteArray() : token;
    Caller caller(*m_house);
    caller.send(hello);
    m_house->run();
    QCOMPARE(caller.take<Welcome>().size(), refusal.isEmpty() ? 1 : 0);
    const QList<Refused> refusals = caller.take<Refused>();
    QCOMPARE(refusals.size(), refusal.isEmpty() ? 0 : 1);
    if (!refusal.isEmpty()) {
        QCOMPARE(refusals.constFirst().code, refusal);
        QVERIFY(!refusals.constFirst().reason.isEmpty());
        if (refusal == "bad_version"_L1)
            QCOMPARE(refusals.constFirst().reason,
                     u"server speaks version 1, this app %1"_s.arg(versionMin == versionMax ? u"0"_s : u"2–9"_s));
        QCOMPARE(refusals.constFirst().retryAfterMs, qint64(-1)); // coming again does not help
        QVERIFY(caller.isOver());
    }
}

void TestAdmission::theWelcomeTellsTheState()
{
    const QByteArray token = m_house->token("phone", {"home", "team"});
    Caller first(*m_house);
    const Welcome welcome = first.welcomed(token, 9);
    QCOMPARE(welcome.version, quint32(Limits::protocolVersion));
    QCOMPARE(welcome.epoch, Epoch(77));
    QCOMPARE(welcome.clockMs, m_house->clock.wallMs());
    QCOMPARE(welcome.clientClockMs, qint64(42));
    QVERIFY(welcome.compression.isEmpty()); // not asked for
    QVERIFY(!welcome.session.isEmpty() && !welcome.lease.isEmpty());
    QCOMPARE(welcome.spaces, (QList<Welcome::Space>{{"home", Role::Editor, 0, 0}, {"team", Role::Editor, 0, 0}}));
    first.send(pushOf(1, {rowOf("k", {makeHlc(m_house->clock.wallMs()), 9}, {"v"})}));
    m_house->run();
    Caller again(*m_house);
    QCOMPARE(again.welcomed(token, 9, welcome.lease).spaces.constFirst(), (Welcome::Space{"home", Role::Editor, 1, 1}));
    Caller other(*m_house);
    QCOMPARE(other.welcomed(token, 10).spaces.constFirst(), (Welcome::Space{"home", Role::Editor, 1, 0}));
}

void TestAdmission::oldAppsLeaveASpaceAlone()
{
    const QByteArray token = m_house->token("phone", {"home", "team"});
    QVERIFY(!requireSchema(m_house->storage, "nowhere", 4));
    const auto requires4 = [this](const QByteArray &space, quint32 version) {
        QVERIFY(requireSchema(m_house->storage, space, version));
        m_house->core->schemaRequired(space, version);
        m_house->run();
    };
    const auto greet = [&](Caller &caller, quint32 schema, SiteId site) {
        caller.send(Hello{.app = {}, .schemaVersion = schema, .site = site, .token = token, .lease = {}, .compressions = {}});
        m_house->run();
        return caller.take<Welcome>().value(0);
    };
    Caller old(*m_house);
    Caller fresh(*m_house);
    QCOMPARE(greet(old, 3, 1).spaces.value(1).schemaMin, 0U);
    greet(fresh, 4, 2);
    old.send(Subscribe{"team", 77, 0});
    requires4("team", 4);
    QCOMPARE(old.refusal(), u"terms_changed"_s);
    QVERIFY(!fresh.isOver());

    for (const Message &wish : {Message(Subscribe{"team", 77, 0}), Message(Mark{"team", 1}),
                                Message(Push{.space = "team", .number = 1, .tables = {}, .changes = {}})}) {
        static SiteId site = 10;
        Caller again(*m_house);
        QCOMPARE(greet(again, 3, ++site).spaces.value(1).schemaMin, 4U);
        again.send(Subscribe{"home", 77, 0});
        m_house->run();
        QVERIFY(!again.isOver()); // other spaces are open to it
        again.send(wish);
        m_house->run();
        QCOMPARE(again.refusal(), u"update_needed"_s);
    }
    QCOMPARE(m_house->space("team").head, Sequence(0));
    fresh.send(Subscribe{"team", 77, 0});
    m_house->run();
    QVERIFY(!fresh.isOver());
    requires4("team", 0);
    Caller once(*m_house);
    greet(once, 3, 3);
    once.send(Subscribe{"team", 77, 0});
    m_house->run();
    QVERIFY(!once.isOver());
}

void TestAdmission::tokensAreStoredAsHashesOnly()
{
    const QByteArray token = m_house->token("phone");
    QVERIFY(QByteArray::fromBase64(token, QByteArray::Base64UrlEncoding).size() >= 32);
    QVERIFY(token != m_house->token("tablet"));
    const QByteArray stored = m_house->device("phone").tokenHash;
    QCOMPARE(stored, Server::hashToken(token));
    QVERIFY(!stored.contains(token) && stored.size() == 32);
    Caller thief(*m_house);
    thief.hello(stored, 1); // what is in the database opens nothing
    m_house->run();
    QCOMPARE(thief.refusal(), u"bad_token"_s);
}

void TestAdmission::badNamesGetNoToken()
{
    using Server::addToken;
    for (const QByteArray &name : {QByteArray(), QByteArray(129, 'x'), QByteArray("a\nb")}) {
        auto device = addToken(m_house->storage, m_house->random, name, {});
        QVERIFY(!device && device.error().code == u"bad_name"_s);
        auto space = addToken(m_house->storage, m_house->random, "phone", {name});
        QVERIFY(!space && space.error().code == u"bad_name"_s);
    }
    QCOMPARE(m_house->device("phone").id, Server::DeviceId(0));
}

void TestAdmission::aRevokedDeviceIsOutAtOnce()
{
    const QByteArray token = m_house->token("phone");
    const QByteArray other = m_house->token("tablet");
    Caller phone(*m_house);
    Caller tablet(*m_house);
    phone.welcomed(token, 1);
    tablet.welcomed(other, 2);
    const auto revoked = Server::revokeToken(m_house->storage, "phone");
    QVERIFY(revoked);
    for (const Server::StoredDevice &device : *revoked)
        m_house->core->accessChanged(device);
    m_house->run();
    QCOMPARE(phone.refusal(), u"bad_token"_s);
    QVERIFY(phone.isOver());
    QVERIFY(!tablet.isOver());
    Caller again(*m_house);
    again.hello(token, 1);
    m_house->run();
    QCOMPARE(again.refusal(), u"bad_token"_s);
    QCOMPARE(Server::revokeToken(m_house->storage, "phone").error().code, u"unknown_device"_s);
}

void TestAdmission::leasesRotate()
{
    const QByteArray token = m_house->token("phone");
    const QByteArray first = Caller(*m_house).welcomed(token, 1).lease;
    const QByteArray second = Caller(*m_house).welcomed(token, 1, first).lease;
    QVERIFY(first != second);
    // The second welcome got lost on its way: the client still shows the first lease.
    const QByteArray third = Caller(*m_house).welcomed(token, 1, first).lease;
    QVERIFY(third != second);
    QVERIFY(!Caller(*m_house).welcomed(token, 1, third).lease.isEmpty());
}

void TestAdmission::copiesAreForked()
{
    const QByteArray token = m_house->token("phone");
    const QByteArray first = Caller(*m_house).welcomed(token, 1).lease;
    const QByteArray second = Caller(*m_house).welcomed(token, 1, first).lease;
    const QByteArray third = Caller(*m_house).welcomed(token, 1, second).lease;
    for (const QByteArray &old : {first, QByteArray(), QByteArray("made up")}) {
        Caller copy(*m_house);
        copy.hello(token, 1, old);
        m_house->run();
        QCOMPARE(copy.refusal(), u"forked"_s);
    }
    Caller(*m_house).welcomed(token, 1, third); // the original goes on
}

/// The server was put back to a state of before it gave them.
void TestAdmission::leasesOfAnotherEpochAreLost()
{
    const QByteArray token = m_house->token("phone");
    QByteArray lease = Caller(*m_house).welcomed(token, 1).lease;
    lease[7] = char(lease[7] ^ 1); // the end of the epoch
    Caller original(*m_house);
    original.hello(token, 1, lease);
    m_house->run();
    QCOMPARE(original.refusal(), u"lease_lost"_s);
}

/// The lease of a session that has pushed is on the client's disk; whoever shows an older one is a copy, though nobody has
/// shown the newer one yet. A later lease stays good.
void TestAdmission::pushesConfirmTheLease()
{
    const QByteArray token = m_house->token("phone");
    const QByteArray first = Caller(*m_house).welcomed(token, 1).lease;
    Caller original(*m_house);
    const QByteArray second = original.welcomed(token, 1, first).lease;
    original.send(Subscribe{"home", 1, 0, {}});
    original.send(pushOf(1, {rowOf("k", {1, 1}, {"a"})}));
    m_house->run();
    QCOMPARE(original.take<Ack>().size(), 1);
    Caller copy(*m_house);
    copy.hello(token, 1, first);
    m_house->run();
    QCOMPARE(copy.refusal(), u"forked"_s);
    const QByteArray third = Caller(*m_house).welcomed(token, 1, second).lease;
    QVERIFY(!Caller(*m_house).welcomed(token, 1, third).lease.isEmpty());
}

void TestAdmission::aSiteBelongsToOneDevice()
{
    Caller owner(*m_house);
    const QByteArray lease = owner.welcomed(m_house->token("phone"), 1).lease;
    Caller thief(*m_house);
    thief.hello(m_house->token("tablet"), 1, lease);
    m_house->run();
    QCOMPARE(thief.refusal(), u"site_taken"_s);
    QVERIFY(!owner.isOver());
}

void TestAdmission::comingBackEndsTheFormerSession()
{
    const QByteArray token = m_house->token("phone");
    Caller former(*m_house);
    const QByteArray lease = former.welcomed(token, 1).lease;
    Caller present(*m_house);
    present.welcomed(token, 1, lease);
    QVERIFY(former.isOver());
    QVERIFY(!present.isOver());
    m_house->run();
    QCOMPARE(m_house->core->sessionCount(), 1);
}

void TestAdmission::otherSpacesAreClosed()
{
    Caller member(*m_house);
    member.welcomed(m_house->token("member", {"team"}), 5);
    const QByteArray token = m_house->token("phone");
    const QList<Message> readings{Subscribe{"team", 77, 0}, Mark{"team", 1}, Subscribe{"nowhere", 77, 0}, Mark{"nowhere", 1}};
    QByteArray lease;
    for (const Message &reading : readings) {
        Caller caller(*m_house);
        lease = caller.welcomed(token, 1, lease).lease;
        caller.send(reading);
        m_house->run();
        const QList<Closed> closed = caller.take<Closed>();
        QCOMPARE(closed.size(), 1);
        QCOMPARE(closed.constFirst().code, u"no_permission"_s);
        QVERIFY(caller.takeAll().isEmpty());
        QVERIFY(!caller.isOver());
    }
    // A push is judged change by change: the client keeps them in its list.
    Caller caller(*m_house);
    caller.welcomed(token, 1, lease);
    Push push = pushOf(1, {rowOf("k", {1, 1}, {"v"}), rowOf("l", {1, 1}, {"v"})});
    push.space = "team";
    caller.send(push);
    m_house->run();
    const QList<Ack> acks = caller.take<Ack>();
    QCOMPARE(acks.size(), 1);
    QCOMPARE(acks.constFirst().verdicts.size(), 2);
    QCOMPARE(acks.constFirst().verdicts.constFirst().code, u"no_permission"_s);
    QCOMPARE(m_house->rowCount("team"), 0);
}

void TestAdmission::theHelloMustComeInTime()
{
    Caller silent(*m_house);
    m_house->run(Limits::handshakeMsMax - 100);
    QVERIFY(!silent.isOver());
    m_house->run(2'000);
    QCOMPARE(silent.refusal(), u"timeout"_s);
    QVERIFY(silent.isOver());
    QCOMPARE(m_house->core->sessionCount(), 0);
}

QTEST_GUILESS_MAIN(TestAdmission)
#include "tst_admission.moc"
