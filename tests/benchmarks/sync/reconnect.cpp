// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"
#include "net/websockettransport.h"
#include "session/clientsession.h"

#include <QEventLoop>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

/// What passed a connection, headers of WebSocket frames included.
struct Traffic {
    qint64 bytes = 0;
    int rounds = 0;
    bool weSpokeLast = false;

    void add(qint64 payload, bool ours)
    {
        const qint64 header = 2 + (payload > 125 ? 2 : 0) + (ours ? 4 : 0);
        bytes += payload + header;
        if (!ours && weSpokeLast)
            ++rounds;
        weSpokeLast = ours;
    }
};

/// Counts what passes between a session and the real transport.
class CountingConnection final : public Connection, private Connection::Observer
{
public:
    CountingConnection(Transport &transport, const QUrl &url, Connection::Observer *observer, Traffic &traffic)
        : m_traffic(traffic), m_observer(observer), m_inner(transport.connectTo(url, this))
    {
    }
    void setObserver(Connection::Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        m_traffic.add(frame.size(), true);
        m_inner->sendFrame(frame);
    }
    [[nodiscard]] qint64 unsentBytes() const override { return m_inner->unsentBytes(); }
    void close() override { m_inner->close(); }
    void drop() override { m_inner->drop(); }

private:
    void opened() override { m_observer->opened(); }
    void frameReceived(const QByteArray &frame) override
    {
        m_traffic.add(frame.size(), false);
        m_observer->frameReceived(frame);
    }
    void drained() override { m_observer->drained(); }
    void closed(const QString &reason) override { m_observer->closed(reason); }

    Traffic &m_traffic;
    Connection::Observer *m_observer;
    std::unique_ptr<Connection> m_inner;
};

class CountingTransport final : public Transport
{
public:
    explicit CountingTransport(Traffic &traffic) : m_traffic(traffic) {}
    std::unique_ptr<Connection> connectTo(const QUrl &url, Connection::Observer *observer) override
    {
        return std::make_unique<CountingConnection>(m_inner, url, observer, m_traffic);
    }

private:
    WebSocketTransport m_inner;
    Traffic &m_traffic;
};

} // namespace

void benchReconnect(const Wishes &wishes)
{
    const QStringList names{u"reconnect.bytes"_s, u"reconnect.rounds"_s, u"reconnect.proof_bytes"_s, u"reconnect.proof_rounds"_s};
    if (std::none_of(names.begin(), names.end(), [&](const QString &name) { return wishes.wants(name); }))
        return;
    ServerProcess server;
    server.start();
    Device device(u"a"_s);
    const QByteArray token = server.token(u"a"_s);
    for (int i = 0; i < 100; ++i)
        device.addNote(QString::number(i), u"title"_s);
    device.engine().connectToServer(server.url(), token);
    if (!device.waitSynced())
        qFatal("the device cannot connect");
    device.close();

    SystemClock clock;
    SystemRandom random;
    ReplicaConfig config;
    config.path = device.options().databasePath;
    config.schemaPath = device.options().schemaPath;
    config.wallMs = [&] { return clock.wallMs(); };
    config.random = [&] { return random.next(); };
    auto replica = Replica::open(config);
    if (!replica)
        qFatal("the replica does not open again");
    Traffic traffic;
    Traffic caughtUp;
    CountingTransport transport(traffic);
    QEventLoop loop;
    ClientSession::Events events;
    // The welcome names the heads: from here on the session knows that it has everything. The
    // subscription that follows at once is counted, its answer is the proof.
    events.welcomed = [&] { caughtUp = traffic; };
    events.progressed = [&](const SyncProgress &progress) {
        if (progress.proven)
            loop.quit();
    };
    events.ended = [&](const QString &, const QString &reason, qint64) { qFatal("the session ended: %s", qPrintable(reason)); };
    ClientSession session(**replica, clock, random, transport, {server.url(), token, u"bench"_s}, events);
    session.start();
    loop.exec();
    const QList<double> values{static_cast<double>(caughtUp.bytes), static_cast<double>(caughtUp.rounds),
                               static_cast<double>(traffic.bytes), static_cast<double>(traffic.rounds)};
    for (qsizetype i = 0; i < names.size(); ++i) {
        if (wishes.wants(names[i]))
            printFigure(names[i], values[i], i % 2 == 0 ? u"bytes"_s : u"rounds"_s);
    }
}

} // namespace Sheaf::Bench
