// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QVariant>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace Sheaf {

/// Undo, written apart from the real one and as plainly as can be: each cell has a version, a number given to whatever
/// anybody writes there. Undoing brings the earlier version back, number and all, where the action's own is still there. No
/// stamps, no merging: what others did is seen by what changed on the screen.
class UndoModel
{
public:
    /// Registers a, b and c, of which b and c are a group, and a counter n.
    struct Row {
        QList<QString> values{{}, {}, {}};
        QList<int> versions{0, 0, 0};
        qint64 n = 0;
        int counts = 0; ///< version of the counter: others have counted when it is another one
        int life = 0;   ///< given when the row is born, and when others brought it back
        friend bool operator==(const Row &, const Row &) = default;
    };
    /// A row that is not there has the version of its death.
    struct State {
        std::optional<Row> row;
        int death = 0;
        friend bool operator==(const State &, const State &) = default;
    };
    struct Outcome {
        bool done = false;
        int skipped = 0;
    };

    // One transaction here
    void begin() { m_before = m_rows; }
    void insert(int id, const QString &value);
    void remove(int id) { m_rows[id] = {std::nullopt, ++m_last}; }
    void set(int id, int column, const QString &value);
    void add(int id, qint64 difference);
    /// Undoable or hidden.
    void commit(bool undoable);
    /// What the table shows after others have written.
    void see(const std::map<int, Row> &shown);

    Outcome undo() { return step(m_done, m_undone, true); }
    Outcome redo() { return step(m_undone, m_done, false); }

    [[nodiscard]] std::map<int, Row> shown() const;
    [[nodiscard]] bool has(int id) const;

private:
    struct Change {
        State before;
        State after;
    };
    using Action = std::map<int, Change>;
    Outcome step(std::vector<Action> &from, std::vector<Action> &to, bool back);
    bool apply(Change &change, State &now, bool back);

    std::map<int, State> m_rows;
    std::map<int, State> m_before;
    std::vector<Action> m_done;
    std::vector<Action> m_undone;
    int m_last = 0;
};

} // namespace Sheaf
