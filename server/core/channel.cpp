// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/channel.h"

#include "base/check.h"
#include "server/core/serversession.h"

#include <algorithm>

namespace Sheaf::Server {

Result<Space *> Channel::space(StorageTransaction &transaction)
{
    if (!m_space) {
        auto loaded = Space::load(transaction, m_name);
        if (!loaded)
            return fail(loaded.error());
        m_space = *std::move(loaded);
    }
    return &*m_space;
}

void Channel::subscribe(ServerSession *session)
{
    if (std::ranges::find(m_subscribers, session) == m_subscribers.end())
        m_subscribers.push_back(session);
}

void Channel::unsubscribe(ServerSession *session)
{
    std::erase(m_subscribers, session);
}

bool Channel::isHeardBesides(quint64 session) const
{
    return m_watchers > 0 ||
           std::ranges::any_of(m_subscribers, [session](const ServerSession *reader) { return reader->number() != session; });
}

Result<Page> Channel::page(Storage &storage, PagePlace after, const RowFilter &filter) const
{
    SHEAF_CHECK(m_space);
    return PageWriter(*m_space, after, filter).write(storage);
}

void Broadcast::append(Part part)
{
    m_authors.insert(part.author);
    m_parts.push_back(std::move(part));
}

std::vector<Batch> &Broadcast::batches(size_t first, size_t end, const QList<QByteArray> &tables)
{
    const auto [place, isNew] = m_encoded.try_emplace({first, end, tables});
    std::vector<Batch> &batches = place->second;
    if (!isNew || first == end)
        return batches;
    ChangesWriter writer(m_space, m_parts[first].push.ack.previous);
    Sequence last = m_parts[first].push.ack.previous;
    bool isInTransaction = false; // whether `last` is inside of one
    for (size_t i = first; i < end; ++i) {
        const MergedPush &push = m_parts[i].push;
        for (const LiveChange &change : push.changes) {
            const TableEntry *table = m_space.dictionary().table(change.table);
            SHEAF_CHECK(table != nullptr);
            if (!RowFilter::isAmong(tables, table->name)) {
                last = change.sequence;
                isInTransaction = push.more || &change != &push.changes.back();
                continue;
            }
            if (!writer.fits(*table, change.key.size(), change.record.size()))
                batches.push_back(writer.take(last, isInTransaction));
            writer.add(*table, change.key, change.record, &change.columns);
            last = change.sequence;
            isInTransaction = push.more || &change != &push.changes.back();
        }
        if (!push.more)
            isInTransaction = false;
    }
    const Sequence told = batches.empty() ? m_parts[first].push.ack.previous : batches.back().sequence();
    if (!writer.isEmpty() || (!tables.isEmpty() && last > told))
        batches.push_back(writer.take(last, isInTransaction));
    return batches;
}

} // namespace Sheaf::Server
