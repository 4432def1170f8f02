// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "model/editsessions.h"
#include "model/retention.h"
#include "model/versionmaker.h"

class QSqlDatabase;

/// The versions of notes and tasks in the store. What takes a database runs in the engine's thread, in a transaction.
namespace Sheaf::NoteVersions {

enum class Reason {
    Edit,   ///< what somebody has written
    Found,  ///< what was there before somebody wrote
    Restore ///< an earlier version was brought back
};

/// The version that an item is to have.
struct Wanted {
    ItemRef item;
    QString id; ///< a new one
    qint64 atMs = 0;
    VersionMaker maker;
    Reason reason = Reason::Edit;
    bool others = false; ///< others wrote in it too
    qint64 sourceMs = 0; ///< of the version that was restored
};

/// Makes a version of an item as it is now, if its newest one is another text. Nothing is made of an item that does not
/// exist, of an empty text without a history, or when versions are not kept. The word count costs about what comparing
/// the texts does: some milliseconds for a megabyte.
Result<void> keep(const QSqlDatabase &database, const Wanted &wanted);

/// Deletes versions by their ids.
[[nodiscard]] QList<Statement> removal(const QStringList &versionIds);
/// Deletes all versions of an item.
[[nodiscard]] QList<Statement> removalOf(const QString &itemId);
/// Deletes all versions of everything in the trash.
[[nodiscard]] QList<Statement> removalOfTrash();

/// The pieces of the text of a version, one a row.
[[nodiscard]] Statement selectText(const QString &versionId);
/// Of the rows of selectText(). Errors: `no_version`, `bad_version`.
[[nodiscard]] Result<QString> textOf(const QueryRows &rows);

/// The choice of the person, all devices alike.
[[nodiscard]] Statement selectRetention();
[[nodiscard]] Retention retentionIn(const QueryRows &rows);
[[nodiscard]] Statement setRetention(Retention retention);

} // namespace Sheaf::NoteVersions
