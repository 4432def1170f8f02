// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <QCommandLineParser>
#include <QCoreApplication>

using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Benchmarks of the replica against plain SQLite, one JSON object per figure."_s);
    parser.addHelpOption();
    parser.addOptions({{u"filter"_s, u"Only the figures whose name begins with this."_s, u"name"_s},
                       {u"quick"_s, u"Small amounts: shows that it runs, not how fast."_s},
                       {u"cpu"_s, u"CPU time instead of wall time, for a machine that is busy."_s},
                       {u"integer-keys"_s, u"Integer primary keys instead of text ones."_s}});
    parser.process(application);
    if (parser.isSet(u"cpu"_s))
        Sheaf::Bench::measureCpuTime();
    const Sheaf::Bench::Wishes wishes{parser.value(u"filter"_s), parser.isSet(u"quick"_s), parser.isSet(u"integer-keys"_s)};
    Sheaf::Bench::benchCapture(wishes);
    Sheaf::Bench::benchMerge(wishes);
    Sheaf::Bench::benchLive(wishes);
    return 0;
}
