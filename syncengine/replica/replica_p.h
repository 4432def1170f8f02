// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/capture.h"
#include "replica/filterhost.h"
#include "replica/foreignkeys.h"
#include "replica/functions.h"
#include "replica/keptchange.h"
#include "replica/merger.h"
#include "replica/replica.h"
#include "replica/rowparts.h"
#include "replica/rowtexts.h"
#include "replica/sqlrules.h"
#include "replica/undolog.h"

#include <QLockFile>
#include <QSqlDatabase>

#include <map>

struct sqlite3;

namespace Sheaf {

struct Replica::Private {
    Private(ReplicaConfig replicaConfig, const QSqlDatabase &opened);
    ~Private();

    /// The wall clock as the server would read it, milliseconds.
    [[nodiscard]] qint64 correctedWallMs() const { return config.wallMs() + store.clockOffsetMs; }
    /// Begins, runs, captures, saves and commits; on any failure memory and file are as before.
    /// `beforeCommit` comes when everything has its stamps.
    Result<void> transact(bool merging, const std::function<Result<void>()> &work,
                          const std::function<Result<void>()> &beforeCommit = {});
    /// The same for a local write that may be an action of the user.
    Result<void> act(const UserAction &action, const std::function<Result<void>()> &work);
    Result<UndoOutcome> takeStep(UndoSide from);
    /// Rows that wait have other stamps now.
    Result<void> rebaseUndo(const TableInfo &table, const QByteArray &key, const RowClock &before, const RowClock &now);
    void tellUndo();
    Result<void> prepareSchema();
    Result<void> prepareTables();
    Result<void> renewSite();
    Result<void> checkBirthmark();
    Result<void> migrateSchema();
    Result<void> adoptColumns(const Catalog::Synced &synced = {});
    Result<void> syncRequested();
    /// Registers that a migration has made texts: what others have edited in them shows now.
    Result<void> adoptTexts(const TableInfo &table, const Catalog::Types &types);
    Result<void> adoptParts(const TableInfo &table, const Catalog::Types &types);
    /// The text of a column in a row that is there.
    Result<RowTexts::Place> textPlace(const QByteArray &table, const QByteArray &key, const QByteArray &column);
    Result<void> reload();

    /// Gives unacknowledged stamps that `corrected` changes new ones, in their order, and all of them `site`.
    struct Restamp {
        std::function<Hlc(Hlc)> corrected;
        SiteId site = 0;
        qint64 nowMs = 0; ///< by the server's clock
    };
    Result<void> restamp(const Restamp &how);
    /// For another site: all that waits goes on under its name.
    Result<void> restampFor(SiteId site);
    Result<void> restampText(const RowTexts::Place &place, RowClock &clock, Stamp fresh);
    Result<void> restampParts(const TableInfo &table, const QByteArray &key, RowClock &clock, const Restamp &how,
                              const std::map<Hlc, Hlc> &renewed);
    void restampFrozen(RowClock &clock, const RowParts::Part &part, const Restamp &how) const;
    /// Gives everything unacknowledged stamps later than all that was seen.
    Result<void> outrun();
    Result<qint64> offerRows(Store::Space &space, const SpaceDigest::Buckets &buckets);
    /// Notes in `overtaken` that the server now has stamps greater than those that wait.
    Result<void> settleChange(const PendingPush &push, qsizetype index, const Verdict *verdict, bool &overtaken);
    Result<void> settleTexts(const TableInfo &table, const QByteArray &key, const RowRecord &pushed, qint64 upTo);
    Result<void> settleParts(const TableInfo &table, const QByteArray &key, const RowClock &clock, const RowRecord &pushed,
                             std::vector<ColumnId> &waiting);
    Result<void> settle(const PendingPush &push, const Ack &ack);
    Result<bool> settleLife(Store::Space &space, const PendingPush &pending, const Verdict &verdict);
    Result<void> takeLife(const TableInfo &table, const QByteArray &key, RowState &row, CausalLength pushed);
    /// A row that waits, and what of it the server has refused.
    struct Refused {
        const TableInfo &table;
        QByteArrayView key;
        RowState &row;
        const RowRecord &pushed;
        quint64 mask = 0; ///< what waits of the row
    };
    using Withdrawals = std::vector<std::pair<ColumnId, RowTexts::Withdrawn>>;
    Result<void> refuse(const Refused &refused, const Verdict &verdict);
    Result<void> keepRejected(const Refused &refused, const KeptChange &entry, const Error &why);
    [[nodiscard]] quint64 refusedColumns(const Refused &refused) const;
    Result<void> recordOf(const Refused &refused, QByteArray &bytes);
    Result<void> takeBackColumns(const Refused &refused, quint64 columns, const Withdrawals &withdrawn);
    Result<void> keepWholeText(const RowTexts::Place &place, bool isAlive, KeptChange &entry);
    Result<std::vector<RowParts::Part>> waitingEdits(const TableInfo &table, QByteArrayView key);
    Result<QByteArray> takeBackParts(const RowParts::Place &place, RowClock &clock);
    Result<void> writeAgain(const KeptChange &kept);
    [[nodiscard]] static bool isRedone(MergeType type);
    Result<void> redoParts(const TableInfo &table, const KeptChange &kept);
    Result<void> forgetRejected(qint64 number);
    Result<void> withoutForeignKeys(const std::function<Result<void>()> &work);
    Result<void> runOn(const Store::Space &space, const char *sql);
    Result<void> close(Store::Space &space, const QString &code, const QString &reason);
    Result<void> removeRows(const Store::Space &space);
    Result<void> closeConflicts(const QByteArray &space);
    struct Parting;
    struct Return;
    Result<void> quarantineAll(Store::Space &space, const QString &code, const QString &reason);
    Result<void> quarantine(const Store::Space &space, const Parting &parting, const Error &why);
    Result<void> quarantineEdits(qint64 entry, const Parting &parting, KeptChange &kept);
    Result<bool> hasQuarantined(const QByteArray &space);
    Result<bool> putBack(Store::Space &space);
    Result<qint64> putBack(Store::Space &space, const Return &entry, qint64 transaction);
    Result<void> forgetRow(const TableInfo &table, QByteArrayView key, const RowState &row);
    Result<void> takeOver(SiteId former, const QList<std::pair<TableInfo *, QByteArray>> &keys);
    Result<void> forgetQuarantined(qint64 number);
    static Result<bool> isSelected(SqlStatement &condition, const SyncSelection &selection, QByteArrayView key);
    Result<void> undo(const ConflictEntry &entry);
    Result<void> undoRow(const TableInfo &table, const ConflictEntry &entry);
    Result<std::optional<QByteArray>> standing(const TableInfo &table, const ConflictEntry &entry);
    /// After the commit: new conflicts and refusals, to their observers.
    Result<void> tellDisputes();
    Result<void> tellRefused();
    Result<bool> isInPlace(const TableInfo &table, QByteArrayView key);
    Result<bool> countSome(QList<std::pair<qint64, QByteArray>> &lost);
    Result<void> keepTyped(const Refused &lost);
    Result<void> forgetLost(const QList<std::pair<qint64, QByteArray>> &lost);
    Result<void> takeCounted();
    Result<SqlStatement> selectKeys(const TableInfo &table, const std::vector<QByteArray> &after);
    Result<bool> adoptSome(const TableInfo &table, std::vector<QByteArray> &after);
    Result<void> addFingerprints(SqlStatement &select, const QList<QByteArray> &tables, SpaceDigest &digest);
    Result<void> subtractOthers(const Store::Space &space, SpaceDigest &digest);
    /// A record of a row, encoded, and up to which its waiting texts have gone with it.
    struct RowChange {
        QByteArray record;
        qint64 textNumber = 0;
    };
    struct WaitingRow;
    struct Filling;
    Result<bool> fill(Filling &filling, const WaitingRow &row, quint64 mask);
    Result<bool> pass(const QByteArray &space, const TableInfo &table, const QByteArray &key, QList<RowChange> &changes);
    static void collectStamps(const RowClock &clock, SiteId site, QList<Hlc> &stamps);
    Result<QList<RowChange>> changesOf(const TableInfo &table, const QByteArray &key, const RowState &row, quint64 mask,
                                       qint64 after);
    Result<void> registersOf(const TableInfo &table, const QByteArray &key, const RowState &row, quint64 mask,
                             QHash<ColumnId, QByteArray> &kept, std::vector<Cell> &cells);
    Result<void> partsOf(const TableInfo &table, const QByteArray &key, const RowClock &clock, quint64 mask,
                         std::vector<RowParts::Part> &kept, std::vector<PartCell> &cells);
    void tellTexts(const RowClock &clock, quint64 mask, std::vector<TextCell> &cells) const;
    void addText(const RowClock &clock, ColumnId column, const QByteArray &update, bool offered, QList<RowRecord> &records) const;

    Result<void> forgetDeletes(Store::Space &space, const Collected &deletes);
    Result<Changes> missedDeletes(const Store::Space &space, Hlc stamp);
    Result<void> meetForgottenDelete(const Store::Space &space, const TableInfo &table, const QByteArray &key,
                                     CausalLength pushed);
    Result<void> forgetBases(const Store::Space &space);
    Result<void> forgetGoneParts(const Store::Space &space);
    Result<void> forgetGoneParts(const TableInfo &table, const QByteArray &key, Hlc upTo);
    Result<void> renewRemovals(const Push &push, const Change &change, Stamp fresh);
    Result<void> forgetArrivals(qint64 space);

    ReplicaConfig config;
    QSqlDatabase database;
    sqlite3 *handle;
    std::unique_ptr<QLockFile> lock;
    Store store;
    Catalog catalog;
    Recount recount;
    RowStore rows;
    RowTexts texts;
    RowParts parts;
    SqlRules rules;
    std::unique_ptr<Capture> capture;
    ConflictLog conflictLog;
    SyncFilterHost filters;
    UndoLog undoLog;
    UndoState undoState;
    bool undoTooLarge = false; ///< the newest action was
    Merger merger;
    FunctionHost functions;
    ForeignKeys foreignKeys;
    SqlStatement selectWaiting;                         ///< nextPush()'s
    QList<std::pair<QByteArray, QByteArray>> requested; ///< sheaf_sync() calls not yet carried out
    std::function<void(const CommitChanges &)> observer;
    std::function<void(const RejectedChange &)> rejectedObserver;
    std::function<void(const Conflict &)> conflictObserver;
    std::function<void(const UndoState &)> undoObserver;
    QList<qint64> refusedNumbers; ///< entries of the rejected list that this transaction made
    std::shared_ptr<CommitCount> commits = std::make_shared<CommitCount>();
    quint32 schemaVersion = 0;
    qint64 dataVersion = 0;
};

} // namespace Sheaf
