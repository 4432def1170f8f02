// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/exporter.h"

#include "model/inpool.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr int notesPerPage = 500;

Result<void> checkFolder(const QString &folder, bool force)
{
    const QFileInfo info(folder);
    if (info.exists() && !info.isDir())
        return fail(u"no_folder"_s, u"%1 is a file; name a folder for the export."_s.arg(folder));
    if (!QDir().mkpath(folder))
        return fail(u"export_failed"_s, u"The folder %1 cannot be made; name one that you may write to."_s.arg(folder));
    if (!force && !QDir(folder).isEmpty(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden | QDir::System))
        return fail(u"folder_not_empty"_s,
                    u"%1 is not empty; name a new folder, or replace files of the same name with --force."_s.arg(folder));
    return {};
}

/// 1 when a file was replaced, else 0.
Result<int> writeFile(const QString &folder, const ExportPlan::File &planned)
{
    const QString path = QDir(folder).filePath(planned.relativePath);
    QFile file(path);
    const int replaced = file.exists() ? 1 : 0;
    const bool written = QDir().mkpath(QFileInfo(path).absolutePath()) && file.open(QIODevice::WriteOnly) &&
                         file.write(planned.bytes) == planned.bytes.size() && file.flush();
    if (!written)
        return fail(u"export_failed"_s,
                    u"%1 cannot be written: %2. The notes themselves are safe."_s.arg(path, file.errorString()));
    return replaced;
}

ExportedNote noteOf(const QVariantList &row)
{
    ExportedNote note;
    note.page.id = row[0].toString();
    note.title = row[1].toString();
    note.page.body = row[2].toString();
    note.page.tags = tagsFromJson(row[3].toString());
    note.page.pinned = row[4].toBool();
    note.page.created = row[5].toLongLong();
    note.page.updated = row[6].toLongLong();
    note.list = row[7].toString();
    return note;
}

} // namespace

ExportPlan::File ExportPlan::fileFor(const ExportedNote &note)
{
    Page page = note.page;
    if (note.title.isEmpty() || note.title != headingOf(page.body))
        page.title = note.title;
    const QString folder = safeFolderPath(note.list);
    if (folder != note.list)
        page.list = note.list;
    m_paths.reserveFolder(folder);
    return {m_paths.take(folder, safeFileName(note.title)), Sheaf::writePage(page)};
}

Exporter::Exporter(SyncEngine &engine, QObject *parent)
    : QObject(parent), m_engine(engine), m_plan(std::make_shared<ExportPlan>())
{
    m_pool.setMaxThreadCount(1);
}

Exporter::~Exporter() = default;

void Exporter::start(const QString &folder, bool force)
{
    m_folder = folder;
    inPool(m_pool, [folder, force] { return checkFolder(folder, force); }).then(this, [this](const Result<void> &checked) {
        if (!checked)
            return Q_EMIT failed(checked.error());
        m_engine
            .query({u"SELECT (SELECT count(*) FROM notes WHERE trashed IS NULL),"
                    " (SELECT count(*) FROM tasks WHERE trashed IS NULL AND done IS NULL)"_s,
                    {},
                    {}})
            .then(this, [this](const Result<QueryRows> &counts) {
                if (!counts)
                    return Q_EMIT failed(counts.error());
                m_total = counts->rows.first()[0].toLongLong();
                m_report.tasks = counts->rows.first()[1].toLongLong();
                readNext();
            });
    });
}

void Exporter::readNext()
{
    m_engine
        .query({u"SELECT n.id, n.title, n.body, n.tags, n.pinned, n.created, n.updated, l.name FROM notes n"
                " LEFT JOIN lists l ON l.id = n.list WHERE n.trashed IS NULL AND n.id > ? ORDER BY n.id LIMIT ?"_s,
                {m_lastId.isNull() ? u""_s : m_lastId, notesPerPage},
                {}})
        .then(this, [this](const Result<QueryRows> &found) {
            if (!found)
                return Q_EMIT failed(found.error());
            if (found->rows.isEmpty())
                return Q_EMIT finished(m_report);
            writePage(found->rows);
        });
}

void Exporter::writePage(const QList<QVariantList> &rows)
{
    m_lastId = rows.last().first().toString();
    const auto writeAll = [rows, folder = m_folder, plan = m_plan]() -> Result<int> {
        int replaced = 0;
        for (const QVariantList &row : rows) {
            const auto written = writeFile(folder, plan->fileFor(noteOf(row)));
            if (!written)
                return fail(written.error());
            replaced += *written;
        }
        return replaced;
    };
    inPool(m_pool, writeAll).then(this, [this, count = rows.size()](const Result<int> &replaced) {
        if (!replaced)
            return Q_EMIT failed(replaced.error());
        m_report.replaced += *replaced;
        m_report.notes += count;
        Q_EMIT progressed(m_report.notes, m_total);
        readNext();
    });
}

} // namespace Sheaf
