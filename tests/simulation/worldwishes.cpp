// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <array>

/// What people and operators want besides: rare in a world, and in few worlds.
namespace Sheaf::Test {

namespace {

struct Wish {
    Feature feature;
    quint64 oneIn; ///< steps
};

constexpr std::array wishTable{Wish{Feature::Roles, 5},      Wish{Feature::Pauses, 6},    Wish{Feature::Leaving, 15},
                               Wish{Feature::Tables, 12},    Wish{Feature::SyncWhere, 8}, Wish{Feature::Repairs, 12},
                               Wish{Feature::SchemaMin, 20}, Wish{Feature::Filters, 6},   Wish{Feature::Forgetting, 3}};

/// The number of a wish's generator in a step: those of the others stay when one is added.
int generatorOf(int step, size_t wish)
{
    constexpr int together = 7;
    constexpr int stepsMax = 1000;
    const int number = static_cast<int>(wish);
    return (step + number / together * stepsMax) * together + number % together;
}

} // namespace

/// Each draws from a generator of its own: without one the others do the same.
Verified World::wishes()
{
    for (size_t i = 0; i < wishTable.size(); ++i) {
        const Wish &wish = wishTable[i];
        SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Wish, generatorOf(m_step, i));
        if (!has(wish.feature) || !random.oneIn(wish.oneIn))
            continue;
        if (auto found = fulfil(wish.feature, random, anyDevice(random)))
            return found;
    }
    return {};
}

Verified World::fulfil(Feature feature, SeededRandom &random, int number)
{
    if (feature == Feature::SchemaMin) {
        if (has(Feature::SchemaMix) && m_server->isRunning())
            m_server->requireSchema(simSpaces().at(static_cast<qsizetype>(random.below(2))), simSchemas);
        return {};
    }
    if (feature == Feature::Forgetting) {
        forgetSome(random);
        return {};
    }
    if (feature == Feature::Roles && random.oneIn(3)) {
        orderSome(random, number);
        return {};
    }
    const auto client = m_clients.find(number);
    if (client == m_clients.end() || !client->second->isRunning() || client->second->freeAtUs() > m_queue.nowUs())
        return {};
    return fulfil(feature, random, *client->second);
}

Verified World::fulfil(Feature feature, SeededRandom &random, SimClient &client)
{
    switch (feature) {
    case Feature::Roles:
        return client.decide(random, false);
    case Feature::Pauses:
        client.pauseSome(random);
        return {};
    case Feature::Leaving:
        return client.leaveOrJoin(random);
    case Feature::Tables:
        return client.chooseTables(random);
    case Feature::SyncWhere:
        return client.selectSome(random);
    case Feature::Filters:
        return client.filterSome(random);
    default:
        return client.repair(random);
    }
}

/// What a device wrote since it has its filter, and the filter says no to, goes nowhere. A rule by value looks at what its own
/// device sends: elsewhere the values of several are together.
Verified World::watchFilters(const WireEvent &event, const Message &message) const
{
    return judgeHeld(message, m_parts.isCoded, [&](int device, int step, const FilteredRow &row) {
        const auto client = m_clients.find(device);
        if (client == m_clients.end() || step <= client->second->filter().since)
            return false;
        const SimFilter &filter = client->second->filter();
        const bool isOwn = event.client == device && event.direction == Direction::ToServer;
        return (filter.send == SimFilter::Rule::ByKey || isOwn) && filter.denies(filter.send, row);
    });
}

/// It takes two looks of the server: one sets a floor, the next finds that everybody has passed it who was heard of lately. In
/// between there must be time enough to be silent for too long.
void World::forgetSome(SeededRandom &random)
{
    if (m_server->isRunning())
        m_server->collect();
    if (random.oneIn(4))
        passTime(random.between(0, 40'000));
}

/// One in two can write, as a space is for.
Role World::drawRole(SeededRandom &random) const
{
    if (random.oneIn(2))
        return has(Feature::Roles) && random.oneIn(3) ? Role::Owner : Role::Editor;
    if (!has(Feature::Roles))
        return Role::None;
    return has(Feature::Grants) && random.oneIn(2) ? Role::None : Role::Viewer;
}

void World::orderSome(SeededRandom &random, int number)
{
    const auto client = m_clients.find(number);
    if (!m_server->isRunning() || client == m_clients.end())
        return;
    const QByteArray space = simSpaces().at(static_cast<qsizetype>(random.below(2)));
    order(client->second->device(), space, drawRole(random));
}

bool World::order(int device, const QByteArray &space, Role role)
{
    m_access.ordering(device, space);
    if (!m_server->grant(device, space, role))
        return false;
    m_access.ordered(device, space, role);
    return true;
}

} // namespace Sheaf::Test
