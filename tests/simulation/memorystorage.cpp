// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/memorystorage.h"

#include "base/check.h"

namespace Sheaf::Test {

using namespace Server;

class MemoryStorage::Transaction final : public StorageTransaction
{
public:
    explicit Transaction(MemoryStorage &storage) : m_storage(storage), m_now(*storage.m_database) { storage.m_busy = true; }
    ~Transaction() override { m_storage.m_busy = false; }

    Result<QList<StoredDevice>> devices(const QByteArray &tokenHash) override
    {
        QList<StoredDevice> found;
        for (const auto &[id, device] : m_now.devices) {
            if (tokenHash.isEmpty() || device.tokenHash == tokenHash)
                found += device;
        }
        return found;
    }
    Result<DeviceId> putDevice(const StoredDevice &device) override
    {
        StoredDevice stored = device;
        if (stored.id == 0)
            stored.id = static_cast<DeviceId>(m_now.devices.size()) + 1;
        m_now.devices[stored.id] = stored;
        return stored.id;
    }
    Result<std::optional<StoredSite>> site(SiteId site) override
    {
        const auto it = m_now.sites.find(site);
        return it == m_now.sites.end() ? std::optional<StoredSite>() : it->second;
    }
    Result<void> putSite(const StoredSite &site) override
    {
        m_now.sites[site.site] = site;
        return {};
    }
    Result<quint64> pushNumber(SiteId site, SpaceId space) override
    {
        const auto it = m_now.pushNumbers.find({site, space});
        return it == m_now.pushNumbers.end() ? quint64(0) : it->second;
    }
    Result<void> putPushNumber(SiteId site, SpaceId space, quint64 number) override
    {
        m_now.pushNumbers[{site, space}] = number;
        return {};
    }
    Result<std::optional<StoredSpace>> space(const QByteArray &name) override
    {
        for (const auto &[id, space] : m_now.spaces) {
            if (space.name == name)
                return std::optional(space);
        }
        return std::optional<StoredSpace>();
    }
    Result<SpaceId> putSpace(const StoredSpace &space) override
    {
        StoredSpace stored = space;
        if (stored.id == 0)
            stored.id = static_cast<SpaceId>(m_now.spaces.size()) + 1;
        m_now.spaces[stored.id] = stored;
        return stored.id;
    }
    Result<QList<StoredTable>> tables(SpaceId space) override
    {
        QList<StoredTable> found;
        for (const auto &[id, entry] : m_now.tables) {
            if (entry.first == space)
                found += entry.second;
        }
        return found;
    }
    Result<TableId> addTable(SpaceId space, const QByteArray &name) override
    {
        const auto id = static_cast<TableId>(m_now.tables.size() + 1);
        m_now.tables[id] = {space, {id, name, {}}};
        return id;
    }
    Result<void> addColumn(TableId table, const TableNames::Column &column) override
    {
        SHEAF_CHECK(m_now.tables.contains(table));
        m_now.tables[table].second.columns += column;
        return {};
    }
    Result<bool> record(TableId table, QByteArrayView key, StoredRecord &found) override
    {
        const auto it = m_now.rows.find({table, key.toByteArray()});
        if (it == m_now.rows.end())
            return false;
        found = {it->second.sequence, it->second.record};
        return true;
    }
    Result<void> putRecord(SpaceId space, const RecordView &row, Sequence replaced) override
    {
        const auto id = std::pair(row.table, row.key.toByteArray());
        const auto old = m_now.rows.find(id);
        SHEAF_CHECK((old == m_now.rows.end() ? 0 : old->second.sequence) == replaced);
        SHEAF_CHECK(!m_now.bySequence.contains({space, row.sequence}));
        if (replaced != 0)
            m_now.bySequence.erase({space, replaced});
        m_now.rows[id] = {space, row.sequence, row.record.toByteArray()};
        m_now.bySequence[{space, row.sequence}] = id;
        return {};
    }
    Result<void> commit() override
    {
        *m_storage.m_database = std::move(m_now);
        return {};
    }

private:
    MemoryStorage &m_storage;
    MemoryDatabase m_now;
};

Result<std::unique_ptr<StorageTransaction>> MemoryStorage::begin()
{
    SHEAF_CHECK(!m_busy);
    return std::unique_ptr<StorageTransaction>(std::make_unique<Transaction>(*this));
}

Result<void> MemoryStorage::scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit)
{
    SHEAF_CHECK(!m_busy);
    for (auto it = m_database->bySequence.upper_bound({space, after}); it != m_database->bySequence.end() && it->first.first == space; ++it) {
        const MemoryDatabase::Row &row = m_database->rows.at(it->second);
        if (!visit({row.sequence, it->second.first, it->second.second, row.record}))
            break;
    }
    return {};
}

} // namespace Sheaf::Test
