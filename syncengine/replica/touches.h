// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/catalog.h"

#include <memory>
#include <optional>
#include <vector>

namespace Sheaf {

/// What a transaction did to one row. The views live as long as the TouchSet is not cleared.
struct Touch {
    const TableInfo *table = nullptr;
    QByteArrayView key;
    QByteArrayView space;  ///< of an insert
    QByteArrayView before; ///< values before the transaction, see `whole`
    quint64 mask = 0;      ///< columns that changed
    quint64 positions = 0; ///< the same by table position, for live queries
    quint64 edited = 0;    ///< those among them that count as edited whatever their value
    size_t hash = 0;
    bool existed = false;
    bool exists = false;
    bool bigText = false;   ///< born with a text that may be too large for a register
    bool partBirth = false; ///< born with columns that may be made of parts
    bool whole = false;     ///< `before` has all values by position; else position and value of those that changed

    /// Whether the transaction has changed the value at `position` before.
    [[nodiscard]] bool hasBefore(int position) const;
    /// The value at `position` before the transaction; nothing if that has not changed.
    [[nodiscard]] std::optional<ValueView> valueBefore(int position) const;
    /// Lists the registers to stamp for an update, by id, each with `stamp`.
    void changedColumns(Stamp stamp, std::vector<RowClock::Entry> &entries) const;
};

/// The rows that one transaction has touched, in the order of their first touch, found by table and
/// key. Their bytes lie in blocks that stay where they are: no allocation for each row.
class TouchSet
{
public:
    /// The entry of a row; `fresh` when it is a new one.
    Touch &find(const TableInfo &table, QByteArrayView key, bool &fresh);
    /// A copy of `bytes` that stays until clear().
    QByteArrayView store(QByteArrayView bytes);
    void clear();

    [[nodiscard]] bool isEmpty() const { return m_touches.empty(); }
    [[nodiscard]] size_t size() const { return m_touches.size(); }
    [[nodiscard]] auto begin() { return m_touches.begin(); }
    [[nodiscard]] auto end() { return m_touches.end(); }
    [[nodiscard]] auto begin() const { return m_touches.cbegin(); }
    [[nodiscard]] auto end() const { return m_touches.cend(); }

private:
    void grow();

    std::vector<Touch> m_touches;
    std::vector<quint32> m_slots; ///< open addressing: index into m_touches plus one, 0 is free
    std::vector<std::unique_ptr<char[]>> m_blocks;
    char *m_free = nullptr;
    qsizetype m_left = 0;
};

} // namespace Sheaf
