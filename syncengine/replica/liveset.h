// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/liveplan.h"
#include "replica/resultdiff.h"

#include <memory>

namespace Sheaf {

/// Rows that a commit changed, by part of a plan.
struct ChangedKey {
    size_t part = 0;
    QByteArray key; ///< encodeKey() bytes
    friend bool operator==(const ChangedKey &, const ChangedKey &) = default;
};

/// A result in its order, which takes single rows out and in without reading the others. With a
/// limit it holds some rows more, so that a row that leaves is followed by the next one.
class LiveSet
{
public:
    explicit LiveSet(LivePlan plan) : m_plan(std::move(plan)) {}

    /// Reads all rows. False if their order is not the one that the plan expects: then the plan is wrong.
    Result<bool> load();
    /// Reads the rows of these keys alone. Nothing if that does not suffice and load() must be called: a result
    /// without a limit is then as it was.
    Result<std::optional<QList<ResultEdit>>> patch(const QList<ChangedKey> &keys);

    [[nodiscard]] const LivePlan &plan() const { return m_plan; }
    [[nodiscard]] ResultRows result() const;
    [[nodiscard]] qint64 rowsRead() const { return m_rowsRead; }

private:
    using Placed = std::unique_ptr<PlacedRow>;

    Result<bool> readAll(size_t part, std::vector<Placed> &rows);
    Result<Placed> readOne(const ChangedKey &key);
    [[nodiscard]] qint64 held() const;
    [[nodiscard]] size_t placeOf(const SortKey &order) const;
    void replace(const QByteArray &id, Placed fresh, QList<ResultEdit> &edits);
    void take(size_t place);
    void insert(size_t place, Placed row);

    LivePlan m_plan;
    std::vector<Placed> m_rows; ///< sorted by their order
    QHash<QByteArray, const PlacedRow *> m_byId;
    bool m_complete = true; ///< there are no rows behind the last one
    qint64 m_rowsRead = 0;
};

} // namespace Sheaf
