// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/simserver.h"
#include "support/crashvfs.h"

namespace Sheaf::Test {

/// What came of one schedule.
struct Outcome {
    Verified violation;
    int step = 0;
    quint64 trace = 0;       ///< equal for equal seeds
    size_t acknowledged = 0; ///< changes
};

/// One seed: a server, some devices, a random schedule of edits and faults, then quiet, and the
/// judgement of FAULTS section 4.
class World
{
public:
    World(CrashVfs &vfs, const NewFile &newFile, const QString &folder, quint64 seed, const Mutant *mutant, bool trace);
    ~World();

    Outcome run();

private:
    /// What this seed may do: each seed switches off a random half.
    struct Features {
        bool serverCrash, clientCrash, powerCut, cuts, halfOpen, partitions, delays, skew, clockSteps, offline, diskFaults,
            serverDisk, policies, grants, undo, forgetting;
        static Features draw(SeededRandom &random);
    };

    Verified setUp();
    Verified step();
    Verified disturb(SimClient &client);
    qint64 drawClockStep();
    Verified crashClient(SimClient &client);
    Verified crashServer();
    Verified settle();
    Verified settleGrants();
    Verified becomeProven();
    Verified judge();
    Verified judgeQuiet();
    Verified checkAll(bool deep);
    Verified watch(const WireEvent &event, const Message &message);
    Verified checkStamps(const QList<Change> &changes) const;
    [[nodiscard]] SimClient &anyClient();
    [[nodiscard]] bool allProven() const;
    void passTime(qint64 ms) { m_queue.runUntil(m_queue.nowUs() + ms * 1000); }
    [[nodiscard]] std::string states() const;
    void dump();

    CrashVfs &m_vfs;
    SeededRandom m_random;
    Features m_features;
    EventQueue m_queue;
    FaultyNetwork m_network;
    WorldParts m_parts;
    Oracle m_oracle;
    WireTap m_tap;
    const Mutant *m_mutant;
    std::unique_ptr<SimServer> m_server;
    std::vector<std::unique_ptr<SimClient>> m_clients;
    std::map<QByteArray, Sequence> m_promisedHeads;                   ///< by space: acknowledged, so never less again
    std::map<quint64, std::map<QByteArray, Sequence>> m_headsAtHello; ///< a welcome may be late, but not later than its hello
    int m_step = 0;
    int m_serverDownSteps = 0;
};

} // namespace Sheaf::Test
