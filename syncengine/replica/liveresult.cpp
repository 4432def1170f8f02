// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveresult.h"

#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "replica/liveconcern.h"
#include "replica/liveset.h"
#include "replica/parameters.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <QHash>
#include <QSqlDatabase>

#include <sqlite3.h>

#include <algorithm>
#include <optional>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Of more rows than that each is dearer to find by its key than in a run of all.
constexpr qsizetype patchedKeysMax = 1000;

/// All that is read within its life is read from one snapshot.
class Snapshot
{
public:
    static Result<Snapshot> take(sqlite3 *handle)
    {
        Snapshot snapshot;
        if (sqlite3_get_autocommit(handle) == 0)
            return snapshot; // the caller has one
        if (auto begun = execSql(handle, "BEGIN"); !begun)
            return fail(begun.error());
        snapshot.m_handle = handle;
        return snapshot;
    }
    ~Snapshot()
    {
        if (m_handle != nullptr)
            sqlite3_exec(m_handle, "COMMIT", nullptr, nullptr, nullptr);
    }
    Snapshot(Snapshot &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    Snapshot(const Snapshot &) = delete;
    Snapshot &operator=(const Snapshot &) = delete;
    Snapshot &operator=(Snapshot &&) = delete;

private:
    Snapshot() = default;
    sqlite3 *m_handle = nullptr;
};

} // namespace

struct LiveResult::Private {
    sqlite3 *handle = nullptr;
    SqlStatement statement;
    LiveConcern concern;
    QStringList columns;
    QList<int> keyColumns;
    std::unique_ptr<LiveSet> set; ///< holds the rows of a query that can be patched,
    ResultRows rows;              ///< this those of any other
    QList<ChangedKey> changed;
    QSet<QByteArray> changedIds;
    bool whole = false; ///< run all next
    int runs = 0;
    int wholeRuns = 0;
    qint64 rowsRead = 0;

    Result<void> findKey();
    void noteRow(const QByteArray &table, const CommitChanges::Row &row);
    Result<void> runWhole();
    Result<void> runPlain();
    [[nodiscard]] QList<QByteArray> idsOf(const QList<ResultRow> &of) const;
    [[nodiscard]] ResultRows current() const { return set ? set->result() : rows; }
};

/// Rows are told apart by the primary key of the first result column's table when the result has
/// all of it under any name; else by the first column.
Result<void> LiveResult::Private::findKey()
{
    sqlite3_stmt *raw = statement.raw();
    const int count = sqlite3_column_count(raw);
    for (int column = 0; column < count; ++column)
        columns.append(QString::fromUtf8(sqlite3_column_name(raw, column)));
    const char *table = count > 0 ? sqlite3_column_table_name(raw, 0) : nullptr;
    if (table == nullptr)
        return {}; // an expression: whole rows are the key
    auto info = SqlStatement::prepare(handle, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk");
    if (!info)
        return fail(info.error());
    const QByteArray name(table);
    info->bindText(1, name);
    while (true) {
        const auto row = info->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        const QByteArray key = info->bytes(0).toByteArray();
        int found = -1;
        for (int column = 0; column < count && found < 0; ++column) {
            if (qstrcmp(sqlite3_column_table_name(raw, column), table) == 0 && key == sqlite3_column_origin_name(raw, column))
                found = column;
        }
        if (found < 0) {
            keyColumns = {0};
            return {};
        }
        keyColumns.append(found);
    }
}

/// What tells the rows apart; equal ones by counting.
QList<QByteArray> LiveResult::Private::idsOf(const QList<ResultRow> &of) const
{
    QList<QByteArray> ids;
    ids.reserve(of.size());
    QHash<QByteArray, int> seen;
    seen.reserve(of.size());
    for (const ResultRow &row : of) {
        QByteArray id = keyColumns.isEmpty() ? row.packed() : QByteArray();
        for (const int column : keyColumns)
            Bytes::appendValue(id, row.at(column));
        if (const int copies = seen[id]++; copies > 0)
            id += '#' + QByteArray::number(copies);
        ids.append(std::move(id));
    }
    return ids;
}

Result<void> LiveResult::Private::runPlain()
{
    QList<ResultRow> fresh;
    while (true) {
        const auto row = statement.step();
        if (!row)
            return fail(row.error());
        if (!*row)
            break;
        fresh.append(ResultRow(statement, static_cast<int>(columns.size())));
    }
    statement.reset();
    rowsRead += fresh.size();
    rows = {idsOf(fresh), fresh};
    return {};
}

Result<void> LiveResult::Private::runWhole()
{
    ++wholeRuns;
    if (!set)
        return runPlain();
    const auto loaded = set->load();
    if (!loaded)
        return fail(loaded.error());
    if (*loaded)
        return {};
    rowsRead += set->rowsRead();
    set.reset(); // not understood after all
    return runPlain();
}

LiveResult::LiveResult(std::unique_ptr<Private> privateData) : d(std::move(privateData))
{
}

LiveResult::~LiveResult() = default;

Result<std::unique_ptr<LiveResult>> LiveResult::open(const QSqlDatabase &reader, const QString &sql, const QVariantList &params,
                                                     const QVariantMap &namedParams)
{
    auto d = std::make_unique<Private>();
    d->handle = sqliteHandle(reader);
    StatementReads reads;
    auto statement = StatementReads::prepare(d->handle, sql.toUtf8(), reads);
    if (!statement)
        return fail(statement.error());
    d->statement = std::move(*statement);
    sqlite3_stmt *raw = d->statement.raw();
    if (sqlite3_column_count(raw) == 0 || sqlite3_stmt_readonly(raw) == 0)
        return fail(u"not_a_query"_s, u"Only a SELECT can be watched."_s);
    const QVariantList values = parameterValues(d->statement, params, namedParams).values;
    for (int i = 0; i < values.size(); ++i)
        bindVariant(d->statement, i + 1, values[i]);
    auto concern = LiveConcern::of(d->statement, reads, values);
    if (!concern)
        return fail(concern.error());
    d->concern = *std::move(concern);
    if (auto done = d->findKey(); !done)
        return fail(done.error());
    if (auto plan = LivePlan::make(d->statement, reads, values))
        d->set = std::make_unique<LiveSet>(*std::move(plan));
    const auto snapshot = Snapshot::take(d->handle);
    if (!snapshot)
        return fail(snapshot.error());
    ++d->runs;
    if (auto done = d->runWhole(); !done)
        return fail(done.error());
    return std::unique_ptr<LiveResult>(new LiveResult(std::move(d)));
}

void LiveResult::Private::noteRow(const QByteArray &table, const CommitChanges::Row &row)
{
    bool found = false;
    for (size_t part = 0; set && !whole && part < set->plan().parts.size(); ++part) {
        const LivePlan::Part &from = set->plan().parts[part];
        if (from.table != table)
            continue;
        found = true;
        QByteArray key = row.key;
        if (from.byRowid) {
            const ValueView rowid = ValueView::ofInteger(row.rowid);
            encodeKey({&rowid, 1}, key);
        }
        whole = from.byRowid != row.key.isEmpty() || changed.size() >= patchedKeysMax;
        const QByteArray id = LivePlan::idOf(part, key);
        if (!changedIds.contains(id)) {
            changedIds.insert(id);
            changed.append({part, key});
        }
    }
    whole = whole || !found;
}

bool LiveResult::note(const CommitChanges &changes)
{
    bool concerned = false;
    for (const QByteArray &table : d->concern.tables()) {
        const auto rows = changes.tables.constFind(table);
        if (rows == changes.tables.constEnd())
            continue;
        d->whole = d->whole || changes.everything;
        concerned = concerned || changes.everything;
        for (const CommitChanges::Row &row : *rows) {
            if (d->whole && concerned)
                return true;
            if (!d->concern.isTouchedBy(table, row))
                continue;
            concerned = true;
            d->noteRow(table, row);
        }
    }
    return concerned;
}

bool LiveResult::runsWhole() const
{
    return d->whole;
}

void LiveResult::runWholeNext()
{
    d->whole = true;
}

Result<QList<ResultEdit>> LiveResult::refresh()
{
    const QList<ChangedKey> changed = std::exchange(d->changed, {});
    d->changedIds.clear();
    const bool whole = std::exchange(d->whole, false);
    if (!whole && changed.isEmpty())
        return QList<ResultEdit>();
    const auto snapshot = Snapshot::take(d->handle);
    if (!snapshot)
        return fail(snapshot.error());
    ++d->runs;
    const bool window = d->set && d->set->plan().limit >= 0;
    ResultRows before = whole || window ? d->current() : ResultRows();
    if (!whole) {
        auto edits = d->set->patch(changed);
        if (!edits)
            return fail(edits.error());
        if (*edits)
            return **std::move(edits);
        if (!window)
            before = d->current();
    }
    const bool patched = d->set != nullptr;
    if (auto done = d->runWhole(); !done)
        return fail(done.error());
    if (patched && !d->set)
        before.ids = d->idsOf(before.rows);
    return diffResults(before, d->current());
}

QStringList LiveResult::columns() const
{
    return d->columns;
}

QList<ResultRow> LiveResult::rows() const
{
    return d->current().rows;
}

int LiveResult::runs() const
{
    return d->runs;
}

int LiveResult::wholeRuns() const
{
    return d->wholeRuns;
}

qint64 LiveResult::rowsRead() const
{
    return d->rowsRead + (d->set ? d->set->rowsRead() : 0);
}

} // namespace Sheaf
