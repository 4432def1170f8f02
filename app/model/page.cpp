// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/page.h"

#include "model/frontmatter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QStringDecoder>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView byteOrderMark = "\xEF\xBB\xBF";

/// The text of a file with all of its characters; Qt alone would drop a byte order mark.
Result<QString> decode(const QByteArray &file)
{
    if (file.contains('\0'))
        return fail(u"not_text"_s, u"it holds NUL bytes, so it is no text"_s);
    const bool marked = file.startsWith(byteOrderMark);
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    QString text = decoder(QByteArrayView(file).sliced(marked ? byteOrderMark.size() : 0));
    if (decoder.hasError())
        return fail(u"not_utf8"_s, u"its text is not UTF-8"_s);
    if (marked)
        text.prepend(u'\uFEFF');
    return text;
}

/// Level 1 to 6 of an ATX heading, 0 for other lines.
qsizetype headingLevel(QStringView line)
{
    qsizetype level = 0;
    while (level < line.size() && line[level] == u'#')
        ++level;
    const bool ends = level == line.size() || line[level] == u' ' || line[level] == u'\t';
    return level <= 6 && ends ? level : 0;
}

QString headingText(QStringView line, qsizetype level)
{
    QStringView text = line.sliced(level).trimmed();
    QStringView open = text;
    while (open.endsWith(u'#'))
        open.chop(1);
    // Closing signs belong to the heading only behind a space: "# C#" is about C#.
    if (open.isEmpty() || open.back().isSpace())
        text = open.trimmed();
    return text.toString();
}

} // namespace

Result<Page> readPage(const QByteArray &file)
{
    const auto text = decode(file);
    if (!text)
        return fail(text.error());
    Page page;
    const auto front = FrontMatter::read(*text);
    if (!front) {
        page.body = *text;
        return page;
    }
    page.body = text->sliced(front->size);
    page.id = front->text(u"id").value_or(QString()).trimmed();
    page.title = front->text(u"title");
    page.list = front->text(u"list");
    page.tags = front->list(u"tags");
    page.pinned = front->text(u"pinned").value_or(QString()) == "true"_L1;
    for (const QStringView key : {QStringView(u"created"), QStringView(u"date")}) {
        if (const auto value = front->text(key); value && !page.created)
            page.created = parseTime(*value);
    }
    if (const auto value = front->text(u"updated"))
        page.updated = parseTime(*value);
    static const QStringList known{u"id"_s, u"title"_s, u"list"_s, u"tags"_s, u"pinned"_s, u"created"_s, u"date"_s, u"updated"_s};
    for (const FrontMatter::Entry &entry : front->entries) {
        if (!known.contains(entry.key))
            page.otherKeys.append(entry.key);
    }
    return page;
}

QByteArray writePage(const Page &page)
{
    QString front = u"---\n"_s;
    if (!page.id.isEmpty())
        front += "id: "_L1 + page.id + u'\n';
    if (page.title)
        front += "title: "_L1 + FrontMatter::quoted(*page.title) + u'\n';
    if (page.list)
        front += "list: "_L1 + FrontMatter::quoted(*page.list) + u'\n';
    if (!page.tags.isEmpty()) {
        QStringList tags;
        for (const QString &tag : page.tags)
            tags.append(FrontMatter::quoted(tag));
        front += "tags: ["_L1 + tags.join(", "_L1) + "]\n"_L1;
    }
    if (page.pinned)
        front += "pinned: true\n"_L1;
    if (page.created)
        front += "created: "_L1 + formatTime(*page.created) + u'\n';
    if (page.updated)
        front += "updated: "_L1 + formatTime(*page.updated) + u'\n';
    return (front + "---\n"_L1 + page.body).toUtf8();
}

QString headingOf(const QString &body)
{
    QStringView fence;
    for (QStringView line : QStringView(body).tokenize(u'\n')) {
        if (line.startsWith(u'\uFEFF'))
            line = line.sliced(1);
        line = line.trimmed();
        const bool isFence = line.startsWith("```"_L1) || line.startsWith("~~~"_L1);
        if (isFence && fence.isEmpty())
            fence = line.first(3);
        else if (isFence && line.startsWith(fence))
            fence = {};
        if (isFence || !fence.isEmpty())
            continue;
        const qsizetype level = headingLevel(line);
        if (level == 0)
            continue;
        if (const QString text = headingText(line, level); !text.isEmpty())
            return text;
    }
    return {};
}

QString tagsToJson(const QStringList &tags)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(tags)).toJson(QJsonDocument::Compact));
}

QStringList tagsFromJson(const QString &json)
{
    QStringList tags;
    const QJsonArray array = QJsonDocument::fromJson(json.toUtf8()).array();
    for (const QJsonValue &value : array)
        tags.append(value.toString());
    return tags;
}

} // namespace Sheaf
