// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "model/filenames.h"
#include "model/page.h"

#include <QThreadPool>

namespace Sheaf {

/// What an export has done.
struct ExportReport {
    qint64 notes = 0;
    qint64 replaced = 0; ///< files that were there before
    qint64 tasks = 0;    ///< open tasks, which have no Markdown file
};

/// A note on its way into a file.
struct ExportedNote {
    Page page;
    QString list; ///< name; empty = Inbox
    QString title;
};

/// Gives each note its place and its bytes; pure.
class ExportPlan
{
public:
    struct File {
        QString relativePath;
        QByteArray bytes;
    };
    [[nodiscard]] File fileFor(const ExportedNote &note);

private:
    UniquePaths m_paths;
};

/// One export of all notes outside the trash as a Markdown folder: lists become folders, and
/// planImport() reads the same notes back.
class Exporter : public QObject
{
    Q_OBJECT

public:
    explicit Exporter(SyncEngine &engine, QObject *parent = nullptr);
    ~Exporter() override;

    /// Once in a life; finished() or failed() follows. Only with `force` into a folder with files.
    void start(const QString &folder, bool force);

Q_SIGNALS:
    void progressed(qint64 done, qint64 total);
    void finished(const Sheaf::ExportReport &report);
    void failed(const Sheaf::Error &error);

private:
    void readNext();
    void writePage(const QList<QVariantList> &rows);

    SyncEngine &m_engine;
    QString m_folder;
    QString m_lastId;
    qint64 m_total = 0;
    ExportReport m_report;
    std::shared_ptr<ExportPlan> m_plan; ///< used in the pool's one thread only
    QThreadPool m_pool;
};

} // namespace Sheaf
