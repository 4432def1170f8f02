// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simrun.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace Sheaf::Test;

namespace {

constexpr quint64 golden = 0x9e3779b97f4a7c15ULL;

constexpr qint64 shortenMsMax = 20'000;

/// The schedule that caught the bug, as short as it gets; false when it is longer than it should be.
bool shorten(SimRunner &runner, size_t index, const Plan &plan, const Outcome &outcome)
{
    const int stepsMax = makeMutants()[index].stepsMax;
    if (stepsMax == 0)
        return true;
    const Plan shortest = runner.shorten(plan, outcome, shortenMsMax, [index] { return makeMutants()[index]; });
    const size_t steps = shortest.onlySteps ? shortest.onlySteps->size() : static_cast<size_t>(outcome.step);
    const bool isShort = steps <= static_cast<size_t>(stepsMax);
    std::printf("%s in %zu steps of %d: %s\n", isShort ? "  shown" : "  TOO LONG, shown", steps, outcome.step,
                shortest.options().c_str());
    return isShort;
}

/// Runs schedules until an invariant catches the bug; false when none does.
bool catchMutant(SimRunner &runner, size_t index, quint64 schedulesMax)
{
    for (quint64 n = 1; n <= schedulesMax; ++n) {
        const Plan plan{n * golden};
        const std::vector<Mutant> fresh = makeMutants();
        const Mutant &mutant = fresh[index];
        const Outcome outcome = runner.run(plan, &mutant);
        // A schedule that fails without the bug proves nothing about it.
        if (!outcome.violation || runner.run(plan).violation)
            continue;
        std::printf("caught %-22s schedule %3llu seed=0x%llx step=%d by \"%s\" (%s)\n", mutant.name.c_str(), n, plan.seed,
                    outcome.step, outcome.violation->invariant.c_str(), outcome.violation->detail.substr(0, 80).c_str());
        std::fflush(stdout);
        return shorten(runner, index, plan, outcome);
    }
    const std::vector<Mutant> all = makeMutants();
    std::printf("MISSED %-22s %s\n", all[index].name.c_str(), all[index].what.c_str());
    return false;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Plants one bug at a time and expects the simulation to catch it."_s);
    parser.addHelpOption();
    parser.addOption({u"only"_s, u"The one mutant to run."_s, u"name"_s});
    parser.addOption({u"schedules"_s, u"Most schedules for one mutant."_s, u"n"_s, u"150"_s});
    parser.process(app);

    SimRunner runner;
    const std::vector<Mutant> all = makeMutants();
    int missed = 0;
    for (size_t i = 0; i < all.size(); ++i) {
        if (parser.isSet(u"only"_s) && parser.value(u"only"_s).toStdString() != all[i].name)
            continue;
        missed += !catchMutant(runner, i, parser.value(u"schedules"_s).toULongLong());
    }
    std::printf("%zu mutants, %d missed\n", all.size(), missed);
    return missed == 0 ? 0 : 1;
}
