// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/digest.h"
#include "protocol/messages.h"
#include "replica/commitcount.h"
#include "replica/disputes.h"
#include "replica/syncfilters.h"
#include "replica/undo.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>
#include <QVariant>

#include <functional>
#include <memory>

class QSqlDatabase;

namespace Sheaf {

/// Where a replica lives and what it is handed from outside.
struct ReplicaConfig {
    QString path;                                      ///< of the SQLite file; made when missing
    QString schemaPath;                                ///< one .sql file, or a folder (also `:/…`) of numbered ones
    QByteArray homeSpace = "home";                     ///< space of tables and rows that name none
    ConflictPolicy conflicts = ConflictPolicy::Latest; ///< of tables that name none
    UndoOptions undo{};                                ///< which writes can be undone, and how many
    SyncFilters filters{};                             ///< the first ones: migrations show values, which must be decoded
    /// What tells the file, which is there when this is called, from all copies of it: the machine and when the file was made,
    /// say. One with another mark than it had begins with renewSite(). Empty: not known, and the server has to find out.
    std::function<QByteArray()> birthmark{};
    std::function<qint64()> wallMs;  ///< wall clock, milliseconds since 1970
    std::function<quint64()> random; ///< 64 random bits
};

/// An update that a commit applied to a text: Yjs format v1, as Replica::loadText() gives it.
struct TextUpdate {
    QByteArray table; ///< lower case
    QByteArray key;
    QByteArray column;
    QByteArray update;
    bool reset = false; ///< the text is another one, and `update` is all of it
};

/// What one commit changed, for live queries and signals. Keys are encodeKey() bytes.
struct CommitChanges {
    struct Row {
        QByteArray key;          ///< of the row; empty for tables that are not synced
        qint64 rowid = 0;        ///< of tables that are not synced and have one
        quint64 columns = ~0ULL; ///< bit i = column i of the table, 63 and above share the last bit
        bool born = false;
        bool gone = false;
    };
    QHash<QByteArray, QList<Row>> tables; ///< by lower-case table name
    QList<TextUpdate> texts;              ///< every edit of a text, this replica's own ones too; not of rows born or gone
    bool everything = false;              ///< too many to list: treat every table in `tables` as changed
    bool remote = false;                  ///< made by a merge, not by a local write
    quint64 number = 0;                   ///< as in CommitCount
};

/// Everything the replica remembers of one space.
struct SpaceState {
    QByteArray name;
    Role role = Role::None;
    Epoch epoch = 0;
    Sequence cursor = 0;
    quint64 lastPush = 0;             ///< greatest acknowledged push number
    bool isDeparted = false;          ///< left by the user, until joinSpace()
    QString closedCode = {};          ///< why it is closed: `revoked`, `left`; empty while it is not
    QString closedReason = {};        ///< for people
    QList<QByteArray> tables = {};    ///< that are subscribed to, ascending; empty: all
    Sequence reached = 0;             ///< greatest cursor of this epoch
    Hlc forgotten = 0;                ///< deletes with stamps up to there are as if they had never been
    CausalLength forgottenLength = 0; ///< none of them is longer
    Sequence sweep = 0;               ///< see Replica::beginSweep(); 0: there is none

    /// Whether rows of a table come, by its name on the wire.
    [[nodiscard]] bool follows(const QByteArray &table) const { return tables.isEmpty() || tables.contains(table); }
};

/// What was found of a space when its rows were looked at themselves.
struct RecountedSpace {
    QByteArray name;
    qint64 rows = 0;                      ///< that were looked at, deleted ones too
    qint64 rowsLost = 0;                  ///< known, and not in their table: forgotten, so that the server's come again
    qint64 rowsAdopted = 0;               ///< in their table, and not known: written past the engine, born anew
    SpaceDigest::Buckets miscounted = {}; ///< ranges whose kept sum was wrong, and is right now
};

/// A place in the outbox: behind a row, or inside it when not all pieces of its texts have gone.
struct OutboxPosition {
    qint64 row = 0;
    qint64 text = 0; ///< 0: the row is done
    friend bool operator==(const OutboxPosition &, const OutboxPosition &) = default;
};

/// A push with what is needed to settle it when its ack arrives.
struct PendingPush {
    Push push;
    QList<qint64> outboxNumbers; ///< one for each change of the push
    QList<qint64> textNumbers;   ///< for each change: up to which the row's waiting texts have gone with it
    QList<Hlc> stamps;           ///< the replica's own ones in it
    QList<qint64> held;          ///< rows of the outbox that a filter keeps here: to be given to hold()
    OutboxPosition end;          ///< where the next push begins
    bool isFull = false;         ///< more was waiting than it could take
};

/// One unacknowledged row.
struct OutboxEntry {
    qint64 number = 0;
    QByteArray space;
    QByteArray table;
    QByteArray key;
    QList<QByteArray> columns; ///< changed ones; empty for a delete
};

/// A SQLite file in which ordinary tables are replicated. Synchronous and single-threaded: made,
/// used and destroyed in one thread (the writer thread), knows neither sockets nor timers.
/// Every method that writes is one durable transaction. Errors of all methods: `disk_full`,
/// `database_damaged`, `database_failed`, `sql_error` and what is named beside them.
class Replica
{
public:
    /// Opens or makes the file, takes its lock and runs migrations.
    /// Errors: `locked` (another process has it), `foreign_database`, `newer_schema`, `no_schema`, `schema_error`.
    static Result<std::unique_ptr<Replica>> open(const ReplicaConfig &config);
    ~Replica();
    Replica(const Replica &) = delete;
    Replica &operator=(const Replica &) = delete;

    // Local work

    /// Runs `work` in one transaction on the writer connection, captures what it changed and
    /// commits durably. An error from `work` rolls everything back; so does a statement that the SQL of a write
    /// must not contain (README.md "What SQL may do"), with `sql_refused`, and a row with the key of one that a filter keeps out
    /// of sight, with `hidden_row`.
    Result<void> write(const std::function<Result<void>(QSqlDatabase &)> &work, const UserAction &action = {});
    /// A text column's document whole, as a Yjs update (v1). `key` is encodeKey().
    /// Errors: `no_text` (no such text column), `no_row`.
    Result<QByteArray> loadText(const QByteArray &table, const QByteArray &key, const QByteArray &column);
    /// A local edit of a text that was made in a document of loadText(): column and document are
    /// changed and it will be pushed. Errors: as of loadText(), `bad_update`, `text_gap` (it builds on
    /// text that is not here, of an earlier life of the row: load the text again), `too_large` (too many structs: see
    /// PROTOCOL.md), `constraint`. No action unless
    /// one is named: an editor has an undo of its own.
    Result<void> writeText(const QByteArray &table, const QByteArray &key, const QByteArray &column, const QByteArray &update,
                           const UserAction &action = UserAction::hidden());
    /// How many texts were read from the file since it was opened.
    [[nodiscard]] qint64 textLoads() const;
    /// The writer connection, for reads in this thread; what a write must not do is refused here too.
    [[nodiscard]] QSqlDatabase database() const;
    /// Called after each commit, local or merged, in this thread.
    void setCommitObserver(std::function<void(const CommitChanges &)> observer);
    /// Any thread may read it, also when the replica is gone.
    [[nodiscard]] std::shared_ptr<const CommitCount> commitCount() const;

    // Undo: see README.md

    /// Takes the newest action back, as a write of this replica that is synced like any other. What others have written
    /// since, or this replica by writes that are no actions, stays; actions of which nothing is left are passed by.
    Result<UndoOutcome> undo();
    /// Does again what undo() took back last, likewise. Nothing can be redone once there is a new action.
    Result<UndoOutcome> redo();
    [[nodiscard]] const UndoState &undoState() const;
    /// Forgets all actions.
    Result<void> clearUndo();
    /// Called in this thread with the new state, after the commit that changed it.
    void setUndoObserver(std::function<void(const UndoState &)> observer);

    // Identity

    /// `Shared`: another replica has it, whose sums of counters and extremes are its own. `Doubtful`: this may be the only one,
    /// and what waits may be in a copy of it as well, so that it must count once.
    enum class Identity { Shared, Doubtful };

    [[nodiscard]] SiteId site() const;
    /// Takes a new identity, because another replica has this one, the file being a copy or restored from a backup, or because
    /// nobody can tell. Rows and outbox stay; what waits is stamped and will be pushed by the new site.
    Result<void> renewSite(Identity had = Identity::Shared);
    [[nodiscard]] quint32 schemaVersion() const;
    [[nodiscard]] QByteArray lease() const;
    Result<void> setLease(const QByteArray &lease);
    [[nodiscard]] qint64 clockOffsetMs() const;
    /// Takes over the server's clock offset (server minus local wall, milliseconds). When it moved
    /// by more than a second, every unacknowledged stamp is corrected by the difference.
    Result<void> setClockOffset(qint64 offsetMs);

    // Spaces

    [[nodiscard]] QList<SpaceState> spaces() const;
    /// One of them; with a role of None and nothing else if it is not known.
    [[nodiscard]] SpaceState space(const QByteArray &name) const;
    /// Whether any row of the space is in the outbox.
    [[nodiscard]] bool isWaiting(const QByteArray &space) const;
    /// Takes over role and epoch from a welcome. Another epoch than the remembered one resets the
    /// cursor to 0 and re-offers every row that this replica holds. A role that may write puts the edits in quarantine
    /// back where they were, before anything is pulled, and resets the cursor too: they go on as if the space had never been
    /// closed.
    Result<void> openSpace(const QByteArray &space, Role role, Epoch epoch, quint64 lastPush);
    /// The role of an open space is another one. True when edits came back from quarantine and the cursor to 0.
    Result<bool> setRole(const QByteArray &space, Role role);
    /// Removes the space's rows, clocks and all, so that nothing of them is ever sent, least of all a delete. What waits in
    /// the outbox goes into quarantine, with the row's state; only this remembers the space's content then. `code` and
    /// `reason` say why. One transaction, as all of these.
    Result<void> closeSpace(const QByteArray &space, const QString &code, const QString &reason);
    /// closeSpace() on the user's wish, who is remembered to have left.
    Result<void> leaveSpace(const QByteArray &space);
    /// The space is to be followed (again) if it is granted.
    Result<void> joinSpace(const QByteArray &space);
    /// Follows only these tables of the space, or all if none is named. Rows of others that are here stay and grow old; edits
    /// of any table are sent. True when the cursor went to 0, because a table is wanted that was not.
    Result<bool> setTables(const QByteArray &space, QList<QByteArray> tables);

    /// The unsent edits of spaces that were closed, the oldest first; `code` and `reason` are those of the closing.
    [[nodiscard]] Result<QList<QuarantinedChange>> quarantined() const;
    /// Writes the user's values as a new edit on top of what is there now, as retryRejected() does. Needed only for what
    /// openSpace() could not put back: its row was written here meanwhile, or its table is gone.
    /// Errors: `no_entry`, `closed_space`, `row_gone`, `constraint`; the entry stays then.
    Result<void> restoreQuarantined(qint64 number);
    /// Forgets the entry and the user's values with it. Errors: `no_entry`.
    Result<void> discardQuarantined(qint64 number);

    /// Before a repair: re-offers the rows in `buckets` and resets the cursor to 0, so that whatever
    /// ends the repair early, the next session pulls everything. Returns the number of rows.
    Result<qint64> offerAgain(const QByteArray &space, const SpaceDigest::Buckets &buckets);
    /// Everybody has seen these deletes: what is left of them here goes, and a row whose key is not known is born with a
    /// greater length than any of them had, so that nothing which waits of a forgotten life counts as later.
    Result<void> forgetDeletes(const Collected &deletes);
    /// This replica has not, because it was away for too long: the cursor goes to 0, and what comes from now on is noted.
    /// `collected`: the sequence up to which deletes are forgotten. Survives restarts; another epoch ends it.
    Result<void> beginSweep(const QByteArray &space, Sequence collected);
    /// Everything has come: what the server once had and did not send was deleted, as of the stamp of `deletes`. Merged like any
    /// delete, so edits that wait bring their rows back or not; what was never sent stays. Ends with forgetDeletes().
    Result<void> endSweep(const Collected &deletes);
    /// Of the tables that are subscribed to, as the server should have them: rows that are held count as before their edits.
    [[nodiscard]] Result<SpaceDigest> digest(const QByteArray &space) const;
    /// Digest computed afresh from all row clocks: the oracle of digest().
    [[nodiscard]] Result<SpaceDigest> recomputedDigest(const QByteArray &space) const;
    /// Order-free hash of all visible rows of the synced tables of a space, by value.
    [[nodiscard]] Result<QByteArray> visibleDigest(const QByteArray &space) const;

    // A look at the rows themselves, because what is kept of them may be wrong: see README.md "Repair"

    /// Begins to count the digests anew from the clocks of all rows.
    Result<void> beginRecount();
    /// Looks at the next thousand rows: one whose values are gone is forgotten, clock and all. Writes and merges may happen
    /// between two calls. True when all were looked at: the kept sums are right then, in memory and in the file.
    Result<bool> recountSome();
    /// Stops it; what was mended so far stays.
    void endRecount();
    /// After a recount, and when all is exchanged: the next thousand rows of the tables; those that nobody knows were written
    /// past the engine, and count as born now. True when all were looked at.
    Result<bool> adoptSome();
    /// What the last recount has found so far.
    [[nodiscard]] QList<RecountedSpace> recounted() const;
    /// From now on what comes for the space is compared with what is here by value, where the stamps are the same, and the
    /// server's value goes into the table.
    void beginComparison(const QByteArray &space);
    /// No more; returns the number of rows that were mended so.
    qint64 endComparison(const QByteArray &space);

    // Download

    /// Merges batches in one transaction and moves the cursor with them. The batches continue one
    /// another; the first one starts at the cursor (checked by the session, a broken chain is a
    /// programming error). Unknown tables and columns are parked. Rows with unacknowledged local
    /// cells keep the greater stamp.
    Result<void> applyChanges(const QList<Changes> &batches);

    // Upload

    // What is sent and shown

    /// Other filters and maps than before: what the former ones kept back is judged anew.
    Result<void> setFilters(SyncFilters filters);
    /// What went wrong in a filter since this was last asked; empty: nothing.
    [[nodiscard]] QString takeFilterError();
    /// Takes note of PendingPush::held.
    Result<void> hold(const QList<qint64> &outboxNumbers);
    /// Holds all that waits, and what will be written, except for the rows that are selected, with all that was written in
    /// one transaction with them; until releaseSelection() or the file is opened again. Errors: `bad_selection`.
    Result<void> holdAllBut(const SyncSelection &selection);
    Result<void> releaseSelection();
    /// Number of rows in the outbox that are not to be sent for now.
    [[nodiscard]] qint64 heldCount() const;
    /// Number of rows that a filter keeps out of sight.
    [[nodiscard]] Result<qint64> hiddenCount() const;

    /// Number of rows that wait for an acknowledgement, in all spaces, without those that are held.
    [[nodiscard]] qint64 pendingCount() const;
    /// The oldest unacknowledged changes of a space that fit one push, numbered `number`, starting
    /// at `after`, the end of an earlier push; nothing when there are none. Reads only.
    [[nodiscard]] Result<std::optional<PendingPush>> nextPush(const QByteArray &space, quint64 number,
                                                              OutboxPosition after) const;
    /// To be called before `push` is sent, at `serverMs` on the server's clock. No later edit gets a stamp
    /// that the push carries, whether an answer comes or not and whatever becomes of this clock.
    Result<void> noteOffer(const PendingPush &push, qint64 serverMs);
    /// Settles a push: acknowledged cells leave the outbox, refused ones go to the rejected list
    /// and back to the server's value, `clock_ahead` and `clock_behind` ones are stamped anew and stay. Moves the
    /// cursor when it stands at ack.previous; a refusal puts it to 0, so that the server's values are pulled.
    Result<void> settlePush(const PendingPush &push, const Ack &ack);

    [[nodiscard]] Result<QList<OutboxEntry>> outbox() const;

    // Conflicts

    /// The log, the oldest first; bounded by ConflictLimits.
    [[nodiscard]] Result<QList<Conflict>> conflicts() const;
    /// Writes the loser's value, as a local edit, and forgets the entry: the value of the cell, those of a group, or of
    /// Kind::Delete the row itself, put back or deleted again. Errors: `no_entry`, `row_gone`, `cell_changed` (it no longer
    /// has what the conflict left there), `constraint`; the entry stays then.
    Result<void> undoConflict(qint64 number);
    /// Forgets the entry, and the loser's value with it. Errors: `no_entry`.
    Result<void> dismissConflict(qint64 number);
    /// Policy Custom: the conflicts about which nobody has answered. Each is given out three times at most, so
    /// that a callback which never answers, or ends the program, is not asked for ever.
    Result<QList<Conflict>> takeOpenConflicts();
    /// The answer: writes `value` to the cell if it still has what the conflict left there, else does nothing. Of a group it is
    /// a QVariantMap with a value for each of its columns, as Conflict::mine is. An answer equal to what stands writes nothing.
    /// Errors: `no_entry`, `answered`, `bad_answer`, `constraint`.
    Result<void> answerConflict(qint64 number, const QVariant &value);
    /// Called in this thread for each new entry, after the commit that has it.
    void setConflictObserver(std::function<void(const Conflict &)> observer);

    // What the server refused

    /// The oldest first. A refusal speaks of what the push carried: what was edited since waits for a word of its own.
    [[nodiscard]] Result<QList<RejectedChange>> rejected() const;
    /// Writes the user's values again, as a new local edit on top of what is there now, and forgets the
    /// entry. Edits of texts are merged. A row that is gone comes back whole, but for tables with `delete_wins`.
    /// Errors: `no_entry`, `row_gone`, `constraint`; the entry stays then.
    Result<void> retryRejected(qint64 number);
    /// Forgets the entry and the user's values with it. Errors: `no_entry`.
    Result<void> discardRejected(qint64 number);
    /// Called in this thread for each new entry, after the commit that has it.
    void setRejectedObserver(std::function<void(const RejectedChange &)> observer);

private:
    struct Private;
    explicit Replica(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
