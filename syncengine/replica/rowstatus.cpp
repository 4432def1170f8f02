// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/rowstatus.h"

#include "replica/catalog.h"
#include "replica/replica.h"
#include "replica/store.h"
#include "sql/database.h"

#include <QSqlError>
#include <QSqlQuery>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected failed(const QSqlQuery &query)
{
    return fail(u"sql_error"_s, query.lastError().text());
}

/// When this site last wrote the column, 0 when it never did.
Hlc newestOwn(const RowClock &clock, ColumnId column, SiteId site)
{
    const Stamp cell = clock.stampOf(column);
    Hlc newest = std::max(cell.site == site ? cell.hlc : 0, clock.textStampOf(column, site));
    for (const RowClock::Part &part : clock.parts) {
        if (part.column == column && part.stamp.site == site)
            newest = std::max(newest, part.stamp.hlc);
    }
    return newest;
}

/// The oldest of these over what the mask says is waiting, 0 when there is none.
Hlc oldestOwn(QSqlQuery &columns, const RowClock &clock, quint64 mask, SiteId site)
{
    Hlc oldest = (mask & Mask::whole) != 0 && clock.life.site == site ? clock.life.hlc : 0;
    while (columns.next()) {
        const auto column = static_cast<ColumnId>(columns.value(0).toUInt());
        if ((mask & Mask::ofColumn(column)) == 0)
            continue;
        if (const Hlc own = newestOwn(clock, column, site); own != 0 && (oldest == 0 || own < oldest))
            oldest = own;
    }
    return oldest;
}

Result<void> readWaiting(const Replica &replica, qint64 table, const QByteArray &clockBytes, quint64 mask, RowStatus &status)
{
    const auto sites = Store::readSites(sqliteHandle(replica.database()));
    if (!sites)
        return fail(sites.error());
    RowClock clock;
    if (const auto decoded = decodeClock(clockBytes, *sites, clock); !decoded)
        return decoded;
    QSqlQuery columns(replica.database());
    columns.setForwardOnly(true);
    columns.prepare(u"SELECT id FROM sheaf_columns WHERE tbl = ?"_s);
    columns.addBindValue(table);
    if (!columns.exec())
        return failed(columns);
    const Hlc oldest = oldestOwn(columns, clock, mask, replica.site());
    status.waitingSinceMs = oldest == 0 ? 0 : hlcMs(oldest) - replica.clockOffsetMs();
    return {};
}

} // namespace

Result<RowStatus> rowStatus(const Replica &replica, const QByteArray &table, const QByteArray &key)
{
    RowStatus status;
    QSqlQuery row(replica.database());
    row.setForwardOnly(true);
    row.prepare(u"SELECT t.id, s.name, r.clock, o.mask, o.held FROM sheaf_tables t "
                "LEFT JOIN sheaf_rows r ON r.tbl = t.id AND r.pk = ? LEFT JOIN sheaf_spaces s ON s.id = r.space "
                "LEFT JOIN sheaf_outbox o ON o.n = r.outbox WHERE t.synced = 1 AND lower(CAST(t.name AS TEXT)) = ?"_s);
    row.addBindValue(key);
    row.addBindValue(QString::fromUtf8(table).toLower());
    if (!row.exec())
        return failed(row);
    if (!row.next())
        return status;
    status.isTableSynced = true;
    status.isKnown = !row.isNull(2);
    status.space = row.value(1).toByteArray();
    status.isWaiting = !row.isNull(3);
    status.isHeld = row.value(4).toInt() != 0;
    if (status.isWaiting) {
        const auto mask = static_cast<quint64>(row.value(3).toLongLong());
        if (const auto read = readWaiting(replica, row.value(0).toLongLong(), row.value(2).toByteArray(), mask, status); !read)
            return fail(read.error());
    }
    const auto refused = replica.rejected();
    if (!refused)
        return fail(refused.error());
    for (const RejectedChange &change : *refused) {
        if (change.table.compare(table, Qt::CaseInsensitive) != 0 || change.key != key)
            continue;
        status.rejectedCode = change.code;
        status.rejectedReason = change.reason;
        status.space = change.space;
    }
    return status;
}

Result<QHash<QByteArray, WaitingRows>> waitingBySpace(const Replica &replica)
{
    QSqlQuery select(replica.database());
    select.setForwardOnly(true);
    QHash<QByteArray, WaitingRows> counts;
    const QList<SpaceState> spaces = replica.spaces();
    const bool isOne = spaces.size() == 1;
    if (isOne)
        counts.insert(spaces.first().name, {replica.pendingCount(), replica.heldCount(), 0});
    const bool isAny = replica.pendingCount() + replica.heldCount() > 0;
    if (!isOne && isAny &&
        !select.exec(u"SELECT s.name, count(*) - sum(o.held <> 0), sum(o.held <> 0) FROM sheaf_outbox o "
                     "JOIN sheaf_spaces s ON s.id = o.space GROUP BY s.id"_s))
        return failed(select);
    while (select.isActive() && select.next()) {
        WaitingRows &space = counts[select.value(0).toByteArray()];
        space.pending = select.value(1).toLongLong();
        space.held = select.value(2).toLongLong();
    }
    if (!select.exec(u"SELECT space, count(*) FROM sheaf_quarantine GROUP BY space"_s))
        return failed(select);
    while (select.next())
        counts[select.value(0).toByteArray()].quarantined = select.value(1).toLongLong();
    return counts;
}

} // namespace Sheaf
