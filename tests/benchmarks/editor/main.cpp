// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <QCommandLineParser>
#include <QGuiApplication>

using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    QGuiApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Benchmarks of writing in the app, one JSON object per figure."_s);
    parser.addHelpOption();
    parser.addOptions({{u"filter"_s, u"Only the figures whose name begins with this."_s, u"name"_s},
                       {u"quick"_s, u"Small amounts: shows that it runs, not how fast."_s}});
    parser.process(application);
    const Sheaf::Bench::Wishes wishes{parser.value(u"filter"_s), parser.isSet(u"quick"_s)};
    Sheaf::Bench::benchSeenText(wishes);
    Sheaf::Bench::benchTyping(wishes);
    return 0;
}
