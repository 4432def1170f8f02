// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/replica.h"
#include "replica/resultdiff.h"

#include <QStringList>
#include <QVariantList>

#include <memory>

class QSqlDatabase;

namespace Sheaf {

/// One SELECT that is kept up to date on a reading connection. Single-threaded.
///
/// A SELECT from one table without aggregates, or several joined by UNION ALL, is kept by reading only
/// the rows that a commit has changed; rows that ORDER BY finds equal then lie by rowid. All others run
/// again as a whole. Which rows changed is known from note(): after a commit that was not noted, such
/// as one of another process, the result is as old as the last whole run.
class LiveResult
{
public:
    /// Prepares the query, learns from SQLite's authorizer which tables and columns it reads and
    /// runs it once. Errors: `sql_error`, `not_a_query`.
    static Result<std::unique_ptr<LiveResult>> open(const QSqlDatabase &reader, const QString &sql, const QVariantList &params,
                                                    const QVariantMap &namedParams = {});
    ~LiveResult();

    /// Takes note of a commit that can be read now: whether it can change the result. False is certain.
    bool note(const CommitChanges &changes);
    /// The next refresh() will run the whole query.
    [[nodiscard]] bool runsWhole() const;
    /// The next refresh() shall run the whole query, whatever was noted.
    void runWholeNext();
    /// Reads what the noted commits changed, all in one snapshot, and returns the edits since the last
    /// time. Nothing noted, nothing done.
    Result<QList<ResultEdit>> refresh();

    [[nodiscard]] QStringList columns() const;
    [[nodiscard]] QList<ResultRow> rows() const;
    /// What the tests count: refreshes (the first run included), those of them that ran the whole
    /// query, and rows that were read from SQLite.
    [[nodiscard]] int runs() const;
    [[nodiscard]] int wholeRuns() const;
    [[nodiscard]] qint64 rowsRead() const;

private:
    struct Private;
    explicit LiveResult(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
