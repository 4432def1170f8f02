// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/storage/sqlitestorage.h"
#include "sql/sqltransaction.h"

#include <optional>

namespace Sheaf::Server {

/// Where a record stands in the file: see 0001_server.sql.
constexpr int sequenceBits = 40;

constexpr qint64 positionOf(SpaceId space, Sequence sequence)
{
    return (space << sequenceBits) | static_cast<qint64>(sequence);
}

constexpr Sequence sequenceOf(qint64 position)
{
    return static_cast<Sequence>(position) & ((Sequence(1) << sequenceBits) - 1);
}

class SqliteTransaction final : public StorageTransaction
{
public:
    SqliteTransaction(SqliteStorage &storage, SqlTransaction transaction);
    ~SqliteTransaction() override;
    Q_DISABLE_COPY_MOVE(SqliteTransaction)

    Result<QList<StoredDevice>> devices(const QByteArray &tokenHash) override;
    Result<DeviceId> putDevice(const StoredDevice &device) override;
    Result<std::optional<StoredSite>> site(SiteId site) override;
    Result<void> putSite(const StoredSite &site) override;
    Result<quint64> pushNumber(SiteId site, SpaceId space) override;
    Result<void> putPushNumber(SiteId site, SpaceId space, quint64 number) override;
    Result<std::optional<StoredSpace>> space(const QByteArray &name) override;
    Result<SpaceId> putSpace(const StoredSpace &space) override;
    Result<void> putSchemaMin(SpaceId space, quint32 version) override;
    Result<QList<StoredSpace>> spaces() override;
    Result<QList<StoredTable>> tables(SpaceId space) override;
    Result<TableId> addTable(SpaceId space, const QByteArray &name) override;
    Result<void> addColumn(TableId table, const TableNames::Column &column) override;
    Result<bool> record(TableId table, QByteArrayView key, StoredRecord &found) override;
    Result<void> putRecord(SpaceId space, const RecordView &row, Sequence replaced) override;
    Result<void> removeRecord(SpaceId space, Sequence sequence) override;
    Result<void> putPlace(SpaceId space, const StoredPlace &place) override;
    Result<QList<StoredPlace>> places(SpaceId space) override;
    Result<std::vector<TextBlock>> textBlocks(TableId table, QByteArrayView key, ColumnId column) override;
    Result<void> texts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range,
                       const std::function<void(const TextView &)> &visit) override;
    Result<void> addText(SpaceId space, const TextView &text) override;
    Result<void> removeTexts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range) override;
    Result<void> removeTexts(TableId table, QByteArrayView key) override;
    Result<void> commit() override;

private:
    /// Binds with `bind`, then calls `visit` on every row, and resets.
    Result<void> each(SqliteStorage::Query query, const std::function<void(SqlStatement &)> &bind,
                      const std::function<void(const SqlStatement &)> &visit = {});
    Result<void> readGrants(StoredDevice &device);

    SqliteStorage &m_storage;
    std::optional<SqlTransaction> m_transaction;
};

} // namespace Sheaf::Server
