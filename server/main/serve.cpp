// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/main/serve.h"

#include "server/admin/adminsocket.h"
#include "server/core/servercore.h"
#include "server/main/data.h"
#include "server/net/systemsources.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QUrl>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int descriptorsOfOurOwn = 64; ///< database, admin socket and what libraries open

int signalPipe[2] = {-1, -1};

void onSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(signalPipe[1], &byte, 1);
}

/// How many sockets the system lets us have, after asking for all that it may give.
int socketsMax(int wanted)
{
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
        return wanted;
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0)
        static_cast<void>(::getrlimit(RLIMIT_NOFILE, &files));
    const auto files64 = static_cast<qint64>(std::min<rlim_t>(files.rlim_cur, INT_MAX));
    return static_cast<int>(std::clamp<qint64>(files64 - descriptorsOfOurOwn, 1, wanted));
}

} // namespace

Result<int> serve(const QString &folder, const QString &listen, ServeOptions options)
{
    const QUrl url(u"ws://"_s + listen);
    QHostAddress address;
    const QString host = url.host() == u"localhost" ? u"127.0.0.1"_s : url.host();
    if (!url.isValid() || url.port() < 0 || !address.setAddress(host))
        return fail(u"bad_address"_s, u"--listen takes an address and a port, as in 127.0.0.1:4280."_s);
    SystemRandom random;
    SystemClock clock;
    auto data = openData(folder, random);
    if (!data)
        return fail(data.error());
    ServerCore core(*data->storage, clock, random);
    core.setRetention(options.retention);
    core.setCompressions(std::move(options.compressions));
    for (std::unique_ptr<ServerPlugin> &plugin : options.plugins)
        core.install(std::move(plugin));
    AdminSocket admin(AdminOrders(
        *data->storage, random, [&core](const StoredDevice &device) { core.accessChanged(device); },
        [&core](const QByteArray &space, quint32 schema) { core.schemaRequired(space, schema); }));
    options.limits.sockets = socketsMax(options.limits.sockets);
    Listener listener(std::move(options.limits));
    listener.accepted = [&core](std::unique_ptr<Connection> connection) { core.accept(std::move(connection)); };
    listener.acceptedYjs = [&core](std::unique_ptr<YjsConnection> connection, const QByteArray &target) {
        core.acceptYjs(std::move(connection), target);
    };
    if (auto listening = admin.listen(folder); !listening)
        return fail(listening.error());
    if (auto listening = listener.listen(address, static_cast<quint16>(url.port())); !listening)
        return fail(listening.error());

    if (::pipe(signalPipe) != 0)
        return fail(u"out_of_files"_s, u"The system has no file left; close something and try again."_s);
    QSocketNotifier notifier(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, qApp, [&] {
        notifier.setEnabled(false);
        listener.close();
        core.stop([] { QCoreApplication::exit(0); });
    });
    std::signal(SIGTERM, onSignal);
    std::signal(SIGINT, onSignal);
    std::signal(SIGPIPE, SIG_IGN);
    const QString shown = address.protocol() == QAbstractSocket::IPv6Protocol ? u"[%1]"_s.arg(host) : host;
    std::printf("listening ws://%s:%d\n", qUtf8Printable(shown), int(listener.port()));
    std::fflush(stdout);
    return QCoreApplication::exec();
}

} // namespace Sheaf::Server
