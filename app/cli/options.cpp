// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "model/tokenoptions.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QJsonArray>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr auto generalHelp = R"(Usage: sheaf-cli [--data DIR] COMMAND …
Your notes and tasks from the command line, also while the app runs.

Commands:
  import DIR     take in a folder of Markdown files; its subfolders become lists
  add TEXT       add a task, or a note with --note
  list           print what there is
  show ID        print one note or task
  edit ID TEXT   give a note or task another text
  history ID     print earlier versions of a note or task, show or restore one
  export DIR     write all notes as Markdown files
  sync           exchange everything with the server
  repair         look for damage in the file, and mend it from the server

Options:
  --data DIR     folder of the profile (the same as the app's when left out)
  --help         print this, or behind a command, more about it
  --version      print the version
)";

struct CommandHelp {
    QLatin1StringView name;
    const char *text;
};

constexpr CommandHelp commandHelps[] = {
    {"import"_L1, R"(Usage: sheaf-cli import DIR
Makes a note of every .md and .markdown file below DIR, a list of every folder with such files.
Front matter gives title, tags, created and updated; without a title, the first heading or the
file name does. Files that cannot be read or are not UTF-8 are named and left out; the exit code is
then 3.
)"},
    {"add"_L1, R"(Usage: sheaf-cli add [--note] [--list NAME] TEXT
Adds a task and prints its id. TEXT may be "-" for standard input.
  --note         add a note: the first line is its title
  --list NAME    put it into this list, which is made when missing (the Inbox when left out)
)"},
    {"list"_L1, R"(Usage: sheaf-cli list [--list NAME] [--tasks | --notes] [--json]
Prints tasks and notes, one a line: id, [x] or [ ] for tasks, title, due date, list.
  --list NAME    only this list; "inbox" for what is in none
  --tasks        only tasks
  --notes        only notes
  --json         everything about them, as one JSON array
)"},
    {"show"_L1, R"(Usage: sheaf-cli show [--json] ID
Prints the note or task whose id is, or starts with, ID.
  --json         everything about it, as one JSON object
)"},
    {"edit"_L1, R"(Usage: sheaf-cli edit ID TEXT
Makes TEXT the text of the note or task whose id is, or starts with, ID; titles stay. TEXT may be "-"
for standard input. Only the words that differ are changed, beside what others write meanwhile:
  sheaf-cli show --json ID | jq -r .text | sed s/colour/color/ | sheaf-cli edit ID -
)"},
    {"history"_L1, R"(Usage: sheaf-cli history [--json] ID
       sheaf-cli history ID --show N
       sheaf-cli history ID --restore N
       sheaf-cli history --keep all|thinned|30days|none
Prints the versions of the note or task whose id is, or starts with, ID, one a line, the newest first.
  --show N       print the text of version N
  --restore N    make version N the text again: an edit as any other, and the text of before is a version too
  --keep NAME    how long versions are kept, on all your devices: all of them, thinned out (of a day all, of a
                 week one an hour, of 90 days one a day, then one a month), thinned out and at most 30 days, none
  --json         everything about them, as JSON
)"},
    {"export"_L1, R"(Usage: sheaf-cli export [--force] DIR
Writes every note as a Markdown file with front matter, lists as folders; `import` reads it back.
  --force        write into a folder that is not empty; files of the same name are replaced
)"},
    {"sync"_L1, R"(Usage: sheaf-cli sync [--url URL --token-file FILE]
Connects to the server and waits until both sides are proven equal; only then the exit code is 0.
  --url URL      of the server, such as wss://sync.example.org; remembered for the next time
  --token-file FILE  with the token of this device, as `sheaf-server token add` prints it
  --token TOKEN  the token itself; other users of this machine can see it while this runs
)"},
    {"repair"_L1, R"(Usage: sheaf-cli repair [--deep] [--json]
Counts what is stored on this device, compares it with the server range by range, fetches and sends what
differs, and says what it found. Nothing is deleted. Without the server it only counts. The exit code is 0
when both sides are proven equal in the end, else 1.
  --deep         read everything from the server and compare every value: also finds what was changed in the
                 file by another program; downloads as much as a new device does
  --json         the whole report, as one JSON object
)"},
};

Unexpected usage(const QString &sentence)
{
    return fail(u"usage"_s, sentence);
}

void addOptions(QCommandLineParser &parser)
{
    // Also -h; the parser's own help would show all options for every command.
    parser.addOptions({{{u"h"_s, u"help"_s}, {}},
                       {{u"v"_s, u"version"_s}, {}},
                       {u"data"_s, {}, u"dir"_s},
                       {u"list"_s, {}, u"name"_s},
                       {u"note"_s, {}},
                       {u"tasks"_s, {}},
                       {u"notes"_s, {}},
                       {u"json"_s, {}},
                       {u"deep"_s, {}},
                       {u"force"_s, {}},
                       {u"show"_s, {}, u"n"_s},
                       {u"restore"_s, {}, u"n"_s},
                       {u"keep"_s, {}, u"name"_s},
                       {u"url"_s, {}, u"url"_s}});
    addTokenOptions(parser);
}

/// The options that a command knows, besides those of all.
QStringList optionsOf(const QString &command)
{
    static const QHash<QString, QStringList> known{{u"import"_s, {}},
                                                   {u"add"_s, {u"note"_s, u"list"_s}},
                                                   {u"list"_s, {u"list"_s, u"tasks"_s, u"notes"_s, u"json"_s}},
                                                   {u"show"_s, {u"json"_s}},
                                                   {u"edit"_s, {}},
                                                   {u"history"_s, {u"show"_s, u"restore"_s, u"keep"_s, u"json"_s}},
                                                   {u"export"_s, {u"force"_s}},
                                                   {u"sync"_s, {u"url"_s, u"token"_s, u"token-file"_s}},
                                                   {u"repair"_s, {u"deep"_s, u"json"_s}}};
    return known.value(command);
}

QString helpFor(const QString &command)
{
    for (const CommandHelp &help : commandHelps) {
        if (command == help.name)
            return QString::fromUtf8(help.text);
    }
    return {};
}

/// Fills in what the words behind the command say; the problem as one sentence, or nothing.
QString takeOperands(const QString &command, QStringList operands, QJsonObject &request)
{
    if (command == "add"_L1) {
        if (operands.isEmpty())
            return u"Write the text to add behind `add`."_s;
        request.insert(u"text"_s, operands.join(u' '));
        return {};
    }
    if (command == "edit"_L1) {
        if (operands.size() < 2)
            return u"`edit` wants an id and the text; see sheaf-cli edit --help."_s;
        request.insert(u"item"_s, operands.takeFirst());
        request.insert(u"text"_s, operands.join(u' '));
        return {};
    }
    const bool wantsId = command == "show"_L1 || (command == "history"_L1 && !request.contains("keep"_L1));
    const bool wantsOne = wantsId || command == "import"_L1 || command == "export"_L1;
    if (operands.size() != (wantsOne ? 1 : 0)) {
        if (!wantsOne)
            return u"`%1` takes no “%2”; see sheaf-cli %1 --help."_s.arg(command, operands.first());
        return u"`%1` wants exactly one %2; see sheaf-cli %1 --help."_s.arg(command, wantsId ? u"id"_s : u"folder"_s);
    }
    if (wantsId)
        request.insert(u"item"_s, operands.first()); // "id" is the number of the request
    else if (wantsOne)
        request.insert(u"dir"_s, QFileInfo(operands.first()).absoluteFilePath()); // the app runs in another folder
    return {};
}

QString takeOptions(const QString &command, const QCommandLineParser &parser, QJsonObject &request)
{
    for (const QString &name : parser.optionNames()) {
        if (name != "data"_L1 && !optionsOf(command).contains(name))
            return u"`%1` has no option --%2; see sheaf-cli %1 --help."_s.arg(command, name);
    }
    for (const QString &name : {u"list"_s, u"url"_s}) {
        if (parser.isSet(name))
            request.insert(name, parser.value(name));
    }
    if (parser.isSet(u"tasks"_s) && parser.isSet(u"notes"_s))
        return u"Ask for --tasks or for --notes; without both, `list` prints everything."_s;
    const auto token = tokenOf(parser);
    if (!token)
        return token.error().message;
    if (parser.isSet(u"url"_s) == token->isEmpty())
        return u"--url and --token-file belong together; `sheaf-server token add` prints a token."_s;
    if (!token->isEmpty())
        request.insert(u"token"_s, QString::fromUtf8(*token));
    if (parser.isSet(u"show"_s) + parser.isSet(u"restore"_s) + parser.isSet(u"keep"_s) > 1)
        return u"Ask for one of --show, --restore and --keep."_s;
    for (const QString &name : {u"show"_s, u"restore"_s}) {
        const int number = parser.value(name).toInt();
        if (parser.isSet(name) && number < 1)
            return u"--%1 wants the number of a version, 1 is the newest; `history ID` prints them."_s.arg(name);
        if (parser.isSet(name))
            request.insert(name, number);
    }
    if (parser.isSet(u"keep"_s))
        request.insert(u"keep"_s, parser.value(u"keep"_s));
    if (command == "list"_L1) {
        QJsonArray kinds;
        if (!parser.isSet(u"notes"_s))
            kinds.append(u"task"_s);
        if (!parser.isSet(u"tasks"_s))
            kinds.append(u"note"_s);
        request.insert(u"kinds"_s, kinds);
    }
    if (command == "add"_L1)
        request.insert(u"kind"_s, parser.isSet(u"note"_s) ? u"note"_s : u"task"_s);
    if (command == "export"_L1)
        request.insert(u"force"_s, parser.isSet(u"force"_s));
    if (command == "repair"_L1)
        request.insert(u"deep"_s, parser.isSet(u"deep"_s));
    return {};
}

} // namespace

Result<CliOptions> parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(arguments))
        return usage(parser.errorText() + u" See sheaf-cli --help."_s);
    CliOptions options;
    QStringList operands = parser.positionalArguments();
    const QString command = operands.isEmpty() ? QString() : operands.takeFirst();
    if (parser.isSet(u"version"_s)) {
        options.help = QStringLiteral("sheaf-cli " SHEAF_VERSION "\n");
        return options;
    }
    const QString help = helpFor(command);
    if (!command.isEmpty() && help.isEmpty())
        return usage(u"There is no command “%1”; sheaf-cli --help names all."_s.arg(command));
    if (parser.isSet(u"help"_s)) {
        options.help = command.isEmpty() ? QString::fromUtf8(generalHelp) : help;
        return options;
    }
    if (command.isEmpty())
        return usage(u"Name a command, such as `list`; sheaf-cli --help names all."_s);
    options.profile = parser.value(u"data"_s);
    options.json = parser.isSet(u"json"_s);
    options.request.insert(u"do"_s, command);
    QString problem = takeOptions(command, parser, options.request);
    if (problem.isEmpty())
        problem = takeOperands(command, operands, options.request);
    if (!problem.isEmpty())
        return usage(problem);
    return options;
}

} // namespace Sheaf
