// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "engine/syncengine.h"
#include "replica/variants.h"

#include <QJsonObject>

namespace Sheaf {

/// SQL values as JSON and back.
[[nodiscard]] QJsonArray toJson(const QVariantList &row);
[[nodiscard]] QJsonArray toJson(const QList<QVariantList> &rows);
/// The key that keyToJson() shows. Errors: `bad_request`.
Result<QByteArray> keyFromJson(const QJsonArray &values);

/// Errors: `bad_request`.
Result<QVariant> fromJson(const QJsonValue &value);
/// The same, or a map of them by column, for a group: an object that is no blob.
Result<QVariant> answerFromJson(const QJsonValue &value);
/// Reads `sql` and `params` of a command. Errors: `bad_request`.
Result<Statement> statementFromJson(const QJsonObject &object);

} // namespace Sheaf
