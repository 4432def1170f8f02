// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "fuzz/heap.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

/// Runs a fuzz target without libFuzzer, for every build: replay FOLDER [MUTATIONS] runs the seeds in
/// FOLDER and as many seeded mutations of them, and holds each input to the target's budget. With a
/// file instead of a folder it runs that one input.

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

double cpuMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Replay
{
public:
    void run(const QByteArray &input)
    {
        // What is allocated once and for all, such as plugins, is not the input's.
        const qint64 before = Fuzz::Heap::live();
        Fuzz::Heap::resetPeak();
        const double started = cpuMs();
        LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(input.constData()), static_cast<size_t>(input.size()));
        const double took = cpuMs() - started;
        const qint64 peak = Fuzz::Heap::peak() - before;
        ++m_runs;
        if (took > m_slowest.first)
            m_slowest = {took, input};
        if (peak > m_largest.first)
            m_largest = {peak, input};
    }

    /// Sanitizers slow things down and keep what is freed: then only findings count.
    bool report(bool strict)
    {
        // The time of a single run may be the machine's fault.
        const QByteArray slow = m_slowest.second;
        double least = m_slowest.first;
        for (int again = 0; again < 10 && least > static_cast<double>(Fuzz::budget().cpuMs); ++again) {
            const double started = cpuMs();
            LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(slow.constData()), static_cast<size_t>(slow.size()));
            least = std::min(least, cpuMs() - started);
        }
        std::printf("%d inputs, slowest %.3f ms (%lld bytes), largest %lld KiB (%lld bytes)\n", m_runs, least,
                    static_cast<long long>(slow.size()), static_cast<long long>(m_largest.first / 1024),
                    static_cast<long long>(m_largest.second.size()));
        const bool good = least <= static_cast<double>(Fuzz::budget().cpuMs) && m_largest.first <= Fuzz::budget().bytes;
        if (!good)
            std::printf("over budget: %lld ms, %lld bytes\n", static_cast<long long>(Fuzz::budget().cpuMs),
                        static_cast<long long>(Fuzz::budget().bytes));
        return good || !strict;
    }

private:
    int m_runs = 0;
    std::pair<double, QByteArray> m_slowest;
    std::pair<qint64, QByteArray> m_largest;
};

QByteArray mutated(QByteArray input, const QList<QByteArray> &seeds, std::mt19937_64 &random)
{
    const auto below = [&random](qsizetype bound) {
        return bound <= 0 ? 0 : static_cast<qsizetype>(random() % static_cast<quint64>(bound));
    };
    constexpr quint8 telling[] = {0, 1, 0x17, 0x18, 0x1B, 0x20, 0x40, 0x7F, 0x80, 0xFE, 0xFF};
    for (auto changes = 1 + below(4); changes > 0; --changes) {
        const qsizetype at = below(input.size());
        switch (below(6)) {
        case 0:
            if (!input.isEmpty())
                input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
            break;
        case 1:
            if (!input.isEmpty())
                input[at] = static_cast<char>(telling[static_cast<size_t>(below(sizeof telling))]);
            break;
        case 2:
            input.insert(at, QByteArray(1 + below(8), static_cast<char>(random())));
            break;
        case 3:
            input.remove(at, 1 + below(8));
            break;
        case 4: // a piece of itself once more
            input.insert(at, input.sliced(at, below(std::min<qsizetype>(input.size() - at, 256))));
            break;
        default: { // its front and another's end
            const QByteArray &other = seeds[below(seeds.size())];
            input = input.first(at) + other.sliced(below(other.size()));
        }
        }
    }
    return input;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        std::printf("cannot read %s\n", qPrintable(path));
        std::exit(2);
    }
    return file.readAll();
}

} // namespace

int main(int argc, char *argv[])
{
    if (argc < 2)
        return 2;
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext &, const QString &text) {
        if (type == QtFatalMsg)
            std::fprintf(stderr, "%s\n", qPrintable(text));
    });
    Replay replay;
    const QString path = QString::fromLocal8Bit(argv[1]);
    if (!QFileInfo(path).isDir()) {
        replay.run(contentOf(path));
        return replay.report(true) ? 0 : 1;
    }
    const QDir folder(path);
    const QStringList names = folder.entryList(QDir::Files, QDir::Name);
    QList<QByteArray> seeds;
    for (const QString &name : names)
        seeds.append(contentOf(folder.filePath(name)));
    if (seeds.isEmpty()) {
        std::printf("no seeds in %s\n", argv[1]);
        return 2;
    }
    for (int warm = 0; warm < 2; ++warm)
        LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(seeds[0].constData()), static_cast<size_t>(seeds[0].size()));
    replay.run({});
    for (const QByteArray &seed : std::as_const(seeds))
        replay.run(seed);
    const QList<QByteArray> heavy = Fuzz::heavyInputs();
    for (const QByteArray &input : heavy)
        replay.run(input);
    std::mt19937_64 random(20'260'901); // NOLINT(cert-msc51-cpp): the same mutations each time
    const int mutations = argc > 2 ? std::atoi(argv[2]) : 0;
    for (int i = 0; i < mutations; ++i)
        replay.run(mutated(seeds[static_cast<qsizetype>(random() % static_cast<quint64>(seeds.size()))], seeds, random));
#ifdef SHEAF_SANITIZED
    return replay.report(false) ? 0 : 1;
#else
    return replay.report(true) ? 0 : 1;
#endif
}
