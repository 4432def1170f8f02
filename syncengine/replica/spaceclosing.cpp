// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "sql/database.h"

#include <algorithm>

/// Spaces that are closed and opened again, and what is followed of them.
namespace Sheaf {

using namespace Qt::StringLiterals;

Result<void> Replica::Private::withoutForeignKeys(const std::function<Result<void>()> &work)
{
    const SqlRules::Scope own(rules, SqlRules::Work::Engine);
    // Each switch makes SQLite compile all statements anew: not done for nothing.
    const auto any = foreignKeys.any();
    if (!any || !*any)
        return any ? work() : fail(any.error());
    // The pragma does nothing inside a transaction.
    if (auto done = execSql(handle, "PRAGMA foreign_keys=OFF"); !done)
        return done;
    auto worked = work();
    auto restored = execSql(handle, "PRAGMA foreign_keys=ON");
    return worked ? restored : worked;
}

Result<void> Replica::Private::runOn(const Store::Space &space, const char *sql)
{
    auto statement = SqlStatement::prepare(handle, sql);
    if (!statement)
        return fail(statement.error());
    statement->bindInteger(1, space.id);
    return statement->run();
}

/// First the rows, so that what the app's triggers do to others of the space is forgotten with them; then all that is
/// known of them. Nothing of it is captured: unknown rows that are not there leave no trace.
Result<void> Replica::Private::removeRows(const Store::Space &space)
{
    auto select = SqlStatement::prepare(handle, "SELECT tbl, pk FROM sheaf_rows WHERE space = ?1");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, space.id);
    QList<std::pair<qint64, QByteArray>> all;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) {
        all.append({row.integer(0), row.bytes(1).toByteArray()});
    });
    if (!read)
        return fail(read.error());
    for (const auto &[tableId, key] : std::as_const(all)) {
        const TableInfo &table = *catalog.find(tableId);
        if (!table.synced)
            continue;
        if (auto done = rows.deleteValues(table, key); !done)
            return done;
        capture->note(table, key, 0, false, true);
    }
    if (auto done = undoLog.forgetSpace(space.id); !done)
        return done;
    for (const char *sql : {"DELETE FROM sheaf_texts WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_rows WHERE space = ?1)",
                            "DELETE FROM sheaf_parts WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_rows WHERE space = ?1)",
                            "DELETE FROM sheaf_parked WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_rows WHERE space = ?1)",
                            "DELETE FROM sheaf_stuck WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_rows WHERE space = ?1)",
                            "DELETE FROM sheaf_outbox WHERE space = ?1", "DELETE FROM sheaf_rows WHERE space = ?1",
                            "DELETE FROM sheaf_buckets WHERE space = ?1"}) {
        if (auto done = runOn(space, sql); !done)
            return done;
    }
    texts.reload();
    return rows.reload(); // counts the outbox anew
}

/// Values of others that lost against this user's are the space's; what the user lost is the user's.
Result<void> Replica::Private::closeConflicts(const QByteArray &space)
{
    for (const char *sql : {"DELETE FROM sheaf_conflicts WHERE space = ?1 AND winner = 0",
                            "UPDATE sheaf_conflicts SET theirs = iif(col = x'', x'', x'00'), stands = iif(col = x'', x'', x'00'),"
                            " asks = -1 WHERE space = ?1"}) {
        auto statement = SqlStatement::prepare(handle, sql);
        if (!statement)
            return fail(statement.error());
        statement->bindBlob(1, space);
        if (auto done = statement->run(); !done)
            return done;
    }
    return {};
}

Result<void> Replica::Private::close(Store::Space &space, const QString &code, const QString &reason)
{
    if (auto done = quarantineAll(space, code, reason); !done)
        return done;
    if (auto done = removeRows(space); !done)
        return done;
    if (auto done = closeConflicts(space.state.name); !done)
        return done;
    space.digest = {};
    space.dirtyBuckets.reset();
    recount.restart(); // they went past RowStore
    space.state.role = Role::None;
    space.state.epoch = 0;
    space.state.cursor = space.state.reached = space.state.sweep = 0;
    space.state.lastPush = 0;
    space.state.closedCode = code;
    space.state.closedReason = reason;
    space.dirty = true;
    return {};
}

Result<void> Replica::closeSpace(const QByteArray &name, const QString &code, const QString &reason)
{
    return d->withoutForeignKeys([&] {
        return d->transact(true, [&]() -> Result<void> {
            auto space = d->store.spaceFor(name);
            return space ? d->close(**space, code, reason) : Result<void>(fail(space.error()));
        });
    });
}

Result<void> Replica::leaveSpace(const QByteArray &name)
{
    return d->withoutForeignKeys([&] {
        return d->transact(true, [&]() -> Result<void> {
            auto space = d->store.spaceFor(name);
            if (!space)
                return fail(space.error());
            (*space)->state.isDeparted = true;
            return d->close(**space, u"left"_s, {});
        });
    });
}

Result<void> Replica::joinSpace(const QByteArray &name)
{
    return d->transact(true, [&]() -> Result<void> {
        auto space = d->store.spaceFor(name);
        if (!space)
            return fail(space.error());
        SpaceState &state = (*space)->state;
        state.isDeparted = false;
        if (state.closedCode == "left"_L1)
            state.closedCode.clear();
        (*space)->dirty = true;
        return {};
    });
}

Result<void> Replica::openSpace(const QByteArray &name, Role role, Epoch epoch, quint64 lastPush)
{
    const auto comesBack = role >= Role::Editor ? d->hasQuarantined(name) : Result<bool>(false);
    if (!comesBack)
        return fail(comesBack.error());
    const Store::Space *known = d->store.find(name);
    if (known != nullptr && known->state.role == role && known->state.epoch == epoch && known->state.lastPush == lastPush &&
        !*comesBack)
        return {};
    const auto work = [&]() -> Result<void> {
        auto space = d->store.spaceFor(name);
        if (!space)
            return fail(space.error());
        SpaceState &state = (*space)->state;
        // Another database, or an older copy of the same one: absence there is not a delete here.
        const bool lost = state.epoch != 0 && (state.epoch != epoch || lastPush < state.lastPush);
        state.role = role;
        state.epoch = epoch;
        state.lastPush = lastPush;
        state.closedCode.clear();
        state.closedReason.clear();
        (*space)->dirty = true;
        if (lost) {
            state.cursor = state.reached = state.sweep = 0;
            if (auto done = d->offerRows(**space, SpaceDigest::Buckets().set()); !done)
                return fail(done.error());
        }
        const auto back = *comesBack ? d->putBack(**space) : Result<bool>(false);
        return back ? Result<void>() : fail(back.error());
    };
    return d->withoutForeignKeys([&] { return d->transact(true, work); });
}

Result<bool> Replica::setRole(const QByteArray &name, Role role)
{
    bool back = false;
    auto done = d->withoutForeignKeys([&] {
        return d->transact(true, [&]() -> Result<void> {
            auto space = d->store.spaceFor(name);
            if (!space)
                return fail(space.error());
            (*space)->state.role = role;
            (*space)->dirty = true;
            const auto put = role >= Role::Editor ? d->putBack(**space) : Result<bool>(false);
            back = put && *put;
            return put ? Result<void>() : fail(put.error());
        });
    });
    return done ? Result<bool>(back) : Result<bool>(fail(done.error()));
}

bool Replica::isWaiting(const QByteArray &name) const
{
    const Store::Space *space = d->store.find(name);
    auto select = SqlStatement::prepare(d->handle, "SELECT 1 FROM sheaf_outbox WHERE space = ?1");
    if (space == nullptr || !select)
        return false;
    select->bindInteger(1, space->id);
    const auto found = select->step();
    return found && *found;
}

Result<bool> Replica::setTables(const QByteArray &name, QList<QByteArray> tables)
{
    for (QByteArray &table : tables) {
        if (const TableInfo *known = d->catalog.find(table))
            table = known->wireName; // as messages name it
    }
    std::ranges::sort(tables);
    tables.resize(std::unique(tables.begin(), tables.end()) - tables.begin());
    const Store::Space *before = d->store.find(name);
    if (before != nullptr && before->state.tables == tables)
        return false;
    bool startsOver = false;
    auto done = d->transact(true, [&]() -> Result<void> {
        auto space = d->store.spaceFor(name);
        if (!space)
            return fail(space.error());
        SpaceState &state = (*space)->state;
        const bool hadAll = state.tables.isEmpty();
        startsOver = !hadAll && (tables.isEmpty() || !std::ranges::includes(state.tables, tables));
        state.tables = std::move(tables);
        if (startsOver) {
            state.cursor = 0;
            state.reached = std::min<Sequence>(state.reached, 1); // deletes in the new tables may have been missed
        }
        (*space)->dirty = true;
        return {};
    });
    return done ? Result<bool>(startsOver) : Result<bool>(fail(done.error()));
}

} // namespace Sheaf
