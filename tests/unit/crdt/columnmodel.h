// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/columnmerge.h"
#include "crdt/merge.h"

#include <map>
#include <set>
#include <vector>

/// One column of one row two ways: as the product keeps it, base and parts under mergeRecord(), and as a naive oracle
/// that keeps every operation of all times with what was seen when it was made.
namespace Sheaf::ColumnModel {

/// What a user does to the column, by plain words.
struct Operation {
    enum class Kind { Add, Remove, Put, Write } kind = Kind::Write;
    QByteArray name{}; ///< element of a set, key of a map
    qint64 number = 0; ///< increment of a counter (Add), value of a key, value of a maximum (Write)
};

/// The operations that are worth walking through for a type.
[[nodiscard]] std::vector<Operation> operationsOf(MergeType type);

/// One operation as history has it.
struct Event {
    Operation operation;
    Stamp stamp;
    std::set<size_t> seen; ///< numbers of the events that its site knew
};
using History = std::vector<Event>;

/// What the column must show where `known` are the events that have come.
[[nodiscard]] QByteArray truthOf(MergeType type, const History &history, const std::set<size_t> &known);

/// A replica's column, changed through the product's code only.
class Column
{
public:
    Column(MergeType type, SiteId site);

    /// Carries out an operation as SQL would: reads what is shown, writes what shall be shown. False if there is nothing to do.
    bool perform(const Operation &operation, Hlc now);
    /// All of `other`, as a catch-up brings it.
    void merge(const Column &other);
    /// Only the parts that the last perform() has set, as a live change brings them.
    void mergeLast(const Column &other);

    [[nodiscard]] QByteArray shown() const; ///< the value, encoded
    [[nodiscard]] Hlc latest() const { return m_clock.latest(); }
    [[nodiscard]] Stamp lastStamp() const { return m_last; }
    /// Same parts, stamps and values.
    friend bool operator==(const Column &a, const Column &b) { return a.m_clock == b.m_clock && a.m_values == b.m_values; }

private:
    [[nodiscard]] std::vector<PartView> parts() const;
    [[nodiscard]] QByteArray wanted(const Operation &operation) const;
    [[nodiscard]] RowRecord record(bool lastOnly) const;
    void take(const RowRecord &record);

    MergeType m_type;
    SiteId m_site;
    QByteArray m_base;
    RowClock m_clock;
    std::map<QByteArray, QByteArray> m_values; ///< of the parts, encoded
    Stamp m_last;
    quint64 m_random;
};

} // namespace Sheaf::ColumnModel
