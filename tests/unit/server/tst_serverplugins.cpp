// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Test;

namespace {

/// Notes what it hears and does what the message says.
class Parrot final : public ServerPlugin
{
public:
    Parrot() : ServerPlugin("parrot"_ba, {.payloadBytesMax = 100, .perSecond = 2, .burst = 5}) {}

    QStringList log;

    using ServerPlugin::peers;
    using ServerPlugin::send;
    using ServerPlugin::tell;

private:
    void joined(PluginPeer &peer, const QByteArray &space) override { note(u"joined"_s, peer, space); }
    void left(PluginPeer &peer, const QByteArray &space) override
    {
        note(u"left"_s, peer, space);
        QVERIFY(!send(peer, space, {}, "farewell"));
    }
    void drained(PluginPeer &peer) override { note(u"drained"_s, peer, {}); }
    void tick() override { log.append(u"tick"_s); }
    Result<void> received(PluginPeer &peer, const Plugin &message) override
    {
        note(QString::fromUtf8(message.payload), peer, message.space);
        if (message.payload == "tell")
            tell(message.space, message.topic, "told", &peer);
        if (message.payload == "bad")
            return fail(u"bad_parrot"_s, u"A parrot does not hear that."_s);
        return {};
    }
    void note(const QString &what, const PluginPeer &peer, const QByteArray &space)
    {
        log.append(u"%1 %2 %3 %4"_s.arg(what).arg(peer.site()).arg(QString::fromUtf8(space)).arg(int(peer.role(space))));
    }
};

} // namespace

/// What ServerPlugin promises, over sessions of the real core.
class TestServerPlugins : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ServerHouse>();
        auto parrot = std::make_unique<Parrot>();
        m_parrot = parrot.get();
        m_house->core->install(std::move(parrot));
    }
    void cleanup()
    {
        m_callers.clear();
        m_house.reset();
    }

    void aPeerJoinsSpeaksAndLeaves()
    {
        Caller &a = welcomed(1, {"home", "team"});
        QStringList joined = log();
        joined.sort();
        QCOMPARE(joined, (QStringList{u"joined 1 home 2"_s, u"joined 1 team 2"_s}));
        say(a, "hello", "team");
        QCOMPARE(log(), QStringList{u"hello 1 team 2"_s});
        a.hangUp();
        m_house->run(10);
        QStringList left = log();
        left.sort();
        QCOMPARE(left, (QStringList{u"left 1 home 0"_s, u"left 1 team 0"_s}));
        QVERIFY(m_parrot->peers("home").empty());
    }

    void messagesKeepTheirOrder()
    {
        Caller &a = welcomed(1);
        log();
        for (const QByteArray &word : {"1"_ba, "2"_ba, "3"_ba})
            say(a, word);
        QCOMPARE(log(), (QStringList{u"1 1 home 2"_s, u"2 1 home 2"_s, u"3 1 home 2"_s}));
        for (const QByteArray &word : {"x"_ba, "y"_ba})
            m_parrot->tell("home", "topic", word);
        m_house->run();
        QCOMPARE(a.take<Plugin>(), (QList<Plugin>{{"parrot", "home", "topic", "x"}, {"parrot", "home", "topic", "y"}}));
    }

    void tellReachesEverybodyInTheSpaceButOne()
    {
        Caller &a = welcomed(1, {"home", "team"});
        Caller &b = welcomed(2, {"home", "team"});
        Caller &stranger = welcomed(3, {"home"});
        say(a, "tell", "team");
        QCOMPARE(b.take<Plugin>(), (QList<Plugin>{{"parrot", "team", {}, "told"}}));
        QVERIFY(a.take<Plugin>().isEmpty());
        QVERIFY(stranger.take<Plugin>().isEmpty());
        // A plugin that means well cannot tell either what the device may not hear.
        PluginPeer *outsider = m_parrot->peers("home").back();
        QCOMPARE(outsider->site(), SiteId(3));
        QVERIFY(!m_parrot->send(*outsider, "team", {}, "secret"));
        QVERIFY(m_parrot->send(*outsider, "home", {}, "open"));
    }

    void whoMayNotSeeTheSpaceIsNotHeard()
    {
        Caller &stranger = welcomed(1, {"home"});
        log();
        say(stranger, "let me in", "team");
        QVERIFY(log().isEmpty());
        QCOMPARE(m_house->core->plugins().counters().forbidden, 1);
        QVERIFY(!stranger.isOver());
    }

    void viewersAreToldApart()
    {
        const QByteArray token = m_house->token("viewer");
        m_house->setRole("viewer", Role::Viewer);
        m_callers.push_back(std::make_unique<Caller>(*m_house));
        m_callers.back()->welcomed(token, 9);
        log();
        say(*m_callers.back(), "hello");
        QCOMPARE(log(), QStringList{u"hello 9 home 1"_s});
    }

    void sizeAndRateAreLimited()
    {
        Caller &a = welcomed(1);
        log();
        say(a, QByteArray(101, 'x'));
        QCOMPARE(m_house->core->plugins().counters().tooLarge, 1);
        for (int i = 0; i < 8; ++i)
            say(a, "word");
        QCOMPARE(log().size(), 5);
        QCOMPARE(m_house->core->plugins().counters().tooFast, 3);
        m_house->run(1000);
        log();
        for (int i = 0; i < 8; ++i)
            say(a, "word");
        QCOMPARE(log().filter(u"word"_s).size(), 2);
        QVERIFY(!a.isOver());
        // Its own limit, not that of others.
        Caller &b = welcomed(2);
        log();
        say(b, "word");
        QCOMPARE(log(), QStringList{u"word 2 home 2"_s});
    }

    void anErrorEndsTheSessionWithItsCode()
    {
        Caller &a = welcomed(1);
        Caller &b = welcomed(2);
        log();
        say(a, "bad");
        QCOMPARE(a.refusal(), u"bad_parrot"_s);
        QCOMPARE(log(), (QStringList{u"bad 1 home 2"_s, u"left 1 home 0"_s}));
        QVERIFY(!b.isOver());
    }

    void aSlowReaderIsToldLater()
    {
        Caller &slow = welcomed(1);
        slow.stopReading();
        PluginPeer &peer = *m_parrot->peers("home").front();
        int sent = 0;
        while (m_parrot->send(peer, "home", {}, QByteArray(60'000, 'x')))
            QVERIFY(++sent < 1000);
        QVERIFY(slow.unsentBytes() > Limits::unsentBytesPause);
        log();
        slow.readAgain();
        m_house->run(10);
        QCOMPARE(log(), QStringList{u"drained 1  0"_s});
        QCOMPARE(slow.take<Plugin>().size(), sent);
    }

    void ticksComeWhileThereAreSessions()
    {
        welcomed(1);
        m_house->run(3 * Tuning::tickMs + 10);
        QVERIFY(log().filter(u"tick"_s).size() >= 3);
    }

private:
    Caller &welcomed(SiteId site, const QList<QByteArray> &spaces = {})
    {
        m_callers.push_back(std::make_unique<Caller>(*m_house));
        m_callers.back()->welcomed(m_house->token("device" + QByteArray::number(site), spaces), site);
        return *m_callers.back();
    }
    void say(Caller &caller, const QByteArray &payload, const QByteArray &space = "home")
    {
        caller.send(Plugin{"parrot", space, {}, payload});
        m_house->run();
    }
    QStringList log() { return std::exchange(m_parrot->log, {}); }

    std::unique_ptr<ServerHouse> m_house;
    Parrot *m_parrot = nullptr;
    std::vector<std::unique_ptr<Caller>> m_callers;
};

QTEST_GUILESS_MAIN(TestServerPlugins)
#include "tst_serverplugins.moc"
