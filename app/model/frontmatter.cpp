// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/frontmatter.h"

#include <QDateTime>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

using Scalar = FrontMatter::Scalar;

/// Takes one line off the front, without its end.
QStringView takeLine(QStringView &rest)
{
    const qsizetype end = rest.indexOf(u'\n');
    QStringView line = end < 0 ? rest : rest.first(end);
    rest = end < 0 ? QStringView() : rest.sliced(end + 1);
    if (line.endsWith(u'\r'))
        line.chop(1);
    return line;
}

bool isFence(QStringView line, bool closing)
{
    while (line.endsWith(u' ') || line.endsWith(u'\t'))
        line.chop(1);
    return line == "---"_L1 || (closing && line == "..."_L1);
}

QChar unescaped(QChar letter)
{
    switch (letter.unicode()) {
    case u'n':
        return u'\n';
    case u't':
        return u'\t';
    case u'r':
        return u'\r';
    case u'0':
        return QChar(u'\0');
    default:
        return letter;
    }
}

/// Takes a quoted scalar off the front, up to and with its closing quote.
Scalar takeQuoted(QStringView &rest)
{
    const QChar quote = rest.front();
    Scalar scalar{{}, true};
    qsizetype i = 1;
    for (; i < rest.size() && rest[i] != quote; ++i) {
        if (quote == u'"' && rest[i] == u'\\' && i + 1 < rest.size()) {
            ++i;
            bool isCode = rest[i] == u'u' && i + 4 < rest.size();
            const ushort code = isCode ? rest.sliced(i + 1, 4).toUShort(&isCode, 16) : ushort(0);
            scalar.text += isCode ? QChar(code) : unescaped(rest[i]);
            i += isCode ? 4 : 0;
        } else {
            scalar.text += rest[i];
        }
    }
    rest = i < rest.size() ? rest.sliced(i + 1) : QStringView();
    return scalar;
}

/// A single quote inside single quotes is written twice, which looks like an end and a new start.
Scalar takeSingleQuoted(QStringView &rest)
{
    Scalar whole = takeQuoted(rest);
    while (rest.startsWith(u'\'')) {
        whole.text += u'\'';
        whole.text += takeQuoted(rest).text;
    }
    return whole;
}

Scalar takeScalar(QStringView &rest, QStringView ends)
{
    rest = rest.trimmed();
    if (rest.startsWith(u'"'))
        return takeQuoted(rest);
    if (rest.startsWith(u'\''))
        return takeSingleQuoted(rest);
    qsizetype end = 0;
    while (end < rest.size() && !ends.contains(rest[end]) && !(rest[end] == u'#' && end > 0 && rest[end - 1].isSpace()))
        ++end;
    const Scalar scalar{rest.first(end).trimmed().toString(), false};
    rest = rest.sliced(end);
    return scalar;
}

/// [a, "b, c", 'd']
QList<Scalar> flowList(QStringView rest)
{
    QList<Scalar> values;
    rest = rest.sliced(1);
    while (!rest.trimmed().isEmpty() && !rest.trimmed().startsWith(u']')) {
        const Scalar scalar = takeScalar(rest, u",]");
        if (scalar.quoted || !scalar.text.isEmpty())
            values.append(scalar);
        const qsizetype next = rest.indexOf(u',');
        if (next < 0)
            break;
        rest = rest.sliced(next + 1);
    }
    return values;
}

/// Length of the key that a line starts with, 0 when it is no "key: value".
qsizetype keyLength(QStringView line)
{
    const qsizetype colon = line.indexOf(u':');
    if (colon < 1 || (colon + 1 < line.size() && !line[colon + 1].isSpace()))
        return 0;
    const auto isKeyLetter = [](QChar c) { return c.isLetterOrNumber() || c == u'_' || c == u'-' || c == u'.'; };
    const QStringView key = line.first(colon);
    return std::all_of(key.begin(), key.end(), isKeyLetter) ? colon : 0;
}

/// Adds what one line says; false when the line has no place in front matter.
bool takeEntryLine(QStringView line, QList<FrontMatter::Entry> &entries)
{
    const QStringView trimmed = line.trimmed();
    if (trimmed.isEmpty() || trimmed.startsWith(u'#'))
        return true;
    if (trimmed == "-"_L1 || trimmed.startsWith("- "_L1)) {
        if (entries.isEmpty())
            return false;
        QStringView item = trimmed.sliced(1);
        entries.last().isList = true;
        entries.last().values.append(takeScalar(item, u""));
        return true;
    }
    if (line.front().isSpace())
        return !entries.isEmpty(); // a deeper level, which we do not read
    const qsizetype length = keyLength(line);
    if (length == 0)
        return false;
    FrontMatter::Entry entry{line.first(length).toString().toLower(), {}, false};
    QStringView value = line.sliced(length + 1).trimmed();
    if (value.startsWith(u'[')) {
        entry.isList = true;
        entry.values = flowList(value);
    } else if (!value.isEmpty()) {
        const Scalar scalar = takeScalar(value, u"");
        if (scalar.quoted || !scalar.text.isEmpty())
            entry.values.append(scalar);
    }
    entries.append(entry);
    return true;
}

} // namespace

std::optional<FrontMatter> FrontMatter::read(QStringView file)
{
    QStringView rest = file;
    if (rest.startsWith(u'\uFEFF'))
        rest = rest.sliced(1);
    if (!isFence(takeLine(rest), false))
        return {};
    FrontMatter result;
    while (!rest.isEmpty()) {
        const QStringView line = takeLine(rest);
        if (isFence(line, true)) {
            result.size = file.size() - rest.size();
            return result;
        }
        if (!takeEntryLine(line, result.entries))
            return {};
    }
    return {};
}

std::optional<QString> FrontMatter::text(QStringView key) const
{
    for (const Entry &entry : entries) {
        if (entry.key == key && !entry.isList && !entry.values.isEmpty())
            return entry.values.first().text;
    }
    return {};
}

QStringList FrontMatter::list(QStringView key) const
{
    QStringList texts;
    const auto add = [&texts](const QString &text) {
        if (!text.isEmpty() && !texts.contains(text))
            texts.append(text);
    };
    // Many programs write tags as they look in text: #tag.
    const auto addPlain = [&add](QString text) {
        text = text.trimmed();
        add(text.startsWith(u'#') ? text.sliced(1) : text);
    };
    for (const Entry &entry : entries) {
        if (entry.key != key)
            continue;
        for (const Scalar &value : entry.values) {
            if (entry.isList && value.quoted) {
                add(value.text);
            } else if (entry.isList) {
                addPlain(value.text);
            } else {
                const QStringList parts = value.text.split(value.text.contains(u',') ? u',' : u' ', Qt::SkipEmptyParts);
                for (const QString &part : parts)
                    addPlain(part);
            }
        }
    }
    return texts;
}

QString FrontMatter::quoted(const QString &text)
{
    QString result = u"\""_s;
    for (const QChar c : text) {
        if (c == u'"' || c == u'\\')
            result += u'\\';
        if (c == u'\n')
            result += "\\n"_L1;
        else if (c < u' ' || c == u'\x7f' || c == u'\u0085' || c == u'\u2028' || c == u'\u2029')
            result += u"\\u%1"_s.arg(uint(c.unicode()), 4, 16, QChar(u'0'));
        else
            result += c;
    }
    return result + u'"';
}

std::optional<qint64> parseTime(const QString &text)
{
    QString iso = text.trimmed();
    if (iso.size() == 10) {
        const QDate date = QDate::fromString(iso, Qt::ISODate);
        return date.isValid() ? std::optional(date.startOfDay().toMSecsSinceEpoch()) : std::nullopt;
    }
    // "2026-11-21 07:30:00 +0100", as many programs write it.
    if (iso.size() > 10 && iso[10] == u' ')
        iso[10] = u'T';
    iso.remove(u' ');
    const QDateTime time = QDateTime::fromString(iso, Qt::ISODateWithMs);
    return time.isValid() ? std::optional(time.toMSecsSinceEpoch()) : std::nullopt;
}

QString formatTime(qint64 ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs);
}

} // namespace Sheaf
