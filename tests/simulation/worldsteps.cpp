// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <array>
#include <cstdio>

/// What people, machines and networks do.
namespace Sheaf::Test {

namespace {

constexpr quint64 copiesMax = 2; ///< of devices
constexpr qint64 driftMs = 900;  ///< below what a handshake corrects

/// Somebody sets the clock wrong, or right; or the time service does, by what nobody notices.
qint64 drawClockStep(SeededRandom &random, qint64 yearMs)
{
    const std::array steps{yearMs, 200'000LL, driftMs};
    const qint64 step = steps[random.below(steps.size())];
    return random.between(-step, step);
}

} // namespace

int World::anyDevice(SeededRandom &random) const
{
    const int original = static_cast<int>(random.below(static_cast<quint64>(m_devices)));
    const int copy = m_devices + static_cast<int>(random.below(copiesMax * 3));
    return m_clients.contains(copy) ? copy : original;
}

Verified World::steps()
{
    SeededRandom length = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Step);
    const int count = static_cast<int>(length.between(20, 120));
    for (m_step = 1; m_step <= count; ++m_step) {
        if (!m_plan.hasStep(m_step))
            continue;
        if (m_parts.trace)
            std::printf("  step %d at %lld ms:%s\n", m_step, m_queue.nowUs() / 1000, states().c_str());
        m_parts.step = m_step;
        SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Step, m_step);
        if (auto found = step(random))
            return found;
        if (auto found = checkAll(m_step % 10 == 0))
            return found;
    }
    m_step = count;
    return {};
}

Verified World::step(SeededRandom &random)
{
    if (auto found = act(random, anyDevice(random)))
        return found;
    if (auto found = wishes())
        return found;
    if (random.oneIn(6))
        m_server->mendDisk();
    if (auto found = startServerInTime())
        return found;
    passTime(random.between(0, 40));
    return {};
}

Verified World::startServerInTime()
{
    if (m_server->isRunning() || m_step < m_serverUpStep)
        return {};
    m_server->mendDisk();
    return m_server->start();
}

Verified World::act(SeededRandom &random, int number)
{
    const quint64 kind = random.below(20);
    if (kind < 11) {
        const auto client = m_clients.find(number);
        // Whoever waits for a slow disk writes nothing more.
        if (client == m_clients.end() || !client->second->isRunning() || client->second->freeAtUs() > m_queue.nowUs())
            return {};
        return has(Feature::Undo) && random.oneIn(4) ? client->second->stepBack(random) : client->second->edit(random);
    }
    if (kind >= 15)
        return disturb(random, number);
    passTime(random.oneIn(4) ? random.between(0, 60'000) : random.between(0, 1'500));
    return {};
}

Verified World::disturb(SeededRandom &random, int number)
{
    switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        if (const auto client = m_clients.find(number); client != m_clients.end())
            return disturbClient(random, *client->second);
        return {};
    case 4:
    case 5:
    case 6:
        return disturbServer(random, number);
    case 7:
    case 8:
    case 9:
        return copyClient(random, number);
    default:
        disturbNetwork(random, number);
        return {};
    }
}

Verified World::disturbServer(SeededRandom &random, int number)
{
    switch (random.below(7)) {
    case 0:
        return crashServer(random);
    case 1:
        if (has(Feature::ServerDisk) && m_server->isRunning())
            m_server->breakDisk(random);
        break;
    case 2:
        if (has(Feature::Grants))
            orderSome(random, number);
        break;
    case 3:
        if (has(Feature::Forgetting))
            m_server->collect();
        break;
    case 4:
        if (has(Feature::AnyWrite) && m_server->isRunning())
            m_server->doom(random, has(Feature::PowerCut));
        break;
    default:
        if (has(Feature::ServerRestore))
            restoreServer(random);
    }
    return {};
}

/// The first time a backup is made, then one of the two.
void World::restoreServer(SeededRandom &random)
{
    if (random.oneIn(3) || !m_server->restoreBackup()) {
        m_server->backUp();
        return;
    }
    m_serverUpStep = m_step + static_cast<int>(random.between(0, 3));
    // Whoever was told that something is there will bring it again.
    m_promisedHeads.clear();
    m_headsAtHello.clear();
}

/// A device's files are copied: to another device, or to be put back later.
Verified World::copyClient(SeededRandom &random, int number)
{
    const bool isClone = random.oneIn(2);
    const int copy = m_devices + static_cast<int>(random.below(copiesMax));
    const auto client = m_clients.find(number);
    if (client == m_clients.end())
        return {};
    if (isClone) {
        if (!has(Feature::Clones) || m_clients.contains(copy) || m_plan.withoutDevices.contains(copy))
            return {};
        return addDevice(copy, client->second.get());
    }
    if (!has(Feature::ClientRestore))
        return {};
    if (random.oneIn(3) || !client->second->restoreBackup()) {
        client->second->backUp();
        return {};
    }
    return random.oneIn(2) ? client->second->start() : Verified();
}

void World::disturbNetwork(SeededRandom &random, int number)
{
    if (random.oneIn(2)) {
        if (has(Feature::Cuts))
            m_network.cutAll(number, has(Feature::HalfOpen) && random.oneIn(2));
    } else if (has(Feature::Partitions)) {
        if (m_network.faults(number).partitioned)
            m_network.heal(number);
        else
            m_network.faults(number).partitioned = true;
    }
}

Verified World::disturbClient(SeededRandom &random, SimClient &client)
{
    switch (random.below(6)) {
    case 0:
        return crashClient(random, client);
    case 1:
        if (has(Feature::ClockSteps))
            client.skewMs += drawClockStep(random, yearMs);
        break;
    case 2:
        if (!has(Feature::Offline))
            break;
        if (client.wantsOnline())
            client.disconnect();
        else
            client.connect(client.token());
        break;
    case 3:
        if (has(Feature::SchemaMix) && random.oneIn(2))
            return client.update();
        break;
    case 4:
        if (has(Feature::AnyWrite))
            client.doom(random, has(Feature::PowerCut));
        break;
    default:
        if (has(Feature::DiskFaults) && client.isRunning())
            return client.dieInsideEdit(random);
    }
    return {};
}

Verified World::crashClient(SeededRandom &random, SimClient &client)
{
    if (!client.isRunning())
        return client.start();
    if (!has(Feature::ClientCrash))
        return {};
    // In the middle of somebody's work, who goes on where it stopped.
    if (auto found = client.edit(random))
        return found;
    passTime(random.between(0, 300));
    if (auto found = client.die(has(Feature::PowerCut), random.next()))
        return found;
    if (has(Feature::ClockSteps)) // the hardware clock that it starts with is a little off
        client.skewMs += random.between(-driftMs, driftMs);
    if (random.oneIn(2))
        return {};
    if (has(Feature::AnyWrite) && random.oneIn(4)) // also while it opens its file
        client.doom(random, has(Feature::PowerCut));
    if (auto found = client.start())
        return found;
    return client.edit(random);
}

Verified World::crashServer(SeededRandom &random)
{
    if (!has(Feature::ServerCrash) || !m_server->isRunning())
        return {};
    m_server->die(has(Feature::PowerCut), random.next());
    m_serverUpStep = m_step + static_cast<int>(random.between(0, 6));
    return {};
}

} // namespace Sheaf::Test
