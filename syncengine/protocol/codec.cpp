// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/codec.h"

#include "protocol/messagetype.h"

#include <QtEndian>

namespace Sheaf {

namespace {

/// Appends CBOR in its shortest form, the only one that PROTOCOL.md allows to be written.
class CborWriter
{
public:
    void array(qsizetype count) { head(4, static_cast<quint64>(count)); }
    void value(quint64 number) { head(0, number); }
    void value(quint32 number) { head(0, number); }
    void value(quint8 number) { head(0, number); }
    void value(qint64 number)
    {
        if (number >= 0)
            head(0, static_cast<quint64>(number));
        else
            head(1, static_cast<quint64>(-1 - number));
    }
    void value(bool flag) { m_out.append(static_cast<char>(flag ? 0xF5 : 0xF4)); }
    void value(const QByteArray &bytes)
    {
        head(2, static_cast<quint64>(bytes.size()));
        m_out.append(bytes);
    }
    void value(const QString &text)
    {
        const QByteArray utf8 = text.toUtf8();
        head(3, static_cast<quint64>(utf8.size()));
        m_out.append(utf8);
    }
    void value(Role role) { value(static_cast<quint8>(role)); }

    void value(const TableNames::Column &column) { fields(column.id, column.name); }
    void value(const TableNames &names) { fields(names.table, names.columns); }
    void value(const Change &change) { fields(change.table, change.key, change.record); }
    void value(const Welcome::Space &space)
    {
        fields(space.name, space.role, space.head, space.lastPush, space.schemaMin, space.collected, space.collectedStamp,
               space.collectedLength);
    }
    void value(const Verdict &verdict) { fields(verdict.index, verdict.code, verdict.reason); }
    template<typename T>
    void value(const QList<T> &list)
    {
        array(list.size());
        for (const T &item : list)
            value(item);
    }

    template<typename... Fields>
    void fields(const Fields &...all)
    {
        array(sizeof...(all));
        (value(all), ...);
    }

    template<typename... Fields>
    void message(MessageType type, const Fields &...all)
    {
        fields(static_cast<quint8>(type), all...);
    }

    void operator()(const Hello &m)
    {
        message(MessageType::Hello, m.versionMin, m.versionMax, m.app, m.schemaVersion, m.site, m.token, m.clockMs, m.lease,
                m.compressions);
    }
    void operator()(const Welcome &m)
    {
        message(MessageType::Welcome, m.version, m.session, m.clockMs, m.clientClockMs, m.lease, m.compression, m.epoch,
                m.spaces);
    }
    void operator()(const Refused &m) { message(MessageType::Refused, m.code, m.reason, m.retryAfterMs); }
    void operator()(const Subscribe &m)
    {
        message(MessageType::Subscribe, m.space, m.epoch, m.cursor, m.buckets, m.tables, m.opening);
    }
    void operator()(const Changes &m)
    {
        message(MessageType::Changes, m.space, m.previous, m.sequence, m.head, m.more, m.tables, m.changes);
    }
    void operator()(const Push &m) { message(MessageType::Push, m.space, m.number, m.more, m.tables, m.changes); }
    void operator()(const Ack &m) { message(MessageType::Ack, m.space, m.number, m.previous, m.sequence, m.clockMs, m.verdicts); }
    void operator()(const Mark &m) { message(MessageType::Mark, m.space, m.id, m.buckets); }
    void operator()(const Marked &m) { message(MessageType::Marked, m.space, m.id, m.head, m.digest); }
    void operator()(const Ping &m) { message(MessageType::Ping, m.clockMs); }
    void operator()(const Pong &m) { message(MessageType::Pong, m.clockMs, m.senderClockMs); }
    void operator()(const Seen &m) { message(MessageType::Seen, m.space, m.cursor); }
    void operator()(const Collected &m) { message(MessageType::Collected, m.space, m.sequence, m.stamp, m.length); }
    void operator()(const Subscribed &m) { message(MessageType::Subscribed, m.space); }
    void operator()(const Plugin &m) { message(MessageType::Plugin, m.name, m.space, m.topic, m.payload); }

    void operator()(const Opened &m) { message(MessageType::Opened, m.space, m.opening); }
    void operator()(const Closed &m) { message(MessageType::Closed, m.space, m.code, m.reason); }
    void operator()(const Leave &m) { message(MessageType::Leave, m.space); }

    [[nodiscard]] QByteArray take() { return std::move(m_out); }

private:
    void head(int major, quint64 argument)
    {
        char buffer[9];
        int size = 0;
        if (argument < 24) {
            buffer[size++] = static_cast<char>((major << 5) | static_cast<int>(argument));
        } else {
            const int power = argument <= UINT8_MAX ? 0 : argument <= UINT16_MAX ? 1 : argument <= UINT32_MAX ? 2 : 3;
            buffer[size++] = static_cast<char>((major << 5) | (24 + power));
            for (int shift = (8 << power) - 8; shift >= 0; shift -= 8)
                buffer[size++] = static_cast<char>(argument >> shift);
        }
        m_out.append(buffer, size);
    }

    QByteArray m_out;
};

} // namespace

QByteArray encodeMessage(const Message &message)
{
    CborWriter writer;
    std::visit([&writer](const auto &known) { writer(known); }, message);
    return writer.take();
}

} // namespace Sheaf
