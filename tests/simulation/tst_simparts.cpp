// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sim/faultynetwork.h"
#include "sim/nodeclock.h"
#include "simulation/minimiser.h"
#include "simulation/oracle.h"

#include <QTest>
#include <QUrl>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

/// Remembers what it hears.
struct Ear final : Connection::Observer {
    void opened() override { ++openings; }
    void frameReceived(const QByteArray &frame) override { frames += frame; }
    void closed(const QString &) override { ++closings; }
    int openings = 0;
    int closings = 0;
    QList<QByteArray> frames;
};

Oracle::Row row(CausalLength length, Hlc hlc, const char *value)
{
    return {length, {hlc, 1}, {{"title", {{hlc, 1}, value}}}};
}

} // namespace

/// The simulator's own parts: a judge that is wrong about them would find nothing.
class TestSimParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void eventsRunInOrder();
    void timersDieWithTheirClock();
    void timersWaitForTheDisk();
    void framesWaitForTheDisk();
    void framesArriveInOrder();
    void cutEndsBothSides();
    void halfOpenTellsNobody();
    void partitionHoldsAndHeals();
    void serverDownRefuses();
    void closeDeliversFirst();
    void foldKeepsTheGreater();
    void whatIsForgottenIsNotLost();
    void plansAreOptions();
    void minimiserLeavesWhatMatters();
    void minimiserEndsInTime();

private:
    void connectOne();
    std::unique_ptr<EventQueue> m_queue;
    std::unique_ptr<FaultyNetwork> m_network;
    std::unique_ptr<Transport> m_transport;
    std::unique_ptr<Connection> m_client;
    std::unique_ptr<Connection> m_server;
    Ear m_clientEar;
    Ear m_serverEar;
};

void TestSimParts::init()
{
    m_clientEar = {};
    m_serverEar = {};
    m_queue = std::make_unique<EventQueue>(7);
    m_network = std::make_unique<FaultyNetwork>(*m_queue, 8);
    m_network->setAcceptor([this](std::unique_ptr<Connection> connection) {
        m_server = std::move(connection);
        m_server->setObserver(&m_serverEar);
    });
    m_transport = m_network->transportOf(0);
}

void TestSimParts::cleanup()
{
    m_client.reset();
    m_server.reset();
}

void TestSimParts::connectOne()
{
    m_client = m_transport->connectTo(QUrl(u"ws://sim"_s), &m_clientEar);
    QCOMPARE(m_clientEar.openings, 0);
    m_queue->runUntil(m_queue->nowUs() + 100'000);
    QCOMPARE(m_clientEar.openings, 1);
}

void TestSimParts::eventsRunInOrder()
{
    QList<int> ran;
    m_queue->at(30, [&] { ran += 3; });
    m_queue->at(10, [&] { ran += 1; });
    const auto cancelled = m_queue->at(20, [&] { ran += 2; });
    m_queue->cancel(cancelled);
    m_queue->runUntil(25);
    QCOMPARE(ran, QList<int>{1});
    m_queue->runUntil(40);
    QCOMPARE(ran, (QList<int>{1, 3}));
    QCOMPARE(m_queue->nowUs(), 40);
}

void TestSimParts::timersDieWithTheirClock()
{
    int ran = 0;
    qint64 skew = 5'000;
    {
        NodeClock clock(*m_queue, skew);
        QCOMPARE(clock.wallMs(), NodeClock::epochMs + 5'000);
        clock.start(std::chrono::milliseconds(1), [&] { ++ran; });
        clock.start(std::chrono::milliseconds(9), [&] { ++ran; });
        m_queue->runUntil(2'000);
    }
    m_queue->runUntil(20'000);
    QCOMPARE(ran, 1);
}

void TestSimParts::timersWaitForTheDisk()
{
    const qint64 skew = 0;
    QList<int> ran;
    NodeClock clock(*m_queue, skew);
    clock.start(std::chrono::milliseconds(1), [&] { ran += 1; });
    clock.start(std::chrono::milliseconds(2), [&] { ran += 2; });
    const auto cancelled = clock.start(std::chrono::milliseconds(2), [&] { ran += 3; });
    clock.spend(50'000);
    QCOMPARE(clock.monotonicMs(), 50);
    clock.start(std::chrono::milliseconds(1), [&] { ran += 4; });
    m_queue->runUntil(49'000);
    QVERIFY(ran.isEmpty());
    clock.cancel(cancelled);
    m_queue->runUntil(60'000);
    QCOMPARE(ran, (QList<int>{1, 2, 4}));
    QCOMPARE(clock.monotonicMs(), 60);
}

void TestSimParts::framesWaitForTheDisk()
{
    connectOne();
    const qint64 freeUs = m_queue->nowUs() + 5'000'000;
    m_network->setFreeAt([freeUs](int, Direction towards) { return towards == Direction::ToServer ? freeUs : 0; });
    m_client->sendFrame("in"_ba);
    m_server->sendFrame("out"_ba);
    m_client->sendFrame("in again"_ba);
    m_queue->runUntil(freeUs - 1);
    QVERIFY(m_serverEar.frames.isEmpty());
    QVERIFY(m_clientEar.frames.isEmpty());
    m_queue->runUntil(freeUs + 100'000);
    QCOMPARE(m_serverEar.frames, (QList<QByteArray>{"in", "in again"}));
    QCOMPARE(m_clientEar.frames, QList<QByteArray>{"out"});
}

void TestSimParts::framesArriveInOrder()
{
    m_network->faults(0).delayUsMax = 500'000;
    m_client = m_transport->connectTo(QUrl(u"ws://sim"_s), &m_clientEar);
    m_queue->runUntil(2'000'000);
    QList<QByteArray> sent;
    for (int i = 0; i < 50; ++i) {
        sent += QByteArray::number(i);
        m_client->sendFrame(sent.last());
    }
    QVERIFY(m_serverEar.frames.isEmpty());
    QVERIFY(m_client->unsentBytes() > 0);
    m_queue->runUntil(5'000'000);
    QCOMPARE(m_serverEar.frames, sent);
    QCOMPARE(m_client->unsentBytes(), 0);
}

void TestSimParts::cutEndsBothSides()
{
    m_network->faults(0).cutOneIn = 1;
    m_network->faults(0).cutBytesMax = 100;
    connectOne();
    for (int i = 0; i < 20; ++i)
        m_client->sendFrame(QByteArray(10, 'x'));
    m_queue->runUntil(1'000'000);
    QVERIFY(m_serverEar.frames.size() < 20);
    QCOMPARE(m_clientEar.closings, 1);
    QCOMPARE(m_serverEar.closings, 1);
}

void TestSimParts::halfOpenTellsNobody()
{
    connectOne();
    m_network->cutAll(0, true);
    m_client->sendFrame("lost"_ba);
    m_queue->runUntil(60'000'000);
    QVERIFY(m_serverEar.frames.isEmpty());
    QCOMPARE(m_clientEar.closings + m_serverEar.closings, 0);
}

void TestSimParts::partitionHoldsAndHeals()
{
    connectOne();
    m_network->faults(0).partitioned = true;
    m_client->sendFrame("a"_ba);
    m_client->sendFrame("b"_ba);
    m_queue->runUntil(5'000'000);
    QVERIFY(m_serverEar.frames.isEmpty());
    m_network->heal(0);
    m_queue->runUntil(6'000'000);
    QCOMPARE(m_serverEar.frames, (QList<QByteArray>{"a", "b"}));
}

void TestSimParts::serverDownRefuses()
{
    m_network->setAcceptor({});
    m_client = m_transport->connectTo(QUrl(u"ws://sim"_s), &m_clientEar);
    m_queue->runUntil(1'000'000);
    QCOMPARE(m_clientEar.openings, 0);
    QCOMPARE(m_clientEar.closings, 1);
}

void TestSimParts::closeDeliversFirst()
{
    connectOne();
    m_server->sendFrame("last words"_ba);
    m_server->close();
    m_queue->runUntil(1'000'000);
    QCOMPARE(m_clientEar.frames, QList<QByteArray>{"last words"});
    QCOMPARE(m_clientEar.closings, 1);
    QCOMPARE(m_serverEar.closings, 1);
}

void TestSimParts::foldKeepsTheGreater()
{
    Oracle::Row mine = row(1, 5, "five");
    Oracle::fold(mine, row(1, 4, "four"));
    QCOMPARE(mine.cells["title"].value, "five");
    Oracle::fold(mine, row(1, 6, "six"));
    QCOMPARE(mine.cells["title"].value, "six");
    Oracle::fold(mine, {2, {3, 1}, {}});
    QCOMPARE(mine.length, 2U);
    QVERIFY(mine.cells.empty());
    Oracle::fold(mine, row(1, 9, "an earlier life"));
    QVERIFY(mine.cells.empty());
    QVERIFY(!Oracle::compareValues({}, {}));
    QVERIFY(Oracle::compareValues({{{"home", "notes", "k"}, row(1, 1, "a")}}, {{{"home", "notes", "k"}, row(1, 1, "b")}}));
}

/// A part that was taken out may be gone from the server once it is forgotten, one that stands may not.
void TestSimParts::whatIsForgottenIsNotLost()
{
    for (const bool isGone : {true, false}) {
        Oracle oracle;
        QByteArray bytes;
        encodeRecord({.length = 1,
                      .life = {10, 1},
                      .cells = {},
                      .texts = {},
                      .parts = {{3, "x", {20, 1}, isGone ? ValueView::null() : ValueView::ofInteger(1)}}},
                     bytes);
        Push push;
        push.space = "home";
        push.tables = {{"t", {{3, "labels"}}}};
        push.changes = {{0, "k", bytes}};
        QVERIFY(!oracle.offered(push));
        oracle.acknowledged(push, {});
        const Oracle::Rows server{{{"home", "t", "k"}, {1, {10, 1}, {}}}};
        oracle.forgotten("home", 19);
        QVERIFY(oracle.judge(server));
        oracle.forgotten("home", 20);
        QCOMPARE(oracle.judge(server).has_value(), !isGone);
    }
}

void TestSimParts::plansAreOptions()
{
    Plan plan{0x2a};
    QCOMPARE(plan.options(), "--seed 0x2a");
    plan.onlySteps = {7, 3, 12};
    plan.withoutDevices = {0, 2};
    plan.without.set(static_cast<size_t>(Feature::HalfOpen));
    plan.without.set(static_cast<size_t>(Feature::Cuts));
    QCOMPARE(plan.options(), "--seed 0x2a --only-steps 3,7,12 --without-devices 0,2 --without cuts,half-open");
    QCOMPARE(readNumbers("3,7,12"), plan.onlySteps);
    QCOMPARE(readNumbers("none"), std::optional(std::set<int>()));
    QCOMPARE(readFeatures("cuts,half-open"), std::optional(plan.without));
    QVERIFY(!readNumbers("3,x"));
    QVERIFY(!readFeatures("cuts,nothing"));
    for (size_t i = 0; i < plan.without.size(); ++i)
        QCOMPARE(featureNamed(nameOf(static_cast<Feature>(i))), std::optional(static_cast<Feature>(i)));
}

void TestSimParts::minimiserLeavesWhatMatters()
{
    const auto cuts = static_cast<size_t>(Feature::Cuts);
    const auto fails = [cuts](const Plan &plan) {
        const auto has = [&plan](int step) { return plan.hasStep(step); };
        return has(3) && has(57) && (has(58) || has(90)) && !plan.withoutDevices.contains(1) && !plan.without[cuts];
    };
    Features features;
    features.set(cuts).set(static_cast<size_t>(Feature::Skew)).set(static_cast<size_t>(Feature::Undo));
    Minimiser minimiser(fails, 60'000);
    const Plan shortest = minimiser.shorten({5}, {100, {0, 1, 2}, features});
    QVERIFY(fails(shortest));
    QCOMPARE(shortest.onlySteps->size(), 3U);
    QCOMPARE(shortest.withoutDevices, (std::set<int>{0, 2}));
    QCOMPARE(shortest.without, features.reset(cuts));
    QVERIFY2(minimiser.tried() < 150, qPrintable(QString::number(minimiser.tried())));
}

void TestSimParts::minimiserEndsInTime()
{
    int tried = 0;
    const auto fails = [&tried](const Plan &) { return ++tried > 0; };
    QCOMPARE(Minimiser(fails, 0).shorten({5}, {100, {0}, {}}), Plan{5});
    QCOMPARE(tried, 0);
}

QTEST_GUILESS_MAIN(TestSimParts)
#include "tst_simparts.moc"
