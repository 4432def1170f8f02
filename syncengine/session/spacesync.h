// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "protocol/messages.h"
#include "replica/replica.h"
#include "session/oneshot.h"
#include "session/syncfigures.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace Sheaf {

/// What a space needs of the session around it.
class SpaceLink
{
public:
    virtual void send(const Message &message) = 0;
    /// Whether the connection takes more uploads now; drained() brings the next chance.
    [[nodiscard]] virtual bool maySend() const = 0;
    /// What the server's clock shows now, reckoned from the handshake without our own wall clock.
    [[nodiscard]] virtual qint64 serverMs() const = 0;
    /// Something in the space has moved without a message: look at it again.
    virtual void wake() = 0;
    /// For the log: nothing is lost and the session goes on.
    virtual void report(const QString &code, const QString &message) = 0;
    /// Where to count.
    [[nodiscard]] virtual SyncFigures &figures() = 0;
    /// The repair that is wanted; null: none.
    [[nodiscard]] virtual RepairOrder *repairOrder() = 0;

protected:
    ~SpaceLink() = default;
};

/// Download, upload and proof of one space within one session. Errors of its methods end the
/// session.
/// Invariants: `m_expected` is the replica's cursor plus all queued batches; changes and acks are
/// settled in the order in which they arrived, because both move the cursor.
/// A replica that has missed deletes which the server has forgotten pulls everything before it pushes again.
/// When a proof fails, the sums of all buckets are compared and the rows of the bad buckets are
/// exchanged; when that did not help, all rows are; then it waits for news. A repair that somebody wants compares all
/// buckets at once; a deep one reads all rows first and compares their values.
class SpaceSync
{
public:
    SpaceSync(Replica &replica, Clock &clock, SpaceLink &link, const Opened &opened, Epoch epoch);
    ~SpaceSync();
    Q_DISABLE_COPY_MOVE(SpaceSync)

    /// Makes the replica follow the space and subscribes to it.
    Result<void> open();

    /// What the server said when it granted the space may be out of date: nothing is pushed before it has answered.
    void listenFirst() { m_isListening = m_unheard > 0; }

    Result<void> receive(Changes changes, qint64 bytes);
    Result<void> receive(Ack ack);
    Result<void> receive(const Marked &marked);
    Result<void> receive(const Collected &collected);
    /// A subscription was heard.
    Result<void> subscribed();

    /// Settles the next piece of what was received, in one transaction; false when there was none.
    Result<bool> step();
    /// Sends what the outbox holds, as far as the window goes.
    Result<void> upload();
    /// Asks for a proof of equality when everything seems to be here and there.
    Result<void> prove();

    void localChangesCommitted() { m_outboxRead = false; }
    /// Forgets the last proof.
    void demandProof();
    /// Carries out SpaceLink::repairOrder(), as soon as nothing else is on its way.
    void beginRepair();
    /// Called now and then: tells how far the space is here, and subscribes again when the server owes us changes and
    /// sends none.
    Result<void> nudge();

    /// The role is another one: edits may come back from quarantine, to be pulled against from the start.
    Result<void> changeRole(Role role);
    /// Other tables are wanted; `startsOver`: the replica's cursor went to 0 for them.
    Result<void> tablesChanged(bool startsOver);

    [[nodiscard]] QByteArray name() const { return m_name; }
    [[nodiscard]] Role role() const { return m_role; }
    /// Number of the last push that was acknowledged.
    [[nodiscard]] quint64 lastPush() const { return m_nextNumber - 1 - m_inFlight.size(); }
    [[nodiscard]] bool isProven() const { return m_proven && isQuiet(); }
    /// Nothing is on its way, the digests differ, and all was exchanged already.
    [[nodiscard]] bool hasGivenUp() const { return m_givenUp && isQuiet(); }
    [[nodiscard]] Sequence head() const { return std::max(m_head, m_applied); }
    [[nodiscard]] bool hasQueued() const { return !m_queue.empty(); }
    [[nodiscard]] qint64 unappliedBytes() const { return m_queuedBytes; }
    [[nodiscard]] qint64 pulled() const;
    [[nodiscard]] qint64 toPull() const;

private:
    struct Item {
        std::variant<Changes, Ack, Collected> message;
        qint64 bytes = 0;
    };

    /// How far the repair of a mismatch is.
    enum class Repair : quint8 { None, Comparing, ByBucket, Everything };

    /// All rows as the server sends them, for a deep repair: what it sends is what it has, whatever its digest says.
    struct Reading {
        bool hasBegun = false;
        Sequence known = 0; ///< its last sequence
        SpaceDigest sent;   ///< of the rows that came
        QByteArray table;   ///< of the last of them, which may go on in the next change:
        QByteArray key;
        RowClock clock;
        RowFingerprint row;
    };

    [[nodiscard]] bool isQuiet() const;
    [[nodiscard]] SpaceState state() const { return m_replica.space(m_name); }
    [[nodiscard]] size_t transactionLength() const;
    Result<void> apply(size_t count);
    Result<void> settle(const Ack &ack);
    Result<void> forget(const Collected &collected);
    Result<void> openSweep();
    Result<void> endSweepIfDone(Sequence head);
    Result<void> pullEverything();
    Result<bool> refuseUnsendable(const PendingPush &pending);
    Result<void> refillGap();
    Result<void> startOver();
    void subscribe();
    void pullAgain(const SpaceDigest::Buckets &buckets, Sequence known);
    Result<void> repair(const SpaceDigest &mine, const Marked &marked);
    void sendMark();
    [[nodiscard]] RepairCount *repairCount();
    void noteRead(const Changes &batch);
    Result<void> read();
    Result<void> exchange(const SpaceDigest::Buckets &different);
    void noteFilterError();

    Replica &m_replica;
    Clock &m_clock;
    SpaceLink &m_link;
    QByteArray m_name;
    Epoch m_epoch = 0;
    quint64 m_opening = 0; ///< Opened::opening
    Role m_role = Role::None;

    Sequence m_start = 0;   ///< cursor when the session began
    Sequence m_applied = 0; ///< cursor of the replica
    Sequence m_expected = 0;
    Sequence m_head = 0;
    Sequence m_nudged = 0;   ///< m_expected at the last nudge
    Sequence m_told = 0;     ///< cursor that the server knows of
    Collected m_forgotten;   ///< as the server said last
    bool m_sweeping = false; ///< Replica::beginSweep(): nothing is pushed until everything has come
    bool m_isListening = false;
    std::deque<Item> m_queue;
    qint64 m_queuedBytes = 0;
    size_t m_queuedAcks = 0;
    int m_gaps = 0;
    int m_unheard = 0;              ///< subscriptions that were not answered: what comes is of an earlier one
    SpaceDigest::Buckets m_buckets; ///< the rows up to m_known that are pulled again
    Sequence m_known = 0;

    std::deque<PendingPush> m_inFlight;
    quint64 m_nextNumber = 1;
    int m_pushesInARow = 0;
    bool m_outboxRead = false; ///< read from its start and empty, and no local change since
    OneShot m_uploadPause;

    quint64 m_markId = 0;
    bool m_marking = false;
    bool m_proven = false;
    bool m_givenUp = false; ///< to repair, until the next proof is asked for
    Repair m_repair = Repair::None;
    bool m_ordered = false; ///< the repair is SpaceLink::repairOrder()
    std::optional<Reading> m_reading;
    qint64 m_markedAtMs = 0;
    OneShot m_markPause;
};

} // namespace Sheaf
