// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>

#include <unistd.h>

#include <cstdio>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

void print(std::FILE *stream, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stream);
}

/// Titles come from other people too, and a terminal obeys control characters.
QString oneLine(const QString &text)
{
    QString line = text;
    for (QChar &c : line) {
        if (c.category() == QChar::Other_Control)
            c = u' ';
    }
    return line;
}

QString timeOf(const QJsonValue &ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms.toInteger()).toString(u"yyyy-MM-dd hh:mm"_s);
}

QString lineOf(const QJsonObject &item)
{
    const QString title = item.value("title"_L1).toString();
    QString line = item.value("id"_L1).toString() + "  "_L1;
    if (item.value("kind"_L1) == "task"_L1)
        line += item.contains("done"_L1) ? "[x] "_L1 : "[ ] "_L1;
    line += title.isEmpty() ? u"(no title)"_s : oneLine(title);
    if (item.contains("due"_L1))
        line += "  due "_L1 + oneLine(item.value("due"_L1).toString());
    if (item.contains("list"_L1))
        line += "  ("_L1 + oneLine(item.value("list"_L1).toString()) + u')';
    return line + u'\n';
}

void printItem(const QJsonObject &item)
{
    const auto fact = [](QLatin1StringView name, const QString &value) {
        if (!value.isEmpty())
            print(stdout, "%1 %2\n"_L1.arg(QString(name + u':').leftJustified(8), oneLine(value)));
    };
    QStringList tags;
    const QJsonArray array = item.value("tags"_L1).toArray();
    for (const QJsonValue &tag : array)
        tags.append(tag.toString());
    fact("title"_L1, item.value("title"_L1).toString());
    fact("id"_L1, item.value("id"_L1).toString());
    fact("list"_L1, item.value("list"_L1).toString(u"Inbox"_s));
    fact("tags"_L1, tags.join(", "_L1));
    fact("due"_L1, item.value("due"_L1).toString());
    fact("done"_L1, item.contains("done"_L1) ? timeOf(item.value("done"_L1)) : QString());
    fact("created"_L1, timeOf(item.value("created"_L1)));
    fact("updated"_L1, timeOf(item.value("updated"_L1)));
    fact("trashed"_L1, item.contains("trashed"_L1) ? timeOf(item.value("trashed"_L1)) : QString());
    const QString text = item.value("text"_L1).toString();
    if (!text.isEmpty())
        print(stdout, u'\n' + text + (text.endsWith(u'\n') ? u""_s : u"\n"_s));
}

/// "2  2026-11-21 10:42  Anna (laptop)  +12 −3  Title": what is in a version, and by whom.
QString lineOfVersion(const QJsonObject &version)
{
    const QString reason = version.value("reason"_L1).toString();
    QString who = version.value("author"_L1).toString();
    if (version.value("others"_L1).toInt() > 0)
        who += " and others"_L1;
    who += " ("_L1 + version.value("device"_L1).toString() + u')';
    if (reason == "found"_L1)
        who = "before an edit by "_L1 + who;
    else if (reason == "restore"_L1)
        who += ", restored from "_L1 + timeOf(version.value("source"_L1));
    return u"%1  %2  %3  +%4 −%5  "_s.arg(version.value("number"_L1).toInt(), 3)
               .arg(timeOf(version.value("at"_L1)), oneLine(who))
               .arg(version.value("added"_L1).toInt())
               .arg(version.value("removed"_L1).toInt()) +
           oneLine(version.value("title"_L1).toString()) + u'\n';
}

void printHistory(const QJsonObject &request, const QJsonObject &answer)
{
    if (answer.contains("version"_L1))
        return print(stdout, answer["version"_L1]["text"_L1].toString());
    if (request.contains("restore"_L1))
        return print(stdout, answer.value("id"_L1).toString() + u'\n');
    const QJsonArray versions = answer.value("versions"_L1).toArray();
    for (const QJsonValue &version : versions)
        print(stdout, lineOfVersion(version.toObject()));
    if (versions.isEmpty() && !request.contains("keep"_L1))
        print(stderr, u"There is no earlier version.\n"_s);
}

QJsonDocument documentOf(const QString &command, const QJsonObject &answer)
{
    if (command == "list"_L1)
        return QJsonDocument(answer.value("items"_L1).toArray());
    if (command == "history"_L1 && answer.contains("versions"_L1))
        return QJsonDocument(answer.value("versions"_L1).toArray());
    if (command == "repair"_L1)
        return QJsonDocument(answer.value("report"_L1).toObject());
    return QJsonDocument(answer.value(command == "history"_L1 ? "version"_L1 : "item"_L1).toObject());
}

void printImport(const QJsonObject &answer)
{
    const QJsonArray skipped = answer.value("skipped"_L1).toArray();
    for (const QJsonValue &file : skipped)
        print(stderr, u"Skipped %1: %2\n"_s.arg(oneLine(file["path"_L1].toString()), oneLine(file["reason"_L1].toString())));
    if (const QJsonArray keys = answer.value("other_keys"_L1).toArray(); !keys.isEmpty()) {
        QStringList names;
        for (const QJsonValue &key : keys)
            names.append(oneLine(key.toString()));
        print(stderr, u"Notes have no place for these keys of front matter: %1\n"_s.arg(names.join(", "_L1)));
    }
    const qint64 present = answer.value("present"_L1).toInteger();
    print(stdout, u"%1 read, %2 made, %3 skipped"_s.arg(answer.value("read"_L1).toInteger())
                      .arg(answer.value("made"_L1).toInteger())
                      .arg(skipped.size()));
    print(stdout, present > 0 ? u", %1 were here already\n"_s.arg(present) : u"\n"_s);
}

void printExport(const QJsonObject &answer)
{
    if (const qint64 tasks = answer.value("tasks"_L1).toInteger(); tasks > 0)
        print(stderr, u"Tasks are not part of an export to Markdown: %1 open ones stay here only.\n"_s.arg(tasks));
    const qint64 replaced = answer.value("replaced"_L1).toInteger();
    print(stdout, u"%1 exported"_s.arg(answer.value("notes"_L1).toInteger()));
    print(stdout, replaced > 0 ? u", %1 files replaced\n"_s.arg(replaced) : u"\n"_s);
}

/// "home: 1200 rows, 1 of 256 ranges exchanged, 3 rows fetched": what was found, without what was not.
QString lineOfRepair(const QJsonObject &space)
{
    QStringList found{u"%1 rows counted"_s.arg(space.value("rows"_L1).toInteger())};
    const auto add = [&](QLatin1StringView name, const QString &words) {
        if (const qint64 count = space.value(name).toInteger(); count > 0)
            found.append(words.arg(count));
    };
    add("ranges_miscounted"_L1, u"%1 sums were wrong and are right now"_s);
    add("rows_lost"_L1, u"%1 rows had lost their content"_s);
    add("ranges_exchanged"_L1, u"%1 ranges differed from the server"_s);
    add("rows_fetched"_L1, u"%1 rows fetched"_s);
    add("rows_offered"_L1, u"%1 rows sent"_s);
    add("rows_mended"_L1, u"%1 rows had other content than the server's"_s);
    add("rows_adopted"_L1, u"%1 rows were unknown and are synced now"_s);
    const QString end =
        space.value("proven"_L1).toBool() ? u"equal with the server"_s : oneLine(space["error"_L1]["message"_L1].toString());
    return u"%1: %2; %3\n"_s.arg(oneLine(space.value("space"_L1).toString()), found.join(", "_L1), end);
}

void printRepair(const QJsonObject &report)
{
    const QJsonArray spaces = report.value("spaces"_L1).toArray();
    for (const QJsonValue &space : spaces)
        print(stdout, lineOfRepair(space.toObject()));
    if (report.value("proven"_L1).toBool())
        return print(stdout, u"This device and the server hold the same.\n"_s);
    const QJsonValue error = report["error"_L1];
    if (error.isObject())
        print(stderr, u"Not compared with the server: %1\n"_s.arg(oneLine(error["message"_L1].toString())));
    else
        print(stderr, u"Not everything could be compared with the server.\n"_s);
}

} // namespace

void Output::progress(const QJsonObject &progress)
{
    QString text = progress.value("verb"_L1).toString() + u' ' + QString::number(progress.value("done"_L1).toInteger());
    if (progress.contains("total"_L1))
        text += " of "_L1 + QString::number(progress.value("total"_L1).toInteger());
    if (::isatty(STDERR_FILENO) == 0)
        return print(stderr, text + u'\n');
    print(stderr, "\r\x1b[K"_L1 + text);
    m_inProgress = true;
}

void Output::answer(const QJsonObject &request, const QJsonObject &answer, bool json)
{
    endProgress();
    const QString command = request.value("do"_L1).toString();
    const QJsonArray items = answer.value("items"_L1).toArray();
    if (json) {
        print(stdout, QString::fromUtf8(documentOf(command, answer).toJson(QJsonDocument::Compact)) + u'\n');
    } else if (command == "import"_L1) {
        printImport(answer);
    } else if (command == "add"_L1) {
        if (answer.value("list_made"_L1).toBool())
            print(stderr, u"Made the list “%1”.\n"_s.arg(oneLine(request.value("list"_L1).toString())));
        print(stdout, answer.value("id"_L1).toString() + u'\n');
    } else if (command == "edit"_L1) {
        print(stdout, answer.value("id"_L1).toString() + u'\n');
    } else if (command == "list"_L1) {
        for (const QJsonValue &item : items)
            print(stdout, lineOf(item.toObject()));
        if (items.isEmpty())
            print(stderr, u"Nothing here yet.\n"_s);
    } else if (command == "show"_L1) {
        printItem(answer.value("item"_L1).toObject());
    } else if (command == "history"_L1) {
        printHistory(request, answer);
    } else if (command == "export"_L1) {
        printExport(answer);
    } else if (command == "repair"_L1) {
        printRepair(answer.value("report"_L1).toObject());
    } else {
        print(stdout, u"Synced: this device and the server hold the same.\n"_s);
    }
}

void Output::problem(const QString &sentence)
{
    endProgress();
    print(stderr, "sheaf-cli: "_L1 + oneLine(sentence) + u'\n');
}

void Output::endProgress()
{
    if (m_inProgress)
        print(stderr, u"\n"_s);
    m_inProgress = false;
}

} // namespace Sheaf
