// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/presencehub.h"
#include "server/core/tuning.h"
#include "sim/nodeclock.h"
#include "text/limits.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Server;
using Sheaf::Text::AwarenessEntry;

namespace {

const PresenceTopic here{"home", "note"};

/// A connection that remembers what it heard.
class Listener final : public PresenceListener
{
public:
    void presence(PresenceNews &news) override
    {
        ++messages;
        const auto entries = Text::readAwareness(news.update());
        QVERIFY(entries);
        for (const AwarenessEntry &entry : *entries) {
            heard.append(entry);
            if (entry.state.isEmpty())
                states.remove(entry.client);
            else
                states.insert(entry.client, entry.state);
        }
    }

    int messages = 0;
    QList<AwarenessEntry> heard;
    QMap<quint64, QByteArray> states;
};

} // namespace

/// The rules of PresenceHub under a clock that moves when the test says so.
class TestPresenceHub : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void aJoinerGetsEverybodysState();
    void changesReachTheOthersAndNotTheirAuthor();
    void theLastStateArrivesHoweverFastTheyCome();
    void manyTalkersAreToldTogether();
    void anIdBelongsToWhoUsedItFirst();
    void aDeviceTakesItsOwnIdsOver();
    void aStateIsGoneAfterThirtySeconds();
    void renewalsKeepAState();
    void whoLeavesIsGoneAtOnce();
    void whatIsLateBringsNobodyBack();
    void topicsAreApart();
    void whatCannotBeReadIsCounted_data();
    void whatCannotBeReadIsCounted();
    void limitsHold();
    void largeCrowdsComeInSeveralUpdates();

private:
    void run(qint64 ms = 0) { m_queue->runUntil(m_queue->nowUs() + ms * 1000); }
    void say(Listener &listener, const AwarenessEntry &entry, const PresenceTopic &topic = here)
    {
        QVERIFY(m_hub->publish(listener, topic, Text::writeAwareness({&entry, 1})));
    }

    qint64 m_skewMs = 0;
    std::unique_ptr<EventQueue> m_queue;
    std::unique_ptr<NodeClock> m_clock;
    std::unique_ptr<PresenceHub> m_hub;
    Listener m_a, m_b, m_c;
};

void TestPresenceHub::init()
{
    m_queue = std::make_unique<EventQueue>(1);
    m_clock = std::make_unique<NodeClock>(*m_queue, m_skewMs);
    m_hub = std::make_unique<PresenceHub>(*m_clock);
    for (Listener *listener : {&m_a, &m_b, &m_c})
        *listener = {};
    QVERIFY(m_hub->join(m_a, 1, here));
    QVERIFY(m_hub->join(m_b, 2, here));
}

void TestPresenceHub::cleanup()
{
    m_hub.reset();
    m_clock.reset();
}

void TestPresenceHub::aJoinerGetsEverybodysState()
{
    say(m_a, {10, 1, R"({"name":"A"})"});
    say(m_b, {20, 5, R"({"name":"B"})"});
    run();
    const int told = m_a.messages;
    QVERIFY(m_hub->join(m_c, 3, here));
    QCOMPARE(m_c.messages, 0); // never inside a call
    run(100);
    QCOMPARE(m_c.states, (QMap<quint64, QByteArray>{{10, R"({"name":"A"})"}, {20, R"({"name":"B"})"}}));
    const int once = m_c.messages;
    QVERIFY(m_hub->join(m_c, 3, here)); // asks again
    run(100);
    QCOMPARE(m_c.messages, once + 1);
    QCOMPARE(m_a.messages, told); // and nobody else was told again
    QVERIFY(m_a.states.contains(20));
}

void TestPresenceHub::changesReachTheOthersAndNotTheirAuthor()
{
    say(m_a, {10, 1, R"({"x":1})"});
    QCOMPARE(m_b.messages, 0);
    run();
    QCOMPARE(m_b.heard, (QList<AwarenessEntry>{{10, 1, R"({"x":1})"}}));
    QCOMPARE(m_a.messages, 0);
    say(m_a, {10, 1, R"({"x":2})"}); // the same clock: no news
    run(1000);
    QCOMPARE(m_b.messages, 1);
}

void TestPresenceHub::theLastStateArrivesHoweverFastTheyCome()
{
    for (quint64 clock = 1; clock <= 1000; ++clock) { // for a second
        say(m_a, {10, clock, "{\"x\":" + QByteArray::number(clock) + '}'});
        run(1);
    }
    QVERIFY2(m_b.messages <= 32, qPrintable(QString::number(m_b.messages)));
    QVERIFY2(m_b.messages >= 25, qPrintable(QString::number(m_b.messages)));
    run(Tuning::presenceIntervalMs);
    QCOMPARE(m_b.states.value(10), R"({"x":1000})");
    const int all = m_b.messages;
    run(5000);
    QCOMPARE(m_b.messages, all);
}

void TestPresenceHub::manyTalkersAreToldTogether()
{
    for (quint64 clock = 1; clock <= 20; ++clock) {
        for (int ms = 0; ms < 50; ++ms) {
            say(m_a, {static_cast<quint64>(100 + ms % 8), clock * 50 + static_cast<quint64>(ms), "{}"});
            run(1);
        }
    }
    QVERIFY(m_b.messages <= 32);
    QCOMPARE(m_b.states.size(), 8);
}

void TestPresenceHub::anIdBelongsToWhoUsedItFirst()
{
    say(m_a, {10, 1, R"({"name":"A"})"});
    say(m_b, {10, 7, R"({"name":"not A"})"});
    say(m_b, {10, 1, {}});
    run();
    QCOMPARE(m_b.states.value(10), R"({"name":"A"})");
    QCOMPARE(m_hub->counters().spoofed, 2);
    say(m_b, {10, 1, R"({"name":"A"})"}); // an echo is no offence
    QCOMPARE(m_hub->counters().spoofed, 2);
    m_hub->leave(m_a); // now the id is nobody's
    say(m_b, {10, 7, R"({"name":"B"})"});
    QCOMPARE(m_hub->states(here), (std::vector<AwarenessEntry>{{10, 7, R"({"name":"B"})"}}));
}

void TestPresenceHub::aDeviceTakesItsOwnIdsOver()
{
    say(m_a, {10, 3, R"({"name":"A"})"});
    QVERIFY(m_hub->join(m_c, 1, here)); // the same device, over a new link
    say(m_c, {10, 4, R"({"name":"A again"})"});
    QCOMPARE(m_hub->counters().spoofed, 0);
    m_hub->leave(m_a); // the old link ends at last
    run(100);
    QCOMPARE(m_b.states.value(10), R"({"name":"A again"})");
}

void TestPresenceHub::aStateIsGoneAfterThirtySeconds()
{
    say(m_a, {10, 1, "{}"});
    run(Text::Limits::awarenessMsMax - 1000);
    QCOMPARE(m_b.states.size(), 1);
    run(Tuning::tickMs + 1000);
    QCOMPARE(m_b.heard.last(), (AwarenessEntry{10, 1, {}}));
    QVERIFY(m_b.states.isEmpty());
    QVERIFY(m_hub->states(here).empty());
    say(m_a, {10, 2, "{}"}); // it was only slow
    run();
    QCOMPARE(m_b.states.size(), 1);
}

void TestPresenceHub::renewalsKeepAState()
{
    for (quint64 clock = 1; clock <= 8; ++clock) {
        say(m_a, {10, clock, "{}"});
        run(15'000);
        QCOMPARE(m_b.states.size(), 1);
    }
    QCOMPARE(m_b.messages, 8); // the others hear renewals too: they count thirty seconds themselves
}

void TestPresenceHub::whoLeavesIsGoneAtOnce()
{
    say(m_a, {10, 1, "{}"});
    say(m_a, {11, 1, "{}"});
    run(100);
    m_hub->leave(m_a);
    run();
    QVERIFY(m_b.states.isEmpty());
    QVERIFY(!m_hub->publish(m_a, here, QByteArray(1, '\0')));
    m_hub->leave(m_a); // once more does no harm
}

void TestPresenceHub::whatIsLateBringsNobodyBack()
{
    say(m_a, {10, 5, "{}"});
    run(100);
    m_hub->leave(m_a);
    say(m_b, {10, 5, "{}"}); // the echo of a client of y-websocket
    QVERIFY(m_hub->states(here).empty());
    run(3 * Text::Limits::awarenessMsMax);
    say(m_b, {10, 5, "{}"}); // nobody remembers
    QCOMPARE(m_hub->states(here).size(), size_t{1});
}

void TestPresenceHub::topicsAreApart()
{
    const PresenceTopic there{"home", {}};
    QVERIFY(m_hub->join(m_c, 3, there));
    say(m_a, {10, 1, "{}"});
    run();
    QCOMPARE(m_c.messages, 0);
    QVERIFY(!m_hub->publish(m_c, here, QByteArray(1, '\0')));
    say(m_c, {10, 1, "{}"}, there); // an id means something within a topic only
    QCOMPARE(m_hub->counters().spoofed, 0);
    m_hub->leave(m_c, there);
    QVERIFY(!m_hub->publish(m_c, there, QByteArray(1, '\0')));
    QCOMPARE(m_hub->states(here).size(), size_t{1});
}

void TestPresenceHub::whatCannotBeReadIsCounted_data()
{
    QTest::addColumn<QByteArray>("update");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("cut") << QByteArray("\1\12\1\2{", 5);
    QTest::newRow("more behind") << QByteArray("\0\0", 2);
    QTest::newRow("no JSON") << QByteArray("\1\12\1\2{x", 6);
    QTest::newRow("no object") << QByteArray("\1\12\1\1"
                                             "7",
                                             5);
    QTest::newRow("no UTF-8") << QByteArray("\1\12\1\3\"\xff\"", 7);
    QTest::newRow("a crowd") << QByteArray("\xff\xff\xff\xff\x0f", 5);
    const AwarenessEntry large{10, 1, "{\"x\":\"" + QByteArray(Text::Limits::awarenessStateBytesMax, 'x') + "\"}"};
    QTest::newRow("large") << Text::writeAwareness({&large, 1});
}

void TestPresenceHub::whatCannotBeReadIsCounted()
{
    QFETCH(QByteArray, update);
    QVERIFY(m_hub->publish(m_a, here, update));
    run(100);
    QCOMPARE(m_hub->counters().malformed, 1);
    QCOMPARE(m_b.messages, 0);
}

void TestPresenceHub::limitsHold()
{
    for (quint64 id = 1; id <= 20; ++id)
        say(m_a, {id, 1, "{}"});
    QCOMPARE(static_cast<qsizetype>(m_hub->states(here).size()), Tuning::presenceClientsPerListenerMax);
    for (int i = 1; i < Tuning::presenceTopicsMax; ++i)
        QVERIFY(m_hub->join(m_a, 1, {"home", QByteArray::number(i)}));
    QVERIFY(!m_hub->join(m_a, 1, {"home", "one more"}));
    QVERIFY(m_hub->join(m_a, 1, here)); // where it is already
    QCOMPARE(m_hub->counters().crowded, 20 - Tuning::presenceClientsPerListenerMax + 1U);
}

void TestPresenceHub::largeCrowdsComeInSeveralUpdates()
{
    const QByteArray state = "{\"x\":\"" + QByteArray(Text::Limits::awarenessStateBytesMax - 20, 'x') + "\"}";
    for (quint64 id = 1; id <= 8; ++id)
        say(m_a, {id, 1, state});
    run();
    QCOMPARE(m_b.states.size(), 8);
    QVERIFY(m_b.messages > 1);
}

QTEST_GUILESS_MAIN(TestPresenceHub)
#include "tst_presencehub.moc"
