// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using Sheaf::Text::AwarenessEntry;

/// The message `plugin` at the server's sessions.
class TestServerPresence : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void statesGoToWhoIsInTheTopic();
    void whoIsCutOffIsGoneAtOnce();
    void viewersTakePart();
    void whoMayNotSeeTheSpaceIsIgnored();
    void unknownPluginsAreIgnored();
    void aReaderThatWasBehindGetsTheLatestStates();

private:
    Caller &welcomed(SiteId site, const QList<QByteArray> &spaces = {});
    static void say(Caller &caller, const AwarenessEntry &entry, const QByteArray &space = "home")
    {
        caller.send(Plugin{presencePlugin(), space, "note", Text::writeAwareness({&entry, 1})});
    }
    static QList<AwarenessEntry> heard(Caller &caller)
    {
        QList<AwarenessEntry> entries;
        for (const Plugin &plugin : caller.take<Plugin>()) {
            const auto read = Text::readAwareness(plugin.payload);
            if (!read)
                qFatal("the server sent an update that cannot be read");
            for (const AwarenessEntry &entry : *read)
                entries.append(entry);
        }
        return entries;
    }

    std::unique_ptr<ServerHouse> m_house;
    std::vector<std::unique_ptr<Caller>> m_callers;
    const QByteArray m_ask = QByteArray(1, '\0');
};

void TestServerPresence::init()
{
    m_house = std::make_unique<ServerHouse>();
}

void TestServerPresence::cleanup()
{
    m_callers.clear();
    m_house.reset();
}

Caller &TestServerPresence::welcomed(SiteId site, const QList<QByteArray> &spaces)
{
    m_callers.push_back(std::make_unique<Caller>(*m_house));
    m_callers.back()->welcomed(m_house->token("device" + QByteArray::number(site), spaces), site);
    return *m_callers.back();
}

void TestServerPresence::statesGoToWhoIsInTheTopic()
{
    Caller &a = welcomed(1);
    Caller &b = welcomed(2);
    Caller &elsewhere = welcomed(3);
    say(a, {10, 1, "{}"}); // the first word joins
    m_house->run(100);
    b.send(Plugin{presencePlugin(), "home", "note", m_ask});
    m_house->run(100);
    QCOMPARE(heard(b), (QList<AwarenessEntry>{{10, 1, "{}"}}));
    say(b, {20, 1, "{}"});
    m_house->run(100);
    QCOMPARE(heard(a).last(), (AwarenessEntry{20, 1, "{}"}));
    b.send(Plugin{presencePlugin(), "home", "note", {}}); // leaves
    m_house->run(100);
    QCOMPARE(heard(a), (QList<AwarenessEntry>{{20, 1, {}}}));
    say(a, {10, 2, "{}"});
    m_house->run(100);
    QVERIFY(heard(b).isEmpty());
    QVERIFY(heard(elsewhere).isEmpty());
}

void TestServerPresence::whoIsCutOffIsGoneAtOnce()
{
    Caller &a = welcomed(1);
    Caller &b = welcomed(2);
    say(a, {10, 1, "{}"});
    say(b, {20, 1, "{}"});
    m_house->run(100);
    heard(b);
    a.hangUp();
    m_house->run(50);
    QCOMPARE(heard(b), (QList<AwarenessEntry>{{10, 1, {}}}));
}

void TestServerPresence::viewersTakePart()
{
    Caller &a = welcomed(1);
    m_callers.push_back(std::make_unique<Caller>(*m_house));
    const QByteArray token = m_house->token("viewer");
    m_house->setRole("viewer", Role::Viewer);
    m_callers.back()->welcomed(token, 9);
    Caller &viewer = *m_callers.back();
    a.send(Plugin{presencePlugin(), "home", "note", m_ask});
    say(viewer, {30, 1, "{}"});
    m_house->run(100);
    QCOMPARE(heard(a), (QList<AwarenessEntry>{{30, 1, "{}"}}));
}

void TestServerPresence::whoMayNotSeeTheSpaceIsIgnored()
{
    Caller &member = welcomed(1, {"home", "team"});
    Caller &stranger = welcomed(2, {"home"});
    say(member, {10, 1, "{}"}, "team");
    stranger.send(Plugin{presencePlugin(), "team", "note", m_ask});
    say(stranger, {20, 1, "{}"}, "team");
    m_house->run(100);
    QVERIFY(heard(stranger).isEmpty());
    for (const AwarenessEntry &entry : heard(member))
        QVERIFY(entry.client != 20);
    QCOMPARE(m_house->core->presence().states({"team", "note"}).size(), size_t{1});
    QCOMPARE(m_house->core->plugins().counters().forbidden, 2);
    QVERIFY(!stranger.isOver());
}

void TestServerPresence::unknownPluginsAreIgnored()
{
    Caller &caller = welcomed(1);
    caller.send(Plugin{"of tomorrow", "home", "x", QByteArray(Limits::pluginPayloadBytesMax, 'x')});
    caller.send(Plugin{presencePlugin(), "home", "note", "no update"});
    m_house->run(100);
    QVERIFY(caller.takeAll().isEmpty());
    QCOMPARE(m_house->core->plugins().counters().unknown, 1);
    QCOMPARE(m_house->core->presence().counters().malformed, 1);
    caller.send(Ping{1});
    m_house->run();
    QCOMPARE(caller.take<Pong>().size(), 1);
}

void TestServerPresence::aReaderThatWasBehindGetsTheLatestStates()
{
    Caller &a = welcomed(1);
    Caller &slow = welcomed(2);
    slow.send(Plugin{presencePlugin(), "home", "note", m_ask});
    slow.stopReading();
    quint64 clock = 0;
    const QByteArray filler(7000, 'x');
    while (slow.unsentBytes() <= Limits::unsentBytesPause) {
        say(a, {10, ++clock, "{\"x\":\"" + filler + QByteArray::number(clock) + "\"}"});
        m_house->run(Server::Tuning::presenceIntervalMs);
        QVERIFY(clock < 1000);
    }
    const qint64 full = slow.unsentBytes();
    for (int i = 0; i < 50; ++i) {
        say(a, {10, ++clock, "{\"last\":" + QByteArray::number(clock) + '}'});
        m_house->run(Server::Tuning::presenceIntervalMs);
    }
    QCOMPARE(slow.unsentBytes(), full);
    slow.readAgain();
    m_house->run(100);
    QCOMPARE(heard(slow).last(), (AwarenessEntry{10, clock, "{\"last\":" + QByteArray::number(clock) + '}'}));
}

QTEST_GUILESS_MAIN(TestServerPresence)
#include "tst_serverpresence.moc"
