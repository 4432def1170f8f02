// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/resultrow.h"

#include "crdt/bytes.h"
#include "sql/sqlstatement.h"

#include <sqlite3.h>

namespace Sheaf {

namespace {

QVariant toVariant(const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Integer:
        return value.integer;
    case ValueView::Type::Real:
        return value.real;
    case ValueView::Type::Text:
        return QString::fromUtf8(value.bytes);
    case ValueView::Type::Blob:
        return value.bytes.toByteArray();
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

} // namespace

ValueView resultValue(const SqlStatement &statement, int column)
{
    switch (statement.columnType(column)) {
    case SQLITE_INTEGER:
        return ValueView::ofInteger(statement.integer(column));
    case SQLITE_FLOAT:
        return ValueView::ofReal(statement.real(column));
    case SQLITE_TEXT:
        return ValueView::ofText(statement.bytes(column));
    case SQLITE_BLOB:
        return ValueView::ofBlob(statement.bytes(column));
    default:
        return {};
    }
}

ResultRow::ResultRow(const QVariantList &values)
{
    for (const QVariant &value : values)
        appendVariant(m_packed, value);
}

ResultRow::ResultRow(const SqlStatement &statement, int columns)
{
    qsizetype size = 0;
    for (int column = 0; column < columns; ++column)
        size += 11 + (statement.columnType(column) >= SQLITE_TEXT ? statement.bytes(column).size() : 0);
    m_packed.reserve(size);
    for (int column = 0; column < columns; ++column)
        Bytes::appendValue(m_packed, resultValue(statement, column));
}

ValueView ResultRow::at(qsizetype column) const
{
    Bytes::Reader reader(m_packed);
    for (; column > 0 && !reader.atEnd(); --column)
        static_cast<void>(reader.value());
    return column < 0 || reader.atEnd() ? ValueView() : reader.value();
}

QVariant ResultRow::value(qsizetype column) const
{
    return toVariant(at(column));
}

QVariantList ResultRow::values() const
{
    QVariantList values;
    Bytes::Reader reader(m_packed);
    while (!reader.atEnd())
        values.append(toVariant(reader.value()));
    return values;
}

} // namespace Sheaf
