// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/storage/memorystorage.h"

#include "base/check.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

class MemoryTransaction final : public StorageTransaction
{
public:
    // A copy of everything is slow and obviously right: that is what a reference is for.
    explicit MemoryTransaction(MemoryStorage &storage) : m_storage(storage), m_state(storage.m_state)
    {
        SHEAF_CHECK(!m_storage.m_inTransaction);
        m_storage.m_inTransaction = true;
    }
    ~MemoryTransaction() override { m_storage.m_inTransaction = false; }
    Q_DISABLE_COPY_MOVE(MemoryTransaction)

    Result<QList<StoredDevice>> devices(const QByteArray &tokenHash) override
    {
        SHEAF_CHECK(!m_done);
        QList<StoredDevice> found;
        for (const auto &[id, device] : m_state.devices) {
            if (tokenHash.isEmpty() || device.tokenHash == tokenHash)
                found.append(device);
        }
        std::ranges::stable_sort(found, {}, &StoredDevice::name);
        return found;
    }

    Result<DeviceId> putDevice(const StoredDevice &device) override
    {
        SHEAF_CHECK(!m_done);
        for (const Grant &grant : device.grants)
            SHEAF_CHECK(findSpace(grant.space) != nullptr);
        StoredDevice stored = device;
        if (stored.id == 0)
            stored.id = m_state.devices.empty() ? 1 : m_state.devices.rbegin()->first + 1;
        m_state.devices.insert_or_assign(stored.id, stored);
        return stored.id;
    }

    Result<std::optional<StoredSite>> site(SiteId site) override
    {
        SHEAF_CHECK(!m_done);
        const auto found = m_state.sites.find(site);
        return found == m_state.sites.end() ? std::optional<StoredSite>() : std::optional(found->second);
    }

    Result<void> putSite(const StoredSite &site) override
    {
        SHEAF_CHECK(!m_done && m_state.devices.contains(site.device));
        m_state.sites.insert_or_assign(site.site, site);
        return {};
    }

    Result<quint64> pushNumber(SiteId site, SpaceId space) override
    {
        SHEAF_CHECK(!m_done);
        const auto found = m_state.pushNumbers.find({site, space});
        return found == m_state.pushNumbers.end() ? quint64(0) : found->second;
    }

    Result<void> putPushNumber(SiteId site, SpaceId space, quint64 number) override
    {
        SHEAF_CHECK(!m_done && m_state.spaces.contains(space));
        m_state.pushNumbers.insert_or_assign({site, space}, number);
        return {};
    }

    Result<std::optional<StoredSpace>> space(const QByteArray &name) override
    {
        SHEAF_CHECK(!m_done);
        const StoredSpace *found = findSpace(name);
        return found == nullptr ? std::optional<StoredSpace>() : std::optional(*found);
    }

    Result<SpaceId> putSpace(const StoredSpace &space) override
    {
        SHEAF_CHECK(!m_done);
        StoredSpace stored = space;
        if (stored.id == 0) {
            SHEAF_CHECK(findSpace(space.name) == nullptr);
            stored.id = static_cast<SpaceId>(m_state.spaces.size()) + 1;
        } else {
            SHEAF_CHECK(m_state.spaces.contains(stored.id) && m_state.spaces.at(stored.id).head <= stored.head);
            SHEAF_CHECK(m_state.spaces.at(stored.id).forgotten.sequence <= stored.forgotten.sequence &&
                        m_state.spaces.at(stored.id).forgotten.stamp <= stored.forgotten.stamp &&
                        m_state.spaces.at(stored.id).forgotten.length <= stored.forgotten.length &&
                        m_state.spaces.at(stored.id).longestDelete <= stored.longestDelete);
        }
        if (const auto known = m_state.spaces.find(stored.id); known != m_state.spaces.end())
            stored.schemaMin = known->second.schemaMin;
        m_state.spaces.insert_or_assign(stored.id, stored);
        return stored.id;
    }

    Result<void> putSchemaMin(SpaceId space, quint32 version) override
    {
        SHEAF_CHECK(!m_done && m_state.spaces.contains(space));
        m_state.spaces.at(space).schemaMin = version;
        return {};
    }

    Result<QList<StoredSpace>> spaces() override
    {
        SHEAF_CHECK(!m_done);
        QList<StoredSpace> all;
        for (const auto &[id, space] : m_state.spaces)
            all.append(space);
        std::ranges::sort(all, {}, &StoredSpace::name);
        return all;
    }

    Result<QList<StoredTable>> tables(SpaceId space) override
    {
        SHEAF_CHECK(!m_done);
        QList<StoredTable> found;
        for (const auto &[id, table] : m_state.tables) {
            if (table.space != space)
                continue;
            found.append(table.stored);
            found.last().hasTexts =
                std::ranges::any_of(m_state.texts, [id = id](const auto &text) { return text.second.table == id; });
        }
        return found;
    }

    Result<TableId> addTable(SpaceId space, const QByteArray &name) override
    {
        SHEAF_CHECK(!m_done && m_state.spaces.contains(space));
        const auto id = static_cast<TableId>(m_state.tables.size() + 1);
        m_state.tables.insert({id, {space, {id, name, {}}}});
        return id;
    }

    Result<void> addColumn(TableId table, const TableNames::Column &column) override
    {
        SHEAF_CHECK(!m_done && m_state.tables.contains(table));
        QList<TableNames::Column> &columns = m_state.tables.at(table).stored.columns;
        SHEAF_CHECK(std::ranges::find(columns, column.id, &TableNames::Column::id) == columns.end());
        columns.append(column);
        return {};
    }

    Result<bool> record(TableId table, QByteArrayView key, StoredRecord &found) override
    {
        SHEAF_CHECK(!m_done);
        const auto place = m_state.keys.find({table, key.toByteArray()});
        if (place == m_state.keys.end())
            return false;
        found.sequence = place->second;
        found.bytes = m_state.rows.at({m_state.tables.at(table).space, place->second}).record;
        return true;
    }

    Result<void> putRecord(SpaceId space, const RecordView &row, Sequence replaced) override
    {
        SHEAF_CHECK(!m_done && m_state.tables.contains(row.table) && m_state.tables.at(row.table).space == space);
        const std::pair key(row.table, row.key.toByteArray());
        const auto known = m_state.keys.find(key);
        SHEAF_CHECK((known == m_state.keys.end() ? 0 : known->second) == replaced);
        m_state.rows.erase({space, replaced});
        SHEAF_CHECK(!m_state.rows.contains({space, row.sequence}));
        m_state.rows.insert({{space, row.sequence}, {row.table, key.second, row.record.toByteArray()}});
        m_state.keys.insert_or_assign(key, row.sequence);
        return {};
    }

    Result<void> removeRecord(SpaceId space, Sequence sequence) override
    {
        SHEAF_CHECK(!m_done);
        const auto row = m_state.rows.find({space, sequence});
        SHEAF_CHECK(row != m_state.rows.end());
        SHEAF_CHECK(std::ranges::none_of(m_state.texts, [&](const auto &text) {
            return text.second.table == row->second.table && text.second.key == row->second.key;
        }));
        m_state.keys.erase({row->second.table, row->second.key});
        m_state.rows.erase(row);
        return {};
    }

    Result<void> putPlace(SpaceId space, const StoredPlace &place) override
    {
        SHEAF_CHECK(!m_done && m_state.spaces.contains(space));
        StoredPlace &stored = m_state.places.try_emplace({space, place.site}, place).first->second;
        stored.seen = std::max(stored.seen, place.seen);
        stored.heardMs = std::max(stored.heardMs, place.heardMs);
        return {};
    }

    Result<QList<StoredPlace>> places(SpaceId space) override
    {
        SHEAF_CHECK(!m_done && m_state.spaces.contains(space));
        QList<StoredPlace> all;
        for (const auto &[at, place] : m_state.places) {
            const auto site = m_state.sites.find(place.site);
            if (at.first != space || site == m_state.sites.end())
                continue;
            const StoredDevice &device = m_state.devices.at(site->second.device);
            const bool isGranted = std::ranges::any_of(device.grants, [&](const Grant &grant) {
                return grant.space == m_state.spaces.at(space).name && grant.role != Role::None;
            });
            if (isGranted && !device.tokenHash.isEmpty())
                all.append(place);
        }
        return all;
    }

    Result<std::vector<TextBlock>> textBlocks(TableId table, QByteArrayView key, ColumnId column) override
    {
        std::map<std::pair<Sequence, bool>, qint64> bytes;
        auto visited = texts(table, key, column, {}, [&bytes](const TextView &text) {
            bytes[{text.sequence, text.isSealed}] += text.update.size();
        });
        if (!visited)
            return fail(visited.error());
        std::vector<TextBlock> blocks;
        blocks.reserve(bytes.size());
        for (const auto &[place, size] : bytes)
            blocks.push_back({place.first, place.second, size});
        return blocks;
    }

    Result<void> texts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range,
                       const std::function<void(const TextView &)> &visit) override
    {
        SHEAF_CHECK(!m_done);
        for (const auto &[place, text] : m_state.texts) {
            if (text.table == table && text.key == key && text.column == column && range.has(place.sequence))
                visit({place.number, place.sequence, table, key, column, text.isSealed, text.update, {}});
        }
        return {};
    }

    Result<void> addText(SpaceId space, const TextView &text) override
    {
        SHEAF_CHECK(!m_done && m_state.keys.contains({text.table, text.key.toByteArray()}));
        m_state.texts.insert({{space, text.sequence, ++m_state.lastText},
                              {text.table, text.key.toByteArray(), text.column, text.isSealed, text.update.toByteArray()}});
        return {};
    }

    Result<void> removeTexts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range) override
    {
        SHEAF_CHECK(!m_done);
        std::erase_if(m_state.texts, [&](const auto &text) {
            return text.second.table == table && text.second.key == key && text.second.column == column &&
                   !text.second.isSealed && range.has(text.first.sequence);
        });
        return {};
    }

    Result<void> removeTexts(TableId table, QByteArrayView key) override
    {
        SHEAF_CHECK(!m_done);
        std::erase_if(m_state.texts, [&](const auto &text) { return text.second.table == table && text.second.key == key; });
        return {};
    }

    Result<void> commit() override
    {
        SHEAF_CHECK(!m_done);
        m_done = true;
        const auto failure = std::exchange(m_storage.m_failure, MemoryStorage::Failure::None);
        if (failure != MemoryStorage::Failure::Lost)
            m_storage.m_state = std::move(m_state);
        if (failure != MemoryStorage::Failure::None)
            return fail(u"database_failed"_s, u"The commit failed, as it was told to."_s);
        ++m_storage.m_commits;
        return {};
    }

private:
    [[nodiscard]] const StoredSpace *findSpace(const QByteArray &name) const
    {
        for (const auto &[id, space] : m_state.spaces) {
            if (space.name == name)
                return &space;
        }
        return nullptr;
    }

    MemoryStorage &m_storage;
    MemoryStorage::State m_state;
    bool m_done = false;
};

Result<std::unique_ptr<StorageTransaction>> MemoryStorage::begin()
{
    return std::unique_ptr<StorageTransaction>(std::make_unique<MemoryTransaction>(*this));
}

Result<void> MemoryStorage::scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit)
{
    SHEAF_CHECK(!m_inTransaction);
    for (auto row = m_state.rows.upper_bound({space, after}); row != m_state.rows.end() && row->first.first == space; ++row) {
        if (!visit({row->first.second, row->second.table, row->second.key, row->second.record}))
            break;
    }
    return {};
}

Result<void> MemoryStorage::scanTexts(SpaceId space, Sequence after, qint64 number,
                                      const std::function<bool(const TextView &)> &visit)
{
    SHEAF_CHECK(!m_inTransaction);
    for (auto at = m_state.texts.upper_bound({space, after + 1, number}); at != m_state.texts.end(); ++at) {
        const auto &[place, text] = *at;
        if (place.space != space)
            break;
        const Sequence row = m_state.keys.at({text.table, text.key});
        const QByteArray &record = m_state.rows.at({space, row}).record;
        if (!visit({place.number, place.sequence, text.table, text.key, text.column, text.isSealed, text.update, record}))
            break;
    }
    return {};
}

} // namespace Sheaf::Server
