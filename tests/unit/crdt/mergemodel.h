// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/merge.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

/// The merge of rows two ways: as the product does it, step by step, and as a naive oracle that
/// looks at all messages at once. Rows have two columns, 1 and 2, with integers, and a text, column 3, that is
/// a set of words: what is applied twice changes nothing, as with updates.
namespace Sheaf::Model {

constexpr int columnCount = 2;
constexpr ColumnId textColumn = 3;
constexpr size_t siteCount = 3; ///< 1, 2 and 3
using Words = quint32;          ///< a bit for each

/// What one operation tells the others.
struct Sent {
    struct Cell {
        ColumnId column = 0;
        Stamp stamp;
        int value = 0;
        friend bool operator==(const Cell &, const Cell &) = default;
    };
    CausalLength length = 0;
    Stamp life;
    std::vector<Cell> cells;
    std::optional<Stamp> edit = {}; ///< of the text
    Words words = 0;
    friend bool operator==(const Sent &, const Sent &) = default;
};

/// The oracle's idea of a row.
struct Truth {
    CausalLength length = 0;
    Stamp life;
    std::array<std::optional<Sent::Cell>, columnCount> cells;
    std::array<Hlc, siteCount> edits{};
    Words words = 0;
};

/// What a row is once all of `messages` are known, in no order and however often: the greatest
/// length, and among the messages of that length the latest life, of each column the latest cell, of each
/// site its latest edit, and all words.
[[nodiscard]] Truth truthOf(std::span<const Sent *const> messages);

/// A row as a replica keeps it, changed only through mergeRecord().
struct Row {
    RowClock clock;
    std::array<int, columnCount> values{};
    Words words = 0;

    void merge(const Sent &message);
    /// Merges the whole state of another replica, as a first sync does.
    void merge(const Row &other);
    [[nodiscard]] bool is(const Truth &truth) const;
    /// Same life, stamps and values, however the clock stores them.
    [[nodiscard]] bool sameAs(const Row &other) const;
    /// Through the bytes of the wire or of a replica's file.
    [[nodiscard]] bool survivesStorage() const;
};

/// Same rows have the same digest.
[[nodiscard]] bool sameDigest(const Row &row, const Truth &truth);

enum class Operation { Insert, UpdateFirst, UpdateSecond, EditText, Delete };
/// Two worlds, because all together are too many to walk through: rows with two registers, and with a register and a text.
constexpr Operation registerOperations[] = {Operation::Insert, Operation::UpdateFirst, Operation::UpdateSecond,
                                            Operation::Delete};
constexpr Operation textOperations[] = {Operation::Insert, Operation::UpdateFirst, Operation::EditText, Operation::Delete};
using Operations = std::span<const Operation>;

/// What a replica with `row` sends when it does this at `stamp`; nothing when it cannot be done.
/// The value written names the stamp, so that no two writes look alike.
[[nodiscard]] std::optional<Sent> perform(const Row &row, Operation operation, Stamp stamp);

} // namespace Sheaf::Model
