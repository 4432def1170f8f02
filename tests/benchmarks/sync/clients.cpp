// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "clients.h"

#include "bench.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"
#include "protocol/codec.h"
#include "protocol/framing.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <unistd.h>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int connectingAtOnceMax = 16; ///< a listen queue is short

/// All sockets of the process and what they have heard together.
class Clients
{
public:
    Clients(QUrl url, int count, QByteArray token) : m_url(std::move(url)), m_count(count), m_token(std::move(token)) {}

    void connectMore()
    {
        while (static_cast<int>(m_sockets.size()) < m_count && static_cast<int>(m_sockets.size()) - m_ready < connectingAtOnceMax)
            connectOne();
    }

private:
    void connectOne()
    {
        m_sockets.push_back(std::make_unique<QWebSocket>());
        QWebSocket *socket = m_sockets.back().get();
        QObject::connect(socket, &QWebSocket::connected, socket, [this, socket] {
            if (m_token.isEmpty())
                return becameReady();
            Hello hello;
            hello.app = u"bench"_s;
            hello.site = m_random.next();
            hello.token = m_token;
            hello.clockMs = SystemClock().wallMs();
            sendTo(*socket, hello);
        });
        QObject::connect(socket, &QWebSocket::binaryMessageReceived, socket,
                         [this, socket](const QByteArray &frame) { take(*socket, frame); });
        QWebSocketHandshakeOptions options;
        if (!m_token.isEmpty())
            options.setSubprotocols({u"sheaf.1"_s});
        socket->open(m_url, options);
    }

    static void sendTo(QWebSocket &socket, const Message &message)
    {
        const QList<QByteArray> frames = frameMessage(encodeMessage(message));
        for (const QByteArray &frame : frames)
            socket.sendBinaryMessage(frame);
    }

    void take(QWebSocket &socket, const QByteArray &frame)
    {
        if (m_token.isEmpty())
            return sawOne();
        FrameAssembler assembler; // every message here is small enough for one frame
        assembler.setWelcomed(true);
        const auto bytes = assembler.take(frame);
        if (!bytes || !bytes->has_value())
            qFatal("a frame cannot be read");
        const auto message = decodeMessage(**bytes);
        if (!message)
            qFatal("a message cannot be read");
        if (const auto *welcome = std::get_if<Welcome>(&*message)) {
            sendTo(socket, Subscribe{"home", welcome->epoch, welcome->spaces.first().head});
            becameReady();
        } else if (std::holds_alternative<Changes>(*message)) {
            sawOne();
        } else if (const auto *ping = std::get_if<Ping>(&*message)) {
            sendTo(socket, Pong{0, ping->clockMs});
        }
    }

    void becameReady()
    {
        if (++m_ready == m_count) {
            std::printf("ready\n");
            std::fflush(stdout);
        }
        connectMore();
    }

    void sawOne()
    {
        if (++m_seen < m_count)
            return;
        m_seen = 0;
        std::printf("seen %lld\n", static_cast<long long>(nowNs()));
        std::fflush(stdout);
    }

    QUrl m_url;
    int m_count;
    QByteArray m_token;
    SystemRandom m_random;
    std::vector<std::unique_ptr<QWebSocket>> m_sockets;
    int m_ready = 0;
    int m_seen = 0;
};

} // namespace

int runClients(const QUrl &url, int count, const QByteArray &token)
{
    Clients clients(url, count, token);
    clients.connectMore();
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, qApp, &QCoreApplication::quit);
    return QCoreApplication::exec();
}

Helper::Helper(const QStringList &arguments)
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QCoreApplication::applicationFilePath(), arguments);
}

Helper::~Helper()
{
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(patienceMs))
        m_process.kill();
    m_process.waitForFinished();
}

QByteArray Helper::waitFor(const QByteArray &word)
{
    for (;;) {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(4 * patienceMs))
                qFatal("a helper process said nothing more: waiting for %s", word.constData());
        }
        const QByteArray line = m_process.readLine().trimmed();
        if (line.startsWith(word))
            return line.mid(word.size()).trimmed();
    }
}

} // namespace Sheaf::Bench
