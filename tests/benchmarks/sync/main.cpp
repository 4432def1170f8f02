// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "clients.h"
#include "relay.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <sys/resource.h>

using namespace Qt::StringLiterals;
using namespace Sheaf::Bench;

namespace {

/// A thousand sockets need more files than a shell gives by default.
void raiseFileLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    raiseFileLimit();
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Benchmarks of the way from device to device, one JSON object per figure."_s);
    parser.addHelpOption();
    parser.addOptions({{u"filter"_s, u"Only the figures whose name begins with this."_s, u"name"_s},
                       {u"quick"_s, u"Small amounts: shows that it runs, not how fast."_s},
                       {u"relay"_s, u"Be the bare relay that figures are compared with."_s},
                       {u"clients"_s, u"Be that many raw clients of --url."_s, u"count"_s},
                       {u"url"_s, u"For --clients."_s, u"url"_s},
                       {u"token"_s, u"For --clients of a server."_s, u"token"_s}});
    parser.process(application);
    if (parser.isSet(u"relay"_s))
        return runRelay();
    if (parser.isSet(u"clients"_s))
        return runClients(QUrl(parser.value(u"url"_s)), parser.value(u"clients"_s).toInt(), parser.value(u"token"_s).toUtf8());
    const Wishes wishes{parser.value(u"filter"_s), parser.isSet(u"quick"_s)};
    benchReconnect(wishes);
    benchSeen(wishes);
    benchFanout(wishes);
    benchLongList(wishes);
    benchPresence(wishes);
    benchBootstrap(wishes);
    return 0;
}
