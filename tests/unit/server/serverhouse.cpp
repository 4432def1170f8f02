// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverhouse.h"

#include "crdt/rowkey.h"
#include "protocol/codec.h"

namespace Sheaf::Test {

using namespace Server;
using namespace Qt::StringLiterals;

namespace {

template<typename T>
T need(Result<T> result)
{
    if (!result)
        qFatal("%s", qUtf8Printable(result.error().message));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

/// The server's end of a wire.
class Caller::End final : public Connection
{
public:
    End(std::shared_ptr<Wire> wire, EventQueue &queue) : m_wire(std::move(wire)), m_queue(queue) {}
    ~End() override { drop(); }

    void setObserver(Observer *observer) override { m_wire->observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        if (!m_wire->isRead)
            m_wire->unsentBytes += frame.size();
        const auto taken = m_wire->assembler.take(frame);
        if (!taken)
            qFatal("the server sent a bad frame");
        if (!taken->has_value())
            return;
        auto message = decodeMessage(**taken);
        if (!message)
            qFatal("the server sent a bad message: %s", qUtf8Printable(message.error().message));
        m_wire->messages.push_back(*std::move(message));
    }
    [[nodiscard]] qint64 unsentBytes() const override { return m_wire->unsentBytes; }
    void close() override
    {
        m_wire->isOver = true;
        if (!m_wire->isRead)
            return; // the peer does not notice
        m_queue.at(m_queue.nowUs(), [wire = m_wire] {
            if (auto *observer = std::exchange(wire->observer, nullptr))
                observer->closed(u"closed"_s);
        });
    }
    void drop() override
    {
        m_wire->isOver = true;
        m_wire->observer = nullptr;
    }

private:
    std::shared_ptr<Wire> m_wire;
    EventQueue &m_queue;
};

ServerHouse::ServerHouse() : core(std::make_unique<ServerCore>(storage, clock, random))
{
}

QByteArray ServerHouse::token(const QByteArray &device, const QList<QByteArray> &spaces)
{
    return need(addToken(storage, random, device, spaces));
}

void ServerHouse::setRole(const QByteArray &device, Role role)
{
    StoredDevice stored = this->device(device);
    for (Grant &grant : stored.grants)
        grant.role = role;
    auto transaction = need(storage.begin());
    need(transaction->putDevice(stored));
    need(transaction->commit());
}

StoredSpace ServerHouse::space(const QByteArray &name)
{
    auto transaction = need(storage.begin());
    return need(transaction->space(name)).value_or(StoredSpace{});
}

StoredDevice ServerHouse::device(const QByteArray &name)
{
    auto transaction = need(storage.begin());
    for (const StoredDevice &device : need(transaction->devices({}))) {
        if (device.name == name)
            return device;
    }
    return {};
}

SpaceDigest ServerHouse::freshDigest(const QByteArray &name)
{
    const SpaceId id = space(name).id;
    const QList<StoredTable> tables = need(need(storage.begin())->tables(id));
    SpaceDigest digest;
    need(storage.scan(id, 0, [&](const RecordView &row) {
        const auto table = std::ranges::find(tables, row.table, &StoredTable::id);
        std::vector<NamedColumn> columns;
        for (const TableNames::Column &column : table->columns)
            columns.push_back({column.name, column.id});
        std::ranges::sort(columns, {}, &NamedColumn::name);
        RowRecord record;
        need(decodeRecord(row.record, record));
        digest.add(fingerprint(table->name, row.key, clockOf(record), columns));
        return true;
    }));
    return digest;
}

qsizetype ServerHouse::rowCount(const QByteArray &name)
{
    qsizetype rows = 0;
    const SpaceId id = space(name).id;
    need(storage.scan(id, 0, [&rows](const RecordView &) { return ++rows > 0; }));
    return rows;
}

Caller::Caller(ServerHouse &house) : m_house(house)
{
    m_wire->assembler.setWelcomed(true);
    house.core->accept(std::make_unique<End>(m_wire, house.queue));
}

void Caller::send(const Message &message)
{
    const QList<QByteArray> frames = frameMessage(encodeMessage(message));
    for (const QByteArray &frame : frames)
        sendRaw(frame);
}

void Caller::sendRaw(const QByteArray &frame)
{
    if (m_wire->observer != nullptr)
        m_wire->observer->frameReceived(frame);
}

void Caller::hello(const QByteArray &token, SiteId site, const QByteArray &lease)
{
    Hello hello;
    hello.app = u"test"_s;
    hello.site = site;
    hello.token = token;
    hello.clockMs = 42;
    hello.lease = lease;
    send(hello);
}

Welcome Caller::welcomed(const QByteArray &token, SiteId site, const QByteArray &lease)
{
    hello(token, site, lease);
    m_house.run();
    const QList<Welcome> welcomes = take<Welcome>();
    if (welcomes.size() != 1)
        qFatal("not welcome: %s", qUtf8Printable(refusal()));
    return welcomes.constFirst();
}

void Caller::hangUp()
{
    m_wire->isOver = true;
    if (auto *observer = std::exchange(m_wire->observer, nullptr))
        observer->closed(u"The client has hung up."_s);
}

void Caller::readAgain()
{
    m_wire->isRead = true;
    m_wire->unsentBytes = 0;
    if (m_wire->observer != nullptr)
        m_wire->observer->drained();
}

QList<Message> Caller::takeAll()
{
    const QList<Message> all(m_wire->messages.begin(), m_wire->messages.end());
    m_wire->messages.clear();
    return all;
}

QString Caller::refusal()
{
    const QList<Refused> refusals = take<Refused>();
    return refusals.size() == 1 ? refusals.constFirst().code : QString();
}

Change rowOf(const QByteArray &key, Stamp stamp, const QList<QByteArray> &values, CausalLength length)
{
    RowRecord record{length, stamp, {}};
    for (qsizetype i = 0; i < values.size(); ++i)
        record.cells.push_back({static_cast<ColumnId>(i + 1), stamp, ValueView::ofText(values.at(i))});
    Change change;
    const ValueView keyValue = ValueView::ofText(key);
    encodeKey({&keyValue, 1}, change.key);
    encodeRecord(record, change.record);
    return change;
}

Push pushOf(quint64 number, const QList<Change> &changes, bool more)
{
    TableNames names{"t", {}};
    for (ColumnId column = 1; column <= 4; ++column)
        names.columns.append({column, QByteArray(1, static_cast<char>('a' + column - 1))});
    return {"home", number, more, {names}, changes};
}

} // namespace Sheaf::Test
