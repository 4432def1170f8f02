// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/changeswriter.h"

#include "protocol/codec.h"
#include "protocol/limits.h"

#include <algorithm>

namespace Sheaf::Server {

namespace {

constexpr qsizetype changeOverheadBytes = 12; // array, table index and two lengths in CBOR

} // namespace

ChangesWriter::ChangesWriter(const Space &space, Sequence previous) : m_space(space)
{
    m_message.space = space.name();
    m_message.previous = previous;
}

bool ChangesWriter::fits(const TableEntry &table, qsizetype keyBytes, qsizetype recordBytes) const
{
    if (isEmpty())
        return true;
    const bool isNewTable = !m_indexes.contains(table.id);
    const qsizetype bytes = m_bytes + keyBytes + recordBytes + changeOverheadBytes + (isNewTable ? table.nameBytes : 0);
    return bytes <= Sheaf::Limits::changesMessageBytesTarget && m_message.changes.size() < Sheaf::Limits::changesPerMessageMax &&
           (!isNewTable || m_indexes.size() < Sheaf::Limits::tablesPerMessageMax);
}

void ChangesWriter::add(const TableEntry &table, const QByteArray &key, const QByteArray &record,
                        const std::vector<ColumnId> *columns)
{
    const auto known = m_indexes.constFind(table.id);
    quint32 index = 0;
    if (known != m_indexes.cend()) {
        index = *known;
    } else {
        index = static_cast<quint32>(m_used.size());
        m_indexes.insert(table.id, index);
        m_used.push_back({&table, {}, false});
        m_bytes += table.nameBytes;
    }
    Used &used = m_used[index];
    if (columns == nullptr)
        used.all = true;
    if (!used.all && !std::ranges::includes(used.columns, *columns)) {
        std::vector<ColumnId> joined;
        joined.reserve(used.columns.size() + columns->size());
        std::ranges::set_union(used.columns, *columns, std::back_inserter(joined));
        used.columns = std::move(joined);
    }
    m_message.changes.append({index, key, record});
    m_bytes += key.size() + record.size() + changeOverheadBytes;
}

Batch ChangesWriter::take(Sequence sequence, bool more)
{
    m_message.sequence = sequence;
    m_message.head = m_space.head();
    m_message.more = more;
    for (const Used &used : m_used)
        m_message.tables.append(used.all ? namesOf(*used.table) : namesOf(*used.table, used.columns));
    const Sequence previous = m_message.previous;
    const QByteArray space = m_message.space;
    QByteArray bytes = encodeMessage(Message(std::move(m_message)));
    m_message = {};
    m_message.space = space;
    m_message.previous = sequence;
    m_bytes = 0;
    m_used.clear();
    m_indexes.clear();
    return {previous, sequence, std::move(bytes)};
}

} // namespace Sheaf::Server
