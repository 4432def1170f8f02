// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/counter.h"
#include "crdt/elementset.h"
#include "crdt/jsonscalar.h"
#include "replica/undorecorder.h"
#include "replica/undorun.h"
#include "replica/undotext.h"

#include <algorithm>
#include <map>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// `now` plus what leads from one value to the other, as a counter adds.
QByteArray added(const QByteArray &now, const QByteArray &from, const QByteArray &to)
{
    if (now == from)
        return to;
    const auto step = Counter::edit(Bytes::decodedValue(from), Bytes::decodedValue(to), {}, {.site = 1, .random = {}});
    if (!step || step->empty())
        return now;
    const PartView part{step->front().part, Bytes::decodedValue(step->front().value)};
    return Bytes::encodedValue(Counter::fold(Bytes::decodedValue(now), {&part, 1}));
}

QByteArray textStep(const QByteArray &now, const QByteArray &from, const QByteArray &to)
{
    const auto text = [](const QByteArray &bytes) {
        return QString::fromUtf8(RowTexts::textOfValue(Bytes::decodedValue(bytes)));
    };
    const QString result = withStep(text(from), text(to), text(now));
    return Bytes::encodedValue(ValueView::ofText(result.toUtf8()));
}

/// A map with one key set to another scalar, or without it.
QByteArray withKey(const QByteArray &map, const QByteArray &part, const QByteArray &target)
{
    const ValueView shown = Bytes::decodedValue(map);
    auto scalars = shown.type == ValueView::Type::Text ? scalarsOfObject(shown.bytes) : std::nullopt;
    if (!scalars)
        scalars.emplace();
    const auto key = JsonScalar::fromJson(part);
    const ValueView value = Bytes::decodedValue(target);
    if (!key)
        return map;
    if (value.type != ValueView::Type::Text)
        scalars->erase(key->string);
    else if (auto scalar = JsonScalar::fromJson(value.bytes))
        scalars->insert_or_assign(key->string, *std::move(scalar));
    QByteArray json = "{";
    for (const auto &[name, scalar] : *scalars) {
        const JsonScalar quoted{.kind = JsonScalar::Kind::String, .string = name};
        json += (json.size() > 1 ? "," : "") + quoted.toJson() + ':' + scalar.toJson();
    }
    return Bytes::encodedValue(ValueView::ofText(json + '}'));
}

} // namespace

/// Cells of a living row, each by itself.
Result<UndoRun::Done> UndoRun::applyEdit(Work &work, const RowState &state)
{
    const UndoEntry &entry = work.row.entry;
    if (state.clock.length != entry.length || !isAlive(state.clock.length))
        return Done::Nothing;
    work.still = std::ranges::any_of(
        entry.cells, [](const UndoCell &cell) { return cell.type == MergeType::Max || cell.type == MergeType::Min; });
    auto steps = stepsOf(work, state);
    if (!steps)
        return fail(steps.error());
    return steps->empty() ? Result<Done>(Done::Nothing) : writeSteps(work, *std::move(steps));
}

/// What can be done to each cell; those of which somebody else has the last word are left out.
Result<std::vector<UndoRun::Step>> UndoRun::stepsOf(Work &work, const RowState &state)
{
    std::vector<QByteArray> shown; // reading parts needs the statement that reads values
    std::vector<ValueView> values;
    const auto there = d.rows.readValues(*work.table, work.row.key, values);
    if (!there)
        return fail(there.error());
    for (const UndoCell &cell : work.row.entry.cells) {
        const TableInfo::Column *column = work.table->column(cell.column);
        const bool here = *there && column != nullptr && column->position >= 0 && column->type == cell.type;
        shown.push_back(here ? Bytes::encodedValue(values[static_cast<size_t>(column->position)]) : QByteArray());
    }
    d.rows.releaseValues();
    std::vector<Step> steps;
    for (size_t i = 0; i < shown.size(); ++i) {
        if (shown[i].isEmpty())
            continue; // the row waits for a constraint, or the column is another one now
        if (auto added = addStep(work, state, work.row.entry.cells[i], shown[i], steps); !added)
            return fail(added.error());
    }
    return steps;
}

Result<bool> UndoRun::addStep(Work &work, const RowState &state, UndoCell &cell, const QByteArray &now, std::vector<Step> &steps)
{
    const UndoCell::State &from = cell.at(m_from);
    const UndoCell::State &to = cell.at(opposite(m_from));
    QByteArray target;
    bool exact = true;
    switch (cell.type) {
    case MergeType::Register:
        if (state.clock.stampOf(cell.column) == from.stamp && !to.value.isEmpty())
            steps.push_back({&cell, now, to.value, {}});
        return true;
    case MergeType::Counter:
        target = added(now, from.value, to.value);
        exact = state.clock.partStampOf(cell.column, cell.part) == from.stamp;
        break;
    case MergeType::Text:
        target = textStep(now, from.value, to.value);
        exact = state.clock.textStampOf(cell.column, from.stamp.site) == from.stamp.hlc;
        break;
    case MergeType::Map:
        if (state.clock.partStampOf(cell.column, cell.part) == from.stamp && !to.value.isEmpty())
            steps.push_back({&cell, valueInMap(Bytes::decodedValue(now), cell.part), to.value, {}});
        return true;
    case MergeType::Set:
        return addSetStep(work, cell, steps);
    case MergeType::Max:
    case MergeType::Min:
        return true; // what was once the greatest stays it
    }
    if (target == now)
        return true;
    steps.push_back({&cell, now, target, {}, exact});
    if (cell.type == MergeType::Counter)
        steps.back().counted = state.clock.partStampOf(cell.column, partOfSite(d.store.writer));
    return true;
}

/// Takes back the one add that was made, or adds the element again under a name of its own.
Result<bool> UndoRun::addSetStep(Work &work, UndoCell &cell, std::vector<Step> &steps)
{
    const auto stored = d.parts.read({*work.table, work.row.key, cell.column});
    if (!stored)
        return fail(stored.error());
    const auto known = std::ranges::find(stored->parts, cell.part, &std::pair<QByteArray, QByteArray>::first);
    const bool stands = known != stored->parts.end() && Bytes::decodedValue(known->second).integer == 1;
    const UndoCell::State &to = cell.at(opposite(m_from));
    const bool wanted = Bytes::decodedValue(to.value).integer == 1;
    if (stands != wanted)
        steps.push_back({&cell, {}, to.value, wanted ? d.parts.addedAgain(cell.part) : QByteArray()});
    return true;
}

Result<UndoRun::Done> UndoRun::writeSteps(Work &work, std::vector<Step> steps)
{
    std::map<ColumnId, QByteArray> values;
    std::map<ColumnId, PartEdits> sets;
    for (const Step &step : steps) {
        const ColumnId column = step.cell->column;
        if (step.cell->type == MergeType::Set) {
            const QByteArray &part = step.part.isEmpty() ? step.cell->part : step.part;
            sets[column].push_back({part, step.target});
        } else if (step.cell->type == MergeType::Map) {
            auto map = values.find(column);
            if (map == values.end()) {
                auto shown = d.parts.presentValue({*work.table, work.row.key, column});
                if (!shown)
                    return fail(shown.error());
                map = values.emplace(column, *std::move(shown)).first;
            }
            map->second = withKey(map->second, step.cell->part, step.target);
        } else {
            values[column] = step.target;
        }
    }
    std::vector<Cell> cells;
    cells.reserve(values.size());
    for (const auto &[column, value] : values)
        cells.push_back({column, {}, Bytes::decodedValue(value)});
    if (auto done = d.rows.updateValues(*work.table, work.row.key, pointersTo(cells)); !done)
        return done.error().code == "constraint"_L1 ? Result<Done>(Done::Later) : fail(done.error());
    for (auto &[column, edits] : sets) {
        if (auto done = d.parts.intend({*work.table, work.row.key, column}, std::move(edits)); !done)
            return fail(done.error());
        d.capture.touchColumn(*work.table, work.row.key, column);
    }
    for (Step &step : steps) {
        UndoCell &cell = *step.cell;
        if (cell.type == MergeType::Set || cell.type == MergeType::Counter)
            continue;
        cell.at(m_from).value = step.now;
        if (cell.type == MergeType::Text)
            cell.at(opposite(m_from)).value = step.target;
    }
    work.steps = std::move(steps);
    work.applied = true;
    return Done::All;
}

} // namespace Sheaf
