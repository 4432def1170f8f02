// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/importplan.h"

#include "protocol/limits.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QUuid>

#include <algorithm>
#include <filesystem>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr int folderDepthMax = 100; ///< bounds the recursion

QString below(const QString &folder, const QString &name)
{
    return folder.isEmpty() ? name : folder + u'/' + name;
}

bool isMarkdown(const QString &name)
{
    return name.endsWith(".md"_L1, Qt::CaseInsensitive) || name.endsWith(".markdown"_L1, Qt::CaseInsensitive);
}

QString escaped(const QByteArray &name)
{
    QString text;
    for (const char byte : name)
        text += (byte & 0x80) == 0 ? QString(QLatin1Char(byte)) : u"\\x%1"_s.arg(static_cast<quint8>(byte), 2, 16);
    return text;
}

/// Names what QDir leaves out, because no QString can hold its name.
void nameUnnameable(const QDir &folder, const QString &relative, ImportPlan &plan)
{
    std::error_code error;
    std::filesystem::directory_iterator entries(QFile::encodeName(folder.path()).toStdString(), error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        const QByteArray name = QByteArray::fromStdString(entries->path().filename().string());
        std::error_code unknown;
        const bool isFolder = entries->is_directory(unknown);
        if (name.isValidUtf8() || name.startsWith('.') || !(isFolder || isMarkdown(QString::fromLatin1(name))))
            continue;
        plan.skipped.append({below(relative, escaped(name)) + (isFolder ? u"/"_s : QString()), u"its name is not UTF-8"_s});
    }
}

void scan(const QString &root, const QString &relative, int depth, ImportPlan &plan)
{
    const QDir folder(below(root, relative));
    const QFileInfo info(folder.path());
    if (depth > folderDepthMax || !info.isReadable() || !info.isExecutable()) {
        plan.skipped.append(
            {relative + u'/', depth > folderDepthMax ? u"too many folders in one another"_s : u"the folder cannot be read"_s});
        return;
    }
    // System: dangling links and sockets too, so that what we leave out is named. Hidden: a page may
    // be called `..md`; only folders with a dot in front are somebody's workings.
    const QFileInfoList entries = folder.entryInfoList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot);
    nameUnnameable(folder, relative, plan);
    for (const QFileInfo &entry : entries) {
        const QString path = below(relative, entry.fileName());
        if (entry.isDir()) {
            if (!entry.isSymLink() && !entry.fileName().startsWith(u'.'))
                scan(root, path, depth + 1, plan);
        } else if (isMarkdown(entry.fileName())) {
            if (entry.isFile())
                plan.files.append({entry.filePath(), path, relative});
            else
                plan.skipped.append({path, u"it cannot be read"_s});
        }
    }
}

/// The name of a file without its extension.
QString stemOf(const QString &relativePath)
{
    const QString name = relativePath.section(u'/', -1);
    return name.first(name.lastIndexOf(u'.'));
}

} // namespace

Result<ImportPlan> planImport(const QString &folder)
{
    const QFileInfo info(folder);
    if (!info.isDir())
        return fail(u"no_folder"_s, u"There is no folder %1; name one that holds Markdown files."_s.arg(folder));
    ImportPlan plan;
    scan(QDir(folder).absolutePath(), {}, 0, plan);
    std::sort(plan.files.begin(), plan.files.end(),
              [](const ImportFile &a, const ImportFile &b) { return a.relativePath < b.relativePath; });
    return plan;
}

Result<ImportedNote> noteFromFile(const ImportFile &file, const QByteArray &bytes, qint64 changedMs)
{
    auto page = readPage(bytes);
    if (!page)
        return fail(page.error());
    if (page->body.toUtf8().size() > Limits::valueBytesMax)
        return fail(u"too_large"_s,
                    u"it is larger than %1 KiB, the most that a server takes"_s.arg(Limits::valueBytesMax / 1024));
    ImportedNote note;
    // Only ids like our own: a short one of another program would meet others like it.
    if (!QUuid::fromString(page->id).isNull() && page->id.size() == 36)
        note.id = page->id;
    note.list = page->list.value_or(file.list);
    note.title = page->title.value_or(headingOf(page->body));
    if (!page->title && note.title.isEmpty())
        note.title = stemOf(file.relativePath);
    note.tags = page->tags;
    note.pinned = page->pinned;
    note.updated = page->updated.value_or(changedMs);
    note.created = page->created.value_or(note.updated);
    note.body = std::move(page->body);
    note.otherKeys = page->otherKeys;
    return note;
}

Result<ImportedNote> readNote(const ImportFile &file)
{
    QFile device(file.path);
    const auto unreadable = [&device] { return fail(u"unreadable"_s, u"it cannot be read: %1"_s.arg(device.errorString())); };
    if (!device.open(QIODevice::ReadOnly))
        return unreadable();
    // Front matter comes on top of the body, so a file may be somewhat larger than one value.
    if (device.size() > 2 * Limits::valueBytesMax)
        return fail(u"too_large"_s,
                    u"it is larger than %1 KiB, the most that a server takes"_s.arg(Limits::valueBytesMax / 1024));
    const QByteArray bytes = device.readAll();
    if (device.error() != QFileDevice::NoError)
        return unreadable();
    return noteFromFile(file, bytes, QFileInfo(device).lastModified().toMSecsSinceEpoch());
}

QString parentList(const QString &list, const QSet<QString> &lists)
{
    QString name = list;
    while (name.contains(u'/')) {
        name = name.section(u'/', 0, -2);
        if (lists.contains(name))
            return name;
    }
    return {};
}

} // namespace Sheaf
