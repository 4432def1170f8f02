// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "replica/parameters.h"
#include "replica/replica.h"
#include "replica/replica_p.h"
#include "replica/variants.h"
#include "sql/database.h"

#include <sqlite3.h>

#include <deque>

/// Rows that wait and are not to be sent: by a filter, or because others were chosen.
namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// The expression with its tags, as one condition.
QByteArray conditionOf(const SyncSelection &selection)
{
    QByteArray condition = selection.where.trimmed().isEmpty() ? "1"_ba : '(' + selection.where.toUtf8() + ')';
    if (selection.tags.isEmpty())
        return condition;
    const QByteArray column = quotedName(selection.tagsColumn);
    QByteArray tags;
    for (qsizetype i = 0; i < selection.tags.size(); ++i)
        tags += i == 0 ? "?" : ",?";
    return condition + " AND json_valid(" + column + ") AND EXISTS (SELECT 1 FROM json_each(" + column + ") WHERE value IN (" +
           tags + "))";
}

} // namespace

/// Asks the app about a row. What it cannot say counts as no.
bool SyncFilterHost::allows(const std::function<bool(const FilteredRow &)> &judge, const FilteredRow &row)
{
    try {
        return judge(row);
    } catch (const std::exception &problem) {
        error = QString::fromUtf8(problem.what());
    } catch (...) {
        error.clear();
    }
    error = u"A filter threw an exception about a row of %1: %2"_s.arg(QString::fromUtf8(row.table), error);
    return false;
}

/// False when the app cannot say.
bool SyncFilterHost::map(const SyncFilters::Map &map, const ValuePlace &place, QVariant &value)
{
    try {
        value = map(place, value);
        return true;
    } catch (const std::exception &problem) {
        error = QString::fromUtf8(problem.what());
    } catch (...) {
        error.clear();
    }
    error =
        u"A map threw an exception about %1.%2: %3"_s.arg(QString::fromUtf8(place.table), QString::fromUtf8(place.column), error);
    return false;
}

/// Judges the records of a row and makes of their values what travels; false: the row is to be held.
Result<bool> Replica::Private::pass(const QByteArray &space, const TableInfo &table, const QByteArray &key,
                                    QList<RowChange> &changes)
{
    if (!filters.all.send && !filters.all.encode)
        return true;
    FilteredRow row{.space = space, .table = table.name, .key = key, .isDeleted = false, .values = {}};
    QHash<ColumnId, QByteArray> parked;
    QSet<ColumnId> coded; // have travelled as they are, and go on so
    if (auto done = rows.readParked(table, key, parked, &coded); !done)
        return fail(done.error());
    RowRecord record;
    for (RowChange &change : changes) {
        if (auto decoded = decodeRecord(change.record, record); !decoded)
            return fail(decoded.error());
        row.isDeleted = !isAlive(record.length);
        std::deque<QByteArray> mapped;
        for (Cell &cell : record.cells) {
            const TableInfo::Column *column = table.column(cell.column);
            if (column == nullptr || column->position < 0)
                continue; // of a newer version: nobody here knows what it is
            QVariant value = toVariant(cell.value);
            row.values.append({column->name, value});
            if (!filters.all.encode || column->type != MergeType::Register || coded.contains(cell.column))
                continue;
            if (!filters.map(filters.all.encode, {space, table.name, column->name}, value))
                return false;
            appendVariant(mapped.emplace_back(), value);
            cell.value = Bytes::decodedValue(mapped.back());
        }
        QByteArray bytes;
        encodeRecord(record, bytes);
        change.record = bytes;
    }
    return !filters.all.send || filters.allows(filters.all.send, row);
}

Result<void> Replica::hold(const QList<qint64> &outboxNumbers)
{
    return d->transact(true, [&]() -> Result<void> {
        auto mark = SqlStatement::prepare(d->handle, "UPDATE sheaf_outbox SET held = 1 WHERE n = ?1");
        if (!mark)
            return fail(mark.error());
        for (const qint64 number : outboxNumbers) {
            mark->bindInteger(1, number);
            if (auto done = mark->run(); !done)
                return done;
        }
        return d->rows.countHeld();
    });
}

Result<void> Replica::setFilters(SyncFilters filters)
{
    d->filters.all = std::move(filters);
    return d->withoutForeignKeys([&] {
        return d->transact(true, [&]() -> Result<void> {
            if (auto done = execSql(d->handle, "UPDATE sheaf_outbox SET held = 0 WHERE held = 1"); !done)
                return done;
            if (auto done = d->rows.countHeld(); !done)
                return done;
            return d->merger.showAgain();
        });
    });
}

QString Replica::takeFilterError()
{
    return std::exchange(d->filters.error, {});
}

/// Whether a row that waits is one of those that are wanted.
Result<bool> Replica::Private::isSelected(SqlStatement &condition, const SyncSelection &selection, QByteArrayView key)
{
    std::vector<ValueView> values;
    if (auto decoded = decodeKey(key, values); !decoded)
        return fail(decoded.error());
    int parameter = 1;
    for (const QVariant &value : selection.params)
        bindVariant(condition, parameter++, value);
    for (const QString &tag : selection.tags)
        bindVariant(condition, parameter++, tag);
    for (const ValueView &value : values)
        bindVariant(condition, parameter++, toVariant(value));
    auto found = condition.step();
    condition.reset();
    return found;
}

Result<void> Replica::holdAllBut(const SyncSelection &selection)
{
    const TableInfo *table = d->catalog.find(selection.table);
    if (table == nullptr || !table->synced)
        return fail(u"bad_selection"_s, u"There is no synced table %1."_s.arg(QString::fromUtf8(selection.table)));
    QByteArray sql = "SELECT 1 FROM " + quotedName(table->name) + " WHERE " + conditionOf(selection);
    for (const QByteArray &name : table->keyNames)
        sql += " AND " + quotedName(name) + " IS ?";
    auto condition = SqlStatement::prepare(d->handle, sql);
    const auto parameters = selection.params.size() + selection.tags.size() + table->keyNames.size();
    if (!condition || sqlite3_stmt_readonly(condition->raw()) == 0 ||
        sqlite3_bind_parameter_count(condition->raw()) != static_cast<int>(parameters))
        return fail(u"bad_selection"_s, u"The selection is no condition with as many values as it has places: %1"_s.arg(
                                            condition ? selection.where : condition.error().message));
    auto waiting = SqlStatement::prepare(d->handle, "SELECT pk, txn FROM sheaf_outbox WHERE tbl = ?1");
    if (!waiting)
        return fail(waiting.error());
    waiting->bindInteger(1, table->id);
    QList<std::pair<QByteArray, qint64>> rows;
    if (auto read = forEachRow(*waiting,
                               [&](const SqlStatement &row) {
                                   rows.append({row.bytes(0).toByteArray(), row.integer(1)});
                               });
        !read)
        return fail(read.error());
    auto held = d->transact(true, [&]() -> Result<void> {
        if (auto done = execSql(d->handle, "UPDATE sheaf_outbox SET held = 2 WHERE held = 0"); !done)
            return done;
        auto release = SqlStatement::prepare(d->handle, "UPDATE sheaf_outbox SET held = 0 WHERE held = 2 AND txn = ?1");
        if (!release)
            return fail(release.error());
        for (const auto &[key, transaction] : std::as_const(rows)) {
            const auto selected = d->isSelected(*condition, selection, key);
            if (!selected)
                return fail(u"bad_selection"_s, selected.error().message);
            release->bindInteger(1, transaction);
            if (auto done = *selected ? release->run() : Result<void>(); !done)
                return done;
        }
        return d->rows.countHeld();
    });
    d->rows.holdNew(held.has_value());
    return held;
}

Result<void> Replica::releaseSelection()
{
    d->rows.holdNew(false);
    return d->transact(true, [&]() -> Result<void> {
        if (auto done = execSql(d->handle, "UPDATE sheaf_outbox SET held = 0 WHERE held = 2"); !done)
            return done;
        return d->rows.countHeld();
    });
}

qint64 Replica::heldCount() const
{
    return d->rows.heldCount();
}

Result<qint64> Replica::hiddenCount() const
{
    auto count = SqlStatement::prepare(d->handle, "SELECT count(*) FROM sheaf_stuck WHERE filtered = 1");
    if (!count)
        return fail(count.error());
    if (auto row = count->step(); !row)
        return fail(row.error());
    return count->integer(0);
}

} // namespace Sheaf
