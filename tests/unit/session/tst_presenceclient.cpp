// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "scriptedserver.h"
#include "server/core/presencehub.h"
#include "session/presenceclient.h"
#include "session/tuning.h"
#include "text/limits.h"

#include <QtTest>

using namespace Sheaf;

namespace {

const PresenceTopic note{"home", textPlace("notes", "\3\2k1", "body")};

/// A client and its end of the link to a hub. What is sent arrives at the next turn of the clock.
struct Device final : Server::PresenceListener {
    Device(ManualClock &c, Server::PresenceHub &h, Server::DeviceId d) : clock(c), hub(h), device(d)
    {
        random.value = static_cast<quint64>(device) * 1000;
        PresenceClient::Events events;
        events.send = [this](const Plugin &plugin) { return send(plugin); };
        events.changed = [this](PresenceClient::Room room, const QList<PresenceState> &present, const QList<quint64> &gone) {
            ++reports;
            for (const PresenceState &one : present)
                others[room].insert(one.client, one.state);
            for (const quint64 left : gone)
                others[room].remove(left);
        };
        client = std::make_unique<PresenceClient>(clock, random, std::move(events));
    }
    ~Device() { cut(); }

    bool send(const Plugin &plugin)
    {
        if (busy)
            return false;
        ++sent;
        const PresenceTopic topic{plugin.space, plugin.topic};
        if (plugin.payload.isEmpty())
            hub.leave(*this, topic);
        else if (plugin.payload == QByteArray(1, '\0') || !hub.publish(*this, topic, plugin.payload))
            return hub.join(*this, device, topic) && hub.publish(*this, topic, plugin.payload);
        return true;
    }
    void presence(Server::PresenceNews &news) override
    {
        if (client)
            client->receive({presencePlugin(), news.topic().space, news.topic().place, news.update()});
    }
    void cut()
    {
        hub.leave(*this);
        client->setOnline(false);
    }

    ManualClock &clock;
    Server::PresenceHub &hub;
    Server::DeviceId device;
    FixedRandom random;
    std::unique_ptr<PresenceClient> client;
    std::map<PresenceClient::Room, QMap<quint64, QByteArray>> others;
    int sent = 0;
    int reports = 0;
    bool busy = false;
};

QList<QByteArray> statesOf(Device &device, PresenceClient::Room room = 1)
{
    return device.others[room].values();
}

} // namespace

/// The client's half of presence against the server's, under a clock that moves when the test says so.
class TestPresenceClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void statesArriveAndLeave();
    void theLastStateIsTold();
    void aStateIsKeptForAnHour();
    void whoFallsSilentIsGone();
    void offlineIsEmptyAndComingBackFills();
    void roomsOfOneReplicaSeeEachOther();
    void aBusyLinkGetsTheLatestLater();
    void whatComesIsNotTrusted();

private:
    ManualClock m_clock;
    std::unique_ptr<Server::PresenceHub> m_hub;
    std::unique_ptr<Device> m_a, m_b;
};

void TestPresenceClient::init()
{
    m_hub = std::make_unique<Server::PresenceHub>(m_clock);
    m_a = std::make_unique<Device>(m_clock, *m_hub, 1);
    m_b = std::make_unique<Device>(m_clock, *m_hub, 2);
    for (Device *device : {m_a.get(), m_b.get()}) {
        device->client->enter(1, note);
        device->client->setOnline(true);
    }
    m_clock.settle();
}

void TestPresenceClient::cleanup()
{
    m_a.reset();
    m_b.reset();
    m_hub.reset();
}

void TestPresenceClient::statesArriveAndLeave()
{
    m_a->client->setState(1, R"({"name":"A"})");
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_b), QList<QByteArray>{R"({"name":"A"})"});
    QVERIFY(statesOf(*m_a).isEmpty());
    m_b->client->setState(1, R"({"name":"B"})");
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_a), QList<QByteArray>{R"({"name":"B"})"});
    m_a->client->setState(1, {}); // stays, unseen
    m_clock.advance(100);
    QVERIFY(statesOf(*m_b).isEmpty());
    QCOMPARE(statesOf(*m_a).size(), 1);
    m_b->client->leave(1);
    m_clock.advance(100);
    QVERIFY(statesOf(*m_a).isEmpty());
    QVERIFY(m_hub->states(note).empty());
}

void TestPresenceClient::theLastStateIsTold()
{
    m_a->sent = 0;
    for (int i = 1; i <= 1000; ++i) { // for a second
        m_a->client->setState(1, "{\"x\":" + QByteArray::number(i) + '}');
        m_clock.advance(1);
    }
    QVERIFY2(m_a->sent <= 21, qPrintable(QString::number(m_a->sent)));
    QVERIFY2(m_a->sent >= 18, qPrintable(QString::number(m_a->sent)));
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_b), QList<QByteArray>{"{\"x\":1000}"});
}

void TestPresenceClient::aStateIsKeptForAnHour()
{
    m_a->client->setState(1, "{}");
    m_clock.advance(1000);
    const int reports = m_b->reports;
    m_a->sent = 0;
    m_clock.advance(3'600'000);
    QCOMPARE(statesOf(*m_b).size(), 1);
    QCOMPARE(m_b->reports, reports); // renewals are no news
    QVERIFY2(m_a->sent >= 220 && m_a->sent <= 245, qPrintable(QString::number(m_a->sent)));
}

void TestPresenceClient::whoFallsSilentIsGone()
{
    m_a->client->setState(1, "{}");
    m_clock.advance(1000);
    QCOMPARE(statesOf(*m_b).size(), 1);
    m_hub->leave(*m_b); // the server tells nothing any more
    m_clock.advance(Text::Limits::awarenessMsMax + Tuning::presenceUpkeepMs);
    QVERIFY(statesOf(*m_b).isEmpty());
}

void TestPresenceClient::offlineIsEmptyAndComingBackFills()
{
    m_a->client->setState(1, R"({"name":"A"})");
    m_b->client->setState(1, R"({"name":"B"})");
    m_clock.advance(100);
    m_a->cut();
    QVERIFY(statesOf(*m_a).isEmpty());
    m_clock.advance(100);
    QVERIFY(statesOf(*m_b).isEmpty());
    m_a->client->setState(1, R"({"name":"A later"})");
    m_clock.advance(60'000);
    m_a->client->setOnline(true);
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_b), QList<QByteArray>{R"({"name":"A later"})"});
    QCOMPARE(statesOf(*m_a), QList<QByteArray>{R"({"name":"B"})"});
}

void TestPresenceClient::roomsOfOneReplicaSeeEachOther()
{
    m_a->client->setState(1, R"({"window":1})");
    m_a->random.value += 7;
    m_a->client->enter(2, note);
    m_a->client->setState(2, R"({"window":2})");
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_a, 1), QList<QByteArray>{R"({"window":2})"});
    QCOMPARE(statesOf(*m_a, 2), QList<QByteArray>{R"({"window":1})"});
    QCOMPARE(statesOf(*m_b).size(), 2);
    m_a->client->leave(2);
    m_clock.advance(100);
    QVERIFY(statesOf(*m_a, 1).isEmpty());
    QCOMPARE(statesOf(*m_b), QList<QByteArray>{R"({"window":1})"});
    m_b->client->setState(1, "{}"); // the first room still listens
    m_clock.advance(100);
    QCOMPARE(statesOf(*m_a, 1).size(), 1);
}

void TestPresenceClient::aBusyLinkGetsTheLatestLater()
{
    m_a->busy = true;
    m_a->client->setState(1, R"({"x":1})");
    m_clock.advance(100);
    m_a->client->setState(1, R"({"x":2})");
    m_clock.advance(1000);
    QVERIFY(statesOf(*m_b).isEmpty());
    m_a->busy = false;
    m_clock.advance(1000);
    QCOMPARE(statesOf(*m_b), QList<QByteArray>{R"({"x":2})"});
}

void TestPresenceClient::whatComesIsNotTrusted()
{
    m_a->client->setState(1, R"({"name":"A"})");
    m_clock.advance(100);
    const quint64 own = m_hub->states(note).front().client;
    const auto hear = [&](const QByteArray &payload) {
        m_a->client->receive({presencePlugin(), note.space, note.place, payload});
    };
    hear({});
    hear("\xff\xff\xff");
    m_a->client->receive({"another", note.space, note.place, QByteArray(1, '\0')});
    const Text::AwarenessEntry denial{own, 1000, {}};
    hear(Text::writeAwareness({&denial, 1})); // no, we are here
    m_clock.advance(100);
    QCOMPARE(m_hub->states(note), (std::vector<Text::AwarenessEntry>{{own, 1001, R"({"name":"A"})"}}));
    QCOMPARE(m_a->reports, 0);
}

QTEST_GUILESS_MAIN(TestPresenceClient)
#include "tst_presenceclient.moc"
