// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/net/framereader.h"
#include "server/net/upgrade.h"

#include <QtTest>

#include <random>

using namespace Sheaf::Server;
using namespace Qt::StringLiterals;

namespace {

QByteArray frame(int firstByte, const QByteArray &payload, quint32 mask = 0x12345678)
{
    QByteArray out(1, static_cast<char>(firstByte));
    if (payload.size() < 126) {
        out.append(static_cast<char>(0x80 | payload.size()));
    } else {
        const bool isLong = payload.size() > 0xffff;
        out.append(static_cast<char>(isLong ? 0xff : 0xfe));
        for (int shift = isLong ? 56 : 8; shift >= 0; shift -= 8)
            out.append(static_cast<char>(static_cast<quint64>(payload.size()) >> shift));
    }
    char key[4];
    for (int i = 0; i < 4; ++i)
        out.append(key[i] = static_cast<char>(mask >> (8 * i)));
    for (qsizetype i = 0; i < payload.size(); ++i)
        out.append(static_cast<char>(payload.at(i) ^ key[i % 4]));
    return out;
}

/// What a reader made of a stream that came in pieces.
struct Heard {
    QList<std::pair<FrameReader::Kind, QByteArray>> events;
    std::optional<FrameFault> fault;
};

Heard read(const QByteArray &stream, qsizetype piece, qint64 msBetween = 0)
{
    FrameReader reader;
    reader.setPayloadMax(Sheaf::Limits::frameBytesMax);
    Heard heard;
    qint64 now = 1000;
    for (qsizetype at = 0; at < stream.size() && !heard.fault; at += piece, now += msBetween) {
        heard.fault = reader.take(QByteArrayView(stream).sliced(at, std::min(piece, stream.size() - at)), now,
                                  [&heard](FrameReader::Kind kind, const QByteArray &payload) {
                                      heard.events.append({kind, payload});
                                      return true;
                                  });
    }
    return heard;
}

} // namespace

class TestFrameReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void piecesDoNotMatter();
    void controlFramesComeBetweenFragments();
    void budgetsRefill();
    void noiseNeverHurts();
    void theSinkCanEndIt();
    void upgradesAreJudged_data();
    void upgradesAreJudged();
    void theExampleOfTheStandardIsAnswered();
};

void TestFrameReader::piecesDoNotMatter()
{
    QByteArray stream;
    QList<QByteArray> payloads;
    for (const qsizetype size : {1, 2, 125, 126, 127, 1000, 65535, 65536}) {
        payloads.append(QByteArray(size, static_cast<char>(size)));
        stream += frame(0x82, payloads.constLast(), static_cast<quint32>(size) * 2654435761U);
    }
    for (const qsizetype piece : {1, 2, 3, 7, 1000, 16384, 1'000'000}) {
        const Heard heard = read(stream, piece);
        QVERIFY(!heard.fault);
        QCOMPARE(heard.events.size(), payloads.size());
        for (qsizetype i = 0; i < payloads.size(); ++i)
            QVERIFY(heard.events.at(i) == std::pair(FrameReader::Kind::Message, payloads.at(i)));
    }
}

void TestFrameReader::controlFramesComeBetweenFragments()
{
    const Heard heard = read(frame(0x02, "one ") + frame(0x89, "ping") + frame(0x00, "two ") + frame(0x8a, "pong") +
                                 frame(0x80, "three") + frame(0x88, "\x03\xe8"),
                             5);
    QVERIFY(!heard.fault);
    QCOMPARE(heard.events.size(), 3);
    QVERIFY(heard.events.at(0) == std::pair(FrameReader::Kind::Ping, "ping"_ba));
    QVERIFY(heard.events.at(1) == std::pair(FrameReader::Kind::Message, "one two three"_ba));
    QVERIFY(heard.events.at(2) == std::pair(FrameReader::Kind::Close, "\x03\xe8"_ba));
}

void TestFrameReader::budgetsRefill()
{
    const QByteArray ping = frame(0x89, "p");
    QVERIFY(!read(ping.repeated(5), ping.size()).fault);
    QCOMPARE(read(ping.repeated(6), ping.size()).fault.value_or(FrameFault{}).code, u"flooding"_s);
    QVERIFY(!read(ping.repeated(100), ping.size(), 1000).fault); // one a second, for ever
    const QByteArray empty = frame(0x82, {});
    QCOMPARE(read(empty.repeated(11), empty.size()).fault.value_or(FrameFault{}).code, u"flooding"_s);
    QVERIFY(!read(empty.repeated(100), empty.size(), 100).fault);
    const QByteArray fragments = frame(0x02, "x") + frame(0x00, "x").repeated(62) + frame(0x80, "x");
    QVERIFY(!read(fragments.repeated(10), 1000).fault); // 64 in each message
    QCOMPARE(read(frame(0x02, "x") + frame(0x00, "x").repeated(64), 1000).fault.value_or(FrameFault{}).closeCode, quint16(1008));
}

void TestFrameReader::noiseNeverHurts()
{
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        QByteArray stream = frame(0x82, "fine") + frame(0x02, QByteArray(200, 'x')) + frame(0x80, "end") + frame(0x89, "ping");
        const auto flips = 1 + random() % 4;
        for (unsigned i = 0; i < flips; ++i)
            stream[static_cast<qsizetype>(random() % static_cast<unsigned>(stream.size()))] = static_cast<char>(random());
        stream.truncate(static_cast<qsizetype>(random() % static_cast<unsigned>(stream.size())));
        const Heard heard = read(stream, 1 + static_cast<qsizetype>(random() % 50));
        for (const auto &[kind, payload] : heard.events)
            QVERIFY(payload.size() <= Sheaf::Limits::frameBytesMax);
        if (heard.fault)
            QVERIFY(!heard.fault->code.isEmpty() && heard.fault->closeCode >= 1002);
    }
}

void TestFrameReader::theSinkCanEndIt()
{
    FrameReader reader;
    reader.setPayloadMax(100);
    int events = 0;
    const auto fault = reader.take(frame(0x82, "one") + frame(0x82, "two"), 0, [&events](FrameReader::Kind, const QByteArray &) {
        ++events;
        return false;
    });
    QVERIFY(!fault);
    QCOMPARE(events, 1);
}

void TestFrameReader::upgradesAreJudged_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<int>("status");
    QTest::newRow("as it should be") << QByteArray("nothing") << QByteArray() << 101;
    QTest::newRow("case does not matter") << QByteArray("Upgrade: websocket") << QByteArray("uPGRADE: WebSocket") << 101;
    QTest::newRow("more words") << QByteArray("Connection: Upgrade") << QByteArray("Connection: keep-alive, Upgrade") << 101;
    QTest::newRow("more subprotocols") << QByteArray("sheaf.1") << QByteArray("other, sheaf.1") << 101;
    QTest::newRow("allowed origin") << QByteArray("Host: h") << QByteArray("Host: h\r\nOrigin: https://mine.example") << 101;
    QTest::newRow("foreign origin") << QByteArray("Host: h") << QByteArray("Host: h\r\nOrigin: https://evil.example") << 403;
    QTest::newRow("two origins") << QByteArray("Host: h") << QByteArray("Host: h\r\nOrigin: https://mine.example\r\nOrigin: x")
                                 << 403;
    QTest::newRow("empty origin") << QByteArray("Host: h") << QByteArray("Host: h\r\nOrigin:") << 403;
    QTest::newRow("POST") << QByteArray("GET") << QByteArray("POST") << 426;
    QTest::newRow("HTTP/1.0") << QByteArray("HTTP/1.1") << QByteArray("HTTP/1.0") << 426;
    QTest::newRow("no upgrade") << QByteArray("Upgrade: websocket") << QByteArray("X: y") << 426;
    QTest::newRow("old version") << QByteArray("Version: 13") << QByteArray("Version: 8") << 426;
    QTest::newRow("short key") << QByteArray("dGhlIHNhbXBsZSBub25jZQ==") << QByteArray("dGhl") << 400;
    QTest::newRow("other subprotocol") << QByteArray("sheaf.1") << QByteArray("sheaf.2") << 400;
    QTest::newRow("subprotocol in other letters") << QByteArray("sheaf.1") << QByteArray("Sheaf.1") << 400;
}

void TestFrameReader::upgradesAreJudged()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(int, status);
    QByteArray head =
        "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sheaf.1\r\nSec-WebSocket-Version: 13";
    head.replace(from, to);
    const UpgradeAnswer answer = judgeUpgrade(head, {u"https://mine.example"_s});
    QCOMPARE(answer.isAccepted, status == 101);
    QVERIFY2(answer.bytes.startsWith("HTTP/1.1 " + QByteArray::number(status) + ' '), answer.bytes.constData());
    QVERIFY(answer.bytes.endsWith("\r\n\r\n"));
}

void TestFrameReader::theExampleOfTheStandardIsAnswered()
{
    const UpgradeAnswer answer = judgeUpgrade(
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: sheaf.1\r\nSec-WebSocket-Version: 13",
        {});
    QVERIFY(answer.bytes.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")); // RFC 6455, 1.3
    QVERIFY(answer.bytes.contains("\r\nSec-WebSocket-Protocol: sheaf.1\r\n"));
}

QTEST_GUILESS_MAIN(TestFrameReader)
#include "tst_framereader.moc"
