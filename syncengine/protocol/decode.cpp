// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "protocol/cborreader.h"
#include "protocol/codec.h"
#include "protocol/limits.h"
#include "protocol/messagetype.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 tokenBytesMax = 256;
constexpr qint64 codeBytesMax = 64;
constexpr qint64 reasonBytesMax = 1024;
constexpr qint64 smallBytesMax = 64; // session, lease, digest

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
        if (type < static_cast<quint64>(MessageType::Hello) || type > static_cast<quint64>(MessageType::Pong))
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
            return expect(fields, 3) ? Message(subscribe()) : Message();
        case MessageType::Changes:
            return expect(fields, 7) ? Message(changes()) : Message();
        case MessageType::Push:
            return expect(fields, 5) ? Message(push()) : Message();
        case MessageType::Ack:
            return expect(fields, 6) ? Message(ack()) : Message();
        case MessageType::Mark:
            return expect(fields, 2) ? Message(mark()) : Message();
        case MessageType::Marked:
            return expect(fields, 4) ? Message(marked()) : Message();
        case MessageType::Ping:
            return expect(fields, 1) ? Message(Ping{m_cbor.signedInteger()}) : Message();
        case MessageType::Pong:
            return expect(fields, 2) ? Message(pong()) : Message();
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
        return Hello{small(), small(), m_cbor.text(Limits::nameBytesMax), small(), m_cbor.unsignedInteger(),
                     bytes(tokenBytesMax), m_cbor.signedInteger(), bytes(smallBytesMax), m_cbor.boolean()};
    }

    Welcome welcome()
    {
        Welcome m{small(), bytes(smallBytesMax), m_cbor.signedInteger(), m_cbor.signedInteger(), bytes(smallBytesMax),
                  m_cbor.boolean(), m_cbor.unsignedInteger(), {}};
        const quint64 count = m_cbor.array(Limits::spacesPerSessionMax);
        for (quint64 i = 0; i < count && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(4);
            m.spaces.append({name(), role(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger()});
        }
        return m;
    }

    Refused refused() { return {m_cbor.text(codeBytesMax), m_cbor.text(reasonBytesMax), m_cbor.signedInteger()}; }
    Subscribe subscribe() { return {name(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger()}; }
    Mark mark() { return {name(), m_cbor.unsignedInteger()}; }
    Marked marked() { return {name(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger(), bytes(smallBytesMax)}; }
    Pong pong() { return {m_cbor.signedInteger(), m_cbor.signedInteger()}; }

    Changes changes()
    {
        Changes m{name(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger(), m_cbor.boolean(), tables(), {}};
        m.changes = rows(m.tables);
        if (m.sequence < m.previous)
            m_cbor.fail();
        return m;
    }

    Push push()
    {
        Push m{name(), m_cbor.unsignedInteger(), m_cbor.boolean(), tables(), {}};
        m.changes = rows(m.tables);
        return m;
    }

    Ack ack()
    {
        Ack m{name(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger(), m_cbor.unsignedInteger(), m_cbor.signedInteger(), {}};
        const quint64 count = m_cbor.array(Limits::changesPerMessageMax);
        for (quint64 i = 0; i < count && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(3);
            m.verdicts.append({small(), m_cbor.text(codeBytesMax), m_cbor.text(reasonBytesMax)});
        }
        if (m.sequence < m.previous)
            m_cbor.fail();
        return m;
    }

    QList<TableNames> tables()
    {
        QList<TableNames> all;
        const quint64 count = m_cbor.array(Limits::tablesPerMessageMax);
        for (quint64 i = 0; i < count && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(2);
            TableNames names{name(), {}};
            const quint64 columns = m_cbor.array(Limits::cellsPerRecordMax);
            ColumnId previous = 0;
            for (quint64 c = 0; c < columns && m_cbor.ok(); ++c) {
                m_cbor.arrayOf(2);
                names.columns.append({small(), name()});
                if (names.columns.last().id <= previous) // sorted, unique, never 0
                    m_cbor.fail();
                previous = names.columns.last().id;
            }
            all.append(std::move(names));
        }
        return all;
    }

    QList<Change> rows(const QList<TableNames> &names)
    {
        QList<Change> all;
        const quint64 count = m_cbor.array(Limits::changesPerMessageMax);
        for (quint64 i = 0; i < count && m_cbor.ok(); ++i) {
            m_cbor.arrayOf(3);
            all.append({small(), bytes(Limits::keyBytesMax), bytes(Limits::messageBytesMax)});
            if (m_cbor.ok())
                check(all.last(), names);
        }
        return all;
    }

    void check(const Change &change, const QList<TableNames> &names)
    {
        if (change.table >= static_cast<quint64>(names.size()) || !decodeKey(change.key, m_key) || !decodeRecord(change.record, m_record))
            return m_cbor.fail();
        m_tooLarge = m_tooLarge || change.record.size() > Limits::recordBytesMax;
        const QList<TableNames::Column> &columns = names.at(change.table).columns;
        auto known = columns.cbegin();
        for (const Cell &cell : m_record.cells) {
            while (known != columns.cend() && known->id < cell.column)
                ++known;
            if (known == columns.cend() || known->id != cell.column)
                return m_cbor.fail();
            m_tooLarge = m_tooLarge || cell.value.bytes.size() > Limits::valueBytesMax;
        }
    }

    CborReader m_cbor;
    std::vector<ValueView> m_key;
    RowRecord m_record;
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
