// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveplan.h"

#include "crdt/rowkey.h"
#include "sql/database.h"

#include <sqlite3.h>

namespace Sheaf {

namespace {

int listen(void *self, int action, const char *one, const char *two, const char *, const char *view)
{
    auto *reads = static_cast<StatementReads *>(self);
    if (action == SQLITE_READ && one != nullptr) {
        reads->columns[QByteArray(one).toLower()].append(QByteArray(two).toLower());
        reads->views = reads->views || view != nullptr;
    } else if (action == SQLITE_FUNCTION && two != nullptr) {
        reads->functions.insert(QByteArray(two).toLower());
    }
    return SQLITE_OK;
}

} // namespace

Result<SqlStatement> StatementReads::prepare(sqlite3 *handle, const QByteArray &sql, StatementReads &reads)
{
    sqlite3_set_authorizer(handle, listen, &reads);
    auto statement = SqlStatement::prepare(handle, sql);
    sqlite3_set_authorizer(handle, nullptr, nullptr);
    return statement;
}

QByteArray LivePlan::idOf(size_t part, QByteArrayView key)
{
    QByteArray id(1, static_cast<char>(part));
    return id.append(key);
}

PlacedRow LivePlan::placed(size_t part, const SqlStatement &statement) const
{
    const Part &from = parts[part];
    PlacedRow placed{idOf(part, {}), {}, ResultRow(statement, columns)};
    for (int i = 0; i < from.keyColumns; ++i) {
        const ValueView value = resultValue(statement, from.keyColumn + i);
        encodeKey({&value, 1}, placed.id);
    }
    if (partsInTurn)
        placed.order.append(idOf(part, {}));
    for (const OrderColumn &column : from.order)
        placed.order.append(resultValue(statement, column.column), column.term, collator ? &*collator : nullptr);
    if (!partsInTurn)
        placed.order.append(idOf(part, {}));
    if (from.rowidColumn >= 0) {
        placed.order.append(resultValue(statement, from.rowidColumn), {});
    } else {
        for (int i = 0; i < from.keyColumns; ++i)
            placed.order.append(resultValue(statement, from.keyColumn + i), {});
    }
    placed.order.append(placed.id);
    return placed;
}

} // namespace Sheaf
