// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/admin/adminsocket.h"
#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/net/listener.h"
#include "server/net/systemsources.h"
#include "server/storage/sqlitestorage.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QSocketNotifier>
#include <QUrl>

#include <csignal>
#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using namespace Sheaf::Server;

namespace {

int signalPipe[2] = {-1, -1};

void onSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(signalPipe[1], &byte, 1);
}

int complain(const QString &message)
{
    std::fprintf(stderr, "sheaf-server: %s\n", qUtf8Printable(message));
    return 1;
}

/// The data folder with its lock and its database, for as long as this lives.
struct Data {
    std::unique_ptr<QLockFile> lock;
    std::unique_ptr<SqliteStorage> storage;
};

Result<Data> openData(const QString &folder, Random &random)
{
    if (!QDir().mkpath(folder) || !QFileInfo(folder).isWritable())
        return fail(u"read_only"_s, u"Cannot write to %1; name a data folder that you own."_s.arg(folder));
    Data data;
    data.lock = std::make_unique<QLockFile>(QDir(folder).absoluteFilePath(u"server.lock"_s));
    data.lock->setStaleLockTime(0);
    if (!data.lock->tryLock(0)) {
        if (data.lock->error() == QLockFile::LockFailedError)
            return fail(u"locked"_s, u"Another server works on %1; stop it or name another folder."_s.arg(folder));
        return fail(u"read_only"_s, u"Cannot write to %1; is the disk full, or the folder somebody else's?"_s.arg(folder));
    }
    auto storage = SqliteStorage::open(QDir(folder).absoluteFilePath(u"server.sqlite"_s), random.next());
    if (!storage)
        return fail(storage.error());
    data.storage = *std::move(storage);
    return data;
}

int serve(const QString &folder, const QString &listen)
{
    const QUrl url(u"ws://"_s + listen);
    QHostAddress address;
    const QString host = url.host() == u"localhost" ? u"127.0.0.1"_s : url.host();
    if (!url.isValid() || url.port() < 0 || !address.setAddress(host))
        return complain(u"--listen takes an address and a port, as in 127.0.0.1:4280."_s);
    SystemRandom random;
    SystemClock clock;
    auto data = openData(folder, random);
    if (!data)
        return complain(data.error().message);
    ServerCore core(*data->storage, clock, random);
    AdminSocket admin(*data->storage, random);
    Listener listener;
    listener.accepted = [&core](std::unique_ptr<Connection> connection) { core.accept(std::move(connection)); };
    if (auto listening = admin.listen(folder); !listening)
        return complain(listening.error().message);
    if (auto listening = listener.listen(address, static_cast<quint16>(url.port())); !listening)
        return complain(listening.error().message);

    if (::pipe(signalPipe) != 0)
        return complain(u"Cannot make a pipe for signals."_s);
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

int addTokenTo(const QString &folder, const QString &device, const QStringList &spaces)
{
    auto asked = askForToken(folder, device, spaces);
    if (!asked)
        return complain(asked.error().message);
    QByteArray token = asked->value_or(QByteArray());
    if (token.isEmpty()) {
        SystemRandom random;
        auto data = openData(folder, random);
        if (!data)
            return complain(data.error().message);
        QList<QByteArray> names;
        for (const QString &space : spaces)
            names.append(space.toUtf8());
        auto added = addToken(*data->storage, random, device.toUtf8(), names);
        if (!added)
            return complain(added.error().message);
        token = *added;
    }
    std::printf("%s\n", token.constData());
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"sheaf-server"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SHEAF_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(u"The Sheaf server.\n\n  sheaf-server serve --data DIR --listen HOST:PORT\n"
                                     "  sheaf-server token add --data DIR --name DEVICE [--space SPACE]..."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(u"command"_s, u"serve, or token add"_s);
    parser.addOptions({{u"data"_s, u"Folder of the database."_s, u"DIR"_s},
                       {u"listen"_s, u"Address and port; port 0 picks one."_s, u"HOST:PORT"_s, u"127.0.0.1:4280"_s},
                       {u"name"_s, u"Name of the device."_s, u"DEVICE"_s},
                       {u"space"_s, u"A space that the device may edit; home if none is named."_s, u"SPACE"_s}});
    parser.process(application);
    const QStringList command = parser.positionalArguments();
    const QString folder = parser.value(u"data"_s);
    if (folder.isEmpty())
        return complain(u"Name the data folder with --data; --help tells more."_s);
    if (command == QStringList{u"serve"_s})
        return serve(folder, parser.value(u"listen"_s));
    if (command == QStringList{u"token"_s, u"add"_s})
        return addTokenTo(folder, parser.value(u"name"_s), parser.values(u"space"_s));
    return complain(u"The commands are serve and token add; --help tells more."_s);
}
