// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include "protocol/limits.h"

#include <cstdio>

namespace Sheaf::Test {

namespace {

quint64 seedOf(const Plan &plan, SeededRandom::Purpose purpose)
{
    return SeededRandom::branch(plan.seed, purpose).next();
}

} // namespace

World::World(CrashVfs &vfs, const NewFile &newFile, const QString &folder, const Plan &plan, const Mutant *mutant, bool trace)
    : m_vfs(vfs), m_plan(plan), m_features(drawFeatures(plan.seed) & ~plan.without),
      m_queue(seedOf(plan, SeededRandom::Purpose::World)),
      m_network(m_queue, seedOf(plan, SeededRandom::Purpose::Network)), m_parts{m_queue, m_network, vfs.disk(), folder,
                                                                                newFile, m_oracle,  trace},
      m_tap(m_oracle), m_access(m_oracle), m_mutant(mutant)
{
    m_parts.features = m_features;
    m_parts.isCoded = has(Feature::Filters) && SeededRandom::branch(plan.seed, SeededRandom::Purpose::Features, 1).oneIn(2);
    m_vfs.disk().reset();
    m_tap.setTrace(trace);
    if (mutant && mutant->wire)
        m_tap.setMutate(mutant->wire);
    m_network.setFreeAt([this](int client, Direction towards) {
        if (towards == Direction::ToServer)
            return m_server ? m_server->freeAtUs() : 0;
        const auto node = m_clients.find(client);
        return node == m_clients.end() ? 0 : node->second->freeAtUs();
    });
    m_tap.setWatch([this](const WireEvent &event, const Message &message) { return watch(event, message); });
    m_network.setTap([this](int client, quint64 connection, Direction direction, const QByteArray &frame) {
        return m_tap.deliver(client, connection, direction, frame);
    });
}

World::~World()
{
    m_network.setFreeAt({});
    m_clients.clear();
    m_server.reset();
}

Verified World::setUp()
{
    SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Server);
    m_server = std::make_unique<SimServer>(m_parts, random.next(), m_mutant, has(Feature::ServerRestore));
    const qint64 skewMs = random.between(-yearMs, yearMs);
    const Server::Retention retention{.silenceMs = random.between(5'000, 60'000), .delayMs = random.between(0, 5'000)};
    const quint64 size = random.below(20); // most worlds are small, so that there are many
    m_devices = static_cast<int>(size < 17 ? 3 : size == 17 ? 4 : size == 18 ? random.between(5, 7) : random.between(8, 12));
    m_parts.copies = has(Feature::Clones) || has(Feature::ClientRestore);
    const qint64 syncUsMax = random.between(1'000, 500'000);
    if (has(Feature::SlowDisks))
        m_server->syncUsMax = syncUsMax;
    if (has(Feature::Skew))
        m_server->skewMs = skewMs;
    if (has(Feature::Forgetting))
        m_server->retention = retention;
    if (m_mutant && m_mutant->serverDiskLies)
        m_vfs.disk().lieAboutSync(m_server->path());
    if (auto found = m_server->start())
        return found;
    for (int i = 0; i < m_devices; ++i) {
        if (m_plan.withoutDevices.contains(i))
            continue;
        if (auto found = addDevice(i))
            return found;
    }
    return {};
}

Verified World::addDevice(int number, SimClient *original)
{
    SeededRandom random = SeededRandom::branch(m_plan.seed, SeededRandom::Purpose::Device, number);
    auto client = std::make_unique<SimClient>(m_parts, number, random.next());
    const qint64 skewMs = random.between(-yearMs, yearMs);
    const auto policy = static_cast<ConflictPolicy>(random.below(4));
    const qint64 delayUsMax = random.between(1'000, 800'000);
    const auto cutOneIn = static_cast<quint64>(random.between(1, 4));
    const bool isUpToDate = random.oneIn(2);
    const qint64 syncUsMax = random.oneIn(2) ? random.between(10'000, 2'000'000) : 0;
    if (has(Feature::SlowDisks))
        client->syncUsMax = syncUsMax;
    if (has(Feature::Skew))
        client->skewMs = skewMs;
    client->othersHavePolicies = has(Feature::Policies) || has(Feature::Undo);
    client->undoes = has(Feature::Undo);
    if (has(Feature::Policies))
        client->policy = policy;
    if (has(Feature::SchemaMix) && isUpToDate)
        client->schema = simSchemas;
    if (m_mutant && m_mutant->clientDiskLies)
        m_vfs.disk().lieAboutSync(client->path());
    if (m_mutant) {
        client->beforeUndo = m_mutant->beforeUndo;
        client->afterUndo = m_mutant->afterUndo;
        client->spoilFilters = m_mutant->filters;
    }
    if (m_mutant && m_mutant->beforeClientOpens)
        client->beforeOpen = [this](SimClient &opening) { m_mutant->beforeClientOpens(opening, m_vfs.disk()); };
    LinkFaults &faults = m_network.faults(number);
    faults.delayUsMax = has(Feature::Delays) ? delayUsMax : 2'000;
    faults.cutOneIn = has(Feature::Cuts) ? cutOneIn : 0;
    faults.halfOpenOneIn = has(Feature::HalfOpen) ? 3 : 0;
    if (original)
        client->copyFrom(*original);
    else
        client->connect(m_server->addDevice(number));
    if (auto found = client->start())
        return found;
    m_clients[number] = std::move(client);
    return {};
}

Verified World::checkAll(bool deep)
{
    if (m_tap.violation())
        return m_tap.violation();
    for (const auto &[number, client] : m_clients) {
        if (auto found = client->check(deep))
            return found;
        m_queue.note(QByteArray::fromStdString(client->state()));
    }
    return {};
}

Verified World::checkStamps(const QList<Change> &changes) const
{
    const qint64 latest = m_server->wallMs() + Limits::stampAheadMsMax;
    for (const Change &change : changes) {
        RowRecord record;
        if (!decodeRecord(change.record, record))
            continue;
        qint64 stampMs = hlcMs(record.life.hlc);
        for (const Sheaf::Cell &cell : record.cells)
            stampMs = std::max(stampMs, hlcMs(cell.stamp.hlc));
        if (stampMs > latest)
            return Violation{"I1 no stored stamp is ahead", std::to_string(stampMs - latest) + " ms beyond the limit"};
    }
    return {};
}

Verified World::watch(const WireEvent &event, const Message &message)
{
    const auto client = m_clients.find(event.client);
    if ((has(Feature::Grants) || has(Feature::Roles)) && client != m_clients.end()) {
        if (auto found = m_access.watch(event, client->second->device(), message))
            return found;
    }
    if (auto found = has(Feature::Filters) && !m_parts.copied ? watchFilters(event, message) : Verified())
        return found;
    if (std::holds_alternative<Hello>(message)) {
        m_headsAtHello[event.connection] = m_promisedHeads;
        return {};
    }
    if (const auto *changes = std::get_if<Changes>(&message)) {
        if (changes->sequence < changes->previous || changes->head < changes->sequence)
            return Violation{"I5 order of sequences", describe(message)};
        return checkStamps(changes->changes);
    }
    if (const auto *ack = std::get_if<Ack>(&message)) {
        if (!m_headsAtHello.contains(event.connection)) // of a server that has been put back since
            return {};
        Sequence &promised = m_promisedHeads[ack->space];
        promised = std::max(promised, ack->sequence);
    } else if (const auto *welcome = std::get_if<Welcome>(&message)) {
        for (const Welcome::Space &space : welcome->spaces) {
            if (space.role != Role::None && space.head < m_headsAtHello[event.connection][space.name])
                return Violation{"P1 acknowledged is durable", "head " + std::to_string(space.head)};
        }
    }
    return {};
}

bool World::allProven() const
{
    return std::all_of(m_clients.begin(), m_clients.end(), [](const auto &entry) { return entry.second->isProven(); });
}

std::string World::states() const
{
    std::string text;
    for (const auto &[number, client] : m_clients)
        text += " [" + client->state() + "]";
    return text;
}

Outcome World::run()
{
    Verified violation = setUp();
    if (!violation)
        violation = steps();
    if (m_parts.trace && !violation)
        std::printf("  quiet from here on, at %lld ms\n", m_queue.nowUs() / 1000);
    if (!violation)
        violation = settle();
    if (!violation)
        violation = judge();
    if (!violation)
        violation = judgeQuiet();
    if (violation && m_parts.trace && m_server->isRunning())
        dump();
    Outcome outcome{std::move(violation), m_step, m_queue.trace(), m_oracle.acknowledgedChanges(), {}, m_features};
    for (const auto &[number, client] : m_clients)
        outcome.devices.insert(number);
    return outcome;
}

} // namespace Sheaf::Test
