// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"
#include "sql/sqlstatement.h"

#include <QSqlDatabase>

#include <array>

namespace Sheaf::Server {

/// The storage in one SQLite file: WAL, synchronous=FULL, one connection, which alone writes and
/// checkpoints. After a failed commit the file is opened anew, because neither SQLite nor the
/// operating system says then what reached the disk.
class SqliteStorage final : public Storage
{
public:
    /// Opens or makes the file. `epoch` is used for a new one. Errors: `foreign_database` when the file is not
    /// a Sheaf server's, `newer_schema`, and those of openDatabase().
    static Result<std::unique_ptr<SqliteStorage>> open(const QString &path, Epoch epoch);
    ~SqliteStorage() override;
    Q_DISABLE_COPY_MOVE(SqliteStorage)

    [[nodiscard]] Epoch epoch() const override { return m_epoch; }
    Result<std::unique_ptr<StorageTransaction>> begin() override;
    Result<void> scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit) override;
    Result<void> scanTexts(SpaceId space, Sequence after, qint64 number,
                           const std::function<bool(const TextView &)> &visit) override;

private:
    friend class SqliteTransaction;
    enum Query : quint8 {
        DeviceByToken,
        AllDevices,
        InsertDevice,
        UpdateDevice,
        DeleteGrants,
        InsertGrant,
        GrantsOfDevice,
        SiteById,
        PutSite,
        PushNumber,
        PutPushNumber,
        SpaceByName,
        InsertSpace,
        UpdateSpace,
        UpdateSchemaMin,
        AllSpaces,
        TablesOfSpace,
        ColumnsOfTable,
        InsertTable,
        InsertColumn,
        RecordByKey,
        InsertRecord,
        MoveRecord,
        DeleteRecord,
        PutPlace,
        PlacesOfSpace,
        ScanRecords,
        BlocksOfText,
        TextsOf,
        InsertText,
        DeleteTextsOf,
        DeleteTexts,
        ScanTexts,
        QueryCount
    };

    explicit SqliteStorage(QString path) : m_path(std::move(path)) {}
    Result<void> connect();
    void disconnect();
    /// Steps through what `bind` has chosen until `visit` returns false; between transactions.
    Result<void> scanRows(Query query, const std::function<void(SqlStatement &)> &bind,
                          const std::function<bool(const SqlStatement &)> &visit);
    /// A prepared statement, made when it is used first.
    Result<SqlStatement *> statement(Query query);

    QString m_path;
    QString m_connection;
    QSqlDatabase m_database;
    sqlite3 *m_handle = nullptr;
    Epoch m_epoch = 0;
    bool m_isOpen = false;
    bool m_inTransaction = false;
    std::array<SqlStatement, QueryCount> m_statements;
};

} // namespace Sheaf::Server
