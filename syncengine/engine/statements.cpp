// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/statements.h"

#include "crdt/rowkey.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected sqlError(const QSqlQuery &query)
{
    const QSqlError error = query.lastError();
    return fail(u"sql_error"_s, error.databaseText().isEmpty() ? error.text() : error.databaseText());
}

Result<void> execute(QSqlQuery &query, const Statement &statement)
{
    query.setForwardOnly(true);
    if (!query.prepare(statement.sql))
        return sqlError(query);
    for (const QVariant &value : statement.params)
        query.addBindValue(value);
    for (auto it = statement.namedParams.begin(); it != statement.namedParams.end(); ++it) {
        const bool prefixed = it.key().startsWith(u':') || it.key().startsWith(u'@') || it.key().startsWith(u'$');
        query.bindValue(prefixed ? it.key() : u':' + it.key(), it.value());
    }
    if (!query.exec())
        return sqlError(query);
    return {};
}

} // namespace

Result<qint64> runStatement(const QSqlDatabase &database, const Statement &statement)
{
    QSqlQuery query(database);
    if (const auto done = execute(query, statement); !done)
        return fail(done.error());
    const bool reads = query.isSelect();
    qint64 returned = 0;
    while (query.next()) // RETURNING: a statement counts only when it was read to its end
        ++returned;
    if (query.lastError().isValid())
        return sqlError(query);
    return reads ? returned : std::max<qint64>(0, query.numRowsAffected());
}

Result<QueryRows> readRows(const QSqlDatabase &database, const Statement &statement)
{
    QSqlQuery query(database);
    if (const auto done = execute(query, statement); !done)
        return fail(done.error());
    if (!query.isSelect())
        return fail(u"not_a_query"_s, u"This statement returns no rows; write it instead."_s);
    QueryRows result;
    const int width = query.record().count();
    for (int i = 0; i < width; ++i)
        result.columns.push_back(query.record().fieldName(i));
    while (query.next()) {
        QVariantList row;
        row.reserve(width);
        for (int i = 0; i < width; ++i)
            row.push_back(query.value(i));
        result.rows.push_back(std::move(row));
    }
    if (query.lastError().isValid())
        return sqlError(query);
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
