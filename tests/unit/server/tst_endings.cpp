// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// How sessions end, one by one and all together.
class TestEndings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }

    void silentClientsAreDropped();
    void clientsThatSpeakStay();
    void readersThatStallAreDropped();
    void badBytesEndOneSessionOnly_data();
    void badBytesEndOneSessionOnly();
    void stoppingCommitsAndTellsWhenToComeBack();
    void stoppingDoesNotWaitForever();
    void aRefusedClientThatStaysIsDropped();

private:
    Caller &welcomed(SiteId site);

    std::unique_ptr<ServerHouse> m_house;
    std::vector<std::unique_ptr<Caller>> m_callers;
};

void TestEndings::init()
{
    m_callers.clear();
    m_house = std::make_unique<ServerHouse>();
}

Caller &TestEndings::welcomed(SiteId site)
{
    m_callers.push_back(std::make_unique<Caller>(*m_house));
    m_callers.back()->welcomed(m_house->token("device" + QByteArray::number(site)), site);
    return *m_callers.back();
}

void TestEndings::silentClientsAreDropped()
{
    Caller &silent = welcomed(1);
    m_house->run(Limits::silenceMsMax - 1000);
    QVERIFY(!silent.isOver());
    m_house->run(3000);
    QVERIFY(silent.isOver());
    QCOMPARE(m_house->core->sessionCount(), 0);
}

void TestEndings::clientsThatSpeakStay()
{
    Caller &caller = welcomed(1);
    for (int i = 0; i < 20; ++i) {
        m_house->run(Limits::pingIntervalMs);
        caller.send(Ping{1});
    }
    QVERIFY(!caller.isOver());
    QCOMPARE(caller.take<Pong>().size(), 20);
}

void TestEndings::readersThatStallAreDropped()
{
    Caller &stalled = welcomed(1);
    stalled.stopReading();
    for (int i = 0; i * 1000 < Server::Tuning::stalledMsMax - 2000; ++i) {
        stalled.send(Ping{1}); // it speaks, but it does not read
        m_house->run(1000);
    }
    QVERIFY(!stalled.isOver());
    for (int i = 0; i < 5; ++i) {
        stalled.send(Ping{1});
        m_house->run(1000);
    }
    QVERIFY(stalled.isOver());
}

void TestEndings::badBytesEndOneSessionOnly_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QString>("refusal");
    QTest::newRow("no payload") << QByteArray("\1", 1) << u"bad_frame"_s;
    QTest::newRow("flags") << QByteArray("\x0cx") << u"bad_frame"_s;
    QTest::newRow("not CBOR") << QByteArray("\1\xff\xff") << u"bad_message"_s;
    QTest::newRow("unknown type") << QByteArray::fromHex("018118ff") << u"unknown_message"_s;
    QTest::newRow("a welcome") << QByteArray('\1' + QByteArray::fromHex("820b00")) << u"bad_message"_s;
    QTest::newRow("frame too large") << QByteArray(Limits::frameBytesMax + 1, '\1') << u"too_large"_s;
}

void TestEndings::badBytesEndOneSessionOnly()
{
    QFETCH(QByteArray, frame);
    QFETCH(QString, refusal);
    Caller &bad = welcomed(1);
    Caller &good = welcomed(2);
    bad.sendRaw(frame);
    bad.sendRaw(frame); // whatever follows is not looked at
    m_house->run();
    QCOMPARE(bad.refusal(), refusal);
    QVERIFY(bad.isOver());
    good.send(Ping{1});
    QCOMPARE(good.take<Pong>().size(), 1);
    QCOMPARE(m_house->core->sessionCount(), 1);
}

void TestEndings::stoppingCommitsAndTellsWhenToComeBack()
{
    Caller &writer = welcomed(1);
    Caller &reader = welcomed(2);
    reader.send(Subscribe{"home", 77, 0});
    writer.send(pushOf(1, {rowOf("k", {makeHlc(m_house->clock.wallMs()), 1}, {"v"})}));
    bool isFinished = false;
    m_house->core->stop([&isFinished] { isFinished = true; });
    QVERIFY(!isFinished);
    QCOMPARE(writer.take<Ack>().size(), 1);
    QCOMPARE(reader.take<Changes>().size(), 1);
    QCOMPARE(m_house->rowCount("home"), 1);
    for (Caller *caller : {&writer, &reader}) {
        const QList<Refused> refusals = caller->take<Refused>();
        QCOMPARE(refusals.size(), 1);
        QCOMPARE(refusals.constFirst().code, u"shutting_down"_s);
        QVERIFY(refusals.constFirst().retryAfterMs >= 0);
        QVERIFY(refusals.constFirst().retryAfterMs <= Server::Tuning::shutdownRetryMsMax);
    }
    m_house->run();
    QVERIFY(isFinished);
    Caller late(*m_house);
    QCOMPARE(m_house->core->sessionCount(), 0);
}

void TestEndings::stoppingDoesNotWaitForever()
{
    Caller &stuck = welcomed(1);
    stuck.stopReading();
    bool isFinished = false;
    m_house->core->stop([&isFinished] { isFinished = true; });
    m_house->run(1000);
    QVERIFY(!isFinished);
    m_house->run(Server::Tuning::shutdownMsMax);
    QVERIFY(isFinished);
}

void TestEndings::aRefusedClientThatStaysIsDropped()
{
    Caller &stuck = welcomed(1);
    stuck.stopReading();
    stuck.sendRaw("\1");
    m_house->run(Server::Tuning::closingMsMax + 2000);
    QCOMPARE(m_house->core->sessionCount(), 0);
}

QTEST_GUILESS_MAIN(TestEndings)
#include "tst_endings.moc"
