// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/capture.h"
#include "replica/undolog.h"

#include <set>

namespace Sheaf {

/// One undo or redo, within a transaction that captures: takes the next action that anything is left of and brings its
/// rows from one side to the other, each cell only where it still has the stamp of the side that is left.
class UndoRun
{
public:
    struct Parts {
        Store &store;
        Catalog &catalog;
        RowStore &rows;
        RowParts &parts;
        Capture &capture;
        UndoLog &log;
    };
    /// Rows of the log that must not be deleted, by action and place: others hang on them.
    using Spared = std::set<std::pair<qint64, qsizetype>>;

    UndoRun(const Parts &replica, UndoSide from, Spared &spared) : d(replica), m_from(from), m_spared(spared) {}

    /// Writes the rows. Fails with `undo_again` when a delete took somebody else's rows along: then the transaction is to be
    /// rolled back and run again; `spared` has one more.
    Result<void> apply();
    /// After the rows have their stamps: the log knows of them.
    Result<void> finish();

    [[nodiscard]] const UndoOutcome &outcome() const { return m_outcome; }
    /// The action that it is at, also when apply() or what came after it has failed; 0: none.
    [[nodiscard]] qint64 reached() const { return m_action; }

private:
    enum class Done : quint8 { Nothing, All, Later }; ///< Later: a constraint is against it now
    struct Step {
        UndoCell *cell = nullptr;
        QByteArray now;    ///< encoded
        QByteArray target; ///< encoded
        QByteArray part;   ///< of a set: the name of the new add, or nothing
        /// The cell is in the state that is left, and so in the other one afterwards. Sums and texts may have become
        /// something else since by writes of this replica that are no actions.
        bool exact = true;
        Stamp counted{}; ///< of a counter: the stamp of the part that this replica adds to, before
    };
    struct Work {
        UndoLog::Row row;
        const TableInfo *table = nullptr;
        std::vector<Step> steps{}; ///< of an edit, those that were written
        bool goes = false;         ///< nobody has touched the row: it is to be deleted, and its values are kept
        bool applied = false;
        bool still = false; ///< of an edit: only extremes, which stay as they are
    };

    Result<bool> applyAction(qint64 action);
    Result<Done> applyRow(Work &work, qint64 action, qsizetype place);
    Result<Done> bringBack(Work &work, const RowState &state);
    Result<Done> takeAway(Work &work, qint64 action, qsizetype place);
    Result<void> chooseGoing(qint64 action);
    Result<bool> keepImage(Work &work);
    [[nodiscard]] bool editedOthers(size_t touchesBefore) const;
    [[nodiscard]] bool tookOthersAlong() const;
    Result<Done> applyEdit(Work &work, const RowState &state);
    Result<std::vector<Step>> stepsOf(Work &work, const RowState &state);
    Result<bool> addStep(Work &work, const RowState &state, UndoCell &cell, const QByteArray &now, std::vector<Step> &steps);
    Result<bool> addSetStep(Work &work, UndoCell &cell, std::vector<Step> &steps);
    Result<Done> writeSteps(Work &work, std::vector<Step> steps);
    Result<void> writeOverTriggers(Work &work);
    Result<void> finishRow(Work &work, std::vector<UndoRebase> &rebases);
    Result<void> finishBirth(Work &work, RowState &state, UndoRebase &rebase);
    void finishEdit(Work &work, const RowState &state, UndoRebase &rebase) const;
    void count(const Work &work);

    Parts d;
    UndoSide m_from;
    Spared &m_spared;
    UndoOutcome m_outcome;
    qint64 m_action = 0;
    std::vector<Work> m_works;
    std::set<std::pair<qint64, QByteArray>> m_ours;  ///< rows of the action
    std::set<std::pair<qint64, QByteArray>> m_going; ///< those of them that are to be deleted
};

} // namespace Sheaf
