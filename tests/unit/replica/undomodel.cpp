// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "undomodel.h"

namespace Sheaf {

void UndoModel::insert(int id, const QString &value)
{
    const int version = ++m_last;
    m_rows[id] = {Row{.values = {value, value, value}, .versions = {version, version, version}, .life = version}, 0};
}

void UndoModel::set(int id, int column, const QString &value)
{
    Row &row = *m_rows[id].row;
    row.values[column] = value;
    row.versions[column] = ++m_last;
    if (column > 0) // b and c
        row.versions[3 - column] = ++m_last;
}

void UndoModel::add(int id, qint64 difference)
{
    Row &row = *m_rows[id].row;
    row.n += difference;
    row.counts = ++m_last;
}

void UndoModel::commit(bool undoable)
{
    Action action;
    for (const auto &[id, now] : m_rows) {
        const State before = m_before[id];
        if (now != before && (now.row || before.row))
            action[id] = {before, now};
    }
    if (!undoable || action.empty())
        return;
    m_undone.clear();
    m_done.push_back(action);
}

void UndoModel::see(const std::map<int, Row> &shown)
{
    std::set<int> ids;
    for (const auto &[id, row] : shown)
        ids.insert(id);
    for (const auto &[id, state] : m_rows)
        ids.insert(id);
    for (const int id : ids) {
        State &state = m_rows[id];
        const auto now = shown.find(id);
        if (now == shown.end()) {
            if (state.row)
                state = {std::nullopt, ++m_last};
            continue;
        }
        if (!state.row) {
            state = {now->second, 0};
            state.row->life = ++m_last;
            state.row->versions = {m_last, m_last, m_last};
            continue;
        }
        for (int column = 0; column < 3; ++column) {
            if (state.row->values[column] == now->second.values[column])
                continue;
            state.row->versions[column] = ++m_last;
            if (column > 0)
                state.row->versions[3 - column] = ++m_last;
        }
        state.row->values = now->second.values;
        if (state.row->n != now->second.n)
            state.row->counts = ++m_last;
        state.row->n = now->second.n;
    }
}

/// One row from one side of an action to the other, as far as it is still on the first.
bool UndoModel::apply(Change &change, State &now, bool back)
{
    State &from = back ? change.after : change.before;
    State &to = back ? change.before : change.after;
    if (!from.row || !to.row) {
        if (now != from)
            return false;
        now = to;
        return true;
    }
    if (!now.row || now.row->life != from.row->life)
        return false;
    bool any = false;
    for (int column = 0; column < 3; ++column) {
        if (from.row->versions[column] == to.row->versions[column] || now.row->versions[column] != from.row->versions[column])
            continue;
        now.row->values[column] = to.row->values[column];
        now.row->versions[column] = to.row->versions[column];
        any = true;
    }
    if (from.row->n != to.row->n) {
        // If nobody else has counted, the very state of before is back.
        now.row->counts = now.row->counts == from.row->counts ? to.row->counts : ++m_last;
        now.row->n += to.row->n - from.row->n;
        any = true;
    }
    return any;
}

UndoModel::Outcome UndoModel::step(std::vector<Action> &from, std::vector<Action> &to, bool back)
{
    Outcome outcome;
    while (!from.empty() && !outcome.done) {
        Action action = from.back();
        from.pop_back();
        for (auto &[id, change] : action)
            outcome.done = apply(change, m_rows[id], back) || outcome.done;
        if (outcome.done)
            to.push_back(action);
        else
            ++outcome.skipped;
    }
    return outcome;
}

std::map<int, UndoModel::Row> UndoModel::shown() const
{
    std::map<int, Row> all;
    for (const auto &[id, state] : m_rows) {
        if (state.row)
            all[id] = {.values = state.row->values, .n = state.row->n};
    }
    return all;
}

bool UndoModel::has(int id) const
{
    const auto row = m_rows.find(id);
    return row != m_rows.end() && row->second.row.has_value();
}

} // namespace Sheaf
