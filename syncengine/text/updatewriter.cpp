// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/updatewriter.h"

#include "text/doc.h"

namespace Sheaf::Text {

struct UpdateWriter::Columns {
    IntDiffOptRleWriter keyClock, leftClock, rightClock;
    UintOptRleWriter client, typeRef, length;
    RleWriter info, parentInfo;
    StringColumnWriter strings;
    quint64 nextKey = 0;
};

UpdateWriter::UpdateWriter(Format format) : m_columns(format == Format::V2 ? std::make_unique<Columns>() : nullptr)
{
}
UpdateWriter::~UpdateWriter() = default;

void UpdateWriter::client(quint64 id)
{
    if (m_columns)
        m_columns->client.write(id);
    else
        m_rest.varUint(id);
}

void UpdateWriter::block(quint64 structs, quint64 id, quint32 firstClock)
{
    m_rest.varUint(structs);
    client(id);
    m_rest.varUint(firstClock);
}

void UpdateWriter::gc(quint32 units)
{
    info(static_cast<quint8>(Ref::Gc));
    length(units);
}

void UpdateWriter::skip(quint32 units)
{
    info(static_cast<quint8>(Ref::Skip));
    m_rest.varUint(units);
}

void UpdateWriter::info(quint8 byte)
{
    if (m_columns)
        m_columns->info.write(byte);
    else
        m_rest.u8(byte);
}

void UpdateWriter::leftId(WireId id)
{
    client(id.client);
    if (m_columns)
        m_columns->leftClock.write(id.clock);
    else
        m_rest.varUint(id.clock);
}

void UpdateWriter::rightId(WireId id)
{
    client(id.client);
    if (m_columns)
        m_columns->rightClock.write(id.clock);
    else
        m_rest.varUint(id.clock);
}

void UpdateWriter::parentName(QStringView name)
{
    if (m_columns)
        m_columns->parentInfo.write(1);
    else
        m_rest.u8(1);
    string(name);
}

void UpdateWriter::parentId(WireId id)
{
    if (m_columns)
        m_columns->parentInfo.write(0);
    else
        m_rest.u8(0);
    leftId(id);
}

void UpdateWriter::string(QStringView text)
{
    if (m_columns)
        m_columns->strings.write(text);
    else
        m_rest.varString(text);
}

void UpdateWriter::length(quint32 units)
{
    if (m_columns)
        m_columns->length.write(units);
    else
        m_rest.varUint(units);
}

void UpdateWriter::key(QStringView text)
{
    // The reference never reuses a key; byte equality needs the same.
    if (m_columns)
        m_columns->keyClock.write(m_columns->nextKey++);
    string(text);
}

void UpdateWriter::json(const Value &value)
{
    if (m_columns)
        m_rest.any(value);
    else
        m_rest.varString(toJson(value));
}

void UpdateWriter::elements(Ref ref, std::span<const Value> values)
{
    length(static_cast<quint32>(values.size()));
    for (const Value &value : values) {
        if (ref == Ref::Any)
            m_rest.any(value);
        else
            string(value.isUndefined() ? QStringLiteral("undefined") : toJson(value));
    }
}

void UpdateWriter::content(Ref ref, const Value &value, QStringView name, quint8 typeRef)
{
    switch (ref) {
    case Ref::Binary:
        m_rest.varBuf(*value.bytes());
        break;
    case Ref::Embed:
        json(value);
        break;
    case Ref::Format:
        key(name);
        json(value);
        break;
    case Ref::Type:
        if (m_columns)
            m_columns->typeRef.write(typeRef);
        else
            m_rest.varUint(typeRef);
        if (typeRef == 3 || typeRef == 5)
            key(name);
        break;
    case Ref::Doc:
        string(name);
        m_rest.any(value);
        break;
    default:
        break;
    }
}

void writeDeleteSet(ByteWriter &out, const DeleteSet &set, Format format)
{
    out.varUint(set.size());
    for (const auto &[client, ranges] : set) {
        out.varUint(client);
        out.varUint(ranges.size());
        quint32 previous = 0;
        for (const ClockRange &range : ranges) {
            out.varUint(format == Format::V2 ? range.clock - previous : range.clock);
            out.varUint(format == Format::V2 ? range.length - 1 : range.length);
            previous = range.end();
        }
    }
}

QByteArray writeSnapshot(const Snapshot &snapshot, Format format)
{
    ByteWriter out;
    writeDeleteSet(out, snapshot.deletions, format);
    out.raw(writeStateVector(snapshot.state));
    return out.take();
}

void UpdateWriter::deleteSet(const DeleteSet &set)
{
    writeDeleteSet(m_rest, set, m_columns ? Format::V2 : Format::V1);
}

QByteArray UpdateWriter::finish()
{
    if (!m_columns)
        return m_rest.take();
    ByteWriter out;
    out.varUint(0);
    out.varBuf(m_columns->keyClock.finish());
    out.varBuf(m_columns->client.finish());
    out.varBuf(m_columns->leftClock.finish());
    out.varBuf(m_columns->rightClock.finish());
    out.varBuf(m_columns->info.finish());
    out.varBuf(m_columns->strings.finish());
    out.varBuf(m_columns->parentInfo.finish());
    out.varBuf(m_columns->typeRef.finish());
    out.varBuf(m_columns->length.finish());
    out.raw(m_rest.bytes());
    return out.take();
}

} // namespace Sheaf::Text
