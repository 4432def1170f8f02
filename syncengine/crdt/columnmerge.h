// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/parts.h"

#include <optional>

namespace Sheaf {

/// How the values of a column that are written at the same time become one. The numbers are kept in replicas' files.
enum class MergeType : quint8 { Register = 0, Text = 1, Counter = 2, Max = 3, Min = 4, Set = 5, Map = 6 };

/// By the name that sheaf_sync() takes.
[[nodiscard]] std::optional<MergeType> mergeTypeOf(QStringView name);
[[nodiscard]] QString nameOf(MergeType type);

/// Whether columns of this type are made of a base, which is the register of the cell, and parts.
[[nodiscard]] constexpr bool hasParts(MergeType type)
{
    return type >= MergeType::Counter && type <= MergeType::Map;
}

/// Whether each part has one writer, whose later values hold the earlier ones.
[[nodiscard]] constexpr bool hasPartsOfSites(MergeType type)
{
    return type == MergeType::Counter || type == MergeType::Max || type == MergeType::Min;
}

/// The rules of one column with parts. Each type's law is in its own header: counter.h, extremum.h, elementset.h, scalarmap.h.
class ColumnMerge
{
public:
    explicit ColumnMerge(MergeType type) : m_type(type) {}

    /// What the column shows, as Bytes::appendValue() writes it. Without parts it is the base as it is.
    [[nodiscard]] QByteArray fold(const ValueView &base, Parts parts) const;
    /// The same after a local write.
    [[nodiscard]] QByteArray fold(const ValueView &base, Parts parts, const PartEdits &edits) const;
    /// The parts that a local write sets which makes `before`, what the column showed, into `now`. Errors: `bad_value`.
    [[nodiscard]] Result<PartEdits> edit(const ValueView &base, Parts parts, const ValueView &before, const ValueView &now,
                                         const PartWriter &writer) const;
    /// The parts of a row that is born with `value`. Errors: `bad_value`.
    [[nodiscard]] Result<PartEdits> bear(const ValueView &value, const PartWriter &writer) const;
    /// What a row that is born with `value` shows, and has as its base: canonical. `edits` are of bear().
    [[nodiscard]] QByteArray born(const ValueView &value, const PartEdits &edits) const;
    /// Whether a birth with this value needs no part and is shown as it is: true is certain.
    [[nodiscard]] bool isPlainBirth(const ValueView &value) const;

private:
    MergeType m_type;
};

} // namespace Sheaf
