// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/spacesync.h"

#include "crdt/rowrecord.h"
#include "protocol/limits.h"
#include "session/tuning.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

SpaceSync::SpaceSync(Replica &replica, Clock &clock, SpaceLink &link, const Opened &opened, Epoch epoch)
    : m_replica(replica), m_clock(clock), m_link(link), m_name(opened.space.name), m_epoch(epoch), m_opening(opened.opening),
      m_role(opened.space.role),
      m_head(opened.space.head), m_forgotten{opened.space.name, opened.space.collected, opened.space.collectedStamp,
                                             opened.space.collectedLength},
      m_nextNumber(opened.space.lastPush + 1), m_uploadPause(clock), m_markPause(clock)
{
}

SpaceSync::~SpaceSync()
{
    if (m_reading)
        m_replica.endComparison(m_name);
}

Result<void> SpaceSync::open()
{
    if (const auto opened = m_replica.openSpace(m_name, m_role, m_epoch, m_nextNumber - 1); !opened)
        return opened;
    // A head behind our cursor in the same epoch: the server lost what it had. Offer it all again.
    if (state().cursor > m_head) {
        m_link.report(u"server_behind"_s,
                      u"The server has lost changes of space %1; they are offered again."_s.arg(QString::fromUtf8(m_name)));
        if (const auto again = startOver(); !again)
            return again;
    }
    if (const auto swept = openSweep(); !swept)
        return swept;
    m_start = m_applied = m_expected = m_told = state().cursor;
    subscribe();
    return endSweepIfDone(m_head);
}

/// Forgets what the server has forgotten, or finds that this replica has missed some of it.
Result<void> SpaceSync::openSweep()
{
    const SpaceState now = state();
    const bool isLate = now.sweep != 0 ? now.sweep < m_forgotten.sequence && now.cursor < m_forgotten.sequence
                                       : now.reached > 0 && now.reached < m_forgotten.sequence;
    // At once, for a row may have begun anew below a delete that nobody else remembers.
    if (const auto forgotten = m_replica.forgetDeletes(m_forgotten); !forgotten)
        return forgotten;
    if (isLate) {
        m_link.report(u"swept"_s,
                      u"This device was away for too long: space %1 is compared as a whole."_s.arg(QString::fromUtf8(m_name)));
        if (const auto begun = m_replica.beginSweep(m_name, m_forgotten.sequence); !begun)
            return begun;
    } else if (now.sweep == 0) {
        return {};
    }
    m_sweeping = true;
    return {};
}

/// `head`: of the server when it read what was applied last. Before it has come to that, rows may have moved behind what
/// was read.
Result<void> SpaceSync::endSweepIfDone(Sequence head)
{
    if (!m_sweeping || m_applied < head)
        return {};
    m_sweeping = m_outboxRead = false;
    return m_replica.endSweep(m_forgotten);
}

Result<void> SpaceSync::startOver()
{
    // Passing through another epoch makes the replica forget its cursor and offer every row; a
    // crash between the two leaves the foreign epoch behind, which does the same at the next welcome.
    if (const auto away = m_replica.openSpace(m_name, m_role, m_epoch ^ 1U, m_nextNumber - 1); !away)
        return away;
    m_outboxRead = false;
    return m_replica.openSpace(m_name, m_role, m_epoch, m_nextNumber - 1);
}

/// Asks for everything behind what is here, and for the rest of the rows of a repair.
void SpaceSync::subscribe()
{
    if (m_expected >= m_known)
        m_buckets.reset();
    ++m_unheard;
    m_link.send(
        Subscribe{m_name, m_epoch, m_buckets.any() ? m_known : m_expected, bytesOf(m_buckets), state().tables, m_opening});
}

Result<void> SpaceSync::subscribed()
{
    m_isListening = false;
    if (--m_unheard < 0)
        return fail(u"bad_message"_s, u"The server answered a subscription that was not sent."_s);
    return {};
}

Result<void> SpaceSync::refillGap()
{
    if (++m_gaps > Tuning::gapsMax)
        return fail(u"gap"_s, u"The server keeps leaving gaps in the changes of a space."_s);
    subscribe();
    return {};
}

/// The replica went back to cursor 0: pulls the rows in `buckets` up to `known`, and all behind it.
void SpaceSync::pullAgain(const SpaceDigest::Buckets &buckets, Sequence known)
{
    // Batches in the queue continue a cursor that is no more; they come again. Acks come once.
    std::erase_if(m_queue, [](const Item &item) { return std::holds_alternative<Changes>(item.message); });
    m_queuedBytes = 0;
    m_start = m_applied = m_expected = state().cursor;
    m_buckets = buckets;
    m_known = known;
    m_outboxRead = m_proven = m_marking = false;
    subscribe();
}

Result<void> SpaceSync::changeRole(Role role)
{
    m_role = role;
    m_outboxRead = false;
    const auto back = m_replica.setRole(m_name, role);
    if (!back)
        return fail(back.error());
    return *back ? pullEverything() : Result<void>();
}

Result<void> SpaceSync::tablesChanged(bool startsOver)
{
    m_proven = m_marking = false;
    if (startsOver)
        return pullEverything();
    subscribe();
    return {};
}

/// Rows are wanted that were not followed for a while: their deletes may have been forgotten meanwhile.
Result<void> SpaceSync::pullEverything()
{
    if (const auto swept = openSweep(); !swept)
        return fail(swept.error());
    pullAgain({}, 0);
    return endSweepIfDone(m_head);
}

Result<void> SpaceSync::receive(Changes changes, qint64 bytes)
{
    m_head = std::max({m_head, changes.head, changes.sequence});
    if (m_unheard > 0)
        return {}; // of an earlier subscription, for which other rows may have been left out
    if (changes.previous > m_expected)
        return refillGap();
    if (changes.sequence <= m_expected && changes.previous < m_expected)
        return {};                 // seen before. What leads from here to here is the first part of a row whose texts are large.
    changes.previous = m_expected; // an overlap merges to the same
    m_expected = changes.sequence;
    m_proven = m_marking = false;
    m_queuedBytes += bytes;
    m_queue.push_back({std::move(changes), bytes});
    return {};
}

Result<void> SpaceSync::receive(Ack ack)
{
    // Checked here already, so that the queue cannot grow beyond what we asked for.
    if (++m_queuedAcks > m_inFlight.size())
        return fail(u"bad_message"_s, u"The server acknowledged a push that is not on its way."_s);
    m_head = std::max(m_head, ack.sequence);
    if (ack.previous == m_expected)
        m_expected = ack.sequence;
    m_queue.push_back({std::move(ack), 0});
    return {};
}

Result<void> SpaceSync::receive(const Collected &collected)
{
    if (m_isListening)
        return forget(collected);      // nothing is queued before it
    m_queue.push_back({collected, 0}); // true of what comes behind it
    return {};
}

Result<void> SpaceSync::forget(const Collected &collected)
{
    const SpaceState now = state();
    if (m_sweeping || (now.reached > 0 && now.reached < collected.sequence)) // 0: nothing is here that could be missed
        return fail(u"terms_changed"_s, u"The server has forgotten deletes that did not come."_s);
    m_forgotten = collected;
    return m_replica.forgetDeletes(collected);
}

/// How many items at the front of the queue make the next transaction: whole live transactions
/// only, except one that is larger than any transaction may be.
size_t SpaceSync::transactionLength() const
{
    size_t whole = 0;
    qsizetype rows = 0;
    qint64 bytes = 0;
    for (size_t i = 0; i < m_queue.size(); ++i) {
        const auto *changes = std::get_if<Changes>(&m_queue[i].message);
        if (!changes)
            break;
        rows += changes->changes.size();
        bytes += m_queue[i].bytes;
        if (whole > 0 && (rows > Tuning::rowsPerTransaction || bytes > Tuning::bytesPerTransaction))
            break;
        if (!changes->more || (whole == 0 && bytes >= Limits::transactionBytesMax))
            whole = i + 1;
    }
    return whole;
}

Result<bool> SpaceSync::step()
{
    if (m_queue.empty())
        return false;
    size_t at = 0;
    if (std::holds_alternative<Changes>(m_queue.front().message)) {
        if (const size_t count = transactionLength(); count > 0) {
            if (const auto applied = apply(count); !applied)
                return fail(applied.error());
            return true;
        }
        // An unfinished transaction must not hold up what is behind it.
        while (at < m_queue.size() && std::holds_alternative<Changes>(m_queue[at].message))
            ++at;
        if (at == m_queue.size())
            return false;
    }
    const Item item = std::move(m_queue[at]);
    m_queue.erase(m_queue.begin() + static_cast<std::ptrdiff_t>(at));
    const auto *ack = std::get_if<Ack>(&item.message);
    if (ack != nullptr)
        --m_queuedAcks;
    if (const auto done = ack != nullptr ? settle(*ack) : forget(std::get<Collected>(item.message)); !done)
        return fail(done.error());
    return true;
}

Result<void> SpaceSync::apply(size_t count)
{
    QList<Changes> batches;
    for (size_t i = 0; i < count; ++i) {
        Item &item = m_queue[i];
        m_queuedBytes -= item.bytes;
        batches.push_back(std::get<Changes>(std::move(item.message)));
    }
    m_queue.erase(m_queue.begin(), m_queue.begin() + static_cast<std::ptrdiff_t>(count));
    batches.first().previous = m_applied;
    if (const auto applied = m_replica.applyChanges(batches); !applied)
        return applied;
    for (const Changes &batch : std::as_const(batches)) {
        m_link.figures().pulled += batch.changes.size();
        noteRead(batch);
    }
    noteFilterError();
    m_applied = batches.last().sequence;
    m_outboxRead = false; // a merge may have written again what somebody deleted
    return endSweepIfDone(batches.last().head);
}

Result<void> SpaceSync::settle(const Ack &ack)
{
    const qsizetype pushed = m_inFlight.empty() ? 0 : m_inFlight.front().push.changes.size();
    if (m_inFlight.empty() || m_inFlight.front().push.number != ack.number ||
        (!ack.verdicts.isEmpty() && ack.verdicts.last().index >= pushed))
        return fail(u"bad_message"_s, u"The server acknowledged a push that is not on its way."_s);
    bool ahead = false;
    bool isAgain = false; // what was refused is pushed once more
    SpaceDigest::Buckets refused;
    for (const Verdict &verdict : ack.verdicts) {
        const Push &push = m_inFlight.front().push;
        const Change &change = push.changes[verdict.index];
        if (verdict.code == "clock_ahead"_L1) {
            ahead = true;
        } else if (verdict.code == "clock_behind"_L1) {
            isAgain = true;
        } else {
            const QByteArray &table = push.tables[change.table].table;
            const bool joins = verdict.code == "born_apart"_L1 && state().follows(table);
            m_link.figures().rejected += joins || verdict.code == "no_row"_L1 ? 0 : 1;
            isAgain = isAgain || joins;
            refused.set(bucketOf(table, change.key));
        }
        m_link.report(verdict.code, verdict.reason);
    }
    if (ahead) {
        // Our clock was set since the handshake: correct it before anything is stamped anew.
        if (const auto offset = m_replica.setClockOffset(ack.clockMs - m_clock.wallMs()); !offset)
            return offset;
    }
    if (ahead || isAgain) {
        m_uploadPause.start(milliseconds(Tuning::clockAheadPauseMs), [this] { m_link.wake(); });
    }
    const PendingPush pending = std::move(m_inFlight.front());
    m_inFlight.pop_front();
    if (const auto settled = m_replica.settlePush(pending, ack); !settled)
        return settled;
    m_link.figures().pushed += pushed - ack.verdicts.size();
    if (m_applied == ack.previous)
        m_applied = ack.sequence;
    m_outboxRead = false;
    // The replica has forgotten the refused rows, or waits for theirs: the server's version of them is wanted.
    if (refused.any())
        pullAgain(refused | m_buckets, std::max(m_applied, m_known));
    return {};
}

namespace {

/// Whether decodeMessage() would refuse a message for this change.
bool isSendable(const Change &change)
{
    if (change.key.size() > Limits::keyBytesMax || change.record.size() > Limits::recordBytesMax)
        return false;
    if (change.record.size() <= std::min(Limits::valueBytesMax, Limits::textUpdateBytesMax))
        return true; // nothing in it can be larger
    RowRecord record;
    if (!decodeRecord(change.record, record))
        return false;
    return std::ranges::all_of(record.cells, [](const Cell &cell) { return cell.value.bytes.size() <= Limits::valueBytesMax; }) &&
           std::ranges::all_of(record.texts,
                               [](const TextCell &text) { return text.update.size() <= Limits::textUpdateBytesMax; });
}

} // namespace

/// What no server can take, for its message would be refused as a whole: one such row must not keep all others
/// from being sent. True when something was taken out of the outbox.
Result<bool> SpaceSync::refuseUnsendable(const PendingPush &pending)
{
    PendingPush bad;
    bad.push.space = m_name;
    bad.push.tables = pending.push.tables;
    Ack ack{
        .space = m_name, .number = 0, .previous = m_applied, .sequence = m_applied, .clockMs = m_link.serverMs(), .verdicts = {}};
    SpaceDigest::Buckets refused;
    for (qsizetype i = 0; i < pending.push.changes.size(); ++i) {
        const Change &change = pending.push.changes[i];
        if (isSendable(change))
            continue;
        const auto index = static_cast<quint32>(bad.push.changes.size());
        ack.verdicts.append({index, u"too_large"_s, u"The change is too large to be sent."_s});
        bad.push.changes.append(change);
        bad.outboxNumbers.append(pending.outboxNumbers[i]);
        bad.textNumbers.append(pending.textNumbers[i]);
        refused.set(bucketOf(pending.push.tables[change.table].table, change.key));
    }
    if (ack.verdicts.isEmpty())
        return false;
    if (const auto settled = m_replica.settlePush(bad, ack); !settled)
        return fail(settled.error());
    m_link.figures().rejected += ack.verdicts.size();
    m_link.report(ack.verdicts.first().code, ack.verdicts.first().reason);
    pullAgain(refused | m_buckets, std::max(m_applied, m_known));
    return true;
}

Result<void> SpaceSync::upload()
{
    while (!m_sweeping && !m_isListening && !m_outboxRead && !m_uploadPause.isActive() && m_link.maySend()) {
        // What was written since a push took all there was waits for its ack, and then goes together: of a burst in one row
        // that is one change. A bulk upload fills its pushes, so it does not wait.
        if (!m_inFlight.empty() && !m_inFlight.back().isFull)
            break;
        // The parts of one transaction are acknowledged together, so they never wait for each other.
        const bool unfinished = !m_inFlight.empty() && m_inFlight.back().push.more;
        if (m_inFlight.size() >= Tuning::pushWindow && !unfinished)
            break;
        OutboxPosition after;
        if (!m_inFlight.empty()) {
            // Rows that were edited while they travelled keep their place: read past everything
            // for a while, then let the window run empty and start at the front again.
            if (m_pushesInARow >= Tuning::pushesBeforeDrain && !unfinished)
                break;
            after = m_inFlight.back().end;
        } else {
            m_pushesInARow = 0;
        }
        auto next = m_replica.nextPush(m_name, m_nextNumber, after);
        if (!next)
            return fail(next.error());
        if (!next->has_value() && unfinished) {
            // What was to follow has left the outbox meanwhile: the server waits for the end of the transaction.
            next->emplace();
            (*next)->push.space = m_name;
            (*next)->push.number = m_nextNumber;
            (*next)->end = after;
        }
        if (!next->has_value()) {
            m_outboxRead = m_inFlight.empty();
            break;
        }
        if (!(*next)->held.isEmpty()) {
            if (const auto held = m_replica.hold((*next)->held); !held)
                return held;
            m_proven = m_marking = false; // equal, but for one row more: to be proven anew
            noteFilterError();
            if ((*next)->push.changes.isEmpty())
                continue;
        }
        const auto refused = refuseUnsendable(**next);
        if (!refused)
            return fail(refused.error());
        if (*refused)
            continue;
        ++m_nextNumber;
        ++m_pushesInARow;
        m_proven = m_marking = false;
        if (auto noted = m_replica.noteOffer(next->value(), m_link.serverMs()); !noted)
            return noted;
        m_link.send(next->value().push);
        m_inFlight.push_back(std::move(next->value()));
    }
    return {};
}

void SpaceSync::noteFilterError()
{
    if (const QString error = m_replica.takeFilterError(); !error.isEmpty())
        m_link.report(u"filter_failed"_s, error);
}

Result<void> SpaceSync::nudge()
{
    if (m_applied > m_told && !m_sweeping)
        m_link.send(Seen{m_name, m_told = m_applied});
    const bool stuck = m_expected < m_head && m_expected == m_nudged && m_queue.empty();
    m_nudged = m_expected;
    return stuck && m_unheard == 0 ? refillGap() : Result<void>();
}

qint64 SpaceSync::pulled() const
{
    return static_cast<qint64>(m_applied - m_start);
}

qint64 SpaceSync::toPull() const
{
    return static_cast<qint64>(std::max(m_head, m_applied) - m_start);
}

} // namespace Sheaf
