// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/notesstore.h"

#include "crdt/rowkey.h"
#include "crdt/uuid.h"
#include "model/noteversions.h"
#include "model/storewrites.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"

#include <QDate>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

const QVariant nothing(QMetaType::fromType<qint64>());

/// While a text is written, its row's time is moved that often.
constexpr qint64 touchIntervalMs = 5000;

/// Empty when the kind is none.
QString tableOf(const QString &kind)
{
    if (kind == "note"_L1)
        return u"notes"_s;
    return kind == "task"_L1 ? u"tasks"_s : QString();
}

/// One statement for each item of a known kind; empty ones are left out.
template<typename Make>
QList<Statement> forEach(const QVariantList &items, Make make)
{
    QList<Statement> statements;
    for (const QVariant &value : items) {
        const QVariantMap item = value.toMap();
        const QString table = tableOf(item.value(u"kind"_s).toString());
        if (table.isEmpty())
            continue;
        if (const Statement statement = make(table, item.value(u"itemId"_s).toString()); !statement.sql.isEmpty())
            statements.append(statement);
    }
    return statements;
}

/// A null QString would be bound as NULL.
QString text(const QString &given)
{
    return given.isNull() ? u""_s : given;
}

} // namespace

ModelPorts ModelPorts::ofSystem()
{
    return {[clock = std::make_shared<SystemClock>()] { return clock->wallMs(); },
            [random = std::make_shared<SystemRandom>()] { return random->next(); }};
}

QString ModelPorts::newId() const
{
    return QString::fromLatin1(timeOrderedUuid(wallMs(), random(), random()));
}

NotesStore::NotesStore(SyncEngine &engine, QObject *parent) : NotesStore(engine, ModelPorts::ofSystem(), parent)
{
}

NotesStore::NotesStore(SyncEngine &engine, ModelPorts ports, QObject *parent)
    : QObject(parent), m_engine(engine), m_ports(std::move(ports))
{
    connect(&engine, &SyncEngine::committed, this, &NotesStore::heal);
}

NotesStore::~NotesStore() = default;

QString NotesStore::createList(const QString &name)
{
    const QString id = m_ports.newId();
    write({StoreWrites::createList(id, text(name), m_ports.wallMs())});
    return id;
}

void NotesStore::renameList(const QString &id, const QString &name)
{
    write({StoreWrites::renameList(id, text(name), m_ports.wallMs())}, UserAction::undoable(tr("rename list")));
}

void NotesStore::deleteList(const QString &id)
{
    write(StoreWrites::deleteList(id), UserAction::undoable(tr("delete list")));
}

QString NotesStore::createNote(const QString &listId, const QString &title, const QString &body)
{
    const QString id = m_ports.newId();
    write({StoreWrites::createNote(id, listId, title, body, m_ports.wallMs())});
    return id;
}

void NotesStore::setNoteTitle(const QString &id, const QString &title)
{
    write({StoreWrites::setText(u"notes"_s, u"title"_s, id, text(title), m_ports.wallMs())},
          UserAction::undoable(tr("rename note"), "title " + id.toUtf8()));
}

QString NotesStore::createTask(const QString &listId, const QString &title)
{
    const QString id = m_ports.newId();
    write({StoreWrites::createTask(id, listId, title, m_ports.wallMs())});
    return id;
}

void NotesStore::setTaskTitle(const QString &id, const QString &title)
{
    write({StoreWrites::setText(u"tasks"_s, u"title"_s, id, text(title), m_ports.wallMs())},
          UserAction::undoable(tr("rename task"), "title " + id.toUtf8()));
}

void NotesStore::setTaskDone(const QString &id, bool done)
{
    write({StoreWrites::setTaskDone(id, done, m_ports.wallMs())},
          UserAction::undoable(done ? tr("complete task") : tr("reopen task")));
}

void NotesStore::setTaskDue(const QString &id, const QString &isoDate)
{
    if (!isoDate.isEmpty() && !QDate::fromString(isoDate, Qt::ISODate).isValid()) {
        Q_EMIT writeFailed(tr("“%1” is no date; a due date looks like 2026-11-21.").arg(isoDate));
        return;
    }
    write({StoreWrites::setText(u"tasks"_s, u"due"_s, id, StoreWrites::idOrNull(isoDate), m_ports.wallMs())},
          UserAction::undoable(tr("set due date")));
}

void NotesStore::touch(const QString &kind, const QString &id)
{
    const QString table = tableOf(kind);
    const qint64 now = m_ports.wallMs();
    const bool same = m_touched.table == table && m_touched.id == id;
    if (table.isEmpty() || (same && now >= m_touched.atMs && now - m_touched.atMs < touchIntervalMs))
        return;
    m_touched = {table, id, now};
    write({StoreWrites::touch(table, id, now)});
}

void NotesStore::moveTask(const QString &id, const QString &beforeId, const QString &afterId)
{
    if (id == beforeId || id == afterId)
        return;
    writeWith([id, beforeId, afterId](QSqlDatabase &database) { return StoreWrites::moveTask(database, id, beforeId, afterId); },
              UserAction::undoable(tr("move task")));
}

void NotesStore::moveToList(const QVariantList &items, const QString &listId)
{
    write(forEach(items,
                  [&](const QString &table, const QString &id) {
                      return table == "notes"_L1 ? StoreWrites::moveNoteToList(id, listId)
                                                 : StoreWrites::moveTaskToList(id, listId);
                  }),
          UserAction::undoable(tr("move to list")));
}

void NotesStore::setTasksDone(const QVariantList &items, bool done)
{
    write(forEach(items,
                  [&](const QString &table, const QString &id) {
                      return table == "tasks"_L1 ? StoreWrites::setTaskDone(id, done, m_ports.wallMs()) : Statement();
                  }),
          UserAction::undoable(done ? tr("complete tasks") : tr("reopen tasks")));
}

void NotesStore::trash(const QVariantList &items)
{
    const qint64 now = m_ports.wallMs();
    write(forEach(items, [now](const QString &table, const QString &id) { return StoreWrites::setTrashed(table, id, now); }),
          UserAction::undoable(tr("move to trash")));
}

void NotesStore::restore(const QVariantList &items)
{
    write(forEach(items, [](const QString &table, const QString &id) { return StoreWrites::setTrashed(table, id, nothing); }),
          UserAction::undoable(tr("restore from trash")));
}

void NotesStore::deleteForGood(const QVariantList &items)
{
    QList<Statement> statements =
        forEach(items, [](const QString &table, const QString &id) { return StoreWrites::remove(table, id); });
    for (const QVariant &item : items)
        statements += NoteVersions::removalOf(item.toMap().value(u"itemId"_s).toString());
    write(statements);
}

void NotesStore::emptyTrash()
{
    write(NoteVersions::removalOfTrash() + QList<Statement>{{u"DELETE FROM notes WHERE trashed IS NOT NULL"_s, {}, {}},
                                                            {u"DELETE FROM tasks WHERE trashed IS NOT NULL"_s, {}, {}}});
}

void NotesStore::undo()
{
    m_engine.undo().then(this, [this](const Result<UndoOutcome> &outcome) {
        if (!outcome)
            Q_EMIT writeFailed(outcome.error().message);
        else if (outcome->done)
            Q_EMIT undone(outcome->text);
        else
            Q_EMIT nothingUndone();
    });
}

void NotesStore::redo()
{
    m_engine.redo().then(this, [this](const Result<UndoOutcome> &outcome) {
        if (!outcome)
            Q_EMIT writeFailed(outcome.error().message);
        else if (outcome->done)
            Q_EMIT redone(outcome->text);
        else
            Q_EMIT nothingUndone();
    });
}

void NotesStore::write(const QList<Statement> &statements, const UserAction &action)
{
    if (action.kind == UserAction::Kind::Undoable)
        Q_EMIT acted();
    m_engine.write(statements, action).then(this, [this](const Result<QList<qint64>> &done) {
        if (!done)
            Q_EMIT writeFailed(done.error().message);
    });
}

void NotesStore::writeWith(std::function<Result<void>(QSqlDatabase &)> work, const UserAction &action)
{
    Q_EMIT acted();
    m_engine.writeWith(std::move(work), action).then(this, [this](const Result<void> &done) {
        if (!done)
            Q_EMIT writeFailed(done.error().message);
    });
}

/// Another device has deleted a list while this one put something into it: that belongs to the
/// Inbox now, or no view of a list would show it.
void NotesStore::heal(const CommitChanges &changes)
{
    if (!changes.remote)
        return;
    QList<Statement> statements;
    const QList<CommitChanges::Row> rows = changes.tables.value("lists");
    for (const CommitChanges::Row &row : rows) {
        std::vector<ValueView> key;
        if (row.gone && decodeKey(row.key, key) && key.size() == 1)
            statements.append(StoreWrites::abandonList(QString::fromUtf8(key.front().bytes)));
    }
    if (!statements.isEmpty())
        write(statements);
}

} // namespace Sheaf
