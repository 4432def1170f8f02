// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QVariantMap>

namespace Sheaf {

class SqlStatement;

/// What was given for the parameters of a statement, by their numbers.
struct ParameterValues {
    QVariantList values; ///< one for each; NULL where nothing was given
    bool isExact = true; ///< each has got a value, and nothing was left over
};

/// `params` go by number; `named` by name, with its sign (:, @ or $) or without.
[[nodiscard]] ParameterValues parameterValues(const SqlStatement &statement, const QVariantList &params,
                                              const QVariantMap &named);

/// Binds a value for good; QVariant's types as QtSql understands them.
void bindVariant(SqlStatement &statement, int parameter, const QVariant &value);

} // namespace Sheaf
