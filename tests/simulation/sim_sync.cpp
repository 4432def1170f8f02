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
    std::optional<Plan> exact; ///< this one alone
    qint64 shortenMs = 0;      ///< at most so long for the shortest schedule that fails
};

struct Work {
    quint64 schedules = 0;
    quint64 acknowledged = 0;
};

/// Says what is wrong, and the shortest schedule that shows it.
void report(SimRunner &runner, const Plan &plan, const Outcome &outcome, qint64 shortenMs)
{
    std::printf("%s\n", failureLine(plan, outcome).c_str());
    std::fflush(stdout);
    if (shortenMs <= 0)
        return;
    const Plan shortest = runner.shorten(plan, outcome, shortenMs);
    if (!shortest.onlySteps)
        return;
    const Outcome again = runner.run(shortest);
    if (again.violation)
        std::printf("shortest: %zu steps of %d\n%s\n", shortest.onlySteps->size(), outcome.step,
                    failureLine(shortest, again).c_str());
}

/// False when an invariant was broken, which it says.
bool explore(const Budget &budget, Work &work)
{
    SimRunner runner;
    QElapsedTimer timer;
    timer.start();
    quint64 &done = work.schedules;
    while ((budget.count != 0 && done < budget.count) || (budget.count == 0 && timer.elapsed() < budget.ms)) {
        const Plan plan = budget.exact.value_or(Plan{(budget.first + done * budget.every) * golden});
        const Outcome outcome = runner.run(plan, nullptr, budget.trace);
        if (outcome.violation) {
            report(runner, plan, outcome, budget.shortenMs);
            return false;
        }
        work.acknowledged += outcome.acknowledged;
        if (done % determinismEvery == 0 && runner.run(plan).trace != outcome.trace) {
            std::printf("SIM FAIL inv=\"Q7 same seed, same trace\" replay: sim_sync %s --trace\n", plan.options().c_str());
            return false;
        }
        if (budget.exact)
            std::printf("%s: trace %016llx\n", plan.options().c_str(), outcome.trace);
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

namespace {

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(u"Runs replicas, sessions and the server under a simulated clock, network and disk."_s);
    parser.addHelpOption();
    parser.addOption({u"seed"_s, u"Replay exactly this schedule."_s, u"seed"_s});
    parser.addOption({u"only-steps"_s, u"Of it only these steps."_s, u"1,2,…"_s});
    parser.addOption({u"without-devices"_s, u"It without these devices."_s, u"0,1,…"_s});
    parser.addOption({u"without"_s, u"It without these features."_s, u"name,…"_s});
    parser.addOption({u"count"_s, u"Number of schedules."_s, u"n"_s});
    parser.addOption({u"seconds"_s, u"Time to explore."_s, u"s"_s, u"50"_s});
    parser.addOption({u"jobs"_s, u"Number of processes that share the schedules."_s, u"n"_s, u"1"_s});
    parser.addOption({u"from"_s, u"Number of the first schedule."_s, u"n"_s, u"1"_s});
    parser.addOption({u"shorten"_s, u"Time to look for the shortest schedule that fails."_s, u"s"_s, u"60"_s});
    parser.addOption({u"trace"_s, u"Print every step and message."_s});
}

/// The schedule that the options name; nothing when they are none.
std::optional<Plan> readPlan(const QCommandLineParser &parser)
{
    Plan plan{parser.value(u"seed"_s).toULongLong(nullptr, 0)};
    if (parser.isSet(u"only-steps"_s)) {
        plan.onlySteps = readNumbers(parser.value(u"only-steps"_s).toStdString());
        if (!plan.onlySteps)
            return {};
    }
    const auto devices = readNumbers(parser.value(u"without-devices"_s).toStdString());
    const auto features = readFeatures(parser.value(u"without"_s).toStdString());
    if (!devices || !features)
        return {};
    plan.withoutDevices = *devices;
    plan.without = *features;
    return plan;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    addOptions(parser);
    parser.process(app);

    Budget budget;
    if (parser.isSet(u"seed"_s)) {
        budget.exact = readPlan(parser);
        if (!budget.exact) {
            std::printf("a list of steps, devices or features cannot be read\n");
            return 2;
        }
    }
    budget.first = parser.value(u"from"_s).toULongLong(nullptr, 0);
    budget.count = parser.isSet(u"count"_s) ? parser.value(u"count"_s).toULongLong() : budget.exact ? 1 : 0;
    budget.ms = parser.value(u"seconds"_s).toLongLong() * 1000;
    budget.trace = parser.isSet(u"trace"_s);
    budget.shortenMs = budget.trace ? 0 : parser.value(u"shorten"_s).toLongLong() * 1000;
    std::printf("seed 0x%llx\n", budget.exact ? budget.exact->seed : budget.first * golden);
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
