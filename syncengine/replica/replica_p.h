// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/capture.h"
#include "replica/functions.h"
#include "replica/merger.h"
#include "replica/replica.h"

#include <QLockFile>
#include <QSqlDatabase>

struct sqlite3;

namespace Sheaf {

struct Replica::Private {
    Private(ReplicaConfig replicaConfig, QSqlDatabase opened);
    ~Private();

    /// The wall clock as the server would read it, milliseconds.
    [[nodiscard]] qint64 correctedWallMs() const { return config.wallMs() + store.clockOffsetMs; }
    /// Begins, runs, captures, saves and commits; on any failure memory and file are as before.
    Result<void> transact(bool merging, const std::function<Result<void>()> &work);
    Result<void> prepareSchema();
    Result<void> migrateSchema();
    Result<void> adoptColumns();
    Result<void> syncRequested();
    Result<void> reload();

    /// Gives unacknowledged stamps that `corrected` changes new ones, in their order, and all of them `site`.
    Result<void> restamp(const std::function<Hlc(Hlc)> &corrected, SiteId site);
    /// Gives everything unacknowledged stamps later than all that was seen.
    Result<void> outrun();
    Result<void> offerRows(Store::Space &space, const SpaceDigest::Buckets &buckets);
    /// Notes in `overtaken` that the server now has stamps greater than those that wait.
    Result<void> settleChange(const PendingPush &push, const Change &change, const Verdict *verdict, bool &overtaken);
    Result<void> reject(const PendingPush &push, const Change &change, const TableInfo &table, const RowState &row,
                        const Verdict &verdict);
    Result<void> addFingerprints(SqlStatement &select, SpaceDigest &digest);
    /// The record of a row with the cells of `mask`, encoded; empty when there is nothing to say.
    Result<QByteArray> recordOf(const TableInfo &table, const QByteArray &key, const RowState &row, quint64 mask);

    ReplicaConfig config;
    QSqlDatabase database;
    sqlite3 *handle;
    std::unique_ptr<QLockFile> lock;
    Store store;
    Catalog catalog;
    RowStore rows;
    std::unique_ptr<Capture> capture;
    Merger merger;
    FunctionHost functions;
    QList<std::pair<QByteArray, QByteArray>> requested; ///< sheaf_sync() calls not yet carried out
    std::function<void(const CommitChanges &)> observer;
    quint32 schemaVersion = 0;
    qint64 dataVersion = 0;
};

} // namespace Sheaf
