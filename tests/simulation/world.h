// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/access.h"
#include "simulation/plan.h"
#include "simulation/simserver.h"
#include "support/crashvfs.h"

namespace Sheaf::Test {

/// What came of one schedule.
struct Outcome {
    Verified violation;
    int step = 0;
    quint64 trace = 0;       ///< equal for equal plans
    size_t acknowledged = 0; ///< changes
    std::set<int> devices;   ///< that took part
    Features features;       ///< that it had
};

/// One plan: a server, some devices, a random schedule of edits and faults, then quiet, and the
/// judgement of FAULTS section 4.
class World
{
public:
    World(CrashVfs &vfs, const NewFile &newFile, const QString &folder, const Plan &plan, const Mutant *mutant, bool trace);
    ~World();

    Outcome run();

private:
    static constexpr qint64 yearMs = 365LL * 24 * 3600 * 1000;

    Verified setUp();
    /// `original`: whose files it begins with.
    Verified addDevice(int number, SimClient *original = nullptr);
    Verified steps();
    Verified step(SeededRandom &random);
    Verified act(SeededRandom &random, int number);
    Verified disturb(SeededRandom &random, int number);
    Verified disturbClient(SeededRandom &random, SimClient &client);
    Verified crashClient(SeededRandom &random, SimClient &client);
    Verified crashServer(SeededRandom &random);
    Verified disturbServer(SeededRandom &random, int number);
    Verified copyClient(SeededRandom &random, int number);
    void restoreServer(SeededRandom &random);
    void disturbNetwork(SeededRandom &random, int number);
    Verified startServerInTime();
    Verified settle();
    Verified settleNodes();
    /// Ends what people and operators want otherwise than all at once; in half of the worlds only when all is equal so.
    Verified settleWishes();
    Verified settleDisputes();
    Verified judgeFilters();
    Verified judgeGrants();
    Verified grantAll();
    /// An order of the operator.
    bool order(int device, const QByteArray &space, Role role);
    void forgetSome(SeededRandom &random);
    Role drawRole(SeededRandom &random) const;
    void orderSome(SeededRandom &random, int number);
    Verified wishes();
    Verified fulfil(Feature feature, SeededRandom &random, int number);
    Verified fulfil(Feature feature, SeededRandom &random, SimClient &client);
    Verified becomeProven();
    Verified judge();
    Verified judgeQuiet();
    Verified checkAll(bool deep);
    Verified watch(const WireEvent &event, const Message &message);
    Verified watchFilters(const WireEvent &event, const Message &message) const;
    Verified checkStamps(const QList<Change> &changes) const;
    [[nodiscard]] bool has(Feature feature) const { return m_features[static_cast<size_t>(feature)]; }
    /// A device, which may have been taken away.
    [[nodiscard]] int anyDevice(SeededRandom &random) const;
    [[nodiscard]] bool allProven() const;
    void passTime(qint64 ms) { m_queue.runUntil(m_queue.nowUs() + ms * 1000); }
    [[nodiscard]] std::string states() const;
    void dump();

    CrashVfs &m_vfs;
    Plan m_plan;
    Features m_features;
    EventQueue m_queue;
    FaultyNetwork m_network;
    WorldParts m_parts;
    Oracle m_oracle;
    WireTap m_tap;
    AccessJudge m_access;
    const Mutant *m_mutant;
    std::unique_ptr<SimServer> m_server;
    int m_devices = 0; ///< those of the first day, with those that were taken away
    std::map<int, std::unique_ptr<SimClient>> m_clients;
    std::map<QByteArray, Sequence> m_promisedHeads;                   ///< by space: acknowledged, so never less again
    std::map<quint64, std::map<QByteArray, Sequence>> m_headsAtHello; ///< a welcome may be late, but not later than its hello
    int m_step = 0;
    int m_serverUpStep = 0; ///< when a server that is down comes back
};

} // namespace Sheaf::Test
