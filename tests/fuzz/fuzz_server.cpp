// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/codec.h"
#include "protocol/framing.h"
#include "protocol/limits.h"
#include "scriptedserver.h"
#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/storage/memorystorage.h"

#include <algorithm>
#include <array>

using namespace Sheaf;
using namespace Qt::StringLiterals;

Fuzz::Budget Fuzz::budget()
{
    // The storage in memory copies itself for each transaction, the real one does not.
    return {.cpuMs = 100, .bytes = 64 * 1024 * 1024};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    return {};
}

namespace {

constexpr int connectionCount = 3;

/// The client's end of one connection: what the server says must be readable and in order.
class Peer final : public Connection
{
public:
    explicit Peer(std::array<Peer *, connectionCount> &places, size_t place) : m_places(places), m_place(place)
    {
        places[place] = this;
    }
    ~Peer() override { drop(); }

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        m_fromServer.setWelcomed(true);
        m_fromServer.setCompression(builtinCompressions().constFirst());
        const auto taken = m_fromServer.take(frame);
        SHEAF_CHECK(taken);
        if (!taken->has_value())
            return;
        const auto message = decodeMessage(**taken);
        SHEAF_CHECK(message);
        if (const auto *welcome = std::get_if<Welcome>(&*message))
            lease = welcome->lease;
        if (const auto *changes = std::get_if<Changes>(&*message))
            SHEAF_CHECK(changes->sequence <= changes->head);
    }
    [[nodiscard]] qint64 unsentBytes() const override { return 0; }
    void close() override {}
    void drop() override
    {
        m_observer = nullptr;
        if (m_places[m_place] == this)
            m_places[m_place] = nullptr;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }

    QByteArray lease;

private:
    std::array<Peer *, connectionCount> &m_places;
    size_t m_place;
    Observer *m_observer = nullptr;
    FrameAssembler m_fromServer;
};

struct World {
    World()
    {
        for (const char *name : {"one", "two"}) {
            random.value += 1;
            auto token = Server::addToken(storage, random, name, {"home", "team"});
            SHEAF_CHECK(token);
            tokens.append(*token);
        }
        core = std::make_unique<Server::ServerCore>(storage, clock, random);
    }
    ~World()
    {
        core->stop({});
        clock.advance(60'000);
    }

    Peer *peer(size_t place)
    {
        if (peers[place] == nullptr) {
            core->accept(std::make_unique<Peer>(peers, place));
            clock.settle();
        }
        return peers[place];
    }
    void receive(size_t place, const QByteArray &frame)
    {
        Peer *to = peer(place);
        if (to != nullptr && to->observer() != nullptr)
            to->observer()->frameReceived(frame);
    }
    void hello(size_t place, quint8 who)
    {
        Hello hello{1,
                    1,
                    u"fuzz"_s,
                    1,
                    static_cast<SiteId>(1 + who % 4),
                    tokens[who % 2],
                    clock.wallMs(),
                    leases[who % 4],
                    (who & 8) != 0 ? namesOf(builtinCompressions()) : QList<QByteArray>()};
        for (const QByteArray &frame : frameMessage(encodeMessage(hello)))
            receive(place, frame);
        clock.settle();
        if (peers[place] != nullptr && !peers[place]->lease.isEmpty())
            leases[who % 4] = peers[place]->lease;
    }
    void vanish(size_t place)
    {
        if (peers[place] == nullptr || peers[place]->observer() == nullptr)
            return;
        Connection::Observer *observer = peers[place]->observer();
        peers[place]->drop();
        observer->closed(u"gone"_s);
        clock.settle();
    }

    ManualClock clock;
    FixedRandom random;
    Server::MemoryStorage storage;
    QList<QByteArray> tokens;
    std::array<QByteArray, 4> leases;
    std::array<Peer *, connectionCount> peers{};
    std::unique_ptr<Server::ServerCore> core;
};

/// What the server keeps is well formed, and its digests are those of its rows.
void checkStorage(Server::MemoryStorage &storage)
{
    for (const char *name : {"home", "team"}) {
        Server::StoredSpace space;
        QHash<Server::TableId, Server::StoredTable> tables;
        {
            auto transaction = storage.begin();
            SHEAF_CHECK(transaction);
            space = **(*transaction)->space(name);
            const QList<Server::StoredTable> stored = *(*transaction)->tables(space.id);
            for (const Server::StoredTable &table : stored)
                tables.insert(table.id, table);
        }
        SpaceDigest fresh;
        const auto scanned = storage.scan(space.id, 0, [&](const Server::RecordView &row) {
            RowRecord record;
            SHEAF_CHECK(tables.contains(row.table) && row.sequence <= space.head && decodeRecord(row.record, record));
            std::vector<NamedColumn> named;
            for (const TableNames::Column &column : tables[row.table].columns)
                named.push_back({column.name, column.id});
            std::ranges::sort(named, {}, &NamedColumn::name);
            fresh.add(fingerprint(tables[row.table].name, row.key, clockOf(record), named));
            return true;
        });
        SHEAF_CHECK(scanned && fresh == space.digest);
    }
}

} // namespace

/// Steps: the low two bits of the first byte name a connection, the next three what happens on it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    World world;
    QByteArray last;
    for (int step = 0; step < 200 && !input.atEnd(); ++step) {
        const quint8 first = input.byte();
        const size_t place = std::min<size_t>(first & 3U, connectionCount - 1);
        switch ((first >> 2) & 7) {
        case 0: // any frame
            world.receive(place, input.take(input.word()).toByteArray());
            break;
        case 1:   // any message, well framed
        case 2: { // the one before once more, by whomever
            if (((first >> 2) & 7) == 1)
                last = input.take(input.word()).toByteArray();
            const auto zstd = builtinCompressions().constFirst();
            const auto frames = frameMessage(last, (first & 0x80) != 0 ? zstd.get() : nullptr);
            for (const QByteArray &frame : *frames)
                world.receive(place, frame);
            world.clock.settle();
            break;
        }
        case 3:
            world.hello(place, input.byte());
            break;
        case 4:
            world.clock.advance(100 * input.byte());
            break;
        case 5:
            world.vanish(place);
            break;
        case 6:
            world.storage.failNextCommit((first & 0x80) != 0);
            break;
        default:
            if (world.peers[place] != nullptr && world.peers[place]->observer() != nullptr)
                world.peers[place]->observer()->drained();
        }
    }
    world.clock.settle();
    checkStorage(world.storage);
    return 0;
}
