// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"
#include "replica/functions.h"
#include "replica/liveresult.h"
#include "session/oneshot.h"

#include <QObject>

#include <map>

namespace Sheaf {

/// The reader thread: one connection that only reads, for single queries and for all live results.
/// Entered by post() only. What comes before the replica is open waits here.
class Reader final : public QObject
{
public:
    /// Called in this thread; they hand on to the owner's thread.
    struct Outlets {
        std::function<void(quint64 live, const QStringList &columns, const QList<ResultRow> &rows, int runs)> loaded;
        std::function<void(quint64 live, const QList<ResultEdit> &edits, int runs)> edited;
        std::function<void(quint64 live, const Error &error)> failed;
    };

    explicit Reader(Outlets outlets);
    ~Reader() override;

    /// The replica is open, or will never be.
    void opened(const Result<void> &result, const QString &path, std::shared_ptr<const CommitCount> commits);
    /// Closes the connection and ends the thread.
    void close();

    void query(const Statement &statement, const std::function<void(const Result<QueryRows> &)> &answer);
    void openLive(quint64 live, const Statement &statement);
    void closeLive(quint64 live);
    /// The engine's thread has committed.
    void committed(const CommitChanges &changes);

private:
    struct Live {
        std::unique_ptr<LiveResult> result;
        bool stale = false;
        bool failed = false; ///< the last time
    };

    [[nodiscard]] bool mustWait(std::function<void()> job);
    void refresh();
    bool beginSnapshot();
    bool refreshWhole();
    void refreshOne(quint64 id, Live &live);

    Outlets m_outlets;
    QString m_connection;
    std::optional<Result<void>> m_state; ///< nothing until opened() was called
    QList<std::function<void()>> m_waiting;
    std::map<quint64, Live> m_lives;
    std::shared_ptr<const CommitCount> m_commits;
    quint64 m_known = 0;    ///< number of the last commit that this reader was told of
    qint64 m_waitedMs = -1; ///< since when no snapshot was that of the known commits
    std::unique_ptr<SystemClock> m_clock;
    SystemRandom m_random;
    ValueHost m_values;
    std::unique_ptr<OneShot> m_refresh;
    qint64 m_refreshedMs = 0;
    quint64 m_lastWhole = 0; ///< the live result that ran as a whole last: they take turns
};

} // namespace Sheaf
