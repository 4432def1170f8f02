// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <cstdio>

/// What must be when the faults are over.
namespace Sheaf::Test {

namespace {
constexpr qint64 settleMsMax = 600'000; ///< after the faults end, everything is equal within this
constexpr qint64 quietMs = 120'000;     ///< and then no change travels
} // namespace

/// The faults end; what is down comes back.
Verified World::settle()
{
    if (auto found = settleNodes())
        return found;
    if (auto found = settleWishes())
        return found;
    if (auto found = becomeProven())
        return found;
    const bool anyKept = has(Feature::Grants) || has(Feature::Roles) || has(Feature::Leaving);
    return anyKept ? settleDisputes() : Verified();
}

Verified World::settleNodes()
{
    m_server->mendDisk();
    m_vfs.disk().pardon(m_server->path());
    m_server->syncUsMax = 0;
    if (!m_server->isRunning()) {
        if (auto found = m_server->start())
            return found;
    }
    for (const auto &[number, client] : m_clients) {
        m_network.faults(number) = LinkFaults{};
        m_network.heal(number);
        client->pardon();
        client->syncUsMax = 0;
        if (!client->isRunning()) {
            if (auto found = client->start())
                return found;
        }
        if (!client->wantsOnline())
            client->connect(client->token());
        if (auto found = client->goOn())
            return found;
    }
    m_server->tellGrants();
    return {};
}

/// In the end all have the newest app, and follow and may write everything: with it they have all that was ever written.
Verified World::settleWishes()
{
    const bool any = has(Feature::SchemaMix) || has(Feature::Grants) || has(Feature::Roles) || has(Feature::Leaving) ||
                     has(Feature::Tables) || has(Feature::Filters);
    SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Settling);
    if (any && random.oneIn(2)) {
        if (auto found = becomeProven())
            return found;
        if (auto found = judgeGrants())
            return found;
        if (auto found = judgeFilters())
            return found;
    }
    if (auto found = has(Feature::Grants) || has(Feature::Roles) ? grantAll() : Verified())
        return found;
    for (const auto &[number, client] : m_clients) {
        if (auto found = has(Feature::SchemaMix) ? client->update() : Verified())
            return found;
        if (auto found = has(Feature::Leaving) || has(Feature::Tables) ? client->followAll() : Verified())
            return found;
        if (auto found = has(Feature::Filters) ? client->endFilter() : Verified())
            return found;
    }
    return {};
}

/// What everybody has is what they may have.
Verified World::judgeGrants()
{
    for (const auto &[number, client] : m_clients) {
        for (const QByteArray &space : simSpaces()) {
            const auto role = m_server->roleOf(client->device(), space);
            const SpaceState state = client->replica().space(space);
            if ((role == Role::None || state.isDeparted) && client->rowsAtRest(space) != 0)
                return Violation{"A1 what was taken away is gone", "c" + std::to_string(number) + " " + space.toStdString()};
            if (!state.isDeparted && !has(Feature::SchemaMin) && role != state.role)
                return Violation{"A3 everybody knows their role", "c" + std::to_string(number) + " " + space.toStdString()};
        }
    }
    return {};
}

Verified World::judgeFilters()
{
    for (const auto &[number, client] : m_clients) {
        if (auto found = client->checkHeld())
            return found;
    }
    return {};
}

Verified World::grantAll()
{
    for (const auto &[number, client] : m_clients) {
        for (const QByteArray &space : simSpaces()) {
            // A fault of the disk may be left over: an operator would try again.
            if (!order(client->device(), space, Role::Editor) && !order(client->device(), space, Role::Editor))
                return Violation{"an order of the operator fails twice",
                                 "c" + std::to_string(number) + " " + space.toStdString()};
        }
    }
    return {};
}

/// What was refused or kept is written again or given up; nothing else was lost.
Verified World::settleDisputes()
{
    SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Settling, 1);
    const bool mayRefuse = has(Feature::Roles) || has(Feature::Tables); // of a table that is not followed a row may be there
    for (const auto &[number, client] : m_clients) {
        if (auto found = mayRefuse ? client->decide(random, true) : Verified())
            return found;
        const auto kept = client->replica().quarantined();
        const auto refused = client->replica().rejected();
        if (!kept || !kept->isEmpty() || !refused || !refused->isEmpty())
            return Violation{"A2 what was kept goes on", "c" + std::to_string(number)};
    }
    return mayRefuse ? becomeProven() : Verified();
}

Verified World::becomeProven()
{
    // All proven at once for longer than it takes to notice a half-open link (silenceMsMax): what is
    // behind one may be news to a client that was proven equal before.
    constexpr int provenRoundsMin = 60;
    int provenRounds = 0;
    for (qint64 waited = 0; waited < settleMsMax; waited += 1000) {
        passTime(1000);
        if (auto found = checkAll(false))
            return found;
        provenRounds = allProven() ? provenRounds + 1 : 0;
        if (provenRounds == provenRoundsMin)
            return {};
    }
    return Violation{"liveness", "not proven equal in time:" + states()};
}

Verified World::judge()
{
    if (auto found = checkAll(true))
        return found;
    Oracle::Rows stored;
    std::map<QByteArray, SpaceDigest> digests;
    if (auto found = m_server->readAll(stored, digests))
        return found;
    if (auto found = m_oracle.judge(stored))
        return found;
    Oracle::Rows alive;
    for (const auto &[id, row] : m_parts.isCoded ? decoded(stored) : stored) {
        if (!isAlive(row.length))
            continue;
        alive[id] = row;
        if (std::get<1>(id) == "texts")
            alive[id].cells.erase("body");  // the register under a text shows no more
        if (std::get<1>(id) == "tallies") { // nor do the bases under parts; checkTallies() says what must be seen
            std::erase_if(alive[id].cells, [](const auto &cell) { return cell.first != "lat" && cell.first != "lon"; });
        }
    }
    QList<SimWord> words;
    for (const auto &[number, client] : m_clients)
        words += client->words();
    QList<SimTally> tallies;
    for (const auto &[number, client] : m_clients)
        tallies += client->tallies();
    SimClient &first = *m_clients.begin()->second;
    const Oracle::Rows firstRows = first.visibleRows();
    const QList<QByteArray> firstVisible = first.visible();
    for (const auto &[number, client] : m_clients) {
        if (client->replica().pendingCount() + client->replica().heldCount() != 0)
            return Violation{"Q3 outboxes are empty", states()};
        if (auto found = client->checkArrived(stored))
            return found;
        const Oracle::Rows rows = client->visibleRows();
        if (auto found = Oracle::compareValues(alive, rows))
            return Violation{found->invariant, "c" + std::to_string(number) + " " + found->detail};
        if (auto found = client->checkTexts(words))
            return found;
        if (auto found = client->checkTallies(tallies))
            return found;
        if (auto found = client->checkExtremes(tallies))
            return found;
        if (auto found = client->checkMaps(stored))
            return found;
        if (auto found = Oracle::compareValues(firstRows, rows))
            return Violation{"Q1 equal rows", "c" + std::to_string(number) + " " + found->detail};
        for (const QByteArray &space : simSpaces()) {
            const auto mine = client->replica().digest(space);
            if (!mine || !(*mine == digests[space]))
                return Violation{"P4 equal digests", space.toStdString() + states()};
        }
        if (client->visible() != firstVisible)
            return Violation{"Q1 equal rows", "c" + std::to_string(number) + states()};
    }
    return {};
}

Verified World::judgeQuiet()
{
    const size_t before = m_tap.changeMessages();
    passTime(quietMs);
    if (m_tap.changeMessages() != before)
        return Violation{"Q6 quiet when nothing happens", std::to_string(m_tap.changeMessages() - before) + " messages"};
    return checkAll(true);
}

void World::dump()
{
    Oracle::Rows rows;
    std::map<QByteArray, SpaceDigest> digests;
    m_server->readAll(rows, digests);
    for (const auto &[id, row] : rows) {
        std::printf("  server %s/%s/%s: length %u life %llu@%llu", std::get<0>(id).c_str(), std::get<1>(id).c_str(),
                    QByteArray::fromStdString(std::get<2>(id)).toHex().constData(), row.length, row.life.hlc, row.life.site);
        for (const auto &[column, cell] : row.cells)
            std::printf(" %s:%llu@%llu", column.c_str(), cell.stamp.hlc, cell.stamp.site);
        std::printf("\n");
    }
    for (const auto &[number, client] : m_clients)
        client->dump();
}

} // namespace Sheaf::Test
