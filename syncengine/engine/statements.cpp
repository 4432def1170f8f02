// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/statements.h"

#include "crdt/rowkey.h"
#include "replica/parameters.h"
#include "replica/variants.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <sqlite3.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// As QtSql has it: a string that is null, and not only empty, is NULL.
bool isNullString(const QVariant &value)
{
    return (value.typeId() == QMetaType::QString && value.toString().isNull()) ||
           (value.typeId() == QMetaType::QByteArray && value.toByteArray().isNull());
}

Result<SqlStatement> prepared(sqlite3 *handle, const Statement &statement)
{
    const QByteArray sql = statement.sql.toUtf8();
    auto made = SqlStatement::prepare(handle, sql);
    if (!made)
        return made;
    const ParameterValues given = parameterValues(*made, statement.params, statement.namedParams);
    if (!given.isExact)
        return fail(u"sql_error"_s, u"The statement has %1 parameters, and other values were given: give each of them one."_s.arg(
                                        given.values.size()));
    for (int i = 0; i < given.values.size(); ++i)
        bindVariant(*made, i + 1, isNullString(given.values[i]) ? QVariant() : given.values[i]);
    return made;
}

} // namespace

Result<qint64> runStatement(const QSqlDatabase &database, const Statement &statement)
{
    sqlite3 *handle = sqliteHandle(database);
    auto made = prepared(handle, statement);
    if (!made)
        return fail(made.error());
    const qint64 before = sqlite3_total_changes64(handle);
    // RETURNING: a statement counts only when it was read to its end.
    if (auto done = forEachRow(*made, [](const SqlStatement &) {}); !done)
        return fail(done.error());
    // What changes no row leaves the number of the statement before it.
    return sqlite3_total_changes64(handle) == before ? 0 : sqlite3_changes64(handle);
}

Result<QueryRows> readRows(const QSqlDatabase &database, const Statement &statement)
{
    auto made = prepared(sqliteHandle(database), statement);
    if (!made)
        return fail(made.error());
    const int width = sqlite3_column_count(made->raw());
    if (width == 0)
        return fail(u"not_a_query"_s, u"This statement returns no rows; write it instead."_s);
    QueryRows result;
    for (int i = 0; i < width; ++i)
        result.columns.push_back(QString::fromUtf8(sqlite3_column_name(made->raw(), i)));
    const auto read = forEachRow(*made, [&](const SqlStatement &row) {
        QVariantList values;
        values.reserve(width);
        for (int i = 0; i < width; ++i)
            values.push_back(toVariant(columnValue(row, i)));
        result.rows.push_back(std::move(values));
    });
    if (!read)
        return fail(read.error());
    return result;
}

QByteArray encodedKey(const QVariantList &values)
{
    std::vector<QByteArray> bytes;
    bytes.reserve(static_cast<size_t>(values.size()));
    std::vector<ValueView> views;
    for (const QVariant &value : values) {
        switch (value.typeId()) {
        case QMetaType::QByteArray:
            bytes.push_back(value.toByteArray());
            views.push_back(ValueView::ofBlob(bytes.back()));
            break;
        case QMetaType::Double:
            views.push_back(ValueView::ofReal(value.toDouble()));
            break;
        case QMetaType::Int:
        case QMetaType::UInt:
        case QMetaType::LongLong:
        case QMetaType::ULongLong:
            views.push_back(ValueView::ofInteger(value.toLongLong()));
            break;
        default:
            bytes.push_back(value.toString().toUtf8());
            views.push_back(ValueView::ofText(bytes.back()));
        }
    }
    QByteArray key;
    encodeKey(views, key);
    return key;
}

} // namespace Sheaf
