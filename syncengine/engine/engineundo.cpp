// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/post.h"
#include "engine/syncengine.h"
#include "engine/syncengine_p.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

void SyncEngine::Private::takeUndoState(const UndoState &next)
{
    const bool newlyTooLarge = next.tooLarge && !undoState.tooLarge;
    if (std::exchange(undoState, next) == next)
        return;
    Q_EMIT q->undoStateChanged();
    if (newlyTooLarge)
        Q_EMIT q->reported({u"not_undoable"_s, u"That was too much to be undone; nothing before it can be undone any more."_s});
}

QFuture<Result<UndoOutcome>> SyncEngine::Private::takeStep(bool back)
{
    return post(worker, [this, w = worker, back] {
        const auto outcome = w->takeStep(back);
        if (outcome && outcome->done) {
            post(q, [this, back, done = *outcome] {
                if (back)
                    Q_EMIT q->undone(done.text, done.changes, done.kept);
                else
                    Q_EMIT q->redone(done.text, done.changes, done.kept);
            });
        }
        return outcome;
    });
}

QFuture<Result<UndoOutcome>> SyncEngine::undo()
{
    return d->takeStep(true);
}

QFuture<Result<UndoOutcome>> SyncEngine::redo()
{
    return d->takeStep(false);
}

QFuture<Result<void>> SyncEngine::clearUndo()
{
    return post(d->worker, [w = d->worker] { return w->change([](Replica &replica) { return replica.clearUndo(); }); });
}

bool SyncEngine::canUndo() const
{
    return d->undoState.canUndo;
}

bool SyncEngine::canRedo() const
{
    return d->undoState.canRedo;
}

QString SyncEngine::undoText() const
{
    return d->undoState.undoText;
}

QString SyncEngine::redoText() const
{
    return d->undoState.redoText;
}

} // namespace Sheaf
