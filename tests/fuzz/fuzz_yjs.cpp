// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "fuzz/fuzz.h"
#include "scriptedserver.h"
#include "server/core/authenticator.h"
#include "server/core/groupcommit.h"
#include "server/core/servercore.h"
#include "server/core/yjsaddress.h"
#include "server/core/yjsmessage.h"
#include "server/storage/memorystorage.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

#include <array>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Qt::StringLiterals;
using Kind = YjsMessage::Kind;

Fuzz::Budget Fuzz::budget()
{
    // An update is integrated at the server, stored, loaded and told; the storage in memory copies itself for each transaction.
    return {.cpuMs = 100, .bytes = 64 * 1024 * 1024};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    return {};
}

namespace {

constexpr int connectionCount = 2;

/// The client's end of one connection: what the server says must be readable.
class Peer final : public YjsConnection
{
public:
    Peer(std::array<Peer *, connectionCount> &places, size_t place) : m_places(places), m_place(place) { places[place] = this; }
    ~Peer() override { drop(); }

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        SHEAF_CHECK(!m_isClosed);
        const auto message = readYjsMessage(frame);
        SHEAF_CHECK(message);
        if (message->kind == Kind::SyncStep2 || message->kind == Kind::Update)
            SHEAF_CHECK(m_doc.apply(message->payload));
        if (message->kind == Kind::SyncStep1)
            SHEAF_CHECK(Text::readStateVector(message->payload));
    }
    [[nodiscard]] qint64 unsentBytes() const override { return 0; }
    void close() override { m_isClosed = true; }
    void close(YjsEnd, const QString &reason) override
    {
        SHEAF_CHECK(!reason.isEmpty());
        m_isClosed = true;
    }
    void drop() override
    {
        m_observer = nullptr;
        if (m_places[m_place] == this)
            m_places[m_place] = nullptr;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }

private:
    std::array<Peer *, connectionCount> &m_places;
    size_t m_place;
    Observer *m_observer = nullptr;
    bool m_isClosed = false;
    Text::Doc m_doc{Text::Doc::Options{.clientId = 3}};
};

/// A server with one row, whose text `b` is "seed".
struct World {
    World()
    {
        for (const char *name : {"one", "two"}) {
            random.value += 1;
            const auto token = addToken(storage, random, name, {});
            SHEAF_CHECK(token);
            tokens.append(*token);
        }
        pushRow();
        core = std::make_unique<ServerCore>(storage, clock, random);
    }
    ~World()
    {
        core->stop({});
        clock.advance(60'000);
    }

    void pushRow()
    {
        const Stamp born{makeHlc(1000), 1};
        Change change;
        const ValueView key = ValueView::ofText("k");
        encodeKey({&key, 1}, change.key);
        encodeRecord({1, born, {{1, born, ValueView::ofText("seed")}}}, change.record);
        Channel channel("home");
        Group group;
        group.uploads.push_back({1, 1, 1, &channel, {"home", 1, false, {{"t", {{1, "b"}}}}, {change}}});
        SHEAF_CHECK(commitGroup(group, storage, random, clock.wallMs()));
    }
    void receive(size_t place, const QByteArray &frame)
    {
        if (peers[place] == nullptr) {
            core->acceptYjs(std::make_unique<Peer>(peers, place), "/yjs/home/t/k/b?token=" + tokens[place]);
            clock.settle();
        }
        if (peers[place] != nullptr && peers[place]->observer() != nullptr)
            peers[place]->observer()->frameReceived(frame);
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
    MemoryStorage storage;
    QList<QByteArray> tokens;
    std::array<Peer *, connectionCount> peers{};
    std::unique_ptr<ServerCore> core;
};

/// All that is stored makes one document that waits for nothing, and the digest is that of the rows.
void checkStorage(MemoryStorage &storage)
{
    auto transaction = storage.begin();
    SHEAF_CHECK(transaction);
    const StoredSpace space = **(*transaction)->space("home");
    const StoredTable table = (*transaction)->tables(space.id)->constFirst();
    transaction->reset();
    SpaceDigest fresh;
    SHEAF_CHECK(storage.scan(space.id, 0, [&](const RecordView &row) {
        RowRecord record;
        const NamedColumn column{"b", 1};
        SHEAF_CHECK(decodeRecord(row.record, record) && record.texts.size() <= connectionCount);
        fresh.add(fingerprint(table.name, row.key, clockOf(record), {&column, 1}));
        return true;
    }));
    SHEAF_CHECK(fresh == space.digest);
    Text::Doc doc(Text::Doc::Options{});
    SHEAF_CHECK(storage.scanTexts(space.id, 0, 0, [&](const TextView &text) {
        SHEAF_CHECK(doc.apply(text.update));
        return true;
    }));
    SHEAF_CHECK(!doc.hasPending() && doc.check().isEmpty());
}

void checkParsers(QByteArrayView bytes)
{
    if (const auto message = readYjsMessage(bytes); message && message->kind != Kind::Unknown) {
        const QByteArray written = writeYjsMessage(*message);
        const auto again = readYjsMessage(written);
        SHEAF_CHECK(again && again->kind == message->kind && again->payload == message->payload);
    }
    const auto address = readYjsTarget("/yjs/" + bytes.toByteArray());
    std::vector<ValueView> values;
    SHEAF_CHECK(!address || (decodeKey(address->key, values) && !address->space.isEmpty()));
}

} // namespace

/// The first byte of a step names a connection and what happens on it; an input that begins with a zero is one message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    const quint8 mode = input.byte();
    if (mode == 0) {
        checkParsers(input.rest());
        return 0;
    }
    World world;
    for (int step = 0; step < 100 && !input.atEnd(); ++step) {
        const quint8 first = input.byte();
        const size_t place = first & 1U;
        switch ((first >> 1) & 7) {
        case 0:
            world.receive(place, input.take(input.word()).toByteArray());
            break;
        case 1:
        case 2:
        case 3: {
            constexpr Kind kinds[] = {Kind::SyncStep1, Kind::SyncStep2, Kind::Update};
            world.receive(place, writeYjsMessage({kinds[((first >> 1) & 7) - 1], input.take(input.word())}));
            break;
        }
        case 4:
            world.receive(place, writeYjsMessage({Kind::Awareness, input.take(input.word())}));
            break;
        case 5:
            world.clock.advance(100 * input.byte());
            break;
        case 6:
            world.vanish(place);
            break;
        default:
            world.storage.failNextCommit((first & 0x80) != 0);
        }
        if ((first & 0x40) != 0)
            world.clock.settle();
    }
    world.clock.settle();
    checkStorage(world.storage);
    return 0;
}
