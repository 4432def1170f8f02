// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/spacelist.h"

#include <array>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

struct SpaceRole {
    const char *name;
    QVariant (*of)(const SpaceStatus &);
};

const std::array roles{
    SpaceRole{"name", [](const SpaceStatus &space) { return QVariant(QString::fromUtf8(space.name)); }},
    SpaceRole{"role", [](const SpaceStatus &space) { return QVariant(nameOf(space.role)); }},
    SpaceRole{"state", [](const SpaceStatus &space) { return QVariant(nameOf(space.state)); }},
    SpaceRole{"code", [](const SpaceStatus &space) { return QVariant(space.closedCode); }},
    SpaceRole{"reason", [](const SpaceStatus &space) { return QVariant(space.closedReason); }},
    SpaceRole{"cursor", [](const SpaceStatus &space) { return QVariant(space.cursor); }},
    SpaceRole{"head", [](const SpaceStatus &space) { return QVariant(space.head); }},
    SpaceRole{"epoch", [](const SpaceStatus &space) { return QVariant(QString::number(space.epoch, 16)); }},
    SpaceRole{"pending", [](const SpaceStatus &space) { return QVariant(space.pending); }},
    SpaceRole{"held", [](const SpaceStatus &space) { return QVariant(space.held); }},
    SpaceRole{"quarantined", [](const SpaceStatus &space) { return QVariant(space.quarantined); }},
};

} // namespace

void SpaceList::setEngine(SyncEngine *engine)
{
    if (engine == m_engine)
        return;
    if (m_engine)
        m_engine->disconnect(this);
    m_engine = engine;
    if (engine != nullptr)
        connect(engine, &SyncEngine::figuresChanged, this, &SpaceList::reload);
    Q_EMIT engineChanged();
    reload();
}

/// Spaces are never forgotten: rows change, and come at the end.
void SpaceList::reload()
{
    const QList<SpaceStatus> now = m_engine ? m_engine->spaces() : QList<SpaceStatus>();
    if (now.size() < m_spaces.size()) {
        beginResetModel();
        m_spaces = now;
        endResetModel();
        Q_EMIT countChanged();
        return;
    }
    for (int i = 0; i < count(); ++i) {
        if (m_spaces[i] == now[i])
            continue;
        m_spaces[i] = now[i];
        Q_EMIT dataChanged(index(i), index(i));
    }
    if (now.size() == m_spaces.size())
        return;
    beginInsertRows({}, count(), static_cast<int>(now.size()) - 1);
    m_spaces = now;
    endInsertRows();
    Q_EMIT countChanged();
}

int SpaceList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant SpaceList::data(const QModelIndex &index, int role) const
{
    const auto at = static_cast<size_t>(role - Qt::UserRole);
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role < Qt::UserRole || at >= roles.size())
        return {};
    return roles[at].of(m_spaces[index.row()]);
}

QHash<int, QByteArray> SpaceList::roleNames() const
{
    QHash<int, QByteArray> names;
    for (size_t i = 0; i < roles.size(); ++i)
        names.insert(Qt::UserRole + static_cast<int>(i), roles[i].name);
    return names;
}

} // namespace Sheaf
