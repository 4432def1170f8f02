// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QStringList>
#include <QtTest>

namespace Sheaf {

/// The first column of a query's rows, joined by commas, behind all writes that were made before; or what went wrong.
inline QString firstColumn(SyncEngine &engine, const QString &sql, int patienceMs)
{
    const auto flushed = engine.write({});
    if (!QTest::qWaitFor([&] { return flushed.isFinished(); }, patienceMs))
        return QStringLiteral("no answer to the flush");
    const auto found = engine.query({sql, {}, {}});
    if (!QTest::qWaitFor([&] { return found.isFinished(); }, patienceMs))
        return QStringLiteral("no answer");
    const auto rows = found.result();
    if (!rows)
        return rows.error().message;
    QStringList values;
    for (const QVariantList &row : rows->rows)
        values.append(row.first().isNull() ? QStringLiteral("NULL") : row.first().toString());
    return values.join(u',');
}

} // namespace Sheaf
