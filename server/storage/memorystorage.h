// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"

#include <map>

namespace Sheaf::Server {

/// The storage in memory, for tests and simulations. Stricter than the real one: it checks that
/// there is one transaction at a time, that nothing is used after an error or a commit, and that
/// references are to things that are there.
class MemoryStorage final : public Storage
{
public:
    explicit MemoryStorage(Epoch epoch = 1) : m_epoch(epoch) {}

    [[nodiscard]] Epoch epoch() const override { return m_epoch; }
    Result<std::unique_ptr<StorageTransaction>> begin() override;
    Result<void> scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit) override;
    Result<void> scanTexts(SpaceId space, Sequence after, qint64 number,
                           const std::function<bool(const TextView &)> &visit) override;

    /// The next commit fails: with `applied` its changes are there all the same.
    void failNextCommit(bool applied) { m_failure = applied ? Failure::Applied : Failure::Lost; }
    [[nodiscard]] int commits() const { return m_commits; }

private:
    friend class MemoryTransaction;
    enum class Failure : quint8 { None, Lost, Applied };
    struct Row {
        TableId table = 0;
        QByteArray key;
        QByteArray record;
    };
    struct Text {
        TableId table = 0;
        QByteArray key;
        ColumnId column = 0;
        bool isSealed = false;
        QByteArray update;
    };
    struct TextPlace {
        SpaceId space = 0;
        Sequence sequence = 0;
        qint64 number = 0;
        friend auto operator<=>(const TextPlace &, const TextPlace &) = default;
    };
    struct Table {
        SpaceId space = 0;
        StoredTable stored;
    };
    struct State {
        std::map<DeviceId, StoredDevice> devices;
        std::map<SiteId, StoredSite> sites;
        std::map<std::pair<SiteId, SpaceId>, quint64> pushNumbers;
        std::map<std::pair<SpaceId, SiteId>, StoredPlace> places;
        std::map<SpaceId, StoredSpace> spaces;
        std::map<TableId, Table> tables;
        std::map<std::pair<SpaceId, Sequence>, Row> rows;
        std::map<std::pair<TableId, QByteArray>, Sequence> keys;
        std::map<TextPlace, Text> texts;
        qint64 lastText = 0;
    };

    Epoch m_epoch;
    State m_state;
    bool m_inTransaction = false;
    Failure m_failure = Failure::None;
    int m_commits = 0;
};

} // namespace Sheaf::Server
