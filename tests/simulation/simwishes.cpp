// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simclient.h"

#include <algorithm>

using namespace Qt::StringLiterals;

/// What the user of a device wants synced, and when.
namespace Sheaf::Test {

namespace {

QByteArray drawSpace(SeededRandom &random)
{
    return simSpaces().at(static_cast<qsizetype>(random.below(2)));
}

} // namespace

Verified SimClient::ordered(const Result<void> &done, const char *what)
{
    if (!done && m_struck)
        bury();
    else if (!done)
        return Violation{"I8 local writes succeed", std::string(what) + ": " + done.error().message.toStdString()};
    return {};
}

void SimClient::pauseSome(SeededRandom &random)
{
    const QByteArray space = drawSpace(random);
    switch (random.below(7)) {
    case 0:
        return m_reconnector->pause();
    case 1:
        return m_reconnector->resume();
    case 2:
        return m_reconnector->syncOnce();
    default:
        m_reconnector->setSpacePaused(space, !m_reconnector->pausedSpaces().contains(space));
    }
}

Verified SimClient::leaveOrJoin(SeededRandom &random)
{
    const QByteArray space = drawSpace(random);
    const SpaceState state = m_replica->space(space);
    if (state.isDeparted) {
        m_joined.insert(space);
        return ordered(m_reconnector->joinSpace(space), "join");
    }
    m_seen.clear(); // what was seen there is forgotten
    return state.role == Role::None ? Verified() : ordered(m_reconnector->leaveSpace(space), "leave");
}

Verified SimClient::chooseTables(SeededRandom &random)
{
    const QByteArray space = drawSpace(random);
    QList<QByteArray> tables;
    const bool isAll = random.oneIn(3);
    for (const SimTable &table : simTables()) {
        if (random.oneIn(2) && !isAll)
            tables.append(table.name.toUtf8());
    }
    return follow(space, tables);
}

/// Rows of tables that were not wanted may have been missed: what it has reached counts anew.
Verified SimClient::follow(const QByteArray &space, const QList<QByteArray> &tables)
{
    m_cursors.erase(space);
    return ordered(m_reconnector->setTables(space, tables), "tables");
}

Verified SimClient::selectSome(SeededRandom &random)
{
    const QString id = u"n"_s + QString::number(random.below(4));
    const bool selects = !std::exchange(m_selects, !m_selects);
    const SyncSelection selection{.table = "notes", .where = u"id = ?"_s, .params = {id}};
    auto found = ordered(selects ? m_replica->holdAllBut(selection) : m_replica->releaseSelection(), "select");
    if (m_reconnector)
        m_reconnector->localChangesCommitted();
    return found;
}

/// Counts everything anew, and looks for what nobody knows.
Verified SimClient::lookAtRows()
{
    const QList<QByteArray> before = visible();
    const qint64 waiting = m_replica->pendingCount();
    if (!m_replica->beginRecount())
        return {}; // its disk fails
    Result<bool> isDone = false;
    while (isDone && !*isDone)
        isDone = m_replica->recountSome();
    for (isDone = isDone ? Result<bool>(false) : isDone; isDone && !*isDone;)
        isDone = m_replica->adoptSome();
    const QList<RecountedSpace> counted = m_replica->recounted();
    m_replica->endRecount();
    if (!isDone || m_struck)
        return {};
    for (const RecountedSpace &space : counted) {
        if (space.rowsLost != 0 || space.rowsAdopted != 0 || space.miscounted.any())
            return Violation{"R1 a repair finds nothing to mend",
                             "c" + std::to_string(m_number) + " " + space.name.toStdString()};
    }
    if (visible() != before || m_replica->pendingCount() != waiting)
        return Violation{"R1 a repair finds nothing to mend", "c" + std::to_string(m_number) + " has changed"};
    return {};
}

Verified SimClient::repair(SeededRandom &random)
{
    if (m_repairs)
        return endRepair();
    const bool isDeep = random.oneIn(2);
    if (auto found = lookAtRows())
        return found;
    if (m_struck) {
        bury();
        return {};
    }
    m_repairs = true;
    m_reconnector->beginRepair(isDeep);
    return {};
}

/// A copy that cannot know that it is one may have other values under the same stamps.
Verified SimClient::endRepair()
{
    if (!std::exchange(m_repairs, false))
        return {};
    const RepairOrder order = m_reconnector->endRepair();
    for (auto space = order.spaces.cbegin(); space != order.spaces.cend(); ++space) {
        if (space->rowsMended != 0 && !m_parts.cloned)
            return Violation{"R1 a repair finds nothing to mend",
                             "c" + std::to_string(m_number) + " " + space.key().toStdString()};
    }
    return {};
}

Verified SimClient::goOn()
{
    m_reconnector->resume();
    for (const QByteArray &space : simSpaces())
        m_reconnector->setSpacePaused(space, false);
    if (std::exchange(m_selects, false)) {
        if (auto found = ordered(m_replica->releaseSelection(), "select"))
            return found;
        m_reconnector->localChangesCommitted();
    }
    return endRepair();
}

Verified SimClient::followAll()
{
    for (const QByteArray &space : simSpaces()) {
        if (m_replica->space(space).isDeparted) {
            m_joined.insert(space);
            if (auto found = ordered(m_reconnector->joinSpace(space), "join"))
                return found;
        }
        if (auto found = follow(space, {}))
            return found;
    }
    return {};
}

} // namespace Sheaf::Test
