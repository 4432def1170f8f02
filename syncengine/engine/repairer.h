// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/repairreport.h"
#include "engine/syncmonitor.h"
#include "replica/replica.h"

#include <QObject>
#include <QPromise>

#include <list>

namespace Sheaf {

/// Carries out repairs, one at a time: counts the rows of the replica in short turns, has the session compare and exchange
/// what differs, takes in what was written past the engine, and proves. Lives in the engine's thread; borrows what it is handed.
class Repairer final : public QObject
{
public:
    /// Called in this thread; they hand on to the owner's.
    struct Outlets {
        std::function<void(qint64 rows)> progressed;
        std::function<void(const RepairReport &)> finished;
    };
    using Promise = std::shared_ptr<QPromise<Result<RepairReport>>>;

    Repairer(Replica &replica, Reconnector &reconnector, SyncMonitor &monitor, Clock &clock, Outlets outlets);
    /// Answers whoever still waits: `closed`.
    ~Repairer() override;

    /// As SyncEngine has them.
    void start(const Promise &promise, bool isDeep);
    void cancel();

private:
    enum class Step : quint8 { Idle, Counting, Exchanging, Adopting, Proving };

    void turnSoon();
    void turn();
    void count();
    void adopt();
    void sync(Step step);
    void synced(const Result<SyncResult> &result);
    void finish(const Error &error);
    void answer(const Result<RepairReport> &result);
    [[nodiscard]] RepairReport::Space reportOf(const RecountedSpace &counted, const Error &error) const;

    Replica &m_replica;
    Reconnector &m_reconnector;
    SyncMonitor &m_monitor;
    Clock &m_clock;
    Outlets m_outlets;
    std::list<Promise> m_waiting;
    Step m_step = Step::Idle;
    bool m_isDeep = false;
    qint64 m_beganMs = 0;
    quint64 m_run = 0; ///< names the repair, so that answers to one that was cancelled are known
    QHash<QByteArray, RepairCount> m_exchanged;
    OneShot m_turn;
};

} // namespace Sheaf
