// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
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

void SpaceSync::prove()
{
    if (!isQuiet()) {
        m_proven = false;
        return;
    }
    if (m_proven || m_marking || m_markPause.isActive())
        return;
    const qint64 since = m_clock.monotonicMs() - m_markedAtMs;
    if (m_markId > 0 && since < Tuning::markIntervalMs)
        m_markPause.start(milliseconds(Tuning::markIntervalMs - since), [this] { m_link.wake(); });
    else
        sendMark();
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
    const auto mine = m_replica.digest(m_name);
    if (!mine)
        return fail(mine.error());
    if ((byBucket ? mine->toBytes() : mine->totalBytes()) != marked.digest)
        return repair(*mine, marked);
    m_proven = true;
    m_repair = Repair::None;
    return {};
}

Result<void> SpaceSync::repair(const SpaceDigest &mine, const Marked &marked)
{
    if (m_repair != Repair::Comparing)
        ++m_link.figures().digestMismatches;
    switch (m_repair) {
    case Repair::None:
        m_link.report(u"digest_mismatch"_s, u"This device and the server differ in space %1."_s.arg(QString::fromUtf8(m_name)));
        m_repair = Repair::Comparing;
        sendMark();
        return {};
    case Repair::Comparing: {
        const SpaceDigest::Buckets different = mine.differences(SpaceDigest::fromBytes(marked.digest));
        const Sequence known = m_applied;
        if (const auto offered = m_replica.offerAgain(m_name, different); !offered)
            return offered;
        m_link.figures().bucketsRepaired += static_cast<qint64>(different.count());
        m_repair = Repair::ByBucket;
        pullAgain(different, known);
        return {};
    }
    case Repair::ByBucket:
        m_link.report(u"digest_mismatch"_s,
                      u"The repair of space %1 did not help; everything is exchanged."_s.arg(QString::fromUtf8(m_name)));
        m_repair = Repair::Everything;
        m_link.figures().bucketsRepaired += static_cast<qint64>(SpaceDigest::bucketCount);
        if (const auto again = startOver(); !again)
            return again;
        pullAgain({}, 0);
        return {};
    case Repair::Everything:
        m_link.report(u"not_repaired"_s,
                      u"Space %1 differs even after everything was exchanged."_s.arg(QString::fromUtf8(m_name)));
        m_givenUp = m_marking = true; // exchanging everything once more would not help: wait for news
        ++m_markId;
        return {};
    }
    return {};
}

} // namespace Sheaf
