// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"

#include <functional>

namespace Sheaf::Test {

/// Places in a storage where a bug can be planted. An empty one does what the storage does.
struct StorageBugs {
    using Inner = Server::StorageTransaction;

    /// Returns what commit() returns; may keep the transaction for later in `late`.
    std::function<Result<void>(std::unique_ptr<Inner> &inner, std::unique_ptr<Inner> &late)> commit;
    std::function<void(Server::StoredSpace &)> putSpace;
    /// False: the record is not stored.
    std::function<bool(Server::RecordView &)> putRecord;
    /// False: the row is said not to be there.
    std::function<bool(Server::StoredRecord &)> record;
    /// False: the scan leaves the row out. `isFirst` in this scan.
    std::function<bool(const Server::RecordView &, bool isFirst)> scanned;
    std::function<bool(quint64 number)> putPushNumber;  ///< false: the number is not stored
    std::function<void(Server::StoredDevice &)> device; ///< as it is read
};

/// A storage with planted bugs in front of a real one.
class StorageProxy final : public Server::Storage
{
public:
    /// `inner` must live longer.
    StorageProxy(Server::Storage &inner, StorageBugs bugs) : m_inner(inner), m_bugs(std::move(bugs)) {}

    [[nodiscard]] Epoch epoch() const override { return m_inner.epoch(); }
    Result<std::unique_ptr<Server::StorageTransaction>> begin() override;
    Result<void> scan(Server::SpaceId space, Sequence after,
                      const std::function<bool(const Server::RecordView &)> &visit) override;
    Result<void> scanTexts(Server::SpaceId space, Sequence after, qint64 number,
                           const std::function<bool(const Server::TextView &)> &visit) override;

private:
    class Transaction;
    void settle();

    Server::Storage &m_inner;
    StorageBugs m_bugs;
    std::unique_ptr<Server::StorageTransaction> m_late; ///< acknowledged and not committed yet
};

} // namespace Sheaf::Test
