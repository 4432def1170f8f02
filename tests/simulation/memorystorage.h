// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"

#include <map>
#include <memory>

namespace Sheaf::Test {

/// What a MemoryStorage keeps; outlives the storage as a disk outlives a process.
struct MemoryDatabase {
    struct Row {
        Server::SpaceId space = 0;
        Sequence sequence = 0;
        QByteArray record;
    };
    Epoch epoch = 0;
    std::map<Server::DeviceId, Server::StoredDevice> devices;
    std::map<SiteId, Server::StoredSite> sites;
    std::map<std::pair<SiteId, Server::SpaceId>, quint64> pushNumbers;
    std::map<Server::SpaceId, Server::StoredSpace> spaces;
    std::map<Server::TableId, std::pair<Server::SpaceId, Server::StoredTable>> tables;
    std::map<std::pair<Server::TableId, QByteArray>, Row> rows;
    std::map<std::pair<Server::SpaceId, Sequence>, std::pair<Server::TableId, QByteArray>> bySequence;
};

/// The storage of the server in memory, stricter than the real one: rules that callers must keep
/// are checks.
class MemoryStorage final : public Server::Storage
{
public:
    explicit MemoryStorage(std::shared_ptr<MemoryDatabase> database) : m_database(std::move(database)) {}

    [[nodiscard]] Epoch epoch() const override { return m_database->epoch; }
    Result<std::unique_ptr<Server::StorageTransaction>> begin() override;
    Result<void> scan(Server::SpaceId space, Sequence after, const std::function<bool(const Server::RecordView &)> &visit) override;

private:
    class Transaction;
    std::shared_ptr<MemoryDatabase> m_database;
    bool m_busy = false;
};

} // namespace Sheaf::Test
