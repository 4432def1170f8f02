// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/storageproxy.h"

#include <algorithm>

namespace Sheaf::Test {

using namespace Server;

class StorageProxy::Transaction final : public StorageTransaction
{
public:
    Transaction(StorageProxy &proxy, std::unique_ptr<StorageTransaction> inner) : m_proxy(proxy), m_inner(std::move(inner)) {}

    Result<QList<StoredDevice>> devices(const QByteArray &tokenHash) override
    {
        auto found = m_inner->devices(tokenHash);
        if (found && bugs().device)
            std::for_each(found->begin(), found->end(), bugs().device);
        return found;
    }
    Result<DeviceId> putDevice(const StoredDevice &device) override { return m_inner->putDevice(device); }
    Result<std::optional<StoredSite>> site(SiteId site) override { return m_inner->site(site); }
    Result<void> putSite(const StoredSite &site) override { return m_inner->putSite(site); }
    Result<quint64> pushNumber(SiteId site, SpaceId space) override { return m_inner->pushNumber(site, space); }
    Result<void> putPushNumber(SiteId site, SpaceId space, quint64 number) override
    {
        if (bugs().putPushNumber && !bugs().putPushNumber(number))
            return {};
        return m_inner->putPushNumber(site, space, number);
    }
    Result<std::optional<StoredSpace>> space(const QByteArray &name) override { return m_inner->space(name); }
    Result<SpaceId> putSpace(const StoredSpace &space) override
    {
        StoredSpace stored = space;
        if (bugs().putSpace && space.id != 0)
            bugs().putSpace(stored);
        return m_inner->putSpace(stored);
    }
    Result<void> putSchemaMin(SpaceId space, quint32 version) override { return m_inner->putSchemaMin(space, version); }
    Result<QList<StoredSpace>> spaces() override { return m_inner->spaces(); }
    Result<void> removeRecord(SpaceId space, Sequence sequence) override { return m_inner->removeRecord(space, sequence); }
    Result<void> putPlace(SpaceId space, const StoredPlace &place) override { return m_inner->putPlace(space, place); }
    Result<QList<StoredPlace>> places(SpaceId space) override { return m_inner->places(space); }
    Result<QList<StoredTable>> tables(SpaceId space) override { return m_inner->tables(space); }
    Result<TableId> addTable(SpaceId space, const QByteArray &name) override { return m_inner->addTable(space, name); }
    Result<void> addColumn(TableId table, const TableNames::Column &column) override { return m_inner->addColumn(table, column); }
    Result<bool> record(TableId table, QByteArrayView key, StoredRecord &found) override
    {
        auto there = m_inner->record(table, key, found);
        if (there && *there && bugs().record) {
            const Sequence sequence = found.sequence;
            if (!bugs().record(found)) {
                m_hidden = sequence;
                return false;
            }
        }
        return there;
    }
    Result<void> putRecord(SpaceId space, const RecordView &row, Sequence replaced) override
    {
        RecordView stored = row;
        if (bugs().putRecord && !bugs().putRecord(stored))
            return {};
        // The row that was hidden is replaced all the same, or the table would refuse the new one.
        const Sequence old = replaced == 0 ? std::exchange(m_hidden, 0) : replaced;
        return m_inner->putRecord(space, stored, old);
    }
    Result<std::vector<TextBlock>> textBlocks(TableId table, QByteArrayView key, ColumnId column) override
    {
        return m_inner->textBlocks(table, key, column);
    }
    Result<void> texts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range,
                       const std::function<void(const TextView &)> &visit) override
    {
        return m_inner->texts(table, key, column, range, visit);
    }
    Result<void> addText(SpaceId space, const TextView &text) override { return m_inner->addText(space, text); }
    Result<void> removeTexts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range) override
    {
        return m_inner->removeTexts(table, key, column, range);
    }
    Result<void> removeTexts(TableId table, QByteArrayView key) override { return m_inner->removeTexts(table, key); }
    Result<void> commit() override { return bugs().commit ? bugs().commit(m_inner, m_proxy.m_late) : m_inner->commit(); }

private:
    [[nodiscard]] const StorageBugs &bugs() const { return m_proxy.m_bugs; }

    StorageProxy &m_proxy;
    std::unique_ptr<StorageTransaction> m_inner;
    Sequence m_hidden = 0;
};

void StorageProxy::settle()
{
    if (!m_late)
        return;
    (void)m_late->commit();
    m_late.reset();
}

Result<std::unique_ptr<StorageTransaction>> StorageProxy::begin()
{
    settle();
    auto begun = m_inner.begin();
    if (!begun)
        return begun;
    return std::unique_ptr<StorageTransaction>(std::make_unique<Transaction>(*this, std::move(begun).value()));
}

Result<void> StorageProxy::scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit)
{
    settle();
    bool first = true;
    return m_inner.scan(space, after, [&](const RecordView &row) {
        const bool isFirst = std::exchange(first, false);
        return m_bugs.scanned && !m_bugs.scanned(row, isFirst) ? true : visit(row);
    });
}

Result<void> StorageProxy::scanTexts(SpaceId space, Sequence after, qint64 number,
                                     const std::function<bool(const TextView &)> &visit)
{
    settle();
    return m_inner.scanTexts(space, after, number, visit);
}

} // namespace Sheaf::Test
