// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/columnmerge.h"
#include "crdt/rowclock.h"

#include <array>
#include <optional>
#include <vector>

namespace Sheaf {

/// The two sides of an action: what was before it and what was after it. Undoing goes from After to Before, redoing the
/// other way; they are the same work.
enum class UndoSide : quint8 { Before = 0, After = 1 };

[[nodiscard]] constexpr UndoSide opposite(UndoSide side)
{
    return side == UndoSide::Before ? UndoSide::After : UndoSide::Before;
}

/// One register, text or part that an action has changed.
struct UndoCell {
    /// The stamp that the cell carries while it is in this state: the guard. Zero: it was never written.
    struct State {
        Stamp stamp{};
        QByteArray value{}; ///< as Bytes::appendValue() writes it; empty: not needed before the other side is left
    };
    ColumnId column = 0;
    MergeType type = MergeType::Register;
    QByteArray part{}; ///< of a set or map. Of a set the value says whether it stands: 1 or NULL
    std::array<State, 2> states{};

    [[nodiscard]] State &at(UndoSide side) { return states[static_cast<size_t>(side)]; }
    [[nodiscard]] const State &at(UndoSide side) const { return states[static_cast<size_t>(side)]; }
};

/// How the stamps of a row went from one state to another that shows the same.
struct UndoRebase {
    struct Place {
        ColumnId column = 0;
        MergeType type = MergeType::Register; ///< Text: of one site; any type with parts: of the part; else a register
        QByteArray part{};
        Stamp old{};
        Stamp now{};
    };
    struct Rename {
        ColumnId column = 0;
        QByteArray old;
        QByteArray now;
        Stamp stamp; ///< of the new one
    };
    CausalLength oldLength = 0;
    CausalLength nowLength = 0;
    Stamp oldLife{};
    Stamp nowLife{};
    std::vector<Place> places{};
    std::vector<Rename> renames{}; ///< adds of a set's elements, which have new names when they are made again

    /// From everything in `old` to everything in `now`, alive or dead both.
    [[nodiscard]] static UndoRebase between(const RowClock &old, const RowClock &now);
};

/// Stamps of a living row, and its values while it is dead.
struct UndoLife {
    RowClock alive{};
    CausalLength deadLength = 0; ///< 0: the key was never used
    Stamp deadLife{};
    UndoSide aliveSide = UndoSide::After; ///< After: the action made the row, Before: it deleted it
    QByteArray space{};
    std::vector<std::pair<ColumnId, QByteArray>> image{}; ///< encoded values by column; empty while it lives
};

/// What an action has done to one row.
struct UndoEntry {
    CausalLength length = 0;        ///< of the life in which `cells` are
    std::vector<UndoCell> cells{};  ///< of an edit
    std::optional<UndoLife> life{}; ///< of a birth or a delete

    [[nodiscard]] bool isEmpty() const { return cells.empty() && !life; }
    [[nodiscard]] UndoCell *find(ColumnId column, MergeType type, QByteArrayView part);
    /// Another entry of the same row knows of new stamps for an old state. True if this one had any of it.
    bool rebase(const UndoRebase &rebase);
    /// Takes out what it has of these columns; of Mask::whole everything. True if there was any.
    bool forget(quint64 columns);
    /// Takes a later action's entry for the same row in, so that both are undone as one. False, and nothing is done, if
    /// that cannot be.
    bool join(const UndoEntry &later);

    void encode(QByteArray &out) const;
    [[nodiscard]] static Result<UndoEntry> decode(QByteArrayView bytes);
};

/// The same stamps for the same cells, however they are packed.
[[nodiscard]] bool sameStamps(const RowClock &a, const RowClock &b);

} // namespace Sheaf
