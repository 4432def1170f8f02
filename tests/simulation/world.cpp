// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include "protocol/limits.h"

#include <array>
#include <cstdio>

namespace Sheaf::Test {

namespace {
constexpr qint64 yearMs = 365LL * 24 * 3600 * 1000;
constexpr qint64 driftMs = 900;         ///< below what a handshake corrects
constexpr qint64 settleMsMax = 600'000; ///< after the faults end, everything is equal within this
constexpr qint64 quietMs = 120'000;     ///< and then no change travels
} // namespace

World::Features World::Features::draw(SeededRandom &random)
{
    const auto coin = [&random] { return random.oneIn(2); };
    return {coin(), coin(), coin(), coin(), coin(), coin(), coin(), coin(),
            coin(), coin(), coin(), coin(), coin(), coin(), coin(), coin()};
}

World::World(CrashVfs &vfs, const NewFile &newFile, const QString &folder, quint64 seed, const Mutant *mutant, bool trace)
    : m_vfs(vfs), m_random(seed), m_features(Features::draw(m_random)), m_queue(m_random.next()),
      m_network(m_queue, m_random.next()), m_parts{m_queue, m_network, vfs.disk(), folder, newFile, m_oracle, trace},
      m_tap(m_oracle), m_mutant(mutant)
{
    m_vfs.disk().reset();
    m_tap.setTrace(trace);
    if (mutant && mutant->wire)
        m_tap.setMutate(mutant->wire);
    m_tap.setWatch([this](const WireEvent &event, const Message &message) { return watch(event, message); });
    m_network.setTap([this](int client, quint64 connection, Direction direction, const QByteArray &frame) {
        return m_tap.deliver(client, connection, direction, frame);
    });
}

World::~World()
{
    m_clients.clear();
    m_server.reset();
}

Verified World::setUp()
{
    m_server = std::make_unique<SimServer>(m_parts, m_random.next(), m_mutant);
    if (m_features.skew)
        m_server->skewMs = m_random.between(-yearMs, yearMs);
    if (m_features.forgetting)
        m_server->retention = {.silenceMs = m_random.between(20'000, 300'000), .delayMs = m_random.between(0, 20'000)};
    if (m_mutant && m_mutant->serverDiskLies)
        m_vfs.disk().lieAboutSync(m_server->path());
    if (auto found = m_server->start())
        return found;
    const int count = static_cast<int>(m_random.between(2, 4));
    for (int i = 0; i < count; ++i) {
        auto client = std::make_unique<SimClient>(m_parts, i, m_random.next());
        if (m_features.skew)
            client->skewMs = m_random.between(-yearMs, yearMs);
        client->othersHavePolicies = m_features.policies || m_features.undo;
        client->undoes = m_features.undo;
        if (m_features.policies)
            client->policy = static_cast<ConflictPolicy>(m_random.below(3));
        if (m_mutant && m_mutant->clientDiskLies)
            m_vfs.disk().lieAboutSync(client->path());
        if (m_mutant && m_mutant->beforeClientOpens)
            client->beforeOpen = [this](SimClient &opening) { m_mutant->beforeClientOpens(opening, m_vfs.disk()); };
        LinkFaults &faults = m_network.faults(i);
        faults.delayUsMax = m_features.delays ? m_random.between(1'000, 800'000) : 2'000;
        faults.cutOneIn = m_features.cuts ? static_cast<quint64>(m_random.between(1, 4)) : 0;
        faults.halfOpenOneIn = m_features.halfOpen ? 3 : 0;
        client->connect(m_server->addDevice(i));
        if (auto found = client->start())
            return found;
        m_clients.push_back(std::move(client));
    }
    return {};
}

SimClient &World::anyClient()
{
    return *m_clients[m_random.below(m_clients.size())];
}

Verified World::step()
{
    SimClient &client = anyClient();
    const quint64 kind = m_random.below(20);
    if (kind < 11) {
        if (client.isRunning()) {
            if (auto found = m_features.undo && m_random.oneIn(4) ? client.stepBack(m_random) : client.edit(m_random))
                return found;
        }
    } else if (kind < 15) {
        passTime(m_random.oneIn(4) ? m_random.between(0, 60'000) : m_random.between(0, 1'500));
    } else if (auto found = disturb(client)) {
        return found;
    }
    if (m_random.oneIn(6))
        m_server->mendDisk();
    if (!m_server->isRunning() && --m_serverDownSteps <= 0) {
        m_server->mendDisk();
        if (auto found = m_server->start())
            return found;
    }
    passTime(m_random.between(0, 40));
    return {};
}

Verified World::disturb(SimClient &client)
{
    const int number = static_cast<int>(m_random.below(m_clients.size()));
    switch (m_random.below(10)) {
    case 0:
        return crashClient(client);
    case 1:
        return crashServer();
    case 2:
        if (!m_features.partitions)
            break;
        if (m_network.faults(number).partitioned)
            m_network.heal(number);
        else
            m_network.faults(number).partitioned = true;
        break;
    case 3:
        if (m_features.cuts)
            m_network.cutAll(number, m_features.halfOpen && m_random.oneIn(2));
        break;
    case 4:
        if (m_features.clockSteps)
            client.skewMs += drawClockStep();
        break;
    case 5:
        if (!m_features.offline)
            break;
        if (client.wantsOnline())
            client.disconnect();
        else
            client.connect(client.token());
        break;
    case 6:
        if (m_features.serverDisk && m_server->isRunning())
            m_server->breakDisk(m_random);
        break;
    case 7:
        if (m_features.grants && m_server->isRunning()) {
            const QByteArray space = simSpaces().at(static_cast<qsizetype>(m_random.below(2)));
            m_server->grant(number, space, m_random.oneIn(2) ? Role::None : Role::Editor);
        }
        break;
    case 8:
        if (m_features.forgetting)
            m_server->collect();
        break;
    default:
        if (m_features.diskFaults && client.isRunning())
            return client.dieInsideEdit(m_random);
    }
    return {};
}

/// Somebody sets the clock wrong, or right; or the time service does, by what nobody notices.
qint64 World::drawClockStep()
{
    constexpr std::array steps{yearMs, 200'000LL, driftMs};
    const qint64 step = steps[m_random.below(steps.size())];
    return m_random.between(-step, step);
}

Verified World::crashClient(SimClient &client)
{
    if (!client.isRunning())
        return client.start();
    if (!m_features.clientCrash)
        return {};
    // In the middle of somebody's work, who goes on where it stopped.
    if (auto found = client.edit(m_random))
        return found;
    passTime(m_random.between(0, 300));
    if (auto found = client.die(m_features.powerCut, m_random.next()))
        return found;
    if (m_features.clockSteps) // the hardware clock that it starts with is a little off
        client.skewMs += m_random.between(-driftMs, driftMs);
    if (m_random.oneIn(2))
        return {};
    if (auto found = client.start())
        return found;
    return client.edit(m_random);
}

Verified World::crashServer()
{
    if (!m_features.serverCrash || !m_server->isRunning())
        return {};
    m_server->die(m_features.powerCut, m_random.next());
    m_serverDownSteps = static_cast<int>(m_random.between(0, 6));
    return {};
}

Verified World::checkAll(bool deep)
{
    if (m_tap.violation())
        return m_tap.violation();
    for (const auto &client : m_clients) {
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
    return std::all_of(m_clients.begin(), m_clients.end(), [](const auto &client) { return client->isProven(); });
}

std::string World::states() const
{
    std::string text;
    for (const auto &client : m_clients)
        text += " [" + client->state() + "]";
    return text;
}

/// The faults end; what is down comes back.
Verified World::settle()
{
    m_server->mendDisk();
    if (!m_server->isRunning()) {
        if (auto found = m_server->start())
            return found;
    }
    for (size_t i = 0; i < m_clients.size(); ++i) {
        const int number = static_cast<int>(i);
        m_network.faults(number) = LinkFaults{};
        m_network.heal(number);
        if (!m_clients[i]->isRunning()) {
            if (auto found = m_clients[i]->start())
                return found;
        }
        if (!m_clients[i]->wantsOnline())
            m_clients[i]->connect(m_clients[i]->token());
    }
    m_server->tellGrants();
    return m_features.grants ? settleGrants() : becomeProven();
}

/// First with what was taken away: nobody holds a row of it. Then everybody has everything again, and nothing was lost.
Verified World::settleGrants()
{
    if (m_random.oneIn(2)) {
        if (auto found = becomeProven())
            return found;
        for (size_t i = 0; i < m_clients.size(); ++i) {
            for (const QByteArray &space : simSpaces()) {
                const bool isRevoked = m_server->isRevoked(static_cast<int>(i), space);
                if (isRevoked && m_clients[i]->rowsAtRest(space) != 0)
                    return Violation{"A1 what was taken away is gone", "c" + std::to_string(i) + " " + space.toStdString()};
            }
        }
    }
    for (size_t i = 0; i < m_clients.size(); ++i) {
        for (const QByteArray &space : simSpaces()) {
            // A fault of the disk may be left over: an operator would try again.
            if (!m_server->grant(static_cast<int>(i), space, Role::Editor) &&
                !m_server->grant(static_cast<int>(i), space, Role::Editor))
                return Violation{"an order of the operator fails twice", "c" + std::to_string(i) + " " + space.toStdString()};
        }
    }
    if (auto found = becomeProven())
        return found;
    for (size_t i = 0; i < m_clients.size(); ++i) {
        const auto kept = m_clients[i]->replica().quarantined();
        if (!kept || !kept->isEmpty())
            return Violation{"A2 what was kept goes on", "c" + std::to_string(i)};
    }
    return {};
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
    for (const auto &[id, row] : stored) {
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
    for (const auto &client : m_clients)
        words += client->words();
    QList<SimTally> tallies;
    for (const auto &client : m_clients)
        tallies += client->tallies();
    for (const auto &client : m_clients) {
        if (client->replica().pendingCount() != 0)
            return Violation{"Q3 outboxes are empty", states()};
        const Oracle::Rows rows = client->visibleRows();
        if (auto found = Oracle::compareValues(alive, rows))
            return found;
        if (auto found = client->checkTexts(words))
            return found;
        if (auto found = client->checkTallies(tallies))
            return found;
        for (const QByteArray &space : simSpaces()) {
            const auto mine = client->replica().digest(space);
            if (!mine || !(*mine == digests[space]))
                return Violation{"P4 equal digests", space.toStdString() + states()};
            const auto visible = client->replica().visibleDigest(space);
            const auto first = m_clients.front()->replica().visibleDigest(space);
            if (!visible || !first || *visible != *first)
                return Violation{"Q1 equal rows", space.toStdString() + states()};
        }
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
    for (const auto &client : m_clients)
        client->dump();
}

Outcome World::run()
{
    const auto outcome = [this](Verified violation) {
        if (violation && m_parts.trace && m_server->isRunning())
            dump();
        return Outcome{std::move(violation), m_step, m_queue.trace(), m_oracle.acknowledgedChanges()};
    };
    if (auto found = setUp())
        return outcome(found);
    const int steps = static_cast<int>(m_random.between(20, 120));
    for (m_step = 1; m_step <= steps; ++m_step) {
        if (m_parts.trace)
            std::printf("  step %d at %lld ms:%s\n", m_step, m_queue.nowUs() / 1000, states().c_str());
        if (auto found = step())
            return outcome(found);
        if (auto found = checkAll(m_step % 10 == 0))
            return outcome(found);
    }
    if (m_parts.trace)
        std::printf("  quiet from here on, at %lld ms\n", m_queue.nowUs() / 1000);
    if (auto found = settle())
        return outcome(found);
    if (auto found = judge())
        return outcome(found);
    return outcome(judgeQuiet());
}

} // namespace Sheaf::Test
