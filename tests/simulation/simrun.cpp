// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simrun.h"

#include "simulation/minimiser.h"
#include "simulation/simschema.h"

#include <QHashSeed>
#include <QLoggingCategory>

#include <malloc.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

using namespace Qt::StringLiterals;

/// A static library's resources are linked only when somebody names them.
static void nameResources()
{
    Q_INIT_RESOURCE(replica);
}

namespace Sheaf::Test {

namespace {

std::string s_replay;

/// A broken invariant inside the product ends the process: the plan must be known then.
void report(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    if (type == QtFatalMsg) {
        std::printf("SIM FAIL inv=CHECK %s replay: sim_sync %s --trace\n", qPrintable(text), s_replay.c_str());
        std::fflush(stdout);
        std::abort();
    }
    if (qEnvironmentVariableIsSet("SIM_LOG"))
        std::fprintf(stderr, "%s\n", qPrintable(text));
}

/// One thread alone uses SQLite here, and nobody asks how much memory it takes. What a world gives back the next one takes
/// again: the system need not clear it each time.
bool tune()
{
    constexpr int largeBytes = 32 << 20; // the most that it takes
    mallopt(M_MMAP_THRESHOLD, largeBytes);
    mallopt(M_TRIM_THRESHOLD, largeBytes);
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return true;
}

} // namespace

SimRunner::SimRunner() : m_vfs(tune())
{
    nameResources();
    QHashSeed::setDeterministicGlobalSeed();
    qInstallMessageHandler(report);
    writeSimSchemas(m_folder.path());
    m_newFile.emplace(m_vfs.disk(), m_folder.path());
}

Outcome SimRunner::run(const Plan &plan, const Mutant *mutant, bool trace)
{
    s_replay = plan.options();
    World world(m_vfs, *m_newFile, m_folder.path(), plan, mutant, trace);
    return world.run();
}

Plan SimRunner::shorten(const Plan &plan, const Outcome &outcome, qint64 msMax, const std::function<Mutant()> &makeMutant)
{
    const auto fails = [&](const Plan &candidate) {
        const std::optional<Mutant> fresh = makeMutant ? std::optional(makeMutant()) : std::nullopt;
        const Outcome tried = run(candidate, fresh ? &*fresh : nullptr);
        return tried.violation && tried.violation->invariant == outcome.violation->invariant;
    };
    return Minimiser(fails, msMax).shorten(plan, {outcome.step, outcome.devices, outcome.features});
}

std::string failureLine(const Plan &plan, const Outcome &outcome)
{
    return "SIM FAIL step=" + std::to_string(outcome.step) + " inv=\"" + outcome.violation->invariant + "\" " +
           outcome.violation->detail + " replay: sim_sync " + plan.options() + " --trace";
}

} // namespace Sheaf::Test
