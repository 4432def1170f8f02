// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/conflictlog.h"

#include "crdt/bytes.h"
#include "replica/variants.h"
#include "sql/sqlstatement.h"

#include <sqlite3.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr char columns[] = "n, space, tbl, pk, col, kind, winner, mine, theirs, site, hlc, at, asks";

Unexpected noEntry(qint64 number)
{
    return fail(u"no_entry"_s, u"There is no conflict %1 in the log."_s.arg(number));
}

Conflict conflictOf(const SqlStatement &row)
{
    Conflict conflict{.number = row.integer(0),
                      .space = row.bytes(1).toByteArray(),
                      .table = row.bytes(2).toByteArray(),
                      .key = row.bytes(3).toByteArray(),
                      .kind = static_cast<Conflict::Kind>(row.integer(5)),
                      .column = row.bytes(4).toByteArray(),
                      .mine = {},
                      .theirs = {},
                      .mineRow = {},
                      .theirsRow = {},
                      .winner = static_cast<Conflict::Side>(row.integer(6)),
                      .site = static_cast<SiteId>(row.integer(9)),
                      .writtenMs = hlcMs(static_cast<Hlc>(row.integer(10))),
                      .atMs = row.integer(11),
                      .open = row.integer(12) >= 0};
    if (conflict.kind == Conflict::Kind::Delete) {
        conflict.mineRow = namedValues(row.bytes(7));
        conflict.theirsRow = namedValues(row.bytes(8));
    } else if (conflict.column.isEmpty()) {
        conflict.mine = toMap(namedValues(row.bytes(7)));
        conflict.theirs = toMap(namedValues(row.bytes(8)));
    } else {
        conflict.mine = toVariant(Bytes::decodedValue(row.bytes(7)));
        conflict.theirs = toVariant(Bytes::decodedValue(row.bytes(8)));
    }
    return conflict;
}

} // namespace

void appendNamed(QByteArray &out, QByteArrayView column, const ValueView &value)
{
    Bytes::appendBytes(out, column);
    Bytes::appendValue(out, value);
}

QList<NamedValue> namedValues(QByteArrayView bytes)
{
    QList<NamedValue> values;
    Bytes::Reader reader(bytes);
    while (reader.ok() && !reader.atEnd()) {
        const QByteArray column = reader.bytes().toByteArray();
        values.append({column, toVariant(reader.value())});
    }
    return values;
}

Result<void> ConflictLog::add(const ConflictEntry &entry, qint64 wallMs)
{
    auto insert = SqlStatement::prepare(
        m_handle, "INSERT INTO sheaf_conflicts(space, tbl, pk, col, kind, winner, mine, theirs, stands, site, hlc, at, asks)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    if (!insert)
        return fail(insert.error());
    insert->bindBlob(1, entry.space);
    insert->bindBlob(2, entry.table);
    insert->bindBlob(3, entry.key);
    insert->bindBlob(4, entry.column);
    insert->bindInteger(5, static_cast<int>(entry.kind));
    insert->bindInteger(6, static_cast<int>(entry.winner));
    insert->bindBlob(7, entry.mine);
    insert->bindBlob(8, entry.theirs);
    insert->bindBlob(9, entry.stands);
    insert->bindInteger(10, static_cast<qint64>(entry.stamp.site));
    insert->bindInteger(11, static_cast<qint64>(entry.stamp.hlc));
    insert->bindInteger(12, wallMs);
    insert->bindInteger(13, entry.asks);
    if (auto done = insert->run(); !done)
        return done;
    if (m_firstNew == 0)
        m_firstNew = sqlite3_last_insert_rowid(m_handle);
    return {};
}

/// Runs a statement whose only parameter is a number.
Result<void> ConflictLog::run(QByteArrayView sql, qint64 number)
{
    auto statement = SqlStatement::prepare(m_handle, sql);
    if (!statement)
        return fail(statement.error());
    statement->bindInteger(1, number);
    return statement->run();
}

Result<QList<Conflict>> ConflictLog::select(QByteArrayView where, qint64 number) const
{
    auto select = SqlStatement::prepare(m_handle, QByteArray("SELECT ") + columns + " FROM sheaf_conflicts WHERE " +
                                                      where.toByteArray() + " ORDER BY n");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, number);
    QList<Conflict> all;
    if (auto done = forEachRow(*select, [&](const SqlStatement &row) { all.append(conflictOf(row)); }); !done)
        return fail(done.error());
    return all;
}

Result<QList<Conflict>> ConflictLog::list() const
{
    return select("n >= ?1", 0);
}

Result<QList<Conflict>> ConflictLog::takeNew()
{
    return select("n >= ?1", std::exchange(m_firstNew, 0));
}

Result<ConflictEntry> ConflictLog::find(qint64 number) const
{
    auto select = SqlStatement::prepare(
        m_handle, "SELECT space, tbl, pk, col, kind, winner, mine, theirs, stands, asks FROM sheaf_conflicts WHERE n = ?1");
    if (!select)
        return fail(select.error());
    select->bindInteger(1, number);
    if (const auto row = select->step(); !row || !*row)
        return row ? Result<ConflictEntry>(noEntry(number)) : fail(row.error());
    return ConflictEntry{.space = select->bytes(0).toByteArray(),
                         .table = select->bytes(1).toByteArray(),
                         .key = select->bytes(2).toByteArray(),
                         .column = select->bytes(3).toByteArray(),
                         .kind = static_cast<Conflict::Kind>(select->integer(4)),
                         .winner = static_cast<Conflict::Side>(select->integer(5)),
                         .mine = select->bytes(6).toByteArray(),
                         .theirs = select->bytes(7).toByteArray(),
                         .stands = select->bytes(8).toByteArray(),
                         .stamp = {},
                         .asks = static_cast<int>(select->integer(9))};
}

Result<void> ConflictLog::remove(qint64 number)
{
    if (auto done = run("DELETE FROM sheaf_conflicts WHERE n = ?1", number); !done)
        return done;
    return sqlite3_changes(m_handle) != 0 ? Result<void>() : noEntry(number);
}

Result<bool> ConflictLog::hasOpen() const
{
    auto select = SqlStatement::prepare(m_handle, "SELECT EXISTS (SELECT 1 FROM sheaf_conflicts WHERE asks > 0)");
    if (!select)
        return fail(select.error());
    if (const auto row = select->step(); !row)
        return fail(row.error());
    return select->integer(0) != 0;
}

Result<QList<Conflict>> ConflictLog::takeOpen()
{
    auto open = select("n >= ?1 AND asks > 0", 0);
    if (!open)
        return open;
    if (auto done = run("UPDATE sheaf_conflicts SET asks = asks - 1 WHERE asks > ?1", 0); !done)
        return fail(done.error());
    return open;
}

Result<void> ConflictLog::close(qint64 number, QByteArrayView stands)
{
    auto update =
        SqlStatement::prepare(m_handle, "UPDATE sheaf_conflicts SET asks = -1, stands = ?2,"
                                        " winner = CASE ?2 WHEN mine THEN 0 WHEN theirs THEN 1 ELSE winner END WHERE n = ?1");
    if (!update)
        return fail(update.error());
    update->bindInteger(1, number);
    update->bindBlob(2, stands);
    return update->run();
}

Result<void> ConflictLog::prune(qint64 wallMs)
{
    if (auto done = run("DELETE FROM sheaf_conflicts WHERE at < ?1", wallMs - ConflictLimits::ageMsMax); !done)
        return done;
    // The newest whose bytes fit; a table of a thousand lines is quickly read.
    return run("DELETE FROM sheaf_conflicts WHERE n < (SELECT min(n) FROM (SELECT n, sum(length(mine) + length(theirs) +"
               " length(stands)) OVER (ORDER BY n DESC) AS bytes, row_number() OVER (ORDER BY n DESC) AS place"
               " FROM sheaf_conflicts) WHERE place = 1 OR (place <= " +
                   QByteArray::number(ConflictLimits::entriesMax) + " AND bytes <= ?1))",
               ConflictLimits::bytesMax);
}

} // namespace Sheaf
