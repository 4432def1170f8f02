// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/page.h"

#include <QList>
#include <QSet>

namespace Sheaf {

/// A Markdown file that will become a note.
struct ImportFile {
    QString path;         ///< on the disk
    QString relativePath; ///< below the folder that is imported
    QString list;         ///< name of the list; empty = Inbox
    friend bool operator==(const ImportFile &, const ImportFile &) = default;
};

/// Something that could not be read; the rest goes in.
struct SkippedFile {
    QString relativePath;
    QString reason;
    friend bool operator==(const SkippedFile &, const SkippedFile &) = default;
};

struct ImportPlan {
    QList<ImportFile> files; ///< in the order of their names
    QList<SkippedFile> skipped;
};

/// One note as it will be written.
struct ImportedNote {
    QString id;     ///< of the file's front matter; empty when it names none
    QString freeId; ///< a new one, for when `id` is empty or taken
    QString list;
    QString title;
    QString body;
    QStringList tags;
    bool pinned = false;
    qint64 created = 0;
    qint64 updated = 0;
    QStringList otherKeys;
};

/// Finds the Markdown files (.md, .markdown) of a folder and its subfolders. Hidden ones are left
/// out, links to folders are not followed. Errors: `no_folder`.
[[nodiscard]] Result<ImportPlan> planImport(const QString &folder);

/// The note that a file with these bytes and this time of change makes; pure. Errors: as readPage(),
/// and `too_large` for a body that no server takes.
[[nodiscard]] Result<ImportedNote> noteFromFile(const ImportFile &file, const QByteArray &bytes, qint64 changedMs);

/// Reads the file and makes its note. Errors: as noteFromFile(), and `unreadable`.
[[nodiscard]] Result<ImportedNote> readNote(const ImportFile &file);

/// Name of the nearest folder above a list that is a list too; empty when there is none.
[[nodiscard]] QString parentList(const QString &list, const QSet<QString> &lists);

} // namespace Sheaf
