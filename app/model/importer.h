// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/importplan.h"
#include "model/notesstore.h"

#include <QThreadPool>

#include <memory>

namespace Sheaf {

/// What an import has done.
struct ImportReport {
    qint64 read = 0;    ///< files whose text was read
    qint64 made = 0;    ///< new notes
    qint64 present = 0; ///< the same note was here already
    QList<SkippedFile> skipped;
    QStringList otherKeys; ///< keys of front matter that notes have no place for
};

/// One import of a Markdown folder: files are read in a thread of its own and written in batches,
/// one transaction each, so that the app stays usable and whatever was written stays.
class Importer : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype notesPerBatch = 500;

    Importer(SyncEngine &engine, ModelPorts ports, QObject *parent = nullptr);
    ~Importer() override;

    /// Once in a life; finished() or failed() follows.
    void start(const QString &folder);

Q_SIGNALS:
    void progressed(qint64 done, qint64 total);
    void finished(const Sheaf::ImportReport &report);
    void failed(const Sheaf::Error &error);

private:
    struct Batch {
        QList<ImportedNote> notes;
        QList<SkippedFile> skipped;
    };
    struct Writer;

    void readNext();
    void writeBatch(const Batch &batch);

    SyncEngine &m_engine;
    ModelPorts m_ports;
    ImportPlan m_plan;
    qsizetype m_next = 0;
    ImportReport m_report;
    std::shared_ptr<Writer> m_writer; ///< after its making used in the engine's thread only
    QThreadPool m_pool;
};

} // namespace Sheaf
