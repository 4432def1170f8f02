// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuzz/textbombs.h"
#include "text/updatewriter.h"

/// Updates of 64 KiB at most that are taken and mean as much work as they can.
namespace Sheaf::TextBombs {

/// Format v1: structs in as few bytes as can be.
inline QByteArray smallStructs(Text::Ref ref, quint64 count, quint64 clock = 0)
{
    QByteArray one(1, static_cast<char>(ref));
    if (ref != Text::Ref::Gc)
        one += number(1) + number(0); // in the root type without a name
    one += number(ref == Text::Ref::Type ? 0 : 1);
    return number(1) + number(count) + number(1) + number(clock) + one.repeated(static_cast<qsizetype>(count)) + number(0);
}

/// Format v1: a key of a root map that was written so many times.
inline QByteArray oneKey(quint64 count)
{
    const QByteArray value("\x01\x7d\x00", 3); // one number
    QByteArray update = number(1) + number(count) + number(1) + number(0) + QByteArray("\x28\x01\x01m\x01k") + value;
    for (quint64 clock = 0; clock + 1 < count; ++clock)
        update += QByteArray("\xa8\x01") + number(clock) + value;
    return update + number(0);
}

/// Format v2: structs that take the bytes of their value alone, in a root type without a name. Formats have keys without
/// a letter, elements stand one in a struct.
inline QByteArray valueStructs(Text::Ref ref, const QByteArray &values, quint64 count)
{
    return Columns{.keys = QByteArray("\x01") + number(huge),
                   .client = onesForever(),
                   .info = QByteArray(1, static_cast<char>(ref)),
                   .strings = number(0) + zerosForever(),
                   .parentInfo = QByteArray("\x01"),
                   .length = onesForever(),
                   .rest = number(1) + number(count) + number(0) +
                           values.repeated(static_cast<qsizetype>(count) / values.size()) + number(0)}
        .update();
}

/// Writes structs of two clients, one unit in each but the first; the columns of format v2 make a byte of most.
class Chain
{
public:
    static constexpr quint64 first = 7; ///< the client of the chain
    static constexpr quint64 second = 8;

    explicit Chain(Text::Ref ref) : m_ref(ref) {}

    void block(quint64 client, quint64 count) { m_out.block(count, client, 0); }
    void clients(quint64 count) { m_out.clientCount(count); }
    /// In the root type without a name.
    void atRoot(quint32 units)
    {
        m_out.info(static_cast<quint8>(m_ref));
        m_out.parentName({});
        content(units);
    }
    void behind(quint64 client, quint32 clock)
    {
        m_out.info(static_cast<quint8>(m_ref) | 0x80);
        m_out.leftId({client, clock});
        content(1);
    }
    /// Inside something that has no inside, so that it is collected.
    void inside(quint64 client, quint32 clock)
    {
        m_out.info(static_cast<quint8>(m_ref));
        m_out.parentId({client, clock});
        content(1);
    }
    QByteArray finish()
    {
        m_out.deleteSet({});
        return m_out.finish();
    }

private:
    void content(quint32 units)
    {
        if (m_ref == Text::Ref::String)
            m_out.string(QString(static_cast<qsizetype>(units), u'x'));
        else
            m_out.elements(m_ref, std::vector<Text::Value>(units, Text::Value::null()));
    }

    Text::Ref m_ref;
    Text::UpdateWriter m_out{Text::Format::V2};
};

/// Each behind the one before: all of them become one.
inline QByteArray oneBehindTheOther(Text::Ref ref, quint32 count)
{
    Chain chain(ref);
    chain.clients(1);
    chain.block(Chain::first, count);
    chain.atRoot(1);
    for (quint32 clock = 1; clock < count; ++clock)
        chain.behind(Chain::first, clock - 1);
    return chain.finish();
}

/// The same, but another client's come in between, which lie in the buffers between them.
inline QByteArray inTurns(Text::Ref ref, quint32 count)
{
    Chain chain(ref);
    chain.clients(2);
    chain.block(Chain::second, count);
    for (quint32 clock = 0; clock < count; ++clock)
        chain.inside(Chain::first, clock);
    chain.block(Chain::first, count);
    chain.atRoot(1);
    for (quint32 clock = 1; clock < count; ++clock)
        chain.behind(Chain::first, clock - 1);
    return chain.finish();
}

/// One struct that another client cuts behind each of its units.
inline QByteArray cutEverywhere(Text::Ref ref, quint32 count)
{
    Chain chain(ref);
    chain.clients(2);
    chain.block(Chain::second, count);
    for (quint32 clock = 0; clock < count; ++clock)
        chain.behind(Chain::first, clock);
    chain.block(Chain::first, 1);
    chain.atRoot(count + 1);
    return chain.finish();
}

/// As many structs as 64 KiB can name and still be taken.
inline std::vector<Bomb> densestUpdates()
{
    using Text::Format;
    constexpr quint64 most = Text::Limits::emptyStructsFloor + bombBytes / Text::Limits::bytesPerEmptyStruct;
    std::vector<Bomb> all;
    for (const auto &[name, ref] : emptyKinds) {
        const quint64 count = ref == Text::Ref::Gc ? (bombBytes - 8) / 2 : (bombBytes - 8) / 4;
        all.push_back({QByteArray(name) + ", v1", smallStructs(ref, count), Format::V1});
        all.push_back({QByteArray(name) + ", v2", padded(emptyStructs(ref, most), bombBytes), Format::V2});
    }
    all.push_back({"one key", oneKey(8'000), Format::V1});
    const QByteArray switched("\x78\x79"); // true, false
    const QByteArray nulls("\x7e");
    constexpr quint64 values = 65'000;
    for (const auto &[name, ref, value] :
         std::vector<std::tuple<QByteArray, Text::Ref, QByteArray>>{{"formats", Text::Ref::Format, switched},
                                                                    {"elements", Text::Ref::Any, nulls},
                                                                    {"embeds", Text::Ref::Embed, nulls},
                                                                    {"documents", Text::Ref::Doc, nulls},
                                                                    {"bytes", Text::Ref::Binary, QByteArray(1, '\0')}})
        all.push_back({name + " of a byte, v2", valueStructs(ref, value, values), Format::V2});
    for (const auto &[name, ref] :
         {std::pair{QByteArray("texts"), Text::Ref::String}, std::pair{QByteArray("elements"), Text::Ref::Any}}) {
        all.push_back({name + " one behind the other", oneBehindTheOther(ref, 64'000), Format::V2});
        all.push_back({name + " in turns", inTurns(ref, 32'000), Format::V2});
        all.push_back({name + " cut everywhere", cutEverywhere(ref, 32'000), Format::V2});
    }
    return all;
}

} // namespace Sheaf::TextBombs
