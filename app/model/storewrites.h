// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

/// The statements that make and change lists, notes and tasks, for everybody who writes them.
namespace Sheaf::StoreWrites {

/// NULL for an empty id, which means the Inbox.
[[nodiscard]] QVariant idOrNull(const QString &id);

[[nodiscard]] Statement createList(const QString &id, const QString &name, qint64 nowMs);
[[nodiscard]] Statement renameList(const QString &id, const QString &name, qint64 nowMs);
/// Empties the list into the Inbox: for lists that are, or will be, gone.
[[nodiscard]] QList<Statement> abandonList(const QString &id);
[[nodiscard]] QList<Statement> deleteList(const QString &id);

[[nodiscard]] Statement createNote(const QString &id, const QString &listId, const QString &title, const QString &body,
                                   qint64 nowMs);
[[nodiscard]] Statement createTask(const QString &id, const QString &listId, const QString &title, qint64 nowMs);
/// Sets one text of a row; `updated` moves only when it is another text.
[[nodiscard]] Statement setText(const QString &table, const QString &column, const QString &id, const QVariant &text,
                                qint64 nowMs);
/// Something in the row has changed.
[[nodiscard]] Statement touch(const QString &table, const QString &id, qint64 nowMs);
[[nodiscard]] Statement setTaskDone(const QString &id, bool done, qint64 nowMs);
[[nodiscard]] Statement moveNoteToList(const QString &id, const QString &listId);
[[nodiscard]] Statement moveTaskToList(const QString &id, const QString &listId);
[[nodiscard]] Statement setTrashed(const QString &table, const QString &id, const QVariant &whenMs);
[[nodiscard]] Statement remove(const QString &table, const QString &id);

/// Puts a task between two others; empty ids leave that end open.
Result<void> moveTask(const QSqlDatabase &database, const QString &id, const QString &beforeId, const QString &afterId);

} // namespace Sheaf::StoreWrites
