// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "replica/keypin.h"
#include "replica/liveplan.h"
#include "replica/replica.h"

#include <QHash>

#include <optional>

namespace Sheaf {

/// The tables, columns and single rows that a statement reads, to tell which commits concern it.
class LiveConcern
{
public:
    /// `values` are the statement's parameters.
    static Result<LiveConcern> of(const SqlStatement &statement, const StatementReads &reads, const QVariantList &values);

    [[nodiscard]] QList<QByteArray> tables() const { return m_dependencies.keys(); } ///< lower case
    /// Whether what happened to this row of one of the tables can matter. False is certain.
    [[nodiscard]] bool isTouchedBy(const QByteArray &table, const CommitChanges::Row &row) const;

private:
    struct Dependency {
        quint64 columns = 0;       ///< bits as in CommitChanges::Row::columns
        std::optional<KeyPin> pin; ///< when all that can matter is one row
    };
    QHash<QByteArray, Dependency> m_dependencies;
};

} // namespace Sheaf
