// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "clients.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"
#include "protocol/codec.h"
#include "protocol/framing.h"
#include "protocol/presencetopic.h"
#include "text/awareness.h"

#include <QFile>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <unistd.h>

#include <numeric>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int movesPerSecond = 20;

/// Processor time of a process so far, in milliseconds.
double cpuMs(qint64 processId)
{
    QFile file(u"/proc/%1/stat"_s.arg(processId));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("a process is gone");
    const QList<QByteArray> fields = file.readAll().split(' ');
    return (fields.at(13).toDouble() + fields.at(14).toDouble()) * 1000.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// One of the people: moves its caret, and hears the others do so.
class Person
{
public:
    Person(const QUrl &url, const QByteArray &token, int number) : m_token(token), m_number(number)
    {
        QObject::connect(&m_socket, &QWebSocket::connected, &m_socket, [this] {
            if (m_token.isEmpty())
                m_ready = true;
            else
                greet();
        });
        QObject::connect(&m_socket, &QWebSocket::binaryMessageReceived, &m_socket, [this](const QByteArray &) {
            m_ready = true; // the first word of a server is its welcome
            ++m_heard;
        });
        QWebSocketHandshakeOptions options;
        if (!token.isEmpty())
            options.setSubprotocols({u"sheaf.1"_s});
        m_socket.open(url, options);
    }

    void move()
    {
        const QByteArray place = QByteArray::number(++m_moves);
        const QByteArray state = R"({"user":{"name":"Person )" + QByteArray::number(m_number) +
                                 R"(","color":"#3267D6"},"cursor":{"anchor":{"item":{"client":3141592653,"clock":)" + place +
                                 R"(},"assoc":-1},"head":{"item":{"client":3141592653,"clock":)" + place + R"(},"assoc":-1}}})";
        const Text::AwarenessEntry entry{static_cast<quint64>(1000 + m_number), static_cast<quint64>(m_moves), state};
        send(Plugin{presencePlugin(), "home", "note", Text::writeAwareness({&entry, 1})});
    }
    [[nodiscard]] bool isReady() const { return m_ready; }
    [[nodiscard]] qint64 heard() const { return m_heard; }
    [[nodiscard]] int moves() const { return m_moves; }

private:
    void greet()
    {
        Hello hello;
        hello.app = u"bench"_s;
        hello.site = SystemRandom().next();
        hello.token = m_token;
        hello.clockMs = SystemClock().wallMs();
        send(hello);
    }
    void send(const Message &message)
    {
        const QList<QByteArray> frames = frameMessage(encodeMessage(message));
        for (const QByteArray &frame : frames)
            m_socket.sendBinaryMessage(frame);
    }

    QWebSocket m_socket;
    QByteArray m_token;
    int m_number;
    int m_moves = 0;
    bool m_ready = false;
    qint64 m_heard = 0;
};

/// Percent of a core that a process needs while so many people move.
double percentOfACore(const QUrl &url, const QByteArray &token, qint64 processId, int people, int seconds)
{
    std::vector<std::unique_ptr<Person>> crowd;
    for (int i = 0; i < people; ++i) {
        crowd.push_back(std::make_unique<Person>(url, token, i));
        if (!QTest::qWaitFor([&] { return crowd.back()->isReady(); }, patienceMs))
            qFatal("somebody cannot connect");
    }
    std::vector<std::unique_ptr<QTimer>> timers;
    for (const auto &person : crowd) {
        timers.push_back(std::make_unique<QTimer>());
        QObject::connect(timers.back().get(), &QTimer::timeout, timers.back().get(), [one = person.get()] { one->move(); });
        timers.back()->setTimerType(Qt::PreciseTimer);
        timers.back()->start(1000 / movesPerSecond);
        QTest::qWait(1); // not all at one moment
    }
    QTest::qWait(1000);
    const qint64 heardBefore = crowd.front()->heard();
    const auto allMoves = [&crowd] {
        return std::accumulate(crowd.begin(), crowd.end(), 0, [](int sum, const auto &one) { return sum + one->moves(); });
    };
    const int movesBefore = allMoves();
    const double before = cpuMs(processId);
    const qint64 start = nowNs();
    QTest::qWait(seconds * 1000);
    const double tookMs = static_cast<double>(nowNs() - start) / 1e6;
    const double percent = 100.0 * (cpuMs(processId) - before) / tookMs;
    if (crowd.front()->heard() == heardBefore)
        qFatal("nobody hears anybody");
    const double perSecond = (allMoves() - movesBefore) * 1000.0 / tookMs / people;
    if (perSecond < 0.9 * movesPerSecond)
        qFatal("everybody moved only %.1f times a second: the machine is too busy", perSecond);
    return percent;
}

} // namespace

void benchPresence(const Wishes &wishes)
{
    if (!wishes.wants(u"presence.50"_s))
        return;
    const int people = wishes.quick ? 10 : 50;
    const int seconds = wishes.quick ? 1 : 10;
    Helper relay({u"--relay"_s});
    const QUrl relayUrl(QString::fromUtf8(relay.waitFor("listening")));
    const double bare = percentOfACore(relayUrl, {}, relay.processId(), people, seconds);
    ServerProcess server;
    server.start();
    const double ours = percentOfACore(server.url(), server.token(u"people"_s), server.processId(), people, seconds);
    printFigure(u"presence.50"_s, ours, u"% of a core"_s, bare);
}

} // namespace Sheaf::Bench
