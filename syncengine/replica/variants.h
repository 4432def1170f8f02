// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QVariant>

namespace Sheaf {

class SqlStatement;

/// A column of the row that a statement is on; looks into it.
[[nodiscard]] ValueView columnValue(const SqlStatement &row, int column);

/// One SQLite value as QtSql gives it: qint64, double, QString, QByteArray for a blob, an invalid one for NULL.
[[nodiscard]] QVariant toVariant(const ValueView &value);
/// Appends it as Bytes::appendValue() does.
void appendVariant(QByteArray &out, const QVariant &value);

/// SQL values as JSON; a blob is {"$blob":"base64"}.
[[nodiscard]] QJsonValue toJson(const QVariant &value);
/// The values of an encoded primary key.
[[nodiscard]] QJsonArray keyToJson(const QByteArray &key);

} // namespace Sheaf
