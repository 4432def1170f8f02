// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/websockettransport.h"
#include "shell.h"

#include <QCommandLineOption>
#include <QCommandLineParser>
#include <QCoreApplication>

#include <csignal>
#include <cstdio>
#include <memory>

using namespace Qt::StringLiterals;

namespace {

int complain(const QString &sentence)
{
    std::fprintf(stderr, "sheaf-replica: %s\n", qUtf8Printable(sentence));
    return 1;
}

/// What went wrong while opening, and what to do about it.
QString sentenceOf(const Sheaf::Error &error)
{
    if (error.code == "schema_error"_L1)
        return u"The schema has an error, mend it and start again: %1"_s.arg(error.message);
    return error.message;
}

QString namesOf(const QList<QCommandLineOption> &options)
{
    QStringList names;
    for (const QCommandLineOption &option : options)
        names.append(u"--"_s + option.names().constFirst());
    return names.join(u", "_s);
}

} // namespace

int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"sheaf-replica"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SHEAF_VERSION));

    QCommandLineParser parser;
    parser.setApplicationDescription(u"A replica that reads commands as JSON lines from standard input."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    const QList<QCommandLineOption> options{
        {u"db"_s, u"The replica's SQLite file, made when missing."_s, u"file"_s},
        {u"schema"_s, u"The schema: an .sql file or a folder of numbered ones."_s, u"path"_s},
        {u"url"_s, u"Connect to this server at once."_s, u"url"_s},
        {u"token"_s, u"The device token for --url."_s, u"token"_s},
        {u"space"_s, u"Join this space, if it was left; the first one is that of rows that name none (home)."_s, u"name"_s},
        {u"clock-offset-ms"_s, u"Shift this replica's clock, for tests."_s, u"ms"_s}};
    parser.addOptions(options);
    if (!parser.parse(QCoreApplication::arguments()))
        return complain(
            u"%1; the options are %2, and --help explains them."_s.arg(parser.errorText().chopped(1), namesOf(options)));
    if (parser.isSet(u"help"_s) || parser.isSet(u"help-all"_s))
        parser.showHelp();
    if (parser.isSet(u"version"_s))
        parser.showVersion();
    if (const QStringList more = parser.positionalArguments(); !more.isEmpty())
        return complain(u"\"%1\" belongs to no option, leave it out; commands are read from standard input."_s.arg(more.first()));
    if (!parser.isSet(u"db"_s) || !parser.isSet(u"schema"_s))
        return complain(u"name the file with --db and the schema with --schema."_s);
    bool isNumber = true;
    const qint64 offset = parser.isSet(u"clock-offset-ms"_s) ? parser.value(u"clock-offset-ms"_s).toLongLong(&isNumber) : 0;
    if (!isNumber)
        return complain(u"--clock-offset-ms wants a whole number of milliseconds."_s);

    const QUrl url(parser.value(u"url"_s));
    if (const auto fit = Sheaf::WebSocketTransport().check(url); parser.isSet(u"url"_s) && !fit)
        return complain(fit.error().message);

    Sheaf::SyncEngine::Options config;
    config.databasePath = parser.value(u"db"_s);
    config.schemaPath = parser.value(u"schema"_s);
    if (parser.isSet(u"space"_s))
        config.homeSpace = parser.values(u"space"_s).constFirst().toUtf8();
    config.app = QStringLiteral("sheaf-replica/" SHEAF_VERSION);
    config.testClockOffsetMs = offset;
    config.undo.allWrites = true;

    Sheaf::SyncEngine engine(config);
    std::unique_ptr<Sheaf::Shell> shell;
    const auto start = [&] {
        engine.open().then(&application, [&](const Sheaf::Result<void> &opened) {
            if (!opened)
                return QCoreApplication::exit(complain(sentenceOf(opened.error())));
            shell = std::make_unique<Sheaf::Shell>(engine);
            QObject::connect(shell.get(), &Sheaf::Shell::finished, &application, &QCoreApplication::quit, Qt::QueuedConnection);
            const QStringList spaces = parser.values(u"space"_s);
            for (const QString &space : spaces)
                engine.joinSpace(space);
            if (parser.isSet(u"url"_s))
                engine.connectToServer(url, parser.value(u"token"_s).toUtf8());
        });
    };
    // From inside the event loop: what fails at once must find one to end.
    QMetaObject::invokeMethod(&application, start, Qt::QueuedConnection);
    const int code = QCoreApplication::exec();
    shell.reset();
    return code;
}
