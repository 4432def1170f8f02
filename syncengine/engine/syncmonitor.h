// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncreport.h"
#include "session/reconnector.h"

#include <QPromise>

#include <list>
#include <memory>
#include <optional>

namespace Sheaf {

/// Why a session that has nothing more to do is not proven all the same; empty: it is, or has something to do.
[[nodiscard]] Error errorOf(const SyncProgress &progress);

/// Watches how a replica syncs: what each sync came to, what went wrong, how every space stands; and sees to those
/// who want it now. Lives in the engine's thread; borrows what it watches.
class SyncMonitor
{
public:
    static constexpr qsizetype problemsMax = 50; ///< the oldest are forgotten

    /// Called in this thread; they hand on to the owner's.
    struct Outlets {
        std::function<void(const SyncSnapshot &)> snapshot;
        std::function<void(const SyncResult &)> finished;
    };
    using SyncPromise = std::shared_ptr<QPromise<Result<SyncResult>>>;

    SyncMonitor(Replica &replica, Reconnector &reconnector, Clock &clock, Outlets outlets);
    /// Answers whoever still waits: `closed`.
    ~SyncMonitor();
    Q_DISABLE_COPY_MOVE(SyncMonitor)

    /// To be called after each change of the reconnector's status.
    void statusChanged();
    void reported(const QString &code, const QString &message);
    /// The replica has noted a conflict in its log.
    void conflictMet() { ++m_conflicts; }

    /// As SyncEngine has them.
    void syncNow(const SyncPromise &promise);
    void cancelSync();
    void pause();
    [[nodiscard]] bool isAsked() const { return !m_waiting.empty(); }
    void sendSnapshot();
    [[nodiscard]] Result<RowAnswer> why(const QByteArray &table, const QByteArray &key) const;

private:
    /// A sync that is on its way.
    struct Run {
        SyncFigures before;
        qint64 beganMs = 0;
    };

    [[nodiscard]] SyncFigures figures() const;
    [[nodiscard]] SyncResult resultOf(const Run &run, const Result<void> &end) const;
    /// How what was on its way has ended; nothing while it goes on.
    [[nodiscard]] std::optional<Result<void>> ending() const;
    void endRun(const Result<void> &end);
    void answerAll(const Result<SyncResult> &result);
    void note(const QString &code, const QString &message);
    [[nodiscard]] QList<SpaceStatus> spaces();
    void snapshotSoon();

    Replica &m_replica;
    Reconnector &m_reconnector;
    Clock &m_clock;
    Outlets m_outlets;
    std::optional<Run> m_run;
    std::list<SyncPromise> m_waiting; ///< for the end of the run
    QList<SyncProblem> m_problems;
    QHash<QByteArray, Sequence> m_heads; ///< as last heard
    qint64 m_conflicts = 0;
    Error m_noted; ///< error of the status that is in the list already
    OneShot m_snapshotTimer;
};

} // namespace Sheaf
