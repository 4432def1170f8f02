// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/resultrow.h"

#include "crdt/bytes.h"
#include "replica/variants.h"
#include "sql/sqlstatement.h"

#include <sqlite3.h>

namespace Sheaf {

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
