// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/systemclock.h"
#include "net/websockettransport.h"
#include "protocol/limits.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketServer>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int patience = 30'000;

/// Writes down what a connection says, and that it never says it inside a call.
struct Listener final : Connection::Observer {
    void opened() override { ++openings; }
    void frameReceived(const QByteArray &frame) override { frames.push_back(frame); }
    void drained() override { ++drains; }
    void closed(const QString &reason) override { reasons.push_back(reason); }

    int openings = 0;
    int drains = 0;
    QList<QByteArray> frames;
    QStringList reasons;
};

} // namespace

/// The adapters behind the ports keep what the ports promise.
class TestNet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        server = std::make_unique<QWebSocketServer>(u"test"_s, QWebSocketServer::NonSecureMode);
        server->setSupportedSubprotocols({u"sheaf.1"_s});
        QVERIFY(server->listen(QHostAddress::LocalHost));
        listener = {};
    }
    void cleanup()
    {
        connection.reset();
        peer.reset();
        server.reset();
    }

    void framesGoBothWays()
    {
        connectBoth();
        QSignalSpy received(peer.get(), &QWebSocket::binaryMessageReceived);
        const QByteArray large(Limits::frameBytesMax, 'x');
        connection->sendFrame("one");
        connection->sendFrame(large);
        QTRY_COMPARE_WITH_TIMEOUT(received.size(), 2, patience);
        QCOMPARE(received[0][0].toByteArray(), "one"_ba);
        QCOMPARE(received[1][0].toByteArray(), large);
        QTRY_COMPARE(connection->unsentBytes(), 0);
        QVERIFY(listener.drains > 0);
        peer->sendBinaryMessage(large);
        peer->sendBinaryMessage("two");
        QTRY_COMPARE_WITH_TIMEOUT(listener.frames, (QList<QByteArray>{large, "two"_ba}), patience);
    }

    void closeSendsWhatIsQueued()
    {
        connectBoth();
        QSignalSpy received(peer.get(), &QWebSocket::binaryMessageReceived);
        connection->sendFrame("last words");
        connection->close();
        QVERIFY2(listener.reasons.isEmpty(), "closed() came inside the call");
        QTRY_COMPARE_WITH_TIMEOUT(listener.reasons.size(), 1, patience);
        QCOMPARE(received.size(), 1);
    }

    void dropIsSilent()
    {
        connectBoth();
        QSignalSpy gone(peer.get(), &QWebSocket::disconnected);
        connection->drop();
        QTRY_COMPARE_WITH_TIMEOUT(gone.size(), 1, patience);
        QVERIFY(listener.reasons.isEmpty());
    }

    void theServersEndIsToldOnce()
    {
        connectBoth();
        peer->abort();
        QTRY_COMPARE_WITH_TIMEOUT(listener.reasons.size(), 1, patience);
        QTest::qWait(20);
        QCOMPARE(listener.reasons.size(), 1);
    }

    void textAndOversizedFramesEndIt_data()
    {
        QTest::addColumn<bool>("text");
        QTest::newRow("text") << true;
        QTest::newRow("oversized") << false;
    }
    void textAndOversizedFramesEndIt()
    {
        QFETCH(bool, text);
        connectBoth();
        if (text)
            peer->sendTextMessage(u"hello"_s);
        else
            peer->sendBinaryMessage(QByteArray(2 * Limits::frameBytesMax, 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(listener.reasons.size(), 1, patience);
        QVERIFY(listener.frames.isEmpty());
    }

    void badAddressesAreRefusedWithAReason_data()
    {
        QTest::addColumn<QUrl>("url");
        QTest::addColumn<QString>("hint");
        QTest::newRow("plain to elsewhere") << QUrl(u"ws://192.0.2.1:9"_s) << u"wss://"_s;
        QTest::newRow("plain to a name") << QUrl(u"ws://localhost.example.com"_s) << u"wss://"_s;
        QTest::newRow("http") << QUrl(u"http://127.0.0.1"_s) << u"wss://"_s;
        QTest::newRow("no host") << QUrl(u"wss:"_s) << u"wss://"_s;
        QTest::newRow("nobody listens") << QUrl(u"ws://127.0.0.1:1"_s) << QString();
    }
    void badAddressesAreRefusedWithAReason()
    {
        QFETCH(QUrl, url);
        QFETCH(QString, hint);
        WebSocketTransport transport;
        connection = transport.connectTo(url, &listener);
        QVERIFY2(listener.reasons.isEmpty(), "closed() came inside the call");
        QTRY_COMPARE_WITH_TIMEOUT(listener.reasons.size(), 1, patience);
        QVERIFY(!listener.reasons[0].isEmpty());
        QVERIFY2(listener.reasons[0].contains(hint), qPrintable(listener.reasons[0]));
        QCOMPARE(listener.openings, 0);
    }

    void aServerWithoutOurProtocolIsRefused()
    {
        server->setSupportedSubprotocols({});
        WebSocketTransport transport;
        connection = transport.connectTo(server->serverUrl(), &listener);
        QTRY_COMPARE_WITH_TIMEOUT(listener.reasons.size(), 1, patience);
        QCOMPARE(listener.openings, 0);
    }

    void timersRunInOrderAndNeverInsideStart()
    {
        SystemClock clock;
        QList<int> ran;
        clock.start(std::chrono::milliseconds(30), [&] { ran.push_back(3); });
        clock.start(std::chrono::milliseconds(10), [&] { ran.push_back(2); });
        const auto cancelled = clock.start(std::chrono::milliseconds(5), [&] { ran.push_back(9); });
        clock.start(std::chrono::milliseconds(0), [&] {
            clock.start(std::chrono::milliseconds(0), [&] { ran.push_back(1); });
            clock.cancel(cancelled);
        });
        QVERIFY(ran.isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(ran, (QList<int>{1, 2, 3}), patience);
    }

    void theWallClockCanBeShifted()
    {
        const SystemClock right;
        const SystemClock wrong(-3'600'000);
        QVERIFY(qAbs(right.wallMs() - wrong.wallMs() - 3'600'000) < 5'000);
        QVERIFY(qAbs(right.monotonicMs() - wrong.monotonicMs()) < 5'000);
    }

private:
    void connectBoth()
    {
        WebSocketTransport transport;
        connection = transport.connectTo(server->serverUrl(), &listener);
        QCOMPARE(listener.openings, 0);
        QTRY_COMPARE_WITH_TIMEOUT(listener.openings, 1, patience);
        QTRY_VERIFY_WITH_TIMEOUT(server->hasPendingConnections(), patience);
        peer.reset(server->nextPendingConnection());
    }

    std::unique_ptr<QWebSocketServer> server;
    std::unique_ptr<QWebSocket> peer; ///< the server hands it over
    Listener listener;
    std::unique_ptr<Connection> connection;
};

QTEST_GUILESS_MAIN(TestNet)
#include "tst_net.moc"
