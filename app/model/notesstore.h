// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QObject>

#include <functional>
#include <memory>

namespace Sheaf {

/// What is handed to the model from outside.
struct ModelPorts {
    std::function<qint64()> wallMs;  ///< wall clock, milliseconds since 1970
    std::function<quint64()> random; ///< 64 random bits

    /// The system's clock and chance.
    [[nodiscard]] static ModelPorts ofSystem();
    /// A new time-ordered id.
    [[nodiscard]] QString newId() const;
};

/// The notes, tasks and lists of one replica as commands. Each is one durable transaction, done in
/// the engine's thread after the call has returned; live queries show the result. An empty list id
/// is the Inbox. An id that does not exist (any more) is ignored, as the row may just have been
/// deleted elsewhere. Kinds are "note" and "task". Lives in the engine's owner thread.
class NotesStore : public QObject
{
    Q_OBJECT

public:
    explicit NotesStore(SyncEngine &engine, QObject *parent = nullptr);
    NotesStore(SyncEngine &engine, ModelPorts ports, QObject *parent = nullptr);
    ~NotesStore() override;

    /// The new id, at once; the list comes last.
    Q_INVOKABLE QString createList(const QString &name);
    Q_INVOKABLE void renameList(const QString &id, const QString &name);
    /// Its notes and tasks go to the Inbox.
    Q_INVOKABLE void deleteList(const QString &id);

    Q_INVOKABLE QString createNote(const QString &listId, const QString &title, const QString &body);
    Q_INVOKABLE void setNoteTitle(const QString &id, const QString &title);

    /// The task comes last in its list.
    Q_INVOKABLE QString createTask(const QString &listId, const QString &title);
    Q_INVOKABLE void setTaskTitle(const QString &id, const QString &title);
    Q_INVOKABLE void setTaskDone(const QString &id, bool done);
    /// `isoDate` such as 2026-11-21; empty = no due date.
    Q_INVOKABLE void setTaskDue(const QString &id, const QString &isoDate);
    /// Puts the task behind `beforeId` and in front of `afterId`; either may be empty.
    Q_INVOKABLE void moveTask(const QString &id, const QString &beforeId, const QString &afterId);

    /// The text of an item is being written (in a TextDocument): moves its time of the last change, but not
    /// at every key.
    Q_INVOKABLE void touch(const QString &kind, const QString &id);

    // Several notes and tasks in one transaction; each item is a map of `kind` and `itemId`.

    Q_INVOKABLE void moveToList(const QVariantList &items, const QString &listId);
    Q_INVOKABLE void setTasksDone(const QVariantList &items, bool done);
    Q_INVOKABLE void trash(const QVariantList &items);
    Q_INVOKABLE void restore(const QVariantList &items);
    Q_INVOKABLE void deleteForGood(const QVariantList &items);
    /// Deletes for good what is in the trash.
    Q_INVOKABLE void emptyTrash();

    /// Takes back, or does again, what was done last in lists: all of the above but what is new or gone for good. Others'
    /// changes stay. undone(), redone() or nothingUndone() answer, or writeFailed().
    Q_INVOKABLE void undo();
    Q_INVOKABLE void redo();

Q_SIGNALS:
    /// Nothing of that write was stored; one sentence for people.
    void writeFailed(const QString &message);
    /// Something was written that undo() can take back: it is the newest from now on.
    void acted();
    /// `what` as a menu has it: "move to trash".
    void undone(const QString &what);
    void redone(const QString &what);
    /// There was nothing, or others have changed since whatever there was.
    void nothingUndone();

private:
    void write(const QList<Statement> &statements, const UserAction &action = UserAction::hidden());
    void writeWith(std::function<Result<void>(QSqlDatabase &)> work, const UserAction &action);
    void heal(const CommitChanges &changes);

    struct Touch {
        QString table;
        QString id;
        qint64 atMs = 0;
    };

    SyncEngine &m_engine;
    ModelPorts m_ports;
    Touch m_touched; ///< the last one
};

} // namespace Sheaf
