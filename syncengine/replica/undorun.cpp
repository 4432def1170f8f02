// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undorun.h"

#include "crdt/bytes.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t sparedMax = 20; // then nothing is deleted: each costs another run

} // namespace

Result<void> UndoRun::apply()
{
    while (true) {
        const auto action = d.log.next(m_from);
        if (!action)
            return fail(action.error());
        if (action->number == 0)
            return {};
        m_action = action->number;
        const auto any = applyAction(action->number);
        if (!any)
            return fail(any.error());
        m_outcome.text = action->text;
        if (*any) {
            m_outcome.done = true;
            return {};
        }
        ++m_outcome.skipped;
        if (auto done = finish(); !done)
            return done;
        if (auto done = d.log.remove(action->number); !done)
            return done;
        m_action = 0;
        m_outcome.text.clear();
    }
}

Result<bool> UndoRun::applyAction(qint64 action)
{
    auto rows = d.log.rowsOf(action);
    if (!rows)
        return fail(rows.error());
    m_works.clear();
    m_ours.clear();
    for (UndoLog::Row &row : *rows) {
        m_ours.emplace(row.table, row.key);
        m_works.push_back({.row = std::move(row)});
    }
    if (auto done = chooseGoing(action); !done)
        return fail(done.error());
    // A row may need another one to be there, or to be gone: what fails is tried again behind the others.
    std::vector<size_t> waiting;
    for (size_t i = 0; i < m_works.size(); ++i)
        waiting.push_back(m_from == UndoSide::After ? m_works.size() - 1 - i : i);
    for (size_t before = waiting.size() + 1; !waiting.empty() && waiting.size() < before;) {
        before = waiting.size();
        std::vector<size_t> later;
        for (const size_t place : waiting) {
            const auto done = applyRow(m_works[place], action, static_cast<qsizetype>(place));
            if (!done)
                return fail(done.error());
            if (*done == Done::Later)
                later.push_back(place);
        }
        waiting = std::move(later);
    }
    if (!m_going.empty() && tookOthersAlong()) {
        for (size_t place = 0; place < m_works.size(); ++place) // no telling which it was
            m_spared.emplace(action, static_cast<qsizetype>(place));
        return fail(u"undo_again"_s, u"Rows on which others hang stay."_s);
    }
    bool any = false;
    for (Work &work : m_works) {
        if (auto done = writeOverTriggers(work); !done)
            return fail(done.error());
        count(work);
        any = any || work.applied;
    }
    return any;
}

void UndoRun::count(const Work &work)
{
    const int all = work.row.entry.life ? 1 : static_cast<int>(work.row.entry.cells.size());
    const int went = !work.applied ? 0 : work.row.entry.life ? 1 : static_cast<int>(work.steps.size());
    m_outcome.rows += work.applied ? 1 : 0;
    m_outcome.changes += went;
    m_outcome.kept += all - went;
}

Result<UndoRun::Done> UndoRun::applyRow(Work &work, qint64 action, qsizetype place)
{
    work.table = d.catalog.find(work.row.table);
    if (work.table == nullptr || !work.table->synced)
        return Done::Nothing;
    RowState state;
    if (auto done = d.rows.read(*work.table, work.row.key, state); !done)
        return fail(done.error());
    if (!work.row.entry.life)
        return applyEdit(work, state);
    return work.row.entry.life->aliveSide == m_from ? takeAway(work, action, place) : bringBack(work, state);
}

/// The row is dead as the action, or undoing it, left it: it begins a new life with all that it had.
Result<UndoRun::Done> UndoRun::bringBack(Work &work, const RowState &state)
{
    const UndoLife &life = *work.row.entry.life;
    if (state.clock.length != life.deadLength || state.clock.life != life.deadLife)
        return Done::Nothing;
    // A delete that is forgotten looks like none: only what the action, or undoing it, took away has been kept.
    if (life.image.empty() && !work.table->columns.isEmpty())
        return Done::Nothing;
    std::vector<Cell> cells;
    for (const auto &[column, value] : life.image) {
        const TableInfo::Column *known = work.table->column(column);
        if (known != nullptr && known->position >= 0)
            cells.push_back({column, {}, Bytes::decodedValue(value)});
    }
    if (auto done = d.rows.insertValues(*work.table, work.row.key, life.space, pointersTo(cells)); !done)
        return done.error().code == "constraint"_L1 ? Result<Done>(Done::Later) : fail(done.error());
    work.applied = true;
    return Done::All;
}

/// Which rows are as the action left them and go. Their values are kept before the first one takes others along.
Result<void> UndoRun::chooseGoing(qint64 action)
{
    m_going.clear();
    for (size_t place = 0; place < m_works.size(); ++place) {
        Work &work = m_works[place];
        work.table = d.catalog.find(work.row.table);
        const bool spared = m_spared.size() > sparedMax || m_spared.contains({action, static_cast<qsizetype>(place)});
        if (!work.row.entry.life || work.row.entry.life->aliveSide != m_from || work.table == nullptr || spared)
            continue;
        RowState state;
        if (auto done = d.rows.read(*work.table, work.row.key, state); !done)
            return done;
        if (!work.table->synced || !sameStamps(state.clock, work.row.entry.life->alive))
            continue;
        const auto there = keepImage(work);
        if (!there)
            return fail(there.error());
        work.goes = *there;
        if (work.goes)
            m_going.emplace(work.row.table, work.row.key);
    }
    return {};
}

/// The row goes, and takes nothing of others along.
Result<UndoRun::Done> UndoRun::takeAway(Work &work, qint64 action, qsizetype place)
{
    if (!work.goes)
        return Done::Nothing;
    const size_t touches = d.capture.touches().size();
    if (auto done = d.rows.deleteValues(*work.table, work.row.key); !done) // or it went with another one
        return done.error().code == "constraint"_L1 ? Result<Done>(Done::Later) : fail(done.error());
    if (editedOthers(touches)) {
        m_spared.emplace(action, place);
        return fail(u"undo_again"_s, u"A row on which others hang stays."_s);
    }
    work.applied = true;
    return Done::All;
}

/// Whether rows that were there before, and are none of the action's, went or were changed since so many were touched.
bool UndoRun::editedOthers(size_t touchesBefore) const
{
    const TouchSet &touches = d.capture.touches();
    return std::any_of(touches.begin() + static_cast<std::ptrdiff_t>(touchesBefore), touches.end(), [&](const Touch &touch) {
        return touch.existed && !(touch.exists ? m_ours : m_going).contains({touch.table->id, touch.key.toByteArray()});
    });
}

/// Whether any row went that was not to go, also one that was written before.
bool UndoRun::tookOthersAlong() const
{
    const TouchSet &touches = d.capture.touches();
    return std::any_of(touches.begin(), touches.end(), [&](const Touch &touch) {
        return touch.existed && !touch.exists && !m_going.contains({touch.table->id, touch.key.toByteArray()});
    });
}

/// The values of a row that goes, for the way back. False if it is not there.
Result<bool> UndoRun::keepImage(Work &work)
{
    UndoLife &life = *work.row.entry.life;
    life.image.clear();
    std::vector<ValueView> values;
    const auto there = d.rows.readValues(*work.table, work.row.key, values);
    if (!there || !*there) {
        d.rows.releaseValues();
        return there;
    }
    for (const TableInfo::Column &column : work.table->columns) {
        if (column.position >= 0)
            life.image.emplace_back(column.id, Bytes::encodedValue(values[static_cast<size_t>(column.position)]));
    }
    if (work.table->spacePosition >= 0)
        life.space = values[static_cast<size_t>(work.table->spacePosition)].bytes.toByteArray();
    d.rows.releaseValues();
    QHash<ColumnId, QByteArray> parked;
    if (auto done = d.rows.readParked(*work.table, work.row.key, parked); !done)
        return fail(done.error());
    for (auto it = parked.cbegin(); it != parked.cend(); ++it)
        life.image.emplace_back(it.key(), it.value());
    std::ranges::sort(life.image);
    return true;
}

/// Triggers of the app have run for what was written, and may have set what the action had set, the time of the last edit
/// say: once more, then.
Result<void> UndoRun::writeOverTriggers(Work &work)
{
    if (!work.applied || (work.row.entry.life && work.row.entry.life->aliveSide == m_from))
        return {};
    std::vector<ValueView> values;
    const auto there = d.rows.readValues(*work.table, work.row.key, values);
    if (!there)
        return fail(there.error());
    std::vector<Cell> cells;
    const auto compare = [&](ColumnId column, const QByteArray &target) {
        const TableInfo::Column *known = work.table->column(column);
        const bool plain = *there && known != nullptr && known->position >= 0 && known->type == MergeType::Register;
        if (plain && !sameValue(values[static_cast<size_t>(known->position)], Bytes::decodedValue(target)))
            cells.push_back({column, {}, Bytes::decodedValue(target)});
    };
    for (const Step &step : work.steps)
        compare(step.cell->column, step.target);
    if (work.row.entry.life) {
        for (const auto &[column, value] : work.row.entry.life->image)
            compare(column, value);
    }
    d.rows.releaseValues();
    return d.rows.updateValues(*work.table, work.row.key, pointersTo(cells));
}

// After the stamps

Result<void> UndoRun::finish()
{
    std::vector<std::vector<UndoRebase>> rebases(m_works.size());
    for (size_t i = 0; i < m_works.size(); ++i) {
        if (auto done = finishRow(m_works[i], rebases[i]); !done)
            return done;
    }
    if (m_outcome.done) {
        QList<UndoLog::Row> rows;
        for (const Work &work : m_works)
            rows.append(work.row);
        if (auto done = d.log.store(m_action, rows, opposite(m_from)); !done)
            return done;
    }
    for (size_t i = 0; i < m_works.size(); ++i) {
        for (const UndoRebase &rebase : rebases[i]) {
            if (auto done = d.log.rebase(m_works[i].row.table, m_works[i].row.key, rebase); !done)
                return done;
        }
    }
    m_works.clear();
    return {};
}

Result<void> UndoRun::finishRow(Work &work, std::vector<UndoRebase> &rebases)
{
    if (!work.applied && !work.still)
        return {};
    RowState state;
    if (auto done = d.rows.read(*work.table, work.row.key, state); !done)
        return done;
    UndoRebase &rebase = rebases.emplace_back();
    if (!work.row.entry.life) {
        finishEdit(work, state, rebase);
        return {};
    }
    if (work.row.entry.life->aliveSide != m_from)
        return finishBirth(work, state, rebase);
    rebase = {.oldLength = work.row.entry.life->deadLength,
              .nowLength = state.clock.length,
              .oldLife = work.row.entry.life->deadLife,
              .nowLife = state.clock.life};
    return {};
}

Result<void> UndoRun::finishBirth(Work &work, RowState &state, UndoRebase &rebase)
{
    UndoLife &life = *work.row.entry.life;
    const RowClock born = state.clock;
    for (const auto &[column, value] : life.image) {
        const TableInfo::Column *known = work.table->column(column);
        if (known == nullptr || known->position >= 0)
            continue;
        // Only newer peers know the column: it comes back as well.
        if (auto done = d.rows.park(*work.table, work.row.key, {column, {}, Bytes::decodedValue(value)}); !done)
            return done;
        state.clock.setStamp(column, state.clock.life);
    }
    if (state.clock != born) {
        if (auto done = d.rows.write(*work.table, work.row.key, born, state); !done)
            return done;
    }
    rebase = UndoRebase::between(life.alive, state.clock);
    // Elements are added anew: where that can be only one, the log knows it by its new name.
    constexpr qsizetype dotBytes = 8;
    const auto addsOf = [](const RowClock &clock, const RowClock::Part &like) {
        return std::ranges::count_if(clock.parts, [&](const RowClock::Part &part) {
            return part.column == like.column && part.part.chopped(dotBytes) == like.part.chopped(dotBytes);
        });
    };
    for (const RowClock::Part &part : life.alive.parts) {
        if (work.table->typeOf(part.column) != MergeType::Set || part.part.size() <= dotBytes || addsOf(life.alive, part) != 1 ||
            addsOf(state.clock, part) != 1)
            continue;
        const auto fresh = std::ranges::find_if(state.clock.parts, [&](const RowClock::Part &known) {
            return known.column == part.column && known.part.chopped(dotBytes) == part.part.chopped(dotBytes);
        });
        rebase.renames.push_back({part.column, part.part, fresh->part, fresh->stamp});
    }
    life.alive = state.clock;
    life.image.clear();
    return {};
}

void UndoRun::finishEdit(Work &work, const RowState &state, UndoRebase &rebase) const
{
    const UndoSide to = opposite(m_from);
    rebase.oldLength = rebase.nowLength = work.row.entry.length;
    rebase.oldLife = rebase.nowLife = state.clock.life;
    for (const Step &step : work.steps) {
        const UndoCell &cell = *step.cell;
        const Stamp old = cell.at(to).stamp;
        if (!step.exact)
            continue;
        if (cell.type == MergeType::Register) {
            rebase.places.push_back({.column = cell.column, .old = old, .now = state.clock.stampOf(cell.column)});
        } else if (cell.type == MergeType::Text) {
            const Stamp now{state.clock.textStampOf(cell.column, d.store.site), d.store.site};
            rebase.places.push_back({.column = cell.column, .type = cell.type, .old = old, .now = now});
        } else {
            const Stamp now = state.clock.partStampOf(cell.column, cell.part);
            rebase.places.push_back({cell.column, cell.type, cell.part, old, now});
        }
        const QByteArray counter = partOfSite(d.store.writer);
        if (cell.type == MergeType::Counter && cell.part != counter) // counted back by another part than it was counted by
            rebase.places.push_back(
                {cell.column, cell.type, counter, step.counted, state.clock.partStampOf(cell.column, counter)});
        if (!step.part.isEmpty()) {
            const Stamp added = state.clock.partStampOf(cell.column, step.part);
            rebase.renames.push_back({cell.column, cell.part, step.part, added});
        }
    }
    for (const UndoCell &cell : work.row.entry.cells) {
        const bool isExtreme = cell.type == MergeType::Max || cell.type == MergeType::Min;
        const Stamp now = state.clock.partStampOf(cell.column, cell.part);
        if (isExtreme && now == cell.at(m_from).stamp) // it stays, as if it had been so
            rebase.places.push_back({cell.column, cell.type, cell.part, cell.at(to).stamp, now});
    }
}

} // namespace Sheaf
