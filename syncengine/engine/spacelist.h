// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QAbstractListModel>
#include <QPointer>

namespace Sheaf {

/// The spaces of a replica and how they stand. Roles: `name`, `role` ("owner", …), `state` ("synced", "closed", …), `code` and
/// `reason` of the closing, `cursor`, `head`, `epoch`, `pending`, `held`, `quarantined`.
class SpaceList : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    explicit SpaceList(QObject *parent = nullptr) : QAbstractListModel(parent) {}

    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);
    [[nodiscard]] int count() const { return static_cast<int>(m_spaces.size()); }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void engineChanged();
    void countChanged();

private:
    void reload();

    QPointer<SyncEngine> m_engine;
    QList<SpaceStatus> m_spaces;
};

} // namespace Sheaf
