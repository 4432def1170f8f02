// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sim/faultynetwork.h"

#include <deque>

using namespace Qt::StringLiterals;

namespace Sheaf {

namespace {
size_t index(Direction direction)
{
    return static_cast<size_t>(direction);
}
Direction other(Direction direction)
{
    return direction == Direction::ToServer ? Direction::ToClient : Direction::ToServer;
}
} // namespace

/// Both ends of one connection. A direction is named by where its frames go.
struct FaultyNetwork::Link {
    quint64 id = 0;
    int client = 0;
    bool established = false;
    bool blackHole = false;
    qint64 bytesLeft = -1; ///< -1: as many as you like
    bool cutSilently = false;
    bool isCut = false; ///< the ends do not know it yet; nothing more is carried
    struct Lane {
        std::deque<QByteArray> frames;
        qint64 unsent = 0;
        qint64 lastArrival = 0;
        bool ended = false; ///< no more frames will come out
    };
    std::array<Lane, 2> lanes;        ///< by direction
    std::array<End *, 2> receivers{}; ///< by direction
};

/// One end: sends in one direction, receives from the other.
class FaultyNetwork::End final : public Connection
{
public:
    End(FaultyNetwork &network, LinkPtr link, Direction sends) : m_network(network), m_link(std::move(link)), m_sends(sends)
    {
        m_link->receivers[index(other(sends))] = this;
    }
    ~End() override { drop(); }

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        if (!m_closing)
            m_network.send(m_link, m_sends, frame);
    }
    [[nodiscard]] qint64 unsentBytes() const override { return m_link->lanes[index(m_sends)].unsent; }
    void close() override
    {
        if (m_closing)
            return;
        m_closing = true;
        m_network.hangUp(m_link, m_sends, 0, u"closed by peer"_s);
        m_network.hangUp(m_link, other(m_sends), 1000, u"closed"_s);
    }
    void drop() override
    {
        m_link->receivers[index(other(m_sends))] = nullptr;
        m_observer = nullptr;
        if (!m_closing)
            m_network.hangUp(m_link, m_sends, 0, u"connection reset"_s);
        m_closing = true;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }
    void end()
    {
        m_closing = true;
        m_link->receivers[index(other(m_sends))] = nullptr;
    }

private:
    FaultyNetwork &m_network;
    LinkPtr m_link;
    Direction m_sends;
    Observer *m_observer = nullptr;
    bool m_closing = false;
};

struct FaultyNetwork::Maker final : public Transport {
    Maker(FaultyNetwork &owner, int number) : network(owner), client(number) {}
    std::unique_ptr<Connection> connectTo(const QUrl &, Connection::Observer *observer) override
    {
        return network.connectFrom(client, observer);
    }
    FaultyNetwork &network;
    int client;
};

FaultyNetwork::~FaultyNetwork() = default;

std::unique_ptr<Transport> FaultyNetwork::transportOf(int client)
{
    return std::make_unique<Maker>(*this, client);
}

LinkFaults &FaultyNetwork::faultsOf(const Link &link)
{
    return m_faults[link.client];
}

SeededRandom &FaultyNetwork::randomOf(int client)
{
    return m_randoms.try_emplace(client, SeededRandom::branch(m_seed, SeededRandom::Purpose::Network, client)).first->second;
}

qint64 FaultyNetwork::freeAt(int client, Direction towards) const
{
    return m_freeAt ? std::max(m_queue.nowUs(), m_freeAt(client, towards)) : m_queue.nowUs();
}

/// Comes again when the node has time, if it has none now.
bool FaultyNetwork::isPutOff(int client, Direction towards, std::function<void()> work)
{
    const qint64 at = freeAt(client, towards);
    if (at > m_queue.nowUs())
        m_queue.at(at, std::move(work));
    return at > m_queue.nowUs();
}

qint64 FaultyNetwork::delay(int client)
{
    return randomOf(client).between(50, std::max<qint64>(50, m_faults[client].delayUsMax));
}

std::unique_ptr<Connection> FaultyNetwork::connectFrom(int client, Connection::Observer *observer)
{
    auto link = std::make_shared<Link>();
    link->id = ++m_lastLink;
    link->client = client;
    const LinkFaults &faults = m_faults[client];
    if (faults.cutOneIn != 0 && randomOf(client).oneIn(faults.cutOneIn)) {
        link->bytesLeft = randomOf(client).between(0, faults.cutBytesMax);
        link->cutSilently = faults.halfOpenOneIn != 0 && randomOf(client).oneIn(faults.halfOpenOneIn);
    }
    m_links[link->id] = link;
    auto end = std::make_unique<End>(*this, link, Direction::ToServer);
    end->setObserver(observer);
    m_queue.at(m_queue.nowUs() + delay(client), [this, link]() { establish(link); });
    return end;
}

void FaultyNetwork::establish(const LinkPtr &link)
{
    if (!link->receivers[index(Direction::ToClient)])
        return;
    if (m_acceptor && isPutOff(link->client, Direction::ToServer, [this, link]() { establish(link); }))
        return;
    if (!m_acceptor || faultsOf(*link).partitioned) {
        hangUp(link, Direction::ToClient, delay(link->client), u"connection refused"_s);
        return;
    }
    link->established = true;
    m_acceptor(std::make_unique<End>(*this, link, Direction::ToClient));
    m_queue.at(m_queue.nowUs() + delay(link->client), [link]() {
        End *client = link->receivers[index(Direction::ToClient)];
        if (client && client->observer())
            client->observer()->opened();
    });
}

void FaultyNetwork::send(const LinkPtr &link, Direction direction, const QByteArray &frame)
{
    Link::Lane &lane = link->lanes[index(direction)];
    if (lane.ended)
        return;
    lane.unsent += frame.size();
    if (link->blackHole || link->isCut)
        return;
    if (link->bytesLeft >= 0) {
        link->bytesLeft -= frame.size();
        if (link->bytesLeft < 0) {
            cut(link, link->cutSilently);
            return;
        }
    }
    lane.frames.push_back(frame);
    // Strictly later than the frame before, so that shuffled ties cannot swap two.
    lane.lastArrival = std::max(lane.lastArrival + 1, freeAt(link->client, other(direction)) + delay(link->client));
    m_queue.at(lane.lastArrival, [this, link, direction]() { arrive(link, direction); });
}

void FaultyNetwork::arrive(const LinkPtr &link, Direction direction)
{
    Link::Lane &lane = link->lanes[index(direction)];
    if (isPutOff(link->client, direction, [this, link, direction]() { arrive(link, direction); }))
        return;
    // One read of a socket may bring many frames, and nothing else has its turn between them.
    const bool isFullRead = randomOf(link->client).oneIn(3);
    do {
        if (lane.ended || link->blackHole || faultsOf(*link).partitioned || lane.frames.empty())
            return;
        arriveOne(link, direction);
    } while (isFullRead);
}

void FaultyNetwork::arriveOne(const LinkPtr &link, Direction direction)
{
    Link::Lane &lane = link->lanes[index(direction)];
    const QByteArray frame = lane.frames.front();
    lane.frames.pop_front();
    lane.unsent -= frame.size();
    const End *reader = link->receivers[index(direction)];
    const bool isRead = reader && reader->observer(); // else nobody hears of it, and the tap must not think so
    const QList<QByteArray> delivered = m_tap && isRead ? m_tap(link->client, link->id, direction, frame) : QList{frame};
    for (const QByteArray &part : delivered) {
        m_queue.note(part);
        End *receiver = link->receivers[index(direction)];
        if (receiver && receiver->observer())
            receiver->observer()->frameReceived(part);
    }
    End *sender = link->receivers[index(other(direction))];
    if (sender && sender->observer())
        sender->observer()->drained();
}

void FaultyNetwork::hangUp(const LinkPtr &link, Direction towards, qint64 delayUs, const QString &reason)
{
    if (link->blackHole)
        return;
    Link::Lane &lane = link->lanes[index(towards)];
    lane.lastArrival = std::max(lane.lastArrival + 1, freeAt(link->client, other(towards)) + delayUs + delay(link->client));
    m_queue.at(lane.lastArrival, [this, link, towards, reason]() { endLane(link, towards, reason); });
}

void FaultyNetwork::endLane(const LinkPtr &link, Direction towards, const QString &reason)
{
    if (isPutOff(link->client, towards, [this, link, towards, reason]() { endLane(link, towards, reason); }))
        return;
    link->lanes[index(towards)].ended = true;
    End *receiver = link->receivers[index(towards)];
    if (link->lanes[0].ended && link->lanes[1].ended)
        m_links.erase(link->id);
    if (!receiver || !receiver->observer())
        return;
    Connection::Observer *observer = receiver->observer();
    receiver->end();
    observer->closed(reason);
}

void FaultyNetwork::cut(const LinkPtr &link, bool silently)
{
    if (link->isCut || link->blackHole)
        return;
    if (silently) {
        link->blackHole = true;
        return;
    }
    link->isCut = true;
    for (const Direction direction : {Direction::ToServer, Direction::ToClient}) {
        // Whole frames that left before the cut may still arrive.
        if (randomOf(link->client).oneIn(2))
            link->lanes[index(direction)].frames.clear();
        hangUp(link, direction, 0, u"connection lost"_s);
    }
}

void FaultyNetwork::heal(int client)
{
    m_faults[client].partitioned = false;
    for (const auto &[id, link] : m_links) {
        if (link->client != client)
            continue;
        for (const Direction direction : {Direction::ToServer, Direction::ToClient}) {
            Link::Lane &lane = link->lanes[index(direction)];
            for (size_t i = 0; i < lane.frames.size(); ++i) {
                lane.lastArrival = std::max(lane.lastArrival + 1, m_queue.nowUs() + delay(client));
                m_queue.at(lane.lastArrival, [this, held = link, direction]() { arrive(held, direction); });
            }
        }
    }
}

void FaultyNetwork::cutEverything()
{
    const auto links = m_links;
    for (const auto &[id, link] : links)
        cut(link, false);
}

void FaultyNetwork::cutAll(int client, bool silently)
{
    const auto links = m_links;
    for (const auto &[id, link] : links) {
        if (link->client == client)
            cut(link, silently);
    }
}

} // namespace Sheaf
