// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simrun.h"

#include "simulation/simschema.h"

#include <QHashSeed>
#include <QLoggingCategory>

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

quint64 s_seed = 0;

/// A broken invariant inside the product ends the process: the seed must be known then.
void report(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    if (type == QtFatalMsg) {
        std::printf("SIM FAIL seed=0x%llx inv=CHECK %s replay: sim_sync --seed 0x%llx --trace\n", s_seed, qPrintable(text),
                    s_seed);
        std::fflush(stdout);
        std::abort();
    }
    if (qEnvironmentVariableIsSet("SIM_LOG"))
        std::fprintf(stderr, "%s\n", qPrintable(text));
}

} // namespace

SimRunner::SimRunner() : m_vfs(true)
{
    nameResources();
    QHashSeed::setDeterministicGlobalSeed();
    qInstallMessageHandler(report);
    writeSimSchema(m_folder.path());
    m_newFile.emplace(m_vfs.disk(), m_folder.path());
}

Outcome SimRunner::run(quint64 seed, const Mutant *mutant, bool trace)
{
    s_seed = seed;
    World world(m_vfs, *m_newFile, m_folder.path(), seed, mutant, trace);
    return world.run();
}

std::string failureLine(quint64 seed, const Outcome &outcome)
{
    char line[160];
    std::snprintf(line, sizeof line, "SIM FAIL seed=0x%llx step=%d inv=", seed, outcome.step);
    char replay[80];
    std::snprintf(replay, sizeof replay, " replay: sim_sync --seed 0x%llx --trace", seed);
    return line + ("\"" + outcome.violation->invariant + "\" " + outcome.violation->detail) + replay;
}

} // namespace Sheaf::Test
