// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/merge.h"
#include "crdt/rowrecord.h"
#include "session/spacesync.h"
#include "session/tuning.h"

#include <algorithm>

/// The part of SpaceSync that proves equality and repairs what differs.
namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

bool SpaceSync::isQuiet() const
{
    return !m_sweeping && m_queue.empty() && m_inFlight.empty() && m_outboxRead && m_expected >= m_head && m_unheard == 0;
}

void SpaceSync::demandProof()
{
    m_proven = false;
    m_marking = false;
    m_markPause.stop();
    m_markedAtMs = m_clock.monotonicMs() - Tuning::markIntervalMs;
}

void SpaceSync::beginRepair()
{
    const RepairOrder *order = m_link.repairOrder();
    if (order == nullptr)
        return;
    m_ordered = true;
    m_repair = Repair::Comparing;
    if (order->isDeep)
        m_reading = Reading();
    demandProof();
}

RepairCount *SpaceSync::repairCount()
{
    RepairOrder *order = m_ordered ? m_link.repairOrder() : nullptr;
    return order != nullptr ? &order->spaces[m_name] : nullptr;
}

/// The next step of a deep repair; to be called in quiet moments.
Result<void> SpaceSync::read()
{
    if (!m_reading->hasBegun) {
        m_reading->hasBegun = true;
        m_reading->known = m_applied;
        const auto back = m_replica.offerAgain(m_name, {});
        if (!back)
            return fail(back.error());
        m_replica.beginComparison(m_name);
        pullAgain(SpaceDigest::Buckets().set(), m_reading->known);
        return {};
    }
    const Reading done = *std::exchange(m_reading, {});
    const qint64 mended = m_replica.endComparison(m_name);
    if (RepairCount *count = repairCount())
        count->rowsMended += mended;
    const auto mine = m_replica.digest(m_name);
    if (!mine)
        return fail(mine.error());
    // What moved meanwhile came behind it and differs here: a few rows too many are exchanged.
    const SpaceDigest::Buckets different = mine->differences(done.sent);
    return different.any() ? exchange(different) : Result<void>();
}

/// Rows of a batch that is applied: as a deep repair, or the exchange of some ranges, has asked for them.
void SpaceSync::noteRead(const Changes &batch)
{
    const bool isReading = m_reading && m_reading->hasBegun && batch.sequence <= m_reading->known;
    if (RepairCount *count = repairCount(); count != nullptr && (isReading || (m_buckets.any() && batch.sequence <= m_known)))
        count->rowsFetched += batch.changes.size();
    if (!isReading)
        return;
    std::vector<std::vector<NamedColumn>> columns;
    for (const TableNames &table : batch.tables) {
        std::vector<NamedColumn> &byName = columns.emplace_back();
        for (const TableNames::Column &column : table.columns)
            byName.push_back({column.name, column.id});
        std::ranges::sort(byName, {}, &NamedColumn::name);
    }
    RowRecord record;
    MergeOutcome outcome;
    for (const Change &change : batch.changes) {
        if (!decodeRecord(change.record, record))
            continue;
        const QByteArray &table = batch.tables[change.table].table;
        // A row with texts comes in several changes.
        if (change.key == m_reading->key && table == m_reading->table) {
            m_reading->sent.subtract(m_reading->row);
            mergeRecord(m_reading->clock, record, outcome);
            if (RepairCount *count = repairCount())
                --count->rowsFetched;
        } else {
            m_reading->table = table;
            m_reading->key = change.key;
            m_reading->clock = clockOf(record);
        }
        m_reading->row = fingerprint(table, change.key, m_reading->clock, columns[change.table]);
        m_reading->sent.add(m_reading->row);
    }
}

/// Offers the rows of these ranges and pulls the server's.
Result<void> SpaceSync::exchange(const SpaceDigest::Buckets &different)
{
    const Sequence known = m_applied;
    const auto offered = m_replica.offerAgain(m_name, different);
    if (!offered)
        return fail(offered.error());
    m_link.figures().bucketsRepaired += static_cast<qint64>(different.count());
    if (RepairCount *count = repairCount()) {
        count->rangesExchanged += static_cast<qint64>(different.count());
        count->rowsOffered += *offered;
    }
    pullAgain(different, known);
    return {};
}

Result<void> SpaceSync::prove()
{
    if (!isQuiet()) {
        m_proven = false;
        return {};
    }
    if (m_reading && m_markPause.isActive())
        return {};
    if (m_reading && !m_marking) {
        if (auto done = read(); !done || !isQuiet())
            return done;
    }
    if (m_proven || m_marking || m_markPause.isActive())
        return {};
    const qint64 since = m_clock.monotonicMs() - m_markedAtMs;
    if (m_markId > 0 && since < Tuning::markIntervalMs)
        m_markPause.start(milliseconds(Tuning::markIntervalMs - since), [this] { m_link.wake(); });
    else
        sendMark();
    return {};
}

void SpaceSync::sendMark()
{
    m_marking = true;
    m_givenUp = false;
    m_markedAtMs = m_clock.monotonicMs();
    m_link.send(Mark{m_name, ++m_markId, m_repair == Repair::Comparing});
}

Result<void> SpaceSync::receive(const Marked &marked)
{
    if (!m_marking || marked.id != m_markId)
        return {};
    m_marking = false;
    const bool byBucket = m_repair == Repair::Comparing;
    if (byBucket != (marked.digest.size() == SpaceDigest::bytesOfAll))
        return fail(u"bad_message"_s, u"The server answered with another digest than was asked for."_s);
    m_head = std::max(m_head, marked.head);
    if (!isQuiet() || marked.head != m_expected)
        return {}; // something moved meanwhile: the next quiet moment asks again
    if (RepairCount *count = byBucket ? repairCount() : nullptr)
        count->rangesCompared += static_cast<qint64>(SpaceDigest::bucketCount);
    const auto mine = m_replica.digest(m_name);
    if (!mine)
        return fail(mine.error());
    if ((byBucket ? mine->toBytes() : mine->totalBytes()) != marked.digest)
        return repair(*mine, marked);
    if (RepairCount *count = repairCount())
        count->isProven = true;
    m_proven = true;
    m_ordered = false;
    m_repair = Repair::None;
    return {};
}

Result<void> SpaceSync::repair(const SpaceDigest &mine, const Marked &marked)
{
    if (m_repair != Repair::Comparing || m_ordered)
        ++m_link.figures().digestMismatches;
    switch (m_repair) {
    case Repair::None:
        m_link.report(u"digest_mismatch"_s, u"This device and the server differ in space %1."_s.arg(QString::fromUtf8(m_name)));
        m_repair = Repair::Comparing;
        sendMark();
        return {};
    case Repair::Comparing: {
        if (m_ordered)
            m_link.report(u"digest_mismatch"_s,
                          u"This device and the server differ in space %1."_s.arg(QString::fromUtf8(m_name)));
        m_repair = Repair::ByBucket;
        return exchange(mine.differences(SpaceDigest::fromBytes(marked.digest)));
    }
    case Repair::ByBucket:
        m_link.report(u"digest_mismatch"_s,
                      u"The repair of space %1 did not help; everything is exchanged."_s.arg(QString::fromUtf8(m_name)));
        m_repair = Repair::Everything;
        m_link.figures().bucketsRepaired += static_cast<qint64>(SpaceDigest::bucketCount);
        if (RepairCount *count = repairCount())
            count->rangesExchanged += static_cast<qint64>(SpaceDigest::bucketCount);
        if (const auto again = startOver(); !again)
            return again;
        pullAgain({}, 0);
        return {};
    case Repair::Everything:
        m_link.report(u"not_repaired"_s,
                      u"Space %1 differs even after everything was exchanged."_s.arg(QString::fromUtf8(m_name)));
        m_ordered = false;
        m_givenUp = m_marking = true; // exchanging everything once more would not help: wait for news
        ++m_markId;
        return {};
    }
    return {};
}

} // namespace Sheaf
