// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/replica.h"

#include <QSet>
#include <QStringList>
#include <QVariantList>

#include <memory>

class QSqlDatabase;

namespace Sheaf {

/// One step from an old to a new result, to be applied in order.
struct ResultEdit {
    enum class Kind : quint8 { Insert, Remove, Move, Change };
    Kind kind = Kind::Insert;
    int index = 0;    ///< of the row (Move: where it is now)
    int target = 0;   ///< Move only: index after the row was taken out
    QVariantList row; ///< Insert and Change: all values
    friend bool operator==(const ResultEdit &, const ResultEdit &) = default;
};

/// The smallest edits from `before` to `after`, rows matched by the values of `keyColumns`
/// (result column indexes; none = whole rows are the key). Moves are minimal (longest increasing
/// subsequence).
[[nodiscard]] QList<ResultEdit> diffResults(const QList<QVariantList> &before, const QList<QVariantList> &after,
                                            const QList<int> &keyColumns);

/// One SELECT that is kept up to date on a reading connection. Single-threaded.
class LiveResult
{
public:
    /// Prepares the query, learns from SQLite's authorizer which tables and columns it reads and
    /// runs it once. Errors: `sql_error`, `not_a_query`.
    static Result<std::unique_ptr<LiveResult>> open(const QSqlDatabase &reader, const QString &sql, const QVariantList &params,
                                                    const QVariantMap &namedParams = {});
    ~LiveResult();

    /// Whether a commit can change the result. False must be certain.
    [[nodiscard]] bool concernedBy(const CommitChanges &changes) const;
    /// Runs again and returns what changed since the last run.
    Result<QList<ResultEdit>> refresh();

    [[nodiscard]] QStringList columns() const;
    [[nodiscard]] const QList<QVariantList> &rows() const;
    /// Number of runs so far, the first included: what the tests count.
    [[nodiscard]] int runs() const;

private:
    struct Private;
    explicit LiveResult(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
