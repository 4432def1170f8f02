// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/replica.h"

#include <QFuture>
#include <QObject>
#include <QUrl>
#include <QVariant>

#include <memory>
#include <optional>

namespace Sheaf {

/// One plain SQL statement with its bound values: positional when `params` is set, else named.
struct Statement {
    QString sql;
    QVariantList params;
    QVariantMap namedParams;
};

struct QueryRows {
    QStringList columns;
    QList<QVariantList> rows;
};

/// The replica of one app and its connection to a server: the door to the sync engine.
/// Lives in the thread that made it (usually the GUI's); the work is done in a thread of its own,
/// so no call here waits for the disk or the network. All signals arrive in the owner's thread,
/// after the commit they speak of.
class SyncEngine : public QObject
{
    Q_OBJECT
    Q_PROPERTY(State state READ state NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 pending READ pending NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 progressDone READ progressDone NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 progressTotal READ progressTotal NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 reconnectInMs READ reconnectInMs NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 syncedAtMs READ syncedAtMs NOTIFY statusChanged FINAL)
    Q_PROPERTY(QString errorCode READ errorCode NOTIFY statusChanged FINAL)
    Q_PROPERTY(QString errorText READ errorText NOTIFY statusChanged FINAL)
    Q_PROPERTY(bool ready READ isReady NOTIFY readyChanged FINAL)
    Q_PROPERTY(QString site READ site NOTIFY readyChanged FINAL)

public:
    enum class State {
        LocalOnly,    ///< no server is set
        Connecting,   ///< first attempt, or the attempt after a pause
        Syncing,      ///< welcomed; something is still on its way in one direction
        Synced,       ///< outbox empty, at the head, digests equal
        Offline,      ///< disconnected on request, or the machine has no network
        Reconnecting, ///< waiting for the next attempt, see reconnectInMs
        Error         ///< needs the user: see errorCode and errorText
    };
    Q_ENUM(State)

    struct Options {
        QString databasePath;
        QString schemaPath; ///< as ReplicaConfig::schemaPath
        QByteArray homeSpace = "home";
        QString app;                                       ///< name and version sent in the hello
        qint64 testClockOffsetMs = 0;                      ///< shifts this replica's wall clock, for tests
        ConflictPolicy conflicts = ConflictPolicy::Latest; ///< of tables that name none
    };

    explicit SyncEngine(Options options, QObject *parent = nullptr);
    ~SyncEngine() override; ///< commits what is queued and ends the thread

    /// Opens the replica in the engine's thread; ready or an error of Replica::open follows.
    /// Writes and queries may be queued before it has finished.
    QFuture<Result<void>> open();

    /// All statements or none, in order, in one transaction; the number of rows each one changed.
    QFuture<Result<QList<qint64>>> write(QList<Statement> statements);
    /// Any work on the writer connection, in one transaction, in the engine's thread.
    QFuture<Result<void>> writeWith(std::function<Result<void>(QSqlDatabase &)> work);
    /// Reads on a connection of its own, in a reader thread.
    QFuture<Result<QueryRows>> query(Statement statement);
    /// Anything that needs the replica itself, in the engine's thread.
    QFuture<void> withReplica(std::function<void(Replica &)> work);

    /// Connects and stays connected: reconnects by itself until disconnectFromServer().
    void connectToServer(const QUrl &url, const QByteArray &token);
    void disconnectFromServer();
    /// Tries again now instead of waiting for the pause to end.
    void reconnectNow();
    /// Waits until the server has confirmed that nothing is on its way in either direction, by a
    /// proof made after this call. Errors: `timeout`, `not_connected`, or what needs the user.
    QFuture<Result<void>> waitSynced(qint64 timeoutMs);

    /// The conflict log, the oldest first; conflict() tells of new ones. See replica/disputes.h.
    QFuture<Result<QList<Conflict>>> conflicts();
    /// Writes the loser's value, as an edit of the user's. Errors: as of Replica::undoConflict().
    QFuture<Result<void>> undoConflict(qint64 number);
    QFuture<Result<void>> dismissConflict(qint64 number);
    /// Decides a conflict of a table with ConflictPolicy::Custom by another value than the one that stands, now or days later.
    QFuture<Result<void>> answerConflict(qint64 number, const QVariant &value);
    /// Asked in the owner's thread about each conflict of a table with ConflictPolicy::Custom, also those of earlier
    /// runs; the value that it returns is written as an edit. Returns it nothing, throws or takes its time: sync goes on, what
    /// the merge decided stands, and answerConflict() may still come. Each conflict is asked about three times at most.
    using ConflictResolver = std::function<std::optional<QVariant>(const Conflict &)>;
    void setConflictResolver(ConflictResolver resolver);

    /// What the server refused, with the user's values, the oldest first; rejected() tells of new ones.
    QFuture<Result<QList<RejectedChange>>> rejectedChanges();
    /// Writes the user's values again, as a new edit. Errors: as of Replica::retryRejected().
    QFuture<Result<void>> retryRejected(qint64 number);
    QFuture<Result<void>> discardRejected(qint64 number);

    [[nodiscard]] State state() const;
    [[nodiscard]] qint64 pending() const; ///< rows waiting for an acknowledgement
    [[nodiscard]] qint64 progressDone() const;
    [[nodiscard]] qint64 progressTotal() const;
    [[nodiscard]] qint64 reconnectInMs() const;
    [[nodiscard]] qint64 syncedAtMs() const; ///< wall clock of the last proof of equality, 0 = never
    [[nodiscard]] QString errorCode() const;
    [[nodiscard]] QString errorText() const;
    [[nodiscard]] bool isReady() const;
    [[nodiscard]] QString site() const; ///< the identity of this replica, 16 hexadecimal digits; empty before it is ready
    [[nodiscard]] QString databasePath() const;

Q_SIGNALS:
    void readyChanged();
    void statusChanged();
    /// A commit, local or merged.
    void committed(const Sheaf::CommitChanges &changes);
    void openFailed(const Sheaf::Error &error);
    /// A pulled cell met one that the server had not acknowledged; it is in the log.
    void conflict(const Sheaf::Conflict &conflict);
    /// The server has refused a change for good; it is in the list.
    void rejected(const Sheaf::RejectedChange &change);
    /// The log or the list has other entries than before.
    void disputesChanged();
    /// The engine ends; what is written by a direct connection to this is the last that is committed.
    void closing();
    /// For a log: something unusual that the engine dealt with, such as a refused change.
    void reported(const Sheaf::Error &news);

private:
    friend class LiveQuery;
    friend class Presence;
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
