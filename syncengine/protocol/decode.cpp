// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"
#include "crdt/rowkey.h"
#include "protocol/cborreader.h"
#include "protocol/codec.h"
#include "protocol/limits.h"
#include "protocol/messagetype.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Whether a name is there twice; `names` is put in order.
bool hasRepeats(std::vector<QByteArrayView> &names)
{
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

/// One message from untrusted bytes. Where a value must be checked beyond its form, the reader is
/// made to fail, so that one look at the end is enough.
class Decoder
{
public:
    explicit Decoder(QByteArrayView bytes) : m_cbor(bytes) {}

    Result<Message> message()
    {
        const quint64 fields = m_cbor.array(16);
        const quint64 type = m_cbor.unsignedInteger();
        if (!m_cbor.ok())
            return malformed();
        if (type < static_cast<quint64>(MessageType::Hello) || type > static_cast<quint64>(MessageType::Subscribed))
            return fail(u"unknown_message"_s, u"Message type %1 is unknown."_s.arg(type));
        Message decoded = body(static_cast<MessageType>(type), fields - 1);
        if (m_tooLarge)
            return fail(u"too_large"_s, u"A message holds more than is allowed."_s);
        if (!m_cbor.ok() || !m_cbor.atEnd())
            return malformed();
        return decoded;
    }

private:
    static Unexpected malformed() { return fail(u"bad_message"_s, u"A message is malformed."_s); }

    Message body(MessageType type, quint64 fields)
    {
        switch (type) {
        case MessageType::Hello:
            return expect(fields, 9) ? Message(hello()) : Message();
        case MessageType::Welcome:
            return expect(fields, 8) ? Message(welcome()) : Message();
        case MessageType::Refused:
            return expect(fields, 3) ? Message(refused()) : Message();
        case MessageType::Subscribe:
            return expect(fields, 6) ? Message(subscribe()) : Message();
        case MessageType::Changes:
            return expect(fields, 7) ? Message(changes()) : Message();
        case MessageType::Push:
            return expect(fields, 5) ? Message(push()) : Message();
        case MessageType::Ack:
            return expect(fields, 6) ? Message(ack()) : Message();
        case MessageType::Mark:
            return expect(fields, 3) ? Message(mark()) : Message();
        case MessageType::Marked:
            return expect(fields, 4) ? Message(marked()) : Message();
        case MessageType::Ping:
            return expect(fields, 1) ? Message(Ping{time()}) : Message();
        case MessageType::Pong:
            return expect(fields, 2) ? Message(pong()) : Message();
        case MessageType::Plugin:
            return expect(fields, 4) ? Message(plugin()) : Message();
        case MessageType::Opened:
            return expect(fields, 2) ? Message(opened()) : Message();
        case MessageType::Closed:
            return expect(fields, 3) ? Message(closed()) : Message();
        case MessageType::Leave:
            return expect(fields, 1) ? Message(Leave{name()}) : Message();
        case MessageType::Seen:
            return expect(fields, 2) ? Message(Seen{name(), count()}) : Message();
        case MessageType::Subscribed:
            return expect(fields, 1) ? Message(Subscribed{name()}) : Message();
        case MessageType::Collected:
            return expect(fields, 4) ? Message(Collected{name(), count(), told(), deadLength()}) : Message();
        }
        return {};
    }

    bool expect(quint64 fields, quint64 count)
    {
        if (fields != count)
            m_cbor.fail();
        return m_cbor.ok();
    }

    quint32 small()
    {
        const quint64 number = m_cbor.unsignedInteger();
        if (number > UINT32_MAX)
            m_cbor.fail();
        return static_cast<quint32>(number);
    }

    /// Sequences, push numbers and the like: databases keep them in 63 bits.
    quint64 count()
    {
        const quint64 number = m_cbor.unsignedInteger();
        if (number > static_cast<quint64>(INT64_MAX))
            m_cbor.fail();
        return m_cbor.ok() ? number : 0;
    }

    qint64 time()
    {
        const qint64 ms = m_cbor.signedInteger();
        if (ms <= -Limits::toldMsLimit || ms >= Limits::toldMsLimit)
            m_cbor.fail();
        return m_cbor.ok() ? ms : 0;
    }

    QByteArray bytes(qint64 max) { return m_cbor.bytes(max).toByteArray(); }

    QByteArray name()
    {
        QByteArray read = bytes(Limits::nameBytesMax);
        if (read.isEmpty())
            m_cbor.fail();
        return read;
    }

    Role role()
    {
        const quint64 number = m_cbor.unsignedInteger();
        if (number > static_cast<quint64>(Role::Owner))
            m_cbor.fail();
        return static_cast<Role>(m_cbor.ok() ? number : 0);
    }

    // Braced lists are evaluated from left to right, in the order of the wire.
    Hello hello()
    {
        Hello m{small(),
                small(),
                m_cbor.text(Limits::appBytesMax),
                small(),
                m_cbor.unsignedInteger(),
                bytes(Limits::tokenBytesMax),
                time(),
                bytes(Limits::smallBytesMax),
                {}};
        const quint64 compressions = m_cbor.array(Limits::compressionsPerHelloMax);
        for (quint64 i = 0; i < compressions && m_cbor.ok(); ++i) {
            m.compressions.append(name());
            m_names.push_back(m.compressions.constLast());
        }
        refuseRepeats();
        return m;
    }

    Welcome::Space space()
    {
        m_cbor.arrayOf(8);
        return {name(), role(), count(), count(), small(), count(), told(), deadLength()};
    }

    Opened opened()
    {
        Opened m{space(), count()};
        if (m.space.role == Role::None)
            m_cbor.fail();
        return m;
    }

    Closed closed() { return {name(), m_cbor.text(Limits::codeBytesMax), m_cbor.text(Limits::reasonBytesMax)}; }

    Welcome welcome()
    {
        Welcome m{small(),
                  bytes(Limits::smallBytesMax),
                  time(),
                  time(),
                  bytes(Limits::smallBytesMax),
                  bytes(Limits::nameBytesMax),
                  m_cbor.unsignedInteger(),
                  {}};
        const quint64 spaces = m_cbor.array(Limits::spacesPerSessionMax);
        for (quint64 i = 0; i < spaces && m_cbor.ok(); ++i) {
            m.spaces.append(space());
            m_names.push_back(m.spaces.constLast().name);
        }
        refuseRepeats();
        return m;
    }

    /// A stamp that a server tells.
    Hlc told()
    {
        const Hlc stamp = m_cbor.unsignedInteger();
        if (hlcMs(stamp) >= Limits::toldMsLimit)
            m_cbor.fail();
        return stamp;
    }

    /// The length of a deleted row that a server tells.
    CausalLength deadLength()
    {
        const quint32 length = small();
        if (isAlive(length) || length >= Limits::toldLengthLimit)
            m_cbor.fail();
        return length;
    }

    Refused refused()
    {
        Refused m{m_cbor.text(Limits::codeBytesMax), m_cbor.text(Limits::reasonBytesMax), m_cbor.signedInteger()};
        if (m.retryAfterMs < -1 || m.retryAfterMs > Limits::retryAfterMsMax)
            m_cbor.fail();
        return m;
    }

    Subscribe subscribe()
    {
        Subscribe m{name(), m_cbor.unsignedInteger(), count(), bytes(SpaceDigest::bucketCount / 8)};
        if (!m.buckets.isEmpty() && bucketsFrom(m.buckets).none()) // also another size than 32
            m_cbor.fail();
        const quint64 tables = m_cbor.array(Limits::tablesPerSubscriptionMax);
        for (quint64 i = 0; i < tables && m_cbor.ok(); ++i) {
            m.tables.append(name());
            if (i > 0 && m.tables.at(m.tables.size() - 2) >= m.tables.constLast())
                m_cbor.fail();
        }
        m.opening = count();
        return m;
    }

    Mark mark() { return {name(), count(), m_cbor.boolean()}; }

    Marked marked()
    {
        Marked m{name(), count(), count(), bytes(SpaceDigest::bytesOfAll)};
        if (m.digest.size() != 16 && m.digest.size() != SpaceDigest::bytesOfAll)
            m_cbor.fail();
        return m;
    }

    Pong pong() { return {time(), time()}; }

    Plugin plugin() { return {name(), name(), bytes(Limits::pluginTopicBytesMax), bytes(Limits::pluginPayloadBytesMax)}; }

    Changes changes()
    {
        m_stampMsLimit = Limits::toldMsLimit;
        Changes m{name(), count(), count(), count(), m_cbor.boolean(), tables(), {}};
        m.changes = rows(m.tables);
        if (m.sequence < m.previous)
            m_cbor.fail();
        return m;
    }

    Push push()
    {
        Push m{name(), count(), m_cbor.boolean(), tables(), {}};
        m.changes = rows(m.tables);
        return m;
    }

    Ack ack()
    {
        Ack m{name(), count(), count(), count(), time(), {}};
        const quint64 verdicts = m_cbor.array(Limits::changesPerMessageMax);
        qint64 previous = -1;
        for (quint64 i = 0; i < verdicts && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(3);
            m.verdicts.append({small(), m_cbor.text(Limits::codeBytesMax), m_cbor.text(Limits::reasonBytesMax)});
            if (m.verdicts.constLast().index <= previous || m.verdicts.constLast().index >= Limits::changesPerMessageMax)
                m_cbor.fail();
            previous = m.verdicts.constLast().index;
        }
        if (m.sequence < m.previous)
            m_cbor.fail();
        return m;
    }

    QList<TableNames> tables()
    {
        QList<TableNames> all;
        const quint64 tables = m_cbor.array(Limits::tablesPerMessageMax);
        for (quint64 i = 0; i < tables && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(2);
            TableNames names{name(), {}};
            const quint64 columns = m_cbor.array(Limits::cellsPerRecordMax);
            ColumnId previous = 0;
            for (quint64 c = 0; c < columns && m_cbor.ok(); ++c) {
                m_cbor.arrayOf(2);
                names.columns.append({small(), name()});
                const TableNames::Column &column = names.columns.constLast();
                if (column.id <= previous || column.id > columnIdMax) // sorted, unique, never 0
                    m_cbor.fail();
                previous = column.id;
                m_names.push_back(column.name);
            }
            refuseRepeats();
            all.append(std::move(names));
        }
        for (const TableNames &names : std::as_const(all))
            m_names.push_back(names.table);
        refuseRepeats();
        return all;
    }

    QList<Change> rows(const QList<TableNames> &names)
    {
        QList<Change> all;
        const quint64 changes = m_cbor.array(Limits::changesPerMessageMax);
        for (quint64 i = 0; i < changes && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(3);
            all.append({small(), bytes(Limits::keyBytesMax), bytes(Limits::messageBytesMax)});
            if (m_cbor.ok())
                check(all.last(), names);
        }
        return all;
    }

    /// Ends a list of names that must differ: a name twice would give one thing two numbers.
    void refuseRepeats()
    {
        if (m_cbor.ok() && hasRepeats(m_names))
            m_cbor.fail();
        m_names.clear();
    }

    void check(const Change &change, const QList<TableNames> &names)
    {
        if (change.table >= static_cast<quint64>(names.size()) || !decodeKey(change.key, m_key) ||
            !decodeRecord(change.record, m_record))
            return m_cbor.fail();
        m_tooLarge = m_tooLarge || change.record.size() > Limits::recordBytesMax;
        if (hlcMs(latestStamp(m_record)) >= m_stampMsLimit)
            return m_cbor.fail();
        const QList<TableNames::Column> &columns = names.at(change.table).columns;
        auto known = columns.cbegin();
        for (const Cell &cell : m_record.cells) {
            while (known != columns.cend() && known->id < cell.column)
                ++known;
            if (known == columns.cend() || known->id != cell.column)
                return m_cbor.fail();
            m_tooLarge = m_tooLarge || cell.value.bytes.size() > Limits::valueBytesMax;
        }
        known = columns.cbegin();
        for (const TextCell &text : m_record.texts) {
            while (known != columns.cend() && known->id < text.column)
                ++known;
            if (known == columns.cend() || known->id != text.column)
                return m_cbor.fail();
            m_tooLarge = m_tooLarge || text.update.size() > Limits::textUpdateBytesMax;
        }
        known = columns.cbegin();
        for (const PartCell &part : m_record.parts) {
            while (known != columns.cend() && known->id < part.column)
                ++known;
            if (known == columns.cend() || known->id != part.column)
                return m_cbor.fail();
            m_tooLarge = m_tooLarge || part.value.bytes.size() > Limits::valueBytesMax;
        }
    }

    CborReader m_cbor;
    std::vector<QByteArrayView> m_names; ///< seen of the list that is being read
    std::vector<ValueView> m_key;
    RowRecord m_record;
    qint64 m_stampMsLimit = clockMsLimit;
    bool m_tooLarge = false;
};

} // namespace

Result<Message> decodeMessage(QByteArrayView bytes)
{
    if (bytes.size() > Limits::messageBytesMax)
        return fail(u"too_large"_s, u"A message is larger than allowed."_s);
    return Decoder(bytes).message();
}

} // namespace Sheaf
