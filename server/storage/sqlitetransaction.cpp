// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/storage/sqlitetransaction.h"

#include "base/check.h"
#include "protocol/packing.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

void bindText(SqlStatement &statement, TableId table, QByteArrayView key, ColumnId column)
{
    statement.bindInteger(1, table);
    statement.bindBlob(2, key);
    statement.bindInteger(3, column);
}

void bindRange(SqlStatement &statement, const SequenceRange &range)
{
    statement.bindInteger(4, static_cast<qint64>(range.first));
    statement.bindInteger(5, static_cast<qint64>(range.last));
}

/// Of a row of SpaceByName or AllSpaces.
StoredSpace spaceOf(const SqlStatement &row, const QByteArray &name)
{
    return {row.integer(0),
            name,
            static_cast<Sequence>(row.integer(1)),
            SpaceDigest::fromBytes(row.bytes(2)),
            static_cast<quint32>(row.integer(3)),
            {static_cast<Hlc>(row.integer(4)), static_cast<Sequence>(row.integer(5)), static_cast<Hlc>(row.integer(6)),
             static_cast<Sequence>(row.integer(7)), static_cast<CausalLength>(row.integer(8))},
            static_cast<CausalLength>(row.integer(9))};
}

} // namespace

SqliteTransaction::SqliteTransaction(SqliteStorage &storage, SqlTransaction transaction)
    : m_storage(storage), m_transaction(std::move(transaction))
{
    m_storage.m_inTransaction = true;
}

SqliteTransaction::~SqliteTransaction()
{
    m_transaction.reset();
    m_storage.m_inTransaction = false;
}

Result<void> SqliteTransaction::each(SqliteStorage::Query query, const std::function<void(SqlStatement &)> &bind,
                                     const std::function<void(const SqlStatement &)> &visit)
{
    SHEAF_CHECK(m_transaction);
    auto prepared = m_storage.statement(query);
    if (!prepared)
        return fail(prepared.error());
    SqlStatement &statement = **prepared;
    bind(statement);
    for (;;) {
        auto row = statement.step();
        if (!row || !*row) {
            statement.reset();
            return row ? Result<void>() : Result<void>(fail(row.error()));
        }
        if (visit)
            visit(statement);
    }
}

Result<QList<StoredDevice>> SqliteTransaction::devices(const QByteArray &tokenHash)
{
    QList<StoredDevice> devices;
    const auto query = tokenHash.isEmpty() ? SqliteStorage::AllDevices : SqliteStorage::DeviceByToken;
    auto done = each(
        query,
        [&](SqlStatement &s) {
            if (!tokenHash.isEmpty())
                s.bindBlob(1, tokenHash);
        },
        [&](const SqlStatement &s) {
            devices.append({s.integer(0), s.bytes(1).toByteArray(), s.bytes(2).toByteArray(), {}});
        });
    if (!done)
        return fail(done.error());
    for (StoredDevice &device : devices) {
        if (auto read = readGrants(device); !read)
            return fail(read.error());
    }
    return devices;
}

Result<void> SqliteTransaction::readGrants(StoredDevice &device)
{
    return each(
        SqliteStorage::GrantsOfDevice, [&](SqlStatement &s) { s.bindInteger(1, device.id); },
        [&](const SqlStatement &s) {
            device.grants.append({s.bytes(0).toByteArray(), static_cast<Role>(s.integer(1))});
        });
}

Result<DeviceId> SqliteTransaction::putDevice(const StoredDevice &device)
{
    DeviceId id = device.id;
    const auto bind = [&](SqlStatement &s) {
        s.bindBlob(1, device.name);
        if (device.tokenHash.isEmpty())
            s.bindNull(2);
        else
            s.bindBlob(2, device.tokenHash);
        if (device.id != 0)
            s.bindInteger(3, device.id);
    };
    auto stored = id == 0 ? each(SqliteStorage::InsertDevice, bind, [&](const SqlStatement &s) { id = s.integer(0); })
                          : each(SqliteStorage::UpdateDevice, bind);
    if (stored)
        stored = each(SqliteStorage::DeleteGrants, [&](SqlStatement &s) { s.bindInteger(1, id); });
    for (qsizetype i = 0; stored && i < device.grants.size(); ++i) {
        stored = each(SqliteStorage::InsertGrant, [&](SqlStatement &s) {
            s.bindInteger(1, id);
            s.bindInteger(2, i);
            s.bindBlob(3, device.grants.at(i).space);
            s.bindInteger(4, static_cast<qint64>(device.grants.at(i).role));
        });
    }
    return stored ? Result<DeviceId>(id) : Result<DeviceId>(fail(stored.error()));
}

Result<std::optional<StoredSite>> SqliteTransaction::site(SiteId site)
{
    std::optional<StoredSite> found;
    auto done = each(
        SqliteStorage::SiteById, [&](SqlStatement &s) { s.bindInteger(1, static_cast<qint64>(site)); },
        [&](const SqlStatement &s) {
            found = StoredSite{site, s.integer(0), s.bytes(1).toByteArray(), s.bytes(2).toByteArray()};
        });
    return done ? Result<std::optional<StoredSite>>(found) : Result<std::optional<StoredSite>>(fail(done.error()));
}

Result<void> SqliteTransaction::putSite(const StoredSite &site)
{
    return each(SqliteStorage::PutSite, [&](SqlStatement &s) {
        s.bindInteger(1, static_cast<qint64>(site.site));
        s.bindInteger(2, site.device);
        s.bindBlob(3, site.leaseCurrent);
        s.bindBlob(4, site.leasesPending);
    });
}

Result<quint64> SqliteTransaction::pushNumber(SiteId site, SpaceId space)
{
    quint64 number = 0;
    auto done = each(
        SqliteStorage::PushNumber,
        [&](SqlStatement &s) {
            s.bindInteger(1, static_cast<qint64>(site));
            s.bindInteger(2, space);
        },
        [&](const SqlStatement &s) { number = static_cast<quint64>(s.integer(0)); });
    return done ? Result<quint64>(number) : Result<quint64>(fail(done.error()));
}

Result<void> SqliteTransaction::putPushNumber(SiteId site, SpaceId space, quint64 number)
{
    return each(SqliteStorage::PutPushNumber, [&](SqlStatement &s) {
        s.bindInteger(1, static_cast<qint64>(site));
        s.bindInteger(2, space);
        s.bindInteger(3, static_cast<qint64>(number));
    });
}

Result<std::optional<StoredSpace>> SqliteTransaction::space(const QByteArray &name)
{
    std::optional<StoredSpace> found;
    auto done = each(
        SqliteStorage::SpaceByName, [&](SqlStatement &s) { s.bindBlob(1, name); },
        [&](const SqlStatement &s) { found = spaceOf(s, name); });
    return done ? Result<std::optional<StoredSpace>>(found) : Result<std::optional<StoredSpace>>(fail(done.error()));
}

Result<SpaceId> SqliteTransaction::putSpace(const StoredSpace &space)
{
    SpaceId id = space.id;
    const QByteArray digest = space.digest.toBytes();
    if (id == 0) {
        auto made = each(
            SqliteStorage::InsertSpace,
            [&](SqlStatement &s) {
                s.bindBlob(1, space.name);
                s.bindInteger(2, static_cast<qint64>(space.head));
                s.bindBlob(3, digest);
            },
            [&](const SqlStatement &s) { id = s.integer(0); });
        return made ? Result<SpaceId>(id) : Result<SpaceId>(fail(made.error()));
    }
    auto stored = each(SqliteStorage::UpdateSpace, [&](SqlStatement &s) {
        s.bindInteger(1, static_cast<qint64>(space.head));
        s.bindBlob(2, digest);
        s.bindInteger(3, id);
        s.bindInteger(4, static_cast<qint64>(space.forgotten.floorStamp));
        s.bindInteger(5, static_cast<qint64>(space.forgotten.floorSequence));
        s.bindInteger(6, static_cast<qint64>(space.forgotten.stamp));
        s.bindInteger(7, static_cast<qint64>(space.forgotten.sequence));
        s.bindInteger(8, space.forgotten.length);
        s.bindInteger(9, space.longestDelete);
    });
    return stored ? Result<SpaceId>(id) : Result<SpaceId>(fail(stored.error()));
}

Result<void> SqliteTransaction::putSchemaMin(SpaceId space, quint32 version)
{
    return each(SqliteStorage::UpdateSchemaMin, [&](SqlStatement &s) {
        s.bindInteger(1, version);
        s.bindInteger(2, space);
    });
}

Result<QList<StoredSpace>> SqliteTransaction::spaces()
{
    QList<StoredSpace> all;
    auto done = each(
        SqliteStorage::AllSpaces, [](SqlStatement &) {},
        [&](const SqlStatement &s) { all.append(spaceOf(s, s.bytes(10).toByteArray())); });
    return done ? Result<QList<StoredSpace>>(all) : Result<QList<StoredSpace>>(fail(done.error()));
}

Result<QList<StoredTable>> SqliteTransaction::tables(SpaceId space)
{
    QList<StoredTable> tables;
    auto done = each(
        SqliteStorage::TablesOfSpace, [&](SqlStatement &s) { s.bindInteger(1, space); },
        [&](const SqlStatement &s) {
            tables.append({static_cast<TableId>(s.integer(0)), s.bytes(1).toByteArray(), {}, s.integer(2) != 0});
        });
    for (qsizetype i = 0; done && i < tables.size(); ++i) {
        StoredTable &table = tables[i];
        done = each(
            SqliteStorage::ColumnsOfTable, [&](SqlStatement &s) { s.bindInteger(1, table.id); },
            [&](const SqlStatement &s) {
                table.columns.append({static_cast<ColumnId>(s.integer(0)), s.bytes(1).toByteArray()});
            });
    }
    return done ? Result<QList<StoredTable>>(tables) : Result<QList<StoredTable>>(fail(done.error()));
}

Result<TableId> SqliteTransaction::addTable(SpaceId space, const QByteArray &name)
{
    TableId id = 0;
    auto done = each(
        SqliteStorage::InsertTable,
        [&](SqlStatement &s) {
            s.bindInteger(1, space);
            s.bindBlob(2, name);
        },
        [&](const SqlStatement &s) { id = static_cast<TableId>(s.integer(0)); });
    return done ? Result<TableId>(id) : Result<TableId>(fail(done.error()));
}

Result<void> SqliteTransaction::addColumn(TableId table, const TableNames::Column &column)
{
    return each(SqliteStorage::InsertColumn, [&](SqlStatement &s) {
        s.bindInteger(1, table);
        s.bindInteger(2, column.id);
        s.bindBlob(3, column.name);
    });
}

Result<bool> SqliteTransaction::record(TableId table, QByteArrayView key, StoredRecord &found)
{
    bool exists = false;
    auto done = each(
        SqliteStorage::RecordByKey,
        [&](SqlStatement &s) {
            s.bindInteger(1, table);
            s.bindBlob(2, key);
        },
        [&](const SqlStatement &s) {
            exists = true;
            found.sequence = sequenceOf(s.integer(0));
            found.bytes = s.bytes(1).toByteArray();
        });
    return done ? Result<bool>(exists) : Result<bool>(fail(done.error()));
}

Result<void> SqliteTransaction::putRecord(SpaceId space, const RecordView &row, Sequence replaced)
{
    if (row.sequence >> sequenceBits != 0)
        return fail(u"space_full"_s, u"The space has used up its sequence numbers."_s);
    if (replaced == 0) {
        return each(SqliteStorage::InsertRecord, [&](SqlStatement &s) {
            s.bindInteger(1, positionOf(space, row.sequence));
            s.bindInteger(2, row.table);
            s.bindBlob(3, row.key);
            s.bindBlob(4, row.record);
        });
    }
    return each(SqliteStorage::MoveRecord, [&](SqlStatement &s) {
        s.bindInteger(1, positionOf(space, row.sequence));
        s.bindBlob(2, row.record);
        s.bindInteger(3, positionOf(space, replaced));
    });
}

Result<void> SqliteTransaction::removeRecord(SpaceId space, Sequence sequence)
{
    return each(SqliteStorage::DeleteRecord, [&](SqlStatement &s) { s.bindInteger(1, positionOf(space, sequence)); });
}

Result<void> SqliteTransaction::putPlace(SpaceId space, const StoredPlace &place)
{
    return each(SqliteStorage::PutPlace, [&](SqlStatement &s) {
        s.bindInteger(1, space);
        s.bindInteger(2, static_cast<qint64>(place.site));
        s.bindInteger(3, static_cast<qint64>(place.seen));
        s.bindInteger(4, place.heardMs);
    });
}

Result<QList<StoredPlace>> SqliteTransaction::places(SpaceId space)
{
    QList<StoredPlace> all;
    auto done = each(
        SqliteStorage::PlacesOfSpace, [&](SqlStatement &s) { s.bindInteger(1, space); },
        [&](const SqlStatement &s) {
            all.append({static_cast<SiteId>(s.integer(0)), static_cast<Sequence>(s.integer(1)), s.integer(2)});
        });
    std::ranges::sort(all, {}, &StoredPlace::site); // SQLite has no unsigned numbers
    return done ? Result<QList<StoredPlace>>(all) : Result<QList<StoredPlace>>(fail(done.error()));
}

Result<std::vector<TextBlock>> SqliteTransaction::textBlocks(TableId table, QByteArrayView key, ColumnId column)
{
    std::vector<TextBlock> blocks;
    auto done = each(
        SqliteStorage::BlocksOfText, [&](SqlStatement &s) { bindText(s, table, key, column); },
        [&](const SqlStatement &s) {
            blocks.push_back({sequenceOf(s.integer(0)), s.integer(1) != 0, s.integer(2)});
        });
    return done ? Result<std::vector<TextBlock>>(std::move(blocks)) : Result<std::vector<TextBlock>>(fail(done.error()));
}

Result<void> SqliteTransaction::texts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range,
                                      const std::function<void(const TextView &)> &visit)
{
    Packing packing;
    Result<void> unpacked;
    auto done = each(
        SqliteStorage::TextsOf,
        [&](SqlStatement &s) {
            bindText(s, table, key, column);
            bindRange(s, range);
        },
        [&](const SqlStatement &s) {
            const auto update = packing.unpack(s.bytes(4), s.integer(3));
            if (update)
                visit({s.integer(0), sequenceOf(s.integer(1)), table, key, column, s.integer(2) != 0, *update, {}});
            else
                unpacked = fail(update.error());
        });
    return done ? unpacked : done;
}

Result<void> SqliteTransaction::addText(SpaceId space, const TextView &text)
{
    Packing packing;
    const QByteArrayView kept = text.isSealed ? text.update : packing.pack(text.update);
    return each(SqliteStorage::InsertText, [&](SqlStatement &s) {
        s.bindInteger(1, positionOf(space, text.sequence));
        s.bindInteger(2, text.table);
        s.bindBlob(3, text.key);
        s.bindInteger(4, text.column);
        s.bindInteger(5, text.isSealed ? 1 : 0);
        s.bindInteger(6, text.update.size());
        s.bindBlob(7, kept);
    });
}

Result<void> SqliteTransaction::removeTexts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range)
{
    return each(SqliteStorage::DeleteTextsOf, [&](SqlStatement &s) {
        bindText(s, table, key, column);
        bindRange(s, range);
    });
}

Result<void> SqliteTransaction::removeTexts(TableId table, QByteArrayView key)
{
    return each(SqliteStorage::DeleteTexts, [&](SqlStatement &s) {
        s.bindInteger(1, table);
        s.bindBlob(2, key);
    });
}

Result<void> SqliteTransaction::commit()
{
    SHEAF_CHECK(m_transaction);
    auto committed = m_transaction->commit();
    m_transaction.reset();
    if (!committed)
        m_storage.disconnect();
    return committed;
}

} // namespace Sheaf::Server
