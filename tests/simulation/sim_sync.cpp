// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simrun.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace Sheaf::Test;

namespace {

constexpr quint64 determinismEvery = 25;          ///< one schedule in so many is run twice
constexpr quint64 golden = 0x9e3779b97f4a7c15ULL; ///< spreads counted seeds over all bits

struct Budget {
    quint64 first = 1;
    quint64 count = 0; ///< 0: as many as the time allows
    qint64 ms = 0;
    bool trace = false;
    bool exact = false;
};

int explore(SimRunner &runner, const Budget &budget)
{
    QElapsedTimer timer;
    timer.start();
    quint64 done = 0;
    quint64 acknowledged = 0;
    while ((budget.count != 0 && done < budget.count) || (budget.count == 0 && timer.elapsed() < budget.ms)) {
        const quint64 seed = budget.exact ? budget.first + done : (budget.first + done) * golden;
        const Outcome outcome = runner.run(seed, nullptr, budget.trace);
        if (outcome.violation) {
            std::printf("%s\n", failureLine(seed, outcome).c_str());
            return 1;
        }
        acknowledged += outcome.acknowledged;
        if (done % determinismEvery == 0 && runner.run(seed).trace != outcome.trace) {
            std::printf("SIM FAIL seed=0x%llx inv=\"Q7 same seed, same trace\" replay: sim_sync --seed 0x%llx --trace\n", seed,
                        seed);
            return 1;
        }
        if (budget.exact)
            std::printf("seed 0x%llx: trace %016llx\n", seed, outcome.trace);
        ++done;
    }
    const double minutes = static_cast<double>(timer.elapsed()) / 60'000.0;
    std::printf("%llu schedules without a violation, %llu acknowledged changes, %.0f schedules a minute\n", done, acknowledged,
                static_cast<double>(done) / minutes);
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Runs replicas, sessions and the server under a simulated clock, network and disk."_s);
    parser.addHelpOption();
    parser.addOption({u"seed"_s, u"Replay exactly this schedule."_s, u"seed"_s});
    parser.addOption({u"count"_s, u"Number of schedules."_s, u"n"_s});
    parser.addOption({u"seconds"_s, u"Time to explore."_s, u"s"_s, u"50"_s});
    parser.addOption({u"from"_s, u"Number of the first schedule."_s, u"n"_s, u"1"_s});
    parser.addOption({u"trace"_s, u"Print every step and message."_s});
    parser.process(app);

    Budget budget;
    budget.exact = parser.isSet(u"seed"_s);
    budget.first = (budget.exact ? parser.value(u"seed"_s) : parser.value(u"from"_s)).toULongLong(nullptr, 0);
    budget.count = parser.isSet(u"count"_s) ? parser.value(u"count"_s).toULongLong() : budget.exact ? 1 : 0;
    budget.ms = parser.value(u"seconds"_s).toLongLong() * 1000;
    budget.trace = parser.isSet(u"trace"_s);
    std::printf("seed 0x%llx\n", budget.exact ? budget.first : budget.first * golden);
    std::fflush(stdout);
    SimRunner runner;
    return explore(runner, budget);
}
