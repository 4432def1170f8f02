// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/admin/adminsocket.h"
#include "server/main/data.h"
#include "server/main/serve.h"
#include "server/net/systemsources.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QJsonArray>

#include <sys/stat.h>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using namespace Sheaf::Server;

namespace {

int complain(const QString &message)
{
    std::fprintf(stderr, "sheaf-server: %s\n", qUtf8Printable(message));
    return 1;
}

/// Carries an order out in the running server or, when none runs, in its database.
Result<QJsonValue> order(const QString &folder, const QJsonObject &order)
{
    auto asked = askRunningServer(folder, order);
    if (!asked)
        return fail(asked.error());
    QJsonObject reply = asked->value_or(QJsonObject());
    if (reply.isEmpty()) {
        SystemRandom random;
        auto data = openData(folder, random);
        if (!data)
            return fail(data.error());
        reply = AdminOrders(*data->storage, random).carryOut(order);
    }
    if (reply.contains("error"_L1))
        return fail(u"order_failed"_s, reply.value("error"_L1).toString());
    return reply.value("ok"_L1);
}

void printDevices(const QJsonArray &devices)
{
    for (const QJsonValue &device : devices) {
        QStringList spaces;
        const QJsonArray granted = device["spaces"_L1].toArray();
        for (const QJsonValue &space : granted)
            spaces.append(space["name"_L1].toString() + u':' + space["role"_L1].toString());
        const QString state = device["revoked"_L1].toBool() ? u"revoked"_s : u"active"_s;
        std::printf("%s\t%s\t%s\n", qUtf8Printable(device["name"_L1].toString()), qUtf8Printable(state),
                    qUtf8Printable(spaces.join(u',')));
    }
}

int runTokenCommand(const QString &what, const QString &folder, const QString &name, const QStringList &spaces,
                    const QString &role)
{
    const QJsonObject asked{
        {u"do"_s, u"token_"_s + what}, {u"name"_s, name}, {u"spaces"_s, QJsonArray::fromStringList(spaces)}, {u"role"_s, role}};
    auto done = order(folder, asked);
    if (!done)
        return complain(done.error().message);
    if (what == "add"_L1)
        std::printf("%s\n", qUtf8Printable(done->toString()));
    else if (what == "list"_L1)
        printDevices(done->toArray());
    return 0;
}

int runSpaceCommand(const QString &what, const QString &folder, const QCommandLineParser &parser)
{
    bool isNumber = false;
    const quint32 schema = parser.value(u"schema"_s).toUInt(&isNumber);
    if (what == "require"_L1 && (!isNumber || parser.values(u"space"_s).size() != 1))
        return complain(u"space require takes one --space and a --schema, a number; 0 lets every version in."_s);
    const QJsonObject asked{
        {u"do"_s, u"space_"_s + what}, {u"name"_s, parser.value(u"space"_s)}, {u"schema"_s, static_cast<qint64>(schema)}};
    auto done = order(folder, asked);
    if (!done)
        return complain(done.error().message);
    const QJsonArray found = done->toArray();
    for (const QJsonValue &space : found)
        std::printf("%s\t%lld\tschema %lld\n", qUtf8Printable(space["name"_L1].toString()), space["head"_L1].toInteger(),
                    space["schema"_L1].toInteger());
    return 0;
}

Result<int> count(const QCommandLineParser &parser, const QString &option, int least = 1)
{
    bool isNumber = false;
    const int number = parser.value(option).toInt(&isNumber);
    if (!isNumber || number < least)
        return fail(u"bad_option"_s, u"--%1 takes a number from %2."_s.arg(option).arg(least));
    return number;
}

int runServe(const QCommandLineParser &parser, const QString &folder)
{
    ServeOptions options;
    for (const auto &[option, limit] : {std::pair(u"max-per-address"_s, &options.limits.perAddress),
                                        std::pair(u"max-strangers"_s, &options.limits.strangers)}) {
        auto number = count(parser, option);
        if (!number)
            return complain(number.error().message);
        *limit = *number;
    }
    auto days = count(parser, u"retention-days"_s, 0);
    if (!days)
        return complain(days.error().message);
    options.retention.silenceMs = *days * 24LL * 3'600'000;
    options.limits.countLoopback = parser.isSet(u"count-loopback"_s);
    options.limits.origins = parser.values(u"allow-origin"_s);
    auto served = serve(folder, parser.value(u"listen"_s), std::move(options));
    return served ? *served : complain(served.error().message);
}

} // namespace

int main(int argc, char *argv[])
{
    ::umask(S_IRWXG | S_IRWXO); // everybody's notes are in there
    // GLib looks through all sockets whenever one of them begins or ends to wait for room.
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"sheaf-server"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SHEAF_VERSION));
    const ListenerLimits defaults;
    QCommandLineParser parser;
    parser.setApplicationDescription(u"The Sheaf server.\n\n  sheaf-server serve --data DIR --listen HOST:PORT\n"
                                     "  sheaf-server token add --data DIR --name DEVICE [--space SPACE]... [--role ROLE]\n"
                                     "  sheaf-server token grant --data DIR --name DEVICE [--space SPACE]... [--role ROLE]\n"
                                     "  sheaf-server token list --data DIR\n"
                                     "  sheaf-server token revoke --data DIR --name DEVICE [--space SPACE]...\n"
                                     "  sheaf-server space list --data DIR\n"
                                     "  sheaf-server space require --data DIR --space SPACE --schema N"_s);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(u"command"_s, u"serve, token add, grant, list or revoke, space list or require"_s);
    parser.addOptions(
        {{u"data"_s, u"Folder of the database."_s, u"DIR"_s},
         {u"listen"_s, u"Address and port; port 0 picks one."_s, u"HOST:PORT"_s, u"127.0.0.1:4280"_s},
         {u"name"_s, u"Name of the device."_s, u"DEVICE"_s},
         {u"space"_s, u"A space; home if none is named, for token revoke the token itself."_s, u"SPACE"_s},
         {u"role"_s, u"What the device may do there: viewer, editor or owner."_s, u"ROLE"_s, u"editor"_s},
         {u"schema"_s, u"The oldest schema of an app that may use the space; 0: any."_s, u"N"_s},
         {u"allow-origin"_s, u"A web page's origin that may connect, as in https://notes.example; none by default."_s,
          u"ORIGIN"_s},
         {u"max-per-address"_s, u"Open sockets of one IPv4 address or IPv6 /64."_s, u"N"_s, QString::number(defaults.perAddress)},
         {u"max-strangers"_s, u"Sockets that have not shown a token yet."_s, u"N"_s, QString::number(defaults.strangers)},
         {u"retention-days"_s,
          u"Forget deletes that all devices have seen; one that is silent for longer is not waited for. 0: keep them."_s, u"N"_s,
          QString::number(Retention().silenceMs / (24 * 3'600'000))},
         {u"count-loopback"_s, u"Hold this machine to --max-per-address too: no proxy runs here."_s}});
    parser.process(application);
    const QStringList command = parser.positionalArguments();
    const QString folder = parser.value(u"data"_s);
    if (folder.isEmpty())
        return complain(u"Name the data folder with --data; --help tells more."_s);
    if (command == QStringList{u"serve"_s})
        return runServe(parser, folder);
    if (command.size() == 2 && command[0] == "token"_L1 &&
        QStringList{u"add"_s, u"grant"_s, u"list"_s, u"revoke"_s}.contains(command[1]))
        return runTokenCommand(command[1], folder, parser.value(u"name"_s), parser.values(u"space"_s), parser.value(u"role"_s));
    if (command.size() == 2 && command[0] == "space"_L1 && QStringList{u"list"_s, u"require"_s}.contains(command[1]))
        return runSpaceCommand(command[1], folder, parser);
    return complain(u"The commands are serve, token add, grant, list and revoke, space list and require; --help tells more."_s);
}
