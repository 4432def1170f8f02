// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QByteArray>
#include <QList>
#include <QVariantList>

namespace Sheaf {

class SqlStatement;

/// One value of the row on which a statement stands; looks into SQLite's memory until the next step.
[[nodiscard]] ValueView resultValue(const SqlStatement &statement, int column);

/// One row of a result, its values packed into one piece of memory. Copies share it, also between
/// threads; values are unpacked when they are asked for. Equal rows have equal values of equal types.
class ResultRow
{
public:
    ResultRow() = default;
    explicit ResultRow(const QVariantList &values);
    /// The first `columns` values of the row on which the statement stands.
    ResultRow(const SqlStatement &statement, int columns);

    [[nodiscard]] ValueView at(qsizetype column) const; ///< null where there is none; valid as long as the row
    [[nodiscard]] QVariant value(qsizetype column) const;
    [[nodiscard]] QVariantList values() const;
    [[nodiscard]] const QByteArray &packed() const { return m_packed; }
    friend bool operator==(const ResultRow &, const ResultRow &) = default;

private:
    QByteArray m_packed;
};

/// Rows of a result in their order, each with the bytes that tell it apart from all others.
struct ResultRows {
    QList<QByteArray> ids;
    QList<ResultRow> rows;
};

} // namespace Sheaf
