// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "engine/repairreport.h"
#include "engine/syncreport.h"
#include "ports/transport.h"
#include "protocol/compression.h"
#include "replica/replica.h"

#include <QFuture>
#include <QObject>
#include <QUrl>
#include <QVariant>

#include <functional>
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
    Q_PROPERTY(qint64 held READ held NOTIFY figuresChanged FINAL)
    Q_PROPERTY(qint64 quarantineCount READ quarantineCount NOTIFY figuresChanged FINAL)
    Q_PROPERTY(qint64 progressDone READ progressDone NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 progressTotal READ progressTotal NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 reconnectInMs READ reconnectInMs NOTIFY statusChanged FINAL)
    Q_PROPERTY(qint64 syncedAtMs READ syncedAtMs NOTIFY statusChanged FINAL)
    Q_PROPERTY(QString errorCode READ errorCode NOTIFY statusChanged FINAL)
    Q_PROPERTY(QString errorText READ errorText NOTIFY statusChanged FINAL)
    Q_PROPERTY(int failedAttempts READ failedAttempts NOTIFY statusChanged FINAL)
    Q_PROPERTY(Sheaf::SyncFigures figures READ figures NOTIFY figuresChanged FINAL)
    Q_PROPERTY(qint64 progressBytes READ progressBytes NOTIFY figuresChanged FINAL)
    Q_PROPERTY(qint64 clockOffsetMs READ clockOffsetMs NOTIFY figuresChanged FINAL)
    Q_PROPERTY(QJsonObject diagnostics READ diagnostics NOTIFY figuresChanged FINAL)
    Q_PROPERTY(Sheaf::SyncResult lastSync READ lastSync NOTIFY syncFinished FINAL)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY undoStateChanged FINAL)
    Q_PROPERTY(bool canRedo READ canRedo NOTIFY undoStateChanged FINAL)
    Q_PROPERTY(QString undoText READ undoText NOTIFY undoStateChanged FINAL)
    Q_PROPERTY(QString redoText READ redoText NOTIFY undoStateChanged FINAL)
    Q_PROPERTY(bool ready READ isReady NOTIFY readyChanged FINAL)
    Q_PROPERTY(QString site READ site NOTIFY readyChanged FINAL)

public:
    enum class State {
        LocalOnly,    ///< no server is set
        Connecting,   ///< first attempt, or the attempt after a pause
        Syncing,      ///< welcomed; something is still on its way in one direction
        Synced,       ///< outbox empty, at the head, digests equal
        Offline,      ///< disconnected on request, or the machine has no network
        Reconnecting, ///< waiting for the next attempt, see reconnectInMs and failedAttempts
        Paused,       ///< by pause(), or what is left waits in spaces that are paused: edits wait
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
        UndoOptions undo{};                                ///< which writes can be undone, and how many
        /// Makes what connects to servers, in the engine's thread; none: WebSockets. LocalServer has one.
        std::function<std::unique_ptr<Transport>()> transport = {};
        /// What messages are packed with, the best first; the first one that the server has too is used, or none.
        Compressions compressions = builtinCompressions();
        SyncFilters filters = {}; ///< see setFilters(); maps of values belong here, for migrations need them
    };

    explicit SyncEngine(Options options, QObject *parent = nullptr);
    ~SyncEngine() override; ///< commits what is queued and ends the thread

    /// Opens the replica in the engine's thread; ready or an error of Replica::open follows.
    /// Writes and queries may be queued before it has finished.
    QFuture<Result<void>> open();

    /// All statements or none, in order, in one transaction; the number of rows each one changed. With an `action` it is
    /// one step for undo(). Errors: `sql_refused` (README.md "What SQL may do"), `sql_error`, `constraint`, `disk_full` and
    /// other errors of the file.
    QFuture<Result<QList<qint64>>> write(QList<Statement> statements, UserAction action = {});
    /// Any work on the writer connection, in one transaction, in the engine's thread; the same rules hold for its SQL.
    QFuture<Result<void>> writeWith(std::function<Result<void>(QSqlDatabase &)> work, UserAction action = {});
    /// Reads on a connection of its own, in a reader thread.
    QFuture<Result<QueryRows>> query(Statement statement);
    /// Anything that needs the replica itself, in the engine's thread.
    QFuture<void> withReplica(std::function<void(Replica &)> work);

    /// Connects and stays connected: reconnects by itself until disconnectFromServer(). The future says at once whether
    /// that can be an address, `bad_url`, and not whether a server is there: state() does.
    QFuture<Result<void>> connectToServer(const QUrl &url, const QByteArray &token);
    void disconnectFromServer();
    /// Tries again now instead of waiting for the next attempt; nothing while paused.
    void reconnectNow();
    /// Waits until the server has confirmed that nothing is on its way in either direction, by a
    /// proof made after this call, however many attempts it takes. Errors: `timeout`, `not_connected`, `paused` (all, or a
    /// space in which something waits), `no_access`, `update_needed`, `not_repaired`, or another that needs the user.
    QFuture<Result<void>> waitSynced(qint64 timeoutMs);

    // Undo

    /// Takes the user's newest action back, by writing what was there before, wherever it still stands as the action left
    /// it: what others have written since stays. Actions survive restarts. See replica/undo.h and README.md. With nothing
    /// to undo the outcome's `done` is false.
    Q_INVOKABLE QFuture<Result<Sheaf::UndoOutcome>> undo();
    /// Does the action again that was undone last. A new action ends that.
    Q_INVOKABLE QFuture<Result<Sheaf::UndoOutcome>> redo();
    /// Forgets all actions.
    QFuture<Result<void>> clearUndo();
    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool canRedo() const;
    [[nodiscard]] QString undoText() const; ///< UserAction::text of what undo() would take back
    [[nodiscard]] QString redoText() const;

    /// The conflict log, the oldest first; conflict() tells of new ones. See replica/disputes.h.
    QFuture<Result<QList<Conflict>>> conflicts();
    /// Writes the loser's value, as an edit of the user's. Errors: as of Replica::undoConflict().
    QFuture<Result<void>> undoConflict(qint64 number);
    QFuture<Result<void>> dismissConflict(qint64 number);
    /// Decides a conflict of a table with ConflictPolicy::Custom by another value than the one that stands, now or days later;
    /// of a group by a map, see Replica::answerConflict().
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

    // Spaces and what is synced of them. Every space that the server grants this device is followed, until it is left.

    /// Follows a space again; one that is not granted shows as closed (`no_permission`), and opens when it is granted.
    Q_INVOKABLE QFuture<Result<void>> joinSpace(const QString &space);
    /// Removes the space from this device, without deleting it anywhere else. Does not wait: what the server has not
    /// acknowledged goes into quarantine and comes back with joinSpace(). Whoever wants it sent, waits for waitSynced() first.
    Q_INVOKABLE QFuture<Result<void>> leaveSpace(const QString &space);
    /// Follows only these tables of a space, or all if none is named. What was missed of a table comes whole. Remembered.
    Q_INVOKABLE QFuture<Result<void>> subscribeTables(const QString &space, const QStringList &tables);
    /// Unsent edits of spaces that were closed, the oldest first. After a re-grant as editor they go on by themselves.
    QFuture<Result<QList<QuarantinedChange>>> quarantined();
    /// By hand, for what could not go on by itself. Errors: as of Replica::restoreQuarantined().
    QFuture<Result<void>> restoreQuarantined(qint64 number);
    QFuture<Result<void>> discardQuarantined(qint64 number);
    /// What leaves and what is shown, see replica/syncfilters.h: called in the engine's thread, must be pure. What other filters
    /// kept back is judged anew. Not remembered: an app sets them in Options, or before it connects.
    QFuture<Result<void>> setFilters(SyncFilters filters);
    /// As syncNow(), but of all that waits only the selected rows are sent, and what was written in one transaction with
    /// them; all else is held until the sync has ended. Meant for pause(): when the sync ends unpaused, the others follow.
    /// Errors: `bad_selection`, `busy`, and those of syncNow().
    QFuture<Result<SyncResult>> syncWhere(SyncSelection selection);

    // By hand and in the background

    /// Syncs now: ends when a proof made after this call says that both sides have the same, or with the error of the
    /// first attempt that fails (the engine then goes on as before). Calls join the sync that is on its way: there is one
    /// connection, and all get its end. While paused it connects, syncs, and is paused again.
    /// Errors: `not_connected` (no server is set), `connection_lost`, `held_back` or other codes of setBeforeSync(),
    /// `cancelled`, `paused`, `no_access` (what is left waits in a space that this device may not see), `not_repaired`,
    /// `closed`, and those of refusals (PROTOCOL.md).
    Q_INVOKABLE QFuture<Result<Sheaf::SyncResult>> syncNow();
    /// Ends the sync that is on its way between two transactions: what was committed stays, and a transaction of which a part is
    /// missing comes again whole. Paused from then on.
    Q_INVOKABLE void cancelSync();
    /// No connection, and none until resume(), syncNow() or connectToServer(): edits wait. Nothing without a server.
    /// Not remembered: after a restart an app that wants it says it again, right after connectToServer().
    Q_INVOKABLE void pause();
    Q_INVOKABLE void resume();
    /// The same for one space, while the others go on: it is neither pulled nor pushed. Not remembered either.
    Q_INVOKABLE void setSpacePaused(const QString &space, bool paused);
    /// Asked in the owner's thread before each connection is made; an error holds it back (on a metered network, say), with this
    /// code and sentence in the status, and counts as an attempt that failed: it is asked again before the next one, in at most
    /// 30 s. An established connection is not asked about: pause() it. An empty function asks no more.
    void setBeforeSync(std::function<Result<void>(const SyncPlan &)> judge);
    /// Believes nothing that is kept: counts the digests anew from the rows, compares them with the server's by ranges of keys,
    /// exchanges the ranges that differ, and proves; without a server it counts only, and the report says so. For files that
    /// a disk or another program has damaged: rows that are gone come back, and rows that were written past the engine
    /// are synced. Digests are of stamps; `deep` reads every row of the server again and compares the values too. Writes and
    /// sync go on meanwhile. Calls join the repair that is on its way. See README.md "Repair".
    /// Errors: `busy` (deep, while one that is not is on its way), `cancelled`, `closed`, and those of the replica.
    Q_INVOKABLE QFuture<Result<Sheaf::RepairReport>> repair(bool deep = false);
    /// Ends it soon; what was mended stays, and what is on its way still comes.
    Q_INVOKABLE void cancelRepair();
    /// Why a row is not on the server, or that it is; `key` is its primary key's values in key order.
    QFuture<Result<RowAnswer>> why(const QString &table, const QVariantList &key);
    /// Brings figures(), spaces(), problems() and diagnostics() up to date; without it they are at most half a second old.
    QFuture<void> refreshFigures();

    [[nodiscard]] State state() const;
    [[nodiscard]] qint64 pending() const;         ///< rows waiting for an acknowledgement
    [[nodiscard]] qint64 held() const;            ///< rows that filters keep here, of all spaces; not among pending()
    [[nodiscard]] qint64 quarantineCount() const; ///< of all spaces
    [[nodiscard]] qint64 progressDone() const;
    [[nodiscard]] qint64 progressTotal() const;
    [[nodiscard]] qint64 reconnectInMs() const;
    [[nodiscard]] int failedAttempts() const; ///< in a row: how far the pauses between them have grown
    [[nodiscard]] qint64 syncedAtMs() const;  ///< wall clock of the last proof of equality, 0 = never
    [[nodiscard]] QString errorCode() const;
    [[nodiscard]] QString errorText() const;
    [[nodiscard]] bool isReady() const;
    [[nodiscard]] QString site() const; ///< the identity of this replica, 16 hexadecimal digits; empty before it is ready
    [[nodiscard]] QString databasePath() const;

    /// Counters and measurements since the engine was opened.
    [[nodiscard]] SyncFigures figures() const;
    [[nodiscard]] qint64 progressBytes() const; ///< sent and received by the sync that is on its way
    [[nodiscard]] qint64 clockOffsetMs() const; ///< the server's clock minus this device's
    [[nodiscard]] QList<SpaceStatus> spaces() const;
    /// What went wrong, the newest last; at most 50, the same once more is counted.
    [[nodiscard]] QList<SyncProblem> problems() const;
    [[nodiscard]] SyncResult lastSync() const;
    /// All of this page as JSON: for support, logs and tests. Holds no content of rows.
    [[nodiscard]] QJsonObject diagnostics() const;
    /// The name that diagnostics() has for a state.
    [[nodiscard]] static QString stateName(State state);

Q_SIGNALS:
    void readyChanged();
    void statusChanged();
    void figuresChanged();
    /// A sync is over: everything is proven, or the connection ended. A burst of edits while connected is one, too.
    void syncFinished(const Sheaf::SyncResult &result);
    /// Rows counted so far by the repair that is on its way.
    void repairProgressed(qint64 rows);
    /// Whoever has called repair(); toJson(RepairReport).
    void repairFinished(const QJsonObject &report);
    /// What can be undone or redone is something else.
    void undoStateChanged();
    /// undo() or redo() has done something, whoever has called it.
    void undone(const QString &text, int changes, int kept);
    void redone(const QString &text, int changes, int kept);
    /// A commit, local or merged.
    void committed(const Sheaf::CommitChanges &changes);
    void openFailed(const Sheaf::Error &error);
    /// A pulled cell met one that the server had not acknowledged; it is in the log.
    void conflict(const Sheaf::Conflict &conflict);
    /// The server has refused a change for good; it is in the list.
    void rejected(const Sheaf::RejectedChange &change);
    /// A space that was not open before is, from now on.
    void spaceOpened(const QString &space, const QString &role);
    /// Its rows are gone, unless the code is `no_permission`; what was not sent is in quarantine.
    void spaceClosed(const QString &space, const QString &code, const QString &reason);
    void roleChanged(const QString &space, const QString &role);
    /// The log or one of the lists has other entries than before.
    void disputesChanged();
    /// The engine ends; what is written by a direct connection to this is the last that is committed.
    void closing();
    /// For a log: something unusual that the engine dealt with, such as a refused change, or an action that is too large to
    /// be undone (`not_undoable`).
    void reported(const Sheaf::Error &news);

private:
    friend class LiveQuery;
    friend class Presence;
    friend class SyncPlugin;
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
