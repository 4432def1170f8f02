// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/recount.h"

#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "replica/replica_p.h"
#include "replica/variants.h"
#include "sql/database.h"

/// The part of Replica that does not believe what it keeps: sums, rows and clocks are compared with one another.
namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr int rowsPerTurn = 1'000; ///< a few milliseconds: local writes wait that long at most

} // namespace

void Recount::restart()
{
    table = 0;
    key.clear();
    for (auto &[space, counted] : spaces) {
        counted.digest = {};
        counted.rows = 0;
    }
}

/// Whether a row that lives by its clock is where it should be.
Result<bool> Replica::Private::isInPlace(const TableInfo &table, QByteArrayView key)
{
    if (!table.synced)
        return true; // nobody sees it here, and its values are parked
    std::vector<ValueView> values;
    auto there = rows.readValues(table, key, values);
    rows.releaseValues();
    if (!there || *there)
        return there;
    auto stuck = SqlStatement::prepare(handle, "SELECT 1 FROM sheaf_stuck WHERE tbl = ?1 AND pk = ?2");
    if (!stuck)
        return fail(stuck.error());
    stuck->bindInteger(1, table.id);
    stuck->bindBlob(2, key);
    return stuck->step();
}

/// Looks at the next rows. What is lost goes to `lost`; false when these were the last.
Result<bool> Replica::Private::countSome(QList<std::pair<qint64, QByteArray>> &lost)
{
    auto select = SqlStatement::prepare(handle, "SELECT tbl, pk, space, clock, outbox IS NULL FROM sheaf_rows"
                                                " WHERE (tbl, pk) > (?1, ?2) ORDER BY tbl, pk LIMIT ?3");
    if (!select)
        return fail(select.error());
    const QByteArray from = recount.key;
    select->bindInteger(1, recount.table);
    select->bindBlob(2, from);
    select->bindInteger(3, rowsPerTurn);
    RowClock clock;
    int count = 0;
    const auto read = forEachRow(*select, [&](const SqlStatement &row) -> Result<void> {
        ++count;
        const TableInfo *table = catalog.find(row.integer(0));
        recount.table = row.integer(0);
        recount.key = row.bytes(1).toByteArray();
        if (table == nullptr)
            return fail(QStringLiteral("database_damaged"), QStringLiteral("A row belongs to no table."));
        if (auto decoded = decodeClock(row.bytes(3), store.sites, clock); !decoded)
            return decoded;
        Recount::Counted &counted = recount.spaces[row.integer(2)];
        ++counted.rows;
        if (row.integer(4) != 0)
            counted.digest.add(fingerprint(table->wireName, recount.key, clock, table->byName));
        if (!isAlive(clock.length))
            return {};
        const auto there = isInPlace(*table, recount.key);
        if (!there)
            return fail(there.error());
        if (!*there) {
            ++counted.lost;
            lost.append({table->id, recount.key});
        }
        return {};
    });
    return read ? Result<bool>(count == rowsPerTurn) : Result<bool>(fail(read.error()));
}

/// What was typed into the texts of a row whose values are gone is in their documents still. What of it was not sent is
/// offered to be written again once the row has come back.
Result<void> Replica::Private::keepTyped(const Refused &lost)
{
    const auto columns = texts.waitingColumns(lost.table, lost.key);
    if (!columns)
        return fail(columns.error());
    KeptChange entry{.change = {}, .bytes = {}, .record = {}, .mask = 0, .texts = {}};
    RowRecord record{.length = lost.row.clock.length, .life = lost.row.clock.life, .cells = {}};
    std::vector<QByteArray> words; // the record looks into them
    words.reserve(columns->size());
    for (const ColumnId column : *columns) {
        const RowTexts::Place place{lost.table, lost.key, column};
        if (!lost.table.isText(column))
            continue;
        auto text = texts.text(place, {});
        if (!text)
            return fail(text.error());
        const auto typed = texts.withdraw(place);
        if (!typed)
            return fail(typed.error());
        words.push_back(*std::move(text));
        record.cells.push_back({column, record.life, ValueView::ofText(words.back())});
        entry.mask |= Mask::ofColumn(column);
        if (typed->has_value())
            entry.addText(column, (*typed)->update);
    }
    if (entry.texts.isEmpty())
        return {};
    encodeRecord(record, entry.bytes);
    return keepRejected(lost, entry, {u"row_lost"_s, u"The row was lost here before what was typed into it was sent."_s});
}

/// A row whose values are gone counts as never seen, so that the server's come again: absence is no delete.
Result<void> Replica::Private::forgetLost(const QList<std::pair<qint64, QByteArray>> &lost)
{
    return transact(true, [&]() -> Result<void> {
        for (const auto &[tableId, key] : lost) {
            const TableInfo &table = *catalog.find(tableId);
            RowState row;
            if (auto done = rows.read(table, key, row); !done)
                return done;
            if (row.outbox != 0) {
                if (auto done = keepTyped({table, key, row, {}}); !done)
                    return done;
                if (auto done = rows.dequeue(row.outbox); !done)
                    return done;
            }
            if (auto done = forgetRow(table, key, row); !done)
                return done;
        }
        return {};
    });
}

/// All rows were looked at: what was kept gives way to what was counted, and what belongs to no row goes.
Result<void> Replica::Private::takeCounted()
{
    for (const auto &space : store.spaces()) {
        Recount::Counted &counted = recount.spaces[space->id];
        counted.miscounted = space->digest.differences(counted.digest);
    }
    return transact(true, [&]() -> Result<void> {
        for (const auto &space : store.spaces()) {
            const Recount::Counted &counted = recount.spaces[space->id];
            space->digest = counted.digest;
            space->dirtyBuckets |= counted.miscounted;
        }
        // Whoever gives such a row a clock must not find the documents and parts of another life.
        for (const char *sql : {"DELETE FROM sheaf_texts WHERE (tbl, pk) NOT IN (SELECT tbl, pk FROM sheaf_rows)",
                                "DELETE FROM sheaf_parts WHERE (tbl, pk) NOT IN (SELECT tbl, pk FROM sheaf_rows)",
                                "DELETE FROM sheaf_parked WHERE (tbl, pk) NOT IN (SELECT tbl, pk FROM sheaf_rows)",
                                "DELETE FROM sheaf_stuck WHERE (tbl, pk) NOT IN (SELECT tbl, pk FROM sheaf_rows)"}) {
            if (auto done = execSql(handle, sql); !done)
                return done;
        }
        texts.reload();
        return {};
    });
}

Result<void> Replica::beginRecount()
{
    // A sum in memory may be right and the one in the file wrong, which is what the next start will read.
    if (auto loaded = d->store.loadBuckets(); !loaded)
        return loaded;
    d->recount.begin();
    return {};
}

Result<bool> Replica::recountSome()
{
    QList<std::pair<qint64, QByteArray>> lost;
    const auto more = d->countSome(lost);
    if (!more)
        return fail(more.error());
    if (!lost.isEmpty()) {
        if (auto done = d->forgetLost(lost); !done)
            return fail(done.error());
    }
    if (*more)
        return false;
    auto taken = d->takeCounted();
    d->recount.end();
    return taken ? Result<bool>(true) : Result<bool>(fail(taken.error()));
}

void Replica::endRecount()
{
    d->recount.end();
}

QList<RecountedSpace> Replica::recounted() const
{
    QList<RecountedSpace> all;
    for (const auto &space : d->store.spaces()) {
        const auto counted = d->recount.spaces.find(space->id);
        if (counted == d->recount.spaces.end())
            all.append({.name = space->state.name});
        else
            all.append({space->state.name, counted->second.rows, counted->second.lost, counted->second.adopted,
                        counted->second.miscounted});
    }
    return all;
}

/// The keys of the next rows of a table, in an order that it has anyway.
Result<SqlStatement> Replica::Private::selectKeys(const TableInfo &table, const std::vector<QByteArray> &after)
{
    QByteArray keys;
    for (const QByteArray &name : table.keyNames)
        keys += (keys.isEmpty() ? "" : ",") + quotedName(name);
    const QByteArray space = table.spacePosition >= 0 ? quotedName(table.spaceColumn) : QByteArray("''");
    QByteArray places;
    for (size_t i = 0; i < after.size(); ++i)
        places += (i == 0 ? "?" : ",?") + QByteArray::number(i + 1);
    const QByteArray where = after.empty() ? QByteArray() : " WHERE (" + keys + ") > (" + places + ')';
    auto select = SqlStatement::prepare(handle, "SELECT " + keys + ',' + space + " FROM " + quotedName(table.name) + where +
                                                    " ORDER BY " + keys + " LIMIT " + QByteArray::number(rowsPerTurn));
    if (!select)
        return select;
    for (size_t i = 0; i < after.size(); ++i)
        RowStore::bind(*select, static_cast<int>(i) + 1, Bytes::decodedValue(after[i]));
    return select;
}

/// Looks at the next rows of a table; those that nobody knows are captured as born now. False when these were the last.
Result<bool> Replica::Private::adoptSome(const TableInfo &table, std::vector<QByteArray> &after)
{
    const std::vector<QByteArray> from = after; // the statement looks into it
    auto select = selectKeys(table, from);
    if (!select)
        return fail(select.error());
    const int keys = static_cast<int>(table.keyNames.size());
    QList<std::pair<QByteArray, QByteArray>> unknown; // with their spaces
    int count = 0;
    const auto read = forEachRow(*select, [&](const SqlStatement &found) -> Result<void> {
        ++count;
        after.clear();
        QByteArray key;
        for (int column = 0; column < keys; ++column) {
            const ValueView value = columnValue(found, column);
            encodeKey({&value, 1}, key);
            after.push_back(Bytes::encodedValue(value));
        }
        RowState row;
        if (auto done = rows.read(table, key, row); !done)
            return done;
        if (!row.known || !isAlive(row.clock.length))
            unknown.append({key, found.bytes(keys).toByteArray()});
        return {};
    });
    if (!read)
        return fail(read.error());
    if (unknown.isEmpty())
        return count == rowsPerTurn;
    auto done = transact(false, [&]() -> Result<void> {
        for (const auto &[key, space] : std::as_const(unknown)) {
            const auto known = store.spaceFor(table.spacePosition >= 0 ? space : config.homeSpace);
            if (!known)
                return fail(known.error());
            capture->adopt(table, key, space);
            ++recount.spaces[(*known)->id].adopted;
        }
        return {};
    });
    return done ? Result<bool>(count == rowsPerTurn) : Result<bool>(fail(done.error()));
}

Result<bool> Replica::adoptSome()
{
    Recount &recount = d->recount;
    const auto &tables = d->catalog.tables();
    while (recount.adopting < tables.size() && !tables[recount.adopting]->synced)
        ++recount.adopting;
    if (recount.adopting == tables.size())
        return true;
    const auto more = d->adoptSome(*tables[recount.adopting], recount.after);
    if (!more)
        return fail(more.error());
    if (!*more) {
        ++recount.adopting;
        recount.after.clear();
    }
    return false;
}

void Replica::beginComparison(const QByteArray &space)
{
    d->merger.beginComparison(space);
}

qint64 Replica::endComparison(const QByteArray &space)
{
    return d->merger.endComparison(space);
}

} // namespace Sheaf
