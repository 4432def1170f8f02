// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/channel.h"

#include "base/check.h"
#include "server/core/serversession.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

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
    return std::ranges::any_of(m_subscribers, [session](const ServerSession *reader) { return reader->number() != session; });
}

Result<Batch> Channel::page(Storage &storage, Sequence after, const BucketFilter &filter) const
{
    SHEAF_CHECK(m_space);
    ChangesWriter writer(*m_space, after);
    Sequence last = after;
    bool isWhole = true;
    bool isDamaged = false;
    int skipped = 0;
    auto scanned = storage.scan(m_space->id(), after, [&](const RecordView &row) {
        const TableEntry *table = m_space->dictionary().table(row.table);
        isDamaged = table == nullptr;
        if (!isDamaged && !filter.wants(row.sequence, table->name, row.key)) {
            last = row.sequence;
            isWhole = ++skipped < Tuning::skippedRowsMax;
            return isWhole;
        }
        isWhole = !isDamaged && writer.fits(*table, row.key.size(), row.record.size());
        if (!isWhole)
            return false;
        writer.add(*table, row.key.toByteArray(), row.record.toByteArray(), nullptr);
        last = row.sequence;
        return true;
    });
    if (!scanned)
        return fail(scanned.error());
    if (isDamaged)
        return fail(u"damaged_storage"_s, u"A stored row belongs to no table."_s);
    // The last page ends at the head, although the row that had that sequence may have moved on.
    return writer.take(isWhole ? m_space->head() : last, false);
}

void Broadcast::append(Part part)
{
    m_authors.insert(part.author);
    m_parts.push_back(std::move(part));
}

std::vector<Batch> &Broadcast::batches(size_t first, size_t end)
{
    const auto [place, isNew] = m_encoded.try_emplace({first, end});
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
            if (!writer.fits(*table, change.key.size(), change.record.size()))
                batches.push_back(writer.take(last, isInTransaction));
            writer.add(*table, change.key, change.record, &change.columns);
            last = change.sequence;
            isInTransaction = push.more || &change != &push.changes.back();
        }
        if (!push.more)
            isInTransaction = false;
    }
    if (!writer.isEmpty())
        batches.push_back(writer.take(last, isInTransaction));
    return batches;
}

} // namespace Sheaf::Server
