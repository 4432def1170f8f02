// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/variants.h"

#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "sql/sqlstatement.h"

#include <sqlite3.h>

#include <vector>

namespace Sheaf {

using namespace Qt::StringLiterals;

ValueView columnValue(const SqlStatement &row, int column)
{
    switch (row.columnType(column)) {
    case SQLITE_INTEGER:
        return ValueView::ofInteger(row.integer(column));
    case SQLITE_FLOAT:
        return ValueView::ofReal(row.real(column));
    case SQLITE_TEXT:
        return ValueView::ofText(row.bytes(column));
    case SQLITE_BLOB:
        return ValueView::ofBlob(row.bytes(column));
    default:
        return {};
    }
}

QVariant toVariant(const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Integer:
        return value.integer;
    case ValueView::Type::Real:
        return value.real;
    case ValueView::Type::Text:
        return value.bytes.isEmpty() ? u""_s : QString::fromUtf8(value.bytes); // a null string would be a NULL
    case ValueView::Type::Blob:
        return value.bytes.isEmpty() ? ""_ba : value.bytes.toByteArray();
    case ValueView::Type::Null:
        break;
    }
    return {};
}

void appendVariant(QByteArray &out, const QVariant &value)
{
    if (value.isNull()) {
        Bytes::appendValue(out, {});
    } else if (value.typeId() == QMetaType::QByteArray) {
        Bytes::appendValue(out, ValueView::ofBlob(value.toByteArray()));
    } else if (value.typeId() == QMetaType::Double) {
        Bytes::appendValue(out, ValueView::ofReal(value.toDouble()));
    } else if (value.typeId() == QMetaType::QString) {
        Bytes::appendValue(out, ValueView::ofText(value.toString().toUtf8()));
    } else {
        Bytes::appendValue(out, ValueView::ofInteger(value.toLongLong()));
    }
}

QJsonValue toJson(const QVariant &value)
{
    if (value.isNull())
        return QJsonValue::Null;
    switch (value.typeId()) {
    case QMetaType::QByteArray:
        return QJsonObject{{u"$blob"_s, QString::fromLatin1(value.toByteArray().toBase64())}};
    case QMetaType::Double:
        return value.toDouble();
    case QMetaType::QString:
        return value.toString();
    default:
        return value.toLongLong();
    }
}

QJsonArray keyToJson(const QByteArray &key)
{
    QJsonArray array;
    std::vector<ValueView> values;
    if (!decodeKey(key, values))
        return array;
    for (const ValueView &value : values)
        array.append(toJson(toVariant(value)));
    return array;
}

} // namespace Sheaf
