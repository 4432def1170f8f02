// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undolog.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 rowBytes = 32; // what a row costs beside its key and entry, about

QByteArray encoded(const UndoEntry &entry)
{
    QByteArray bytes;
    entry.encode(bytes);
    return bytes;
}

qint64 sizeOf(const QList<UndoLog::Row> &rows)
{
    qint64 bytes = 0;
    for (const UndoLog::Row &row : rows)
        bytes += encoded(row.entry).size() + row.key.size() + rowBytes;
    return bytes;
}

} // namespace

/// Runs a statement whose only parameter is a number.
Result<void> UndoLog::run(QByteArrayView sql, qint64 number)
{
    auto statement = SqlStatement::prepare(m_handle, sql);
    if (!statement)
        return fail(statement.error());
    statement->bindInteger(1, number);
    m_changed = true;
    return statement->run();
}

Result<void> UndoLog::insertRows(qint64 action, const QList<Row> &rows)
{
    auto insert = SqlStatement::prepare(
        m_handle, "INSERT INTO sheaf_undo_rows(action, i, tbl, pk, space, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!insert)
        return fail(insert.error());
    qint64 place = 0;
    for (const Row &row : rows) {
        const QByteArray entry = encoded(row.entry);
        insert->bindInteger(1, action);
        insert->bindInteger(2, ++place);
        insert->bindInteger(3, row.table);
        insert->bindBlob(4, row.key);
        insert->bindInteger(5, row.space);
        insert->bindBlob(6, entry);
        if (auto done = insert->run(); !done)
            return done;
    }
    return {};
}

Result<void> UndoLog::add(const UserAction &action, const QList<Row> &rows, qint64 wallMs)
{
    m_changed = true;
    const auto undone = next(UndoSide::Before);
    if (!undone)
        return fail(undone.error());
    if (undone->number != 0) {
        if (auto done = run("DELETE FROM sheaf_undo_rows WHERE action >= ?1", undone->number); !done)
            return done;
        if (auto done = run("DELETE FROM sheaf_undo WHERE n >= ?1", undone->number); !done)
            return done;
    } else if (!action.group.isEmpty()) {
        const auto joined = joinGroup(action, rows, wallMs);
        if (!joined || *joined)
            return joined ? prune() : fail(joined.error());
    }
    auto insert = SqlStatement::prepare(m_handle, "INSERT INTO sheaf_undo(label, grp, at, bytes) VALUES (?1, ?2, ?3, ?4)");
    if (!insert)
        return fail(insert.error());
    const QByteArray text = action.text.toUtf8();
    insert->bindText(1, text);
    insert->bindBlob(2, action.group);
    insert->bindInteger(3, wallMs);
    insert->bindInteger(4, sizeOf(rows));
    if (auto done = insert->run(); !done)
        return done;
    if (auto done = insertRows(sqlite3_last_insert_rowid(m_handle), rows); !done)
        return done;
    return prune();
}

/// The rows become part of the newest action, if that is of the same group and not long ago.
Result<bool> UndoLog::joinGroup(const UserAction &action, const QList<Row> &rows, qint64 wallMs)
{
    auto select = SqlStatement::prepare(m_handle, "SELECT n, grp, at FROM sheaf_undo ORDER BY n DESC LIMIT 1");
    if (!select)
        return fail(select.error());
    const auto found = select->step();
    if (!found || !*found)
        return found ? Result<bool>(false) : fail(found.error());
    const qint64 number = select->integer(0);
    const qint64 age = wallMs - select->integer(2);
    if (select->bytes(1) != action.group || age < 0 || age > m_options.groupMs)
        return false;
    select->reset();
    auto known = rowsOf(number);
    if (!known)
        return fail(known.error());
    for (const Row &row : rows) {
        const auto same = std::ranges::find_if(*known, [&](const Row &k) { return k.table == row.table && k.key == row.key; });
        if (same == known->end())
            known->append(row);
        else if (!same->entry.join(row.entry))
            return false;
    }
    if (auto done = store(number, *known, UndoSide::After); !done)
        return fail(done.error());
    auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_undo SET at = ?2, bytes = ?3 WHERE n = ?1");
    if (!update)
        return fail(update.error());
    update->bindInteger(1, number);
    update->bindInteger(2, wallMs);
    update->bindInteger(3, sizeOf(*known));
    if (auto done = update->run(); !done)
        return fail(done.error());
    return true;
}

/// Drops the oldest beyond the limits; of an action that is too large nothing is left.
Result<void> UndoLog::prune()
{
    auto select = SqlStatement::prepare(
        m_handle, "SELECT max(n) FROM (SELECT n, sum(bytes) OVER (ORDER BY n DESC) AS bytes, row_number() OVER (ORDER BY n DESC)"
                  " AS place FROM sheaf_undo) WHERE place > ?1 OR bytes > ?2");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, m_options.actionsMax);
    select->bindInteger(2, m_options.bytesMax);
    if (const auto row = select->step(); !row)
        return fail(row.error());
    if (select->isNull(0))
        return {};
    const qint64 last = select->integer(0);
    select->reset();
    if (auto done = run("DELETE FROM sheaf_undo_rows WHERE action <= ?1", last); !done)
        return done;
    return run("DELETE FROM sheaf_undo WHERE n <= ?1", last);
}

Result<UndoLog::Action> UndoLog::next(UndoSide from) const
{
    auto select = SqlStatement::prepare(m_handle, from == UndoSide::After
                                                      ? "SELECT n, label FROM sheaf_undo WHERE NOT undone ORDER BY n DESC LIMIT 1"
                                                      : "SELECT n, label FROM sheaf_undo WHERE undone ORDER BY n LIMIT 1");
    if (!select)
        return fail(select.error());
    const auto found = select->step();
    if (!found)
        return fail(found.error());
    return *found ? Action{select->integer(0), QString::fromUtf8(select->bytes(1))} : Action{};
}

Result<QList<UndoLog::Row>> UndoLog::rowsOf(qint64 action) const
{
    auto select =
        SqlStatement::prepare(m_handle, "SELECT tbl, pk, space, entry FROM sheaf_undo_rows WHERE action = ?1 ORDER BY i");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, action);
    QList<Row> rows;
    const auto done = forEachRow(*select, [&](const SqlStatement &row) -> Result<void> {
        auto entry = UndoEntry::decode(row.bytes(3));
        if (!entry)
            return fail(entry.error());
        rows.append({row.integer(0), row.bytes(1).toByteArray(), row.integer(2), *std::move(entry)});
        return {};
    });
    if (!done)
        return fail(done.error());
    return rows;
}

Result<void> UndoLog::store(qint64 action, const QList<Row> &rows, UndoSide now)
{
    if (auto done = run("DELETE FROM sheaf_undo_rows WHERE action = ?1", action); !done)
        return done;
    if (auto done = insertRows(action, rows); !done)
        return done;
    return run(now == UndoSide::Before ? "UPDATE sheaf_undo SET undone = 1 WHERE n = ?1"
                                       : "UPDATE sheaf_undo SET undone = 0 WHERE n = ?1",
               action);
}

Result<void> UndoLog::remove(qint64 action)
{
    if (auto done = run("DELETE FROM sheaf_undo_rows WHERE action = ?1", action); !done)
        return done;
    return run("DELETE FROM sheaf_undo WHERE n = ?1", action);
}

Result<void> UndoLog::forgetSpace(qint64 space)
{
    if (auto done = run("DELETE FROM sheaf_undo_rows WHERE space = ?1", space); !done)
        return done;
    return removeEmpty();
}

/// Actions of which nothing is left.
Result<void> UndoLog::removeEmpty()
{
    return run("DELETE FROM sheaf_undo WHERE n >= ?1 AND n NOT IN (SELECT action FROM sheaf_undo_rows)", 0);
}

Result<void> UndoLog::clear()
{
    if (auto done = run("DELETE FROM sheaf_undo_rows WHERE action >= ?1", 0); !done)
        return done;
    return run("DELETE FROM sheaf_undo WHERE n >= ?1", 0);
}

Result<void> UndoLog::forget(qint64 table, QByteArrayView key, quint64 columns)
{
    auto done = changeRow(table, key, [columns](UndoEntry &entry) { return entry.forget(columns); });
    return done ? removeEmpty() : done;
}

Result<void> UndoLog::rebase(qint64 table, QByteArrayView key, const UndoRebase &rebase)
{
    return changeRow(table, key, [&rebase](UndoEntry &entry) { return entry.rebase(rebase); });
}

/// Every entry of a row that `change` says it has changed is written, or goes if nothing is left of it.
Result<void> UndoLog::changeRow(qint64 table, QByteArrayView key, const std::function<bool(UndoEntry &)> &change)
{
    if (!m_select.isPrepared()) {
        auto select = SqlStatement::prepare(m_handle, "SELECT action, i, entry FROM sheaf_undo_rows WHERE tbl = ?1 AND pk = ?2");
        auto update = SqlStatement::prepare(m_handle, "UPDATE sheaf_undo_rows SET entry = ?3 WHERE action = ?1 AND i = ?2");
        auto remove = SqlStatement::prepare(m_handle, "DELETE FROM sheaf_undo_rows WHERE action = ?1 AND i = ?2");
        for (const auto *statement : {&select, &update, &remove}) {
            if (!*statement)
                return fail(statement->error());
        }
        m_select = std::move(*select);
        m_update = std::move(*update);
        m_remove = std::move(*remove);
    }
    m_select.bindInteger(1, table);
    m_select.bindBlob(2, key);
    struct Known {
        qint64 action;
        qint64 place;
        UndoEntry entry;
    };
    std::vector<Known> all;
    const auto read = forEachRow(m_select, [&](const SqlStatement &row) -> Result<void> {
        auto entry = UndoEntry::decode(row.bytes(2));
        if (!entry)
            return fail(entry.error());
        all.push_back({row.integer(0), row.integer(1), *std::move(entry)});
        return {};
    });
    if (!read)
        return read;
    for (Known &known : all) {
        if (!change(known.entry))
            continue;
        const QByteArray bytes = encoded(known.entry);
        SqlStatement &write = known.entry.isEmpty() ? m_remove : m_update;
        write.bindInteger(1, known.action);
        write.bindInteger(2, known.place);
        if (!known.entry.isEmpty())
            write.bindBlob(3, bytes);
        if (auto done = write.run(); !done)
            return done;
    }
    return {};
}

Result<UndoState> UndoLog::state() const
{
    const auto undo = next(UndoSide::After);
    const auto redo = next(UndoSide::Before);
    if (!undo || !redo)
        return fail(undo ? redo.error() : undo.error());
    return UndoState{.canUndo = undo->number != 0, .canRedo = redo->number != 0, .undoText = undo->text, .redoText = redo->text};
}

} // namespace Sheaf
