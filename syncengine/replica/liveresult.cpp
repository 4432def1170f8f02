// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveresult.h"

#include "replica/keypin.h"
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

struct Dependency {
    quint64 columns = 0;       ///< bits as in CommitChanges::Row::columns
    std::optional<KeyPin> pin; ///< when all that can matter is one row
};

/// Collects what SQLite's compiler reads; it sees through views, CTEs and subqueries.
struct Recorder {
    QHash<QByteArray, QList<QByteArray>> reads; ///< lower-case table to columns

    static int authorize(void *self, int action, const char *table, const char *column, const char *, const char *)
    {
        if (action == SQLITE_READ && table != nullptr)
            static_cast<Recorder *>(self)->reads[QByteArray(table).toLower()].append(QByteArray(column).toLower());
        return SQLITE_OK;
    }
};

QVariant valueOf(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return static_cast<qint64>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
        return QString::fromUtf8(reinterpret_cast<const char *>(sqlite3_column_text(statement, column)),
                                 sqlite3_column_bytes(statement, column));
    case SQLITE_BLOB:
        return QByteArray(static_cast<const char *>(sqlite3_column_blob(statement, column)),
                          sqlite3_column_bytes(statement, column));
    default:
        return {};
    }
}

void bindVariant(sqlite3_stmt *statement, int parameter, const QVariant &value)
{
    if (value.isNull()) {
        sqlite3_bind_null(statement, parameter);
        return;
    }
    switch (value.typeId()) {
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        sqlite3_bind_int64(statement, parameter, value.toLongLong());
        break;
    case QMetaType::Float:
    case QMetaType::Double:
        sqlite3_bind_double(statement, parameter, value.toDouble());
        break;
    case QMetaType::QByteArray: {
        const QByteArray bytes = value.toByteArray();
        sqlite3_bind_blob64(statement, parameter, bytes.constData(), static_cast<sqlite3_uint64>(bytes.size()), SQLITE_TRANSIENT);
        break;
    }
    default: {
        const QByteArray utf8 = value.toString().toUtf8();
        sqlite3_bind_text(statement, parameter, utf8.constData(), static_cast<int>(utf8.size()), SQLITE_TRANSIENT);
    }
    }
}

/// A text with a zero byte is cut short where SQLite writes parameters into SQL.
bool hasZero(const QVariantList &params)
{
    return std::ranges::any_of(params, [](const QVariant &value) { return value.toString().contains(QChar(0)); });
}

} // namespace

struct LiveResult::Private {
    sqlite3 *handle = nullptr;
    SqlStatement statement;
    QHash<QByteArray, Dependency> dependencies;
    QStringList columns;
    QList<int> keyColumns;
    QList<QVariantList> rows;
    int runs = 0;

    Result<void> resolve(const Recorder &recorder);
    Result<void> findKey();
    Result<QList<QVariantList>> run();
};

/// Turns column names into the bits that commits carry.
Result<void> LiveResult::Private::resolve(const Recorder &recorder)
{
    auto info = SqlStatement::prepare(handle, "SELECT cid, lower(name) FROM pragma_table_info(?1)");
    if (!info)
        return fail(info.error());
    for (auto it = recorder.reads.cbegin(); it != recorder.reads.cend(); ++it) {
        Dependency dependency;
        info->bindText(1, it.key());
        while (true) {
            const auto row = info->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            if (it->contains(info->bytes(1).toByteArray()))
                dependency.columns |= 1ULL << std::min<qint64>(info->integer(0), 63);
        }
        info->reset();
        dependencies.insert(it.key(), dependency);
    }
    return {};
}

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

Result<QList<QVariantList>> LiveResult::Private::run()
{
    ++runs;
    QList<QVariantList> fresh;
    const int count = static_cast<int>(columns.size());
    while (true) {
        const auto row = statement.step();
        if (!row)
            return fail(row.error());
        if (!*row)
            break;
        QVariantList values;
        values.reserve(count);
        for (int column = 0; column < count; ++column)
            values.append(valueOf(statement.raw(), column));
        fresh.append(std::move(values));
    }
    statement.reset();
    return fresh;
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
    Recorder recorder;
    sqlite3_set_authorizer(d->handle, Recorder::authorize, &recorder);
    auto statement = SqlStatement::prepare(d->handle, sql.toUtf8());
    sqlite3_set_authorizer(d->handle, nullptr, nullptr);
    if (!statement)
        return fail(statement.error());
    d->statement = std::move(*statement);
    sqlite3_stmt *raw = d->statement.raw();
    if (raw == nullptr || sqlite3_column_count(raw) == 0 || sqlite3_stmt_readonly(raw) == 0)
        return fail(u"not_a_query"_s, u"Only a SELECT can be watched."_s);
    for (int i = 0; i < params.size(); ++i)
        bindVariant(raw, i + 1, params[i]);
    for (auto it = namedParams.cbegin(); it != namedParams.cend(); ++it) {
        const QByteArray name = it.key().toUtf8();
        for (const char *prefix : {":", "@", "$"}) {
            const int parameter = sqlite3_bind_parameter_index(raw, (prefix + name).constData());
            if (parameter > 0)
                bindVariant(raw, parameter, it.value());
        }
    }
    if (auto done = d->resolve(recorder); !done)
        return fail(done.error());
    if (!hasZero(params) && !hasZero(namedParams.values())) {
        const QHash<QByteArray, KeyPin> pins = keyPins(d->handle, raw);
        for (auto it = pins.cbegin(); it != pins.cend(); ++it) {
            if (const auto found = d->dependencies.find(it.key()); found != d->dependencies.end())
                found->pin = *it;
        }
    }
    if (auto done = d->findKey(); !done)
        return fail(done.error());
    auto rows = d->run();
    if (!rows)
        return fail(rows.error());
    d->rows = *std::move(rows);
    return std::unique_ptr<LiveResult>(new LiveResult(std::move(d)));
}

bool LiveResult::concernedBy(const CommitChanges &changes) const
{
    for (auto it = d->dependencies.cbegin(); it != d->dependencies.cend(); ++it) {
        const auto rows = changes.tables.constFind(it.key());
        if (rows == changes.tables.constEnd())
            continue;
        if (changes.everything)
            return true;
        for (const CommitChanges::Row &row : *rows) {
            if (it->pin && !row.key.isEmpty() && it->pin->excludes(row.key))
                continue;
            if (row.born || row.gone || (row.columns & it->columns) != 0)
                return true;
        }
    }
    return false;
}

Result<QList<ResultEdit>> LiveResult::refresh()
{
    auto fresh = d->run();
    if (!fresh)
        return fail(fresh.error());
    QList<ResultEdit> edits = diffResults(d->rows, *fresh, d->keyColumns);
    d->rows = *std::move(fresh);
    return edits;
}

QStringList LiveResult::columns() const
{
    return d->columns;
}

const QList<QVariantList> &LiveResult::rows() const
{
    return d->rows;
}

int LiveResult::runs() const
{
    return d->runs;
}

} // namespace Sheaf
