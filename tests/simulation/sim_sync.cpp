// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simrun.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace Qt::StringLiterals;
using namespace Sheaf::Test;

namespace {

constexpr quint64 determinismEvery = 25;          ///< one schedule in so many is run twice
constexpr quint64 golden = 0x9e3779b97f4a7c15ULL; ///< spreads counted seeds over all bits

struct Budget {
    quint64 first = 1;
    quint64 every = 1; ///< from one schedule to the next, so that several processes share the work
    quint64 count = 0; ///< 0: as many as the time allows
    qint64 ms = 0;
    bool trace = false;
    bool exact = false;
};

struct Work {
    quint64 schedules = 0;
    quint64 acknowledged = 0;
};

/// False when an invariant was broken, which it says.
bool explore(const Budget &budget, Work &work)
{
    SimRunner runner;
    QElapsedTimer timer;
    timer.start();
    quint64 &done = work.schedules;
    while ((budget.count != 0 && done < budget.count) || (budget.count == 0 && timer.elapsed() < budget.ms)) {
        const quint64 number = budget.first + done * budget.every;
        const quint64 seed = budget.exact ? number : number * golden;
        const Outcome outcome = runner.run(seed, nullptr, budget.trace);
        if (outcome.violation) {
            std::printf("%s\n", failureLine(seed, outcome).c_str());
            return false;
        }
        work.acknowledged += outcome.acknowledged;
        if (done % determinismEvery == 0 && runner.run(seed).trace != outcome.trace) {
            std::printf("SIM FAIL seed=0x%llx inv=\"Q7 same seed, same trace\" replay: sim_sync --seed 0x%llx --trace\n", seed,
                        seed);
            return false;
        }
        if (budget.exact)
            std::printf("seed 0x%llx: trace %016llx\n", seed, outcome.trace);
        ++done;
    }
    return true;
}

/// Worlds use what a process has once (the clock and disk that SQLite knows), so several run in several processes.
bool exploreTogether(const Budget &budget, quint64 jobs, Work &work)
{
    if (jobs <= 1)
        return explore(budget, work);
    struct Child {
        pid_t pid;
        int result;
    };
    std::vector<Child> children;
    for (quint64 i = 0; i < (budget.count == 0 ? jobs : std::min(jobs, budget.count)); ++i) {
        int ends[2];
        if (pipe(ends) != 0)
            return false;
        const pid_t pid = fork();
        if (pid == 0) {
            Budget share = budget;
            share.first += i;
            share.every = jobs;
            share.count = budget.count / jobs + (i < budget.count % jobs ? 1 : 0);
            Work done;
            const bool good = explore(share, done);
            std::fflush(stdout);
            _exit(good && write(ends[1], &done, sizeof done) == sizeof done ? 0 : 1);
        }
        close(ends[1]);
        children.push_back({pid, ends[0]});
    }
    bool good = true;
    for (const Child &child : children) {
        Work done;
        int status = 1;
        good = child.pid > 0 && read(child.result, &done, sizeof done) == sizeof done && good;
        good = waitpid(child.pid, &status, 0) == child.pid && status == 0 && good;
        close(child.result);
        work.schedules += done.schedules;
        work.acknowledged += done.acknowledged;
    }
    return good;
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
    parser.addOption({u"jobs"_s, u"Number of processes that share the schedules."_s, u"n"_s, u"1"_s});
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
    QElapsedTimer timer;
    timer.start();
    Work work;
    const bool good = exploreTogether(budget, budget.exact ? 1 : parser.value(u"jobs"_s).toULongLong(), work);
    if (good) {
        std::printf("%llu schedules without a violation, %llu acknowledged changes, %.0f schedules a minute\n", work.schedules,
                    work.acknowledged, static_cast<double>(work.schedules) * 60'000.0 / static_cast<double>(timer.elapsed()));
    }
    return good ? 0 : 1;
}
