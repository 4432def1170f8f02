// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/filenames.h"

#include <QStringList>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// File systems take 255 bytes; the rest is for a number, the extension and our peace.
constexpr qsizetype nameBytesMax = 120;

bool isForbidden(QChar c)
{
    return c.category() == QChar::Other_Control || c.category() == QChar::Other_Format ||
           QStringView(u"/\\:*?\"<>|").contains(c) || c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
}

/// Names that Windows keeps for devices, with or without an extension.
bool isReserved(const QString &name)
{
    static const QStringList devices{u"con"_s, u"prn"_s, u"aux"_s, u"nul"_s};
    const QString stem = name.section(u'.', 0, 0).trimmed().toLower();
    const bool numbered = stem.size() == 4 && (stem.startsWith("com"_L1) || stem.startsWith("lpt"_L1)) && stem[3].isDigit();
    return numbered || devices.contains(stem);
}

QString fold(const QString &path)
{
    return path.normalized(QString::NormalizationForm_C).toCaseFolded();
}

QString joined(const QString &folder, const QString &name)
{
    return folder.isEmpty() ? name : folder + u'/' + name;
}

} // namespace

QString safeFileName(const QString &title)
{
    QString name;
    for (const QChar c : title)
        name += isForbidden(c) ? QChar(u' ') : c;
    name = name.simplified();
    while (name.startsWith(u'.') || name.startsWith(u' '))
        name.remove(0, 1);
    while (name.toUtf8().size() > nameBytesMax)
        name.chop(name.back().isLowSurrogate() ? 2 : 1);
    while (name.endsWith(u'.') || name.endsWith(u' '))
        name.chop(1);
    if (name.isEmpty())
        return u"Untitled"_s;
    return isReserved(name) ? u'_' + name : name;
}

QString safeFolderPath(const QString &listName)
{
    QStringList folders;
    const QStringList parts = listName.split(u'/', Qt::SkipEmptyParts);
    for (const QString &part : parts)
        folders.append(safeFileName(part));
    return folders.join(u'/');
}

void UniquePaths::reserveFolder(const QString &folder)
{
    const QStringList parts = folder.split(u'/', Qt::SkipEmptyParts);
    for (qsizetype depth = 1; depth <= parts.size(); ++depth)
        m_taken.insert(fold(parts.first(depth).join(u'/')));
}

QString UniquePaths::take(const QString &folder, const QString &name)
{
    const QString stem = joined(folder, name);
    int &next = m_next[fold(stem)];
    QString path = stem + ".md"_L1;
    if (next == 0)
        next = 2;
    else
        path = u"%1 %2.md"_s.arg(stem).arg(next++);
    while (m_taken.contains(fold(path)))
        path = u"%1 %2.md"_s.arg(stem).arg(next++);
    m_taken.insert(fold(path));
    return path;
}

} // namespace Sheaf
