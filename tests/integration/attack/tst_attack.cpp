// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "peer.h"
#include "protocol/codec.h"
#include "protocol/limits.h"
#include "support/patience.h"
#include "victim.h"

#include <QElapsedTimer>
#include <QtTest>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

// A sanitizer keeps what was freed for a while.
constexpr qint64 peakKbMax = (isInstrumented ? 1024 : 64) * 1024;
constexpr int ackMsMax = 3'000;   ///< of the legitimate client; a second, and room for a loaded machine
constexpr int goneMsMax = 5'000;  ///< for a peer that breaks a rule
constexpr int floodMsMax = 5'000; ///< how long a flood would go on if nobody stopped it

QByteArray frameOf(const Message &message)
{
    return encoded({.payload = frameMessage(encodeMessage(message)).constFirst()});
}

QByteArray rawMessage(const QByteArray &payload)
{
    return encoded({.payload = '\1' + payload});
}

} // namespace

/// A real server on loopback, attacked over raw sockets while a legitimate client pushes all the
/// time. It must go on being served, the server must stay small, and the attacker must go.
class TestAttack : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void cleanupTestCase();

    void ruleBreakersAreTold_data();
    void ruleBreakersAreTold();
    void handshakesThatNeverEndAreCut();
    void headerBombsAreCut();
    void foreignOriginsAreDenied();
    void slowReadersAreBounded();
    void answersThatNobodyReadsAreBounded();
    void strangersDoNotLockOthersOut();
    void aCrowdComesInOneByOne();
    void oneAddressHasALimit();

private:
    /// Runs the attack in a thread of its own while the client pushes.
    void serveDuring(const std::function<void()> &attack);

    Victim m_server;
    QByteArray m_token;
    std::unique_ptr<Peer> m_client;
    bool m_isServed = true;
    qint64 m_worstMs = 0;
};

void TestAttack::initTestCase()
{
    QVERIFY(m_server.start());
    m_token = m_server.token(u"attacker"_s);
    const QByteArray token = m_server.token(u"client"_s);
    m_client = std::make_unique<Peer>(m_server.port());
    QVERIFY(m_client->greet(token, 1));
}

void TestAttack::cleanup()
{
    QVERIFY2(m_isServed, "the legitimate client was not served in time");
    QVERIFY2(m_server.peakKb() > 0 && m_server.peakKb() < peakKbMax, QByteArray::number(m_server.peakKb()).constData());
}

void TestAttack::cleanupTestCase()
{
    qInfo("server's peak %lld KB, slowest ack %lld ms", static_cast<long long>(m_server.peakKb()),
          static_cast<long long>(m_worstMs));
    QCOMPARE(m_server.stop(), 0);
}

void TestAttack::serveDuring(const std::function<void()> &attack)
{
    std::atomic<bool> isOver = false;
    std::thread attacker([&] {
        attack();
        isOver = true;
    });
    do {
        const auto ms = m_client->pushAndWait(200, ackMsMax);
        m_isServed = m_isServed && ms;
        m_worstMs = std::max(m_worstMs, ms.value_or(ackMsMax));
        QThread::msleep(5);
    } while (m_isServed && !isOver);
    attacker.join();
}

void TestAttack::ruleBreakersAreTold_data()
{
    QTest::addColumn<bool>("isGreeted");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("isFlood"); ///< again and again, never reading
    QTest::addColumn<QString>("refusal");

    Hello hello;
    hello.app = u"attack"_s;
    hello.site = 7;
    hello.token = "nobody's";
    const auto both = [](const char *name, const QByteArray &bytes, bool isFlood, const QString &refusal) {
        QTest::addRow("%s, stranger", name) << false << bytes << isFlood << refusal;
        QTest::addRow("%s, device", name) << true << bytes << isFlood << refusal;
    };
    const quint64 gigabyte = 1ULL << 30;
    both("text frame", encoded({.opcode = textOpcode, .payload = "{}"}), false, u"bad_frame"_s);
    both("unmasked frame", encoded({.payload = frameMessage(encodeMessage(hello)).first(), .isMasked = false}), false,
         u"bad_frame"_s);
    both("unknown opcode", encoded({.opcode = 0x3, .payload = "x"}), false, u"bad_frame"_s);
    both("reserved bit", encoded({.opcode = 0x42, .payload = "x"}), false, u"bad_frame"_s);
    both("continuation of nothing", encoded({.opcode = continuationOpcode, .payload = "x"}), false, u"bad_frame"_s);
    both("2 GB declared", encoded({.payload = "x", .declared = 2 * gigabyte}), false, u"too_large"_s);
    both("2^63 declared", encoded({.payload = "x", .declared = 1ULL << 63}), false, u"too_large"_s);
    both("400 MB frame", encoded({.payload = QByteArray(1024 * 1024, 'x'), .declared = 400 * 1024 * 1024}), true, u"too_large"_s);
    both("frame one byte too large", encoded({.payload = QByteArray(Limits::frameBytesMax + 1, 'x')}), false, u"too_large"_s);
    both("empty frame", encoded({}), false, u"bad_frame"_s);
    both("ping flood", encoded({.opcode = pingOpcode, .payload = QByteArray(100, 'p')}).repeated(500), true, u"flooding"_s);
    both("empty fragments",
         encoded({.isFinal = false}) + encoded({.opcode = continuationOpcode, .isFinal = false}).repeated(20'000), true,
         u"flooding"_s);
    both("tiny fragments",
         encoded({.isFinal = false}) + encoded({.opcode = continuationOpcode, .payload = "x", .isFinal = false}).repeated(20'000),
         true, u"flooding"_s);
    both("tiny frames of one message", encoded({.payload = QByteArray(2, '\0')}).repeated(20'000), true, u"too_large"_s);
    both("zstd bomb", {}, false, {}); // filled in by the test
    both("unknown flags", encoded({.payload = "\x0cx"}), false, u"bad_frame"_s);
    both("garbage", rawMessage("\xff\xfe\xfd garbage"), false, u"bad_message"_s);
    both("unknown message", rawMessage(QByteArray::fromHex("8118ff")), false, u"unknown_message"_s);

    QTest::addRow("hello with a wrong token") << false << frameOf(hello) << false << u"bad_token"_s;
    QTest::addRow("hello too large") << false << rawMessage(QByteArray(5000, 'h')) << false << u"too_large"_s;
    QTest::addRow("no hello") << false << frameOf(Ping{1}) << false << u"unexpected_message"_s;
    QTest::addRow("second hello") << true << frameOf(hello) << false << u"unexpected_message"_s;
    QTest::addRow("server's message") << true << frameOf(Pong{1, 1}) + frameOf(Marked{"home", 1, 1, QByteArray(16, 'x')}) << false
                                      << u"unexpected_message"_s;
    QTest::addRow("push out of order") << true << frameOf(Push{"home", 1'000'000, false, {}, {}}) << false << u"push_gap"_s;
    QTest::addRow("push number 0") << true << frameOf(Push{"home", 0, false, {}, {}}) << false << u"push_gap"_s;
    QTest::addRow("malformed record")
        << true << frameOf(Push{"home", 1, false, {{"t", {{1, "c"}}}}, {{0, QByteArray::fromHex("0102"), "\x07garbage"}}})
        << false << u"bad_message"_s;
    QTest::addRow("cut message") << true << rawMessage(encodeMessage(Mark{"home", 77}).chopped(1)) << false << u"bad_message"_s;
}

void TestAttack::ruleBreakersAreTold()
{
    QFETCH(bool, isGreeted);
    QFETCH(QByteArray, bytes);
    QFETCH(bool, isFlood);
    QFETCH(QString, refusal);
    if (refusal.isEmpty()) { // a zstd bomb: a megabyte is declared and would come out
        const QByteArray packed = QByteArray::fromHex("28b52ffda4000010003d0800100000010000ffff39");
        bytes = encoded({.payload = QByteArray::fromHex("03808040") + static_cast<char>(packed.size()) + packed});
        refusal = isGreeted ? u"too_large"_s : u"bad_frame"_s; // strangers may not compress at all
    }
    Peer attacker(m_server.port());
    bool isIn = false;
    bool isGone = false;
    qint64 goneMs = 0;
    serveDuring([&] {
        isIn = isGreeted ? attacker.greet(m_token, 666) : attacker.upgrade();
        QElapsedTimer timer;
        timer.start();
        do {
            attacker.socket().send(bytes, 200);
        } while (isFlood && timer.elapsed() < floodMsMax && !attacker.socket().isGone());
        isGone = attacker.waitForEnd(goneMsMax);
        goneMs = timer.elapsed();
    });
    QVERIFY(isIn);
    QVERIFY(isGone);
    QVERIFY2(goneMs < goneMsMax, QByteArray::number(goneMs).constData());
    // Whoever does not read what it is told may lose it to the reset of the connection.
    if (!isFlood || !attacker.refusal().isEmpty())
        QCOMPARE(attacker.refusal(), refusal);
}

void TestAttack::handshakesThatNeverEndAreCut()
{
    constexpr int headerMsMax = 5'000;
    RawSocket silent;
    RawSocket half;
    RawSocket trickling;
    Peer mute(m_server.port());
    Peer dripping(m_server.port());
    bool areIn = false;
    QByteArray timeouts;
    serveDuring([&] {
        areIn = silent.connectTo(m_server.port()) && half.connectTo(m_server.port()) && trickling.connectTo(m_server.port()) &&
                mute.upgrade() && dripping.upgrade();
        half.send(upgradeRequest().first(60), 100);
        const QByteArray header = upgradeRequest("X-Long: " + QByteArray(4000, 'x') + "\r\n");
        const QByteArray frame = encoded({.payload = QByteArray(4000, 'x')});
        QElapsedTimer timer;
        timer.start();
        const auto goesIn = [&timer](RawSocket &socket, qint64 msMax) { return socket.isGone() || timer.elapsed() < msMax; };
        bool isOnTime = true;
        for (qsizetype i = 0; timer.elapsed() < Limits::handshakeMsMax + goneMsMax && i < 4000; ++i) {
            trickling.send(header.mid(i, 1), 10);
            dripping.socket().send(frame.mid(i, 1), 10);
            for (RawSocket *socket : {&silent, &half, &trickling})
                isOnTime = isOnTime && goesIn(*socket, headerMsMax + goneMsMax);
            mute.waitForEnd(1);
            if (silent.isGone() && half.isGone() && trickling.isGone() && mute.socket().isGone() && dripping.waitForEnd(1))
                break;
            QThread::msleep(50);
        }
        if (!isOnTime)
            timeouts += "header ";
        if (!mute.socket().isGone() || !dripping.socket().isGone())
            timeouts += "hello ";
    });
    QVERIFY(areIn);
    QCOMPARE(timeouts, QByteArray());
    QCOMPARE(mute.refusal(), u"timeout"_s);
    QCOMPARE(dripping.refusal(), u"timeout"_s);
}

void TestAttack::headerBombsAreCut()
{
    for (const QByteArray &chunk : {QByteArray("x").repeated(64 * 1024), QByteArray("X-Header: y\r\n").repeated(1000)}) {
        RawSocket bomb;
        bool isGone = false;
        qint64 sent = 0;
        serveDuring([&] {
            bomb.connectTo(m_server.port());
            bomb.send("GET / HTTP/1.1\r\n", 100);
            QElapsedTimer timer;
            timer.start();
            while (!bomb.isGone() && timer.elapsed() < floodMsMax)
                sent += bomb.send(chunk, 200);
            isGone = bomb.waitUntilGone(goneMsMax);
        });
        QVERIFY(isGone);
        QVERIFY2(sent < 64 * 1024 * 1024, QByteArray::number(sent).constData());
    }
}

void TestAttack::foreignOriginsAreDenied()
{
    for (const QByteArray &header :
         {"Origin: https://evil.example\r\n"_ba, "origin:null\r\n"_ba, "ORIGIN : http://127.0.0.1\r\n"_ba}) {
        QByteArray answer;
        serveDuring([&] {
            RawSocket page;
            page.connectTo(m_server.port());
            page.send(upgradeRequest(header), 100);
            answer = page.receive(goneMsMax);
            page.waitUntilGone(goneMsMax);
        });
        QVERIFY2(answer.startsWith("HTTP/1.1 403 ") || answer.startsWith("HTTP/1.1 400 "), answer.constData());
    }
}

void TestAttack::slowReadersAreBounded()
{
    constexpr int readers = 16;
    constexpr int pushes = 200;
    constexpr int pushBytes = 200 * 1024;
    std::vector<std::unique_ptr<Peer>> slow;
    for (int i = 0; i < readers; ++i) {
        slow.push_back(std::make_unique<Peer>(m_server.port()));
        QVERIFY(slow.back()->greet(m_token, 1000 + static_cast<SiteId>(i), 4096));
        // Half of them read the past, half of them the present.
        const Sequence cursor = i % 2 == 0 ? 0 : slow.back()->welcome().spaces.constFirst().head;
        QVERIFY(slow.back()->send(Subscribe{"home", slow.back()->welcome().epoch, cursor}));
    }
    for (int i = 0; i < pushes; ++i) {
        const auto ms = m_client->pushAndWait(pushBytes, ackMsMax);
        QVERIFY(ms);
        m_worstMs = std::max(m_worstMs, *ms);
    }
    QVERIFY2(m_server.peakKb() < peakKbMax, QByteArray::number(m_server.peakKb()).constData());
    // One of them wakes up and gets everything, without a gap.
    Peer &awake = *slow[1];
    Sequence cursor = awake.welcome().spaces.constFirst().head;
    Sequence head = cursor + pushes;
    const auto answer = awake.receive(goneMsMax);
    QVERIFY(answer && std::holds_alternative<Subscribed>(*answer));
    QElapsedTimer timer;
    timer.start();
    while (cursor < head && timer.elapsed() < 4 * goneMsMax) {
        const auto message = awake.receive(goneMsMax);
        QVERIFY(message && std::holds_alternative<Changes>(*message));
        const auto &changes = std::get<Changes>(*message);
        QCOMPARE(changes.previous, cursor);
        cursor = changes.sequence;
    }
    QVERIFY(cursor >= head);
}

void TestAttack::answersThatNobodyReadsAreBounded()
{
    Peer attacker(m_server.port());
    bool isGone = false;
    bool isIn = false;
    serveDuring([&] {
        isIn = attacker.greet(m_token, 667, 4096);
        const QByteArray questions = frameOf(Ping{1}).repeated(2000) + frameOf(Mark{"home", 1}).repeated(200);
        QElapsedTimer timer;
        timer.start();
        while (!attacker.socket().isGone() && timer.elapsed() < 2 * floodMsMax * patience)
            attacker.socket().send(questions, 200);
        isGone = attacker.waitForEnd(goneMsMax);
    });
    QVERIFY(isIn);
    QVERIFY(isGone);
}

void TestAttack::strangersDoNotLockOthersOut()
{
    constexpr int crowd = 400; // more than the 256 that may wait
    std::vector<RawSocket> strangers(crowd);
    bool isWelcome = false;
    int stillThere = 0;
    serveDuring([&] {
        for (RawSocket &stranger : strangers)
            stranger.connectTo(m_server.port());
        Peer newcomer(m_server.port());
        isWelcome = newcomer.greet(m_token, 668);
        QThread::msleep(200);
        for (RawSocket &stranger : strangers)
            stillThere += stranger.isGone() ? 0 : 1;
    });
    QVERIFY(isWelcome);
    QVERIFY2(stillThere <= 256, QByteArray::number(stillThere).constData());
}

/// 200 sockets a second after the first 200: whoever comes behind 500 others waits for a second and a half.
void TestAttack::aCrowdComesInOneByOne()
{
    constexpr int crowd = 500;
    std::vector<RawSocket> others(crowd);
    bool isWelcome = false;
    qint64 waitedMs = 0;
    serveDuring([&] {
        QElapsedTimer timer;
        timer.start();
        for (RawSocket &other : others)
            other.connectTo(m_server.port());
        Peer last(m_server.port());
        isWelcome = last.greet(m_token, 669);
        waitedMs = timer.elapsed();
    });
    QVERIFY(isWelcome);
    QVERIFY2(waitedMs >= 1'400, QByteArray::number(waitedMs).constData());
}

void TestAttack::oneAddressHasALimit()
{
    Victim strict;
    QVERIFY(strict.start({u"--count-loopback"_s}));
    std::vector<RawSocket> sockets(30);
    for (RawSocket &socket : sockets)
        QVERIFY(socket.connectTo(strict.port()));
    QTRY_COMPARE(std::ranges::count_if(sockets, [](RawSocket &socket) { return !socket.isGone(); }), 20);
    for (RawSocket &socket : sockets)
        socket.close();
    // Whoever goes makes room.
    const QByteArray token = strict.token(u"late"_s);
    Peer peer(strict.port());
    QTRY_VERIFY(peer.greet(token, 5));
    QCOMPARE(strict.stop(), 0);
}

QTEST_GUILESS_MAIN(TestAttack)
#include "tst_attack.moc"
