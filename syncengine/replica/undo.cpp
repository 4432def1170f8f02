// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undo.h"

#include "replica/replica.h"
#include "replica/replica_p.h"
#include "replica/undorecorder.h"
#include "replica/undorun.h"

#include <sqlite3.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

QJsonObject toJson(const UndoOutcome &outcome)
{
    return {{u"done"_s, outcome.done},       {u"text"_s, outcome.text}, {u"rows"_s, outcome.rows},
            {u"changes"_s, outcome.changes}, {u"kept"_s, outcome.kept}, {u"skipped"_s, outcome.skipped}};
}

Result<void> Replica::Private::act(const UserAction &action, const std::function<Result<void>()> &work)
{
    const bool undoable =
        action.kind == UserAction::Kind::Undoable || (action.kind == UserAction::Kind::AsConfigured && config.undo.allWrites);
    if (!undoable || config.undo.actionsMax <= 0)
        return transact(false, work);
    UndoRecorder recorder(store, rows, parts, undoLog.options());
    capture->setRecorder(&recorder);
    auto done = transact(false, work, [&]() -> Result<void> {
        if (recorder.isTooLarge()) {
            undoTooLarge = true;
            return undoLog.clear(); // to undo what was before it alone would be a surprise
        }
        if (recorder.recorded().isEmpty())
            return {};
        undoTooLarge = false;
        return undoLog.add(action, recorder.recorded(), config.wallMs());
    });
    capture->setRecorder(nullptr);
    return done;
}

Result<UndoOutcome> Replica::undo()
{
    return d->takeStep(UndoSide::After);
}

Result<UndoOutcome> Replica::redo()
{
    return d->takeStep(UndoSide::Before);
}

Result<UndoOutcome> Replica::Private::takeStep(UndoSide from)
{
    UndoRun::Spared spared;
    int impossible = 0;
    while (true) {
        UndoRun run({store, catalog, rows, parts, *capture, undoLog}, from, spared);
        const auto done = transact(
            false, [&] { return run.apply(); },
            [&]() -> Result<void> {
                int unmet = 0;
                int highest = 0;
                sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &unmet, &highest, 0);
                if (unmet != 0)
                    return fail(u"constraint"_s, u"Rows that others have deleted are needed."_s);
                return run.finish();
            });
        if (done) {
            UndoOutcome outcome = run.outcome();
            outcome.skipped += impossible;
            return outcome;
        }
        if (done.error().code == "undo_again"_L1)
            continue;
        if (done.error().code != "constraint"_L1 || run.reached() == 0)
            return fail(done.error());
        // Nothing of it can be done, now or later. What the run had passed by before it is there again: the next one will.
        ++impossible;
        if (auto forgotten = transact(false, [&] { return undoLog.remove(run.reached()); }); !forgotten)
            return fail(forgotten.error());
    }
}

Result<void> Replica::Private::rebaseUndo(const TableInfo &table, const QByteArray &key, const RowClock &before,
                                          const RowClock &now)
{
    const bool any = undoState.canUndo || undoState.canRedo;
    return any && before != now ? undoLog.rebase(table.id, key, UndoRebase::between(before, now)) : Result<void>();
}

Result<void> Replica::clearUndo()
{
    return d->transact(true, [&] {
        d->undoTooLarge = false;
        return d->undoLog.clear();
    });
}

const UndoState &Replica::undoState() const
{
    return d->undoState;
}

void Replica::setUndoObserver(std::function<void(const UndoState &)> observer)
{
    d->undoObserver = std::move(observer);
}

/// After the commit; what cannot be read is told next time.
void Replica::Private::tellUndo()
{
    if (!undoLog.takeChanged())
        return;
    auto now = undoLog.state();
    if (!now)
        return;
    now->tooLarge = undoTooLarge;
    if (*now == undoState)
        return;
    undoState = *std::move(now);
    if (undoObserver)
        undoObserver(undoState);
}

} // namespace Sheaf
