// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/parameters.h"

#include "sql/sqlstatement.h"

#include <sqlite3.h>

#include <algorithm>

namespace Sheaf {

namespace {

/// 0: the statement has none of that name.
int numberOf(sqlite3_stmt *statement, const QByteArray &name)
{
    for (const char *sign : {"", ":", "@", "$"}) {
        if (const int number = sqlite3_bind_parameter_index(statement, (sign + name).constData()); number > 0)
            return number;
    }
    return 0;
}

} // namespace

ParameterValues parameterValues(const SqlStatement &statement, const QVariantList &params, const QVariantMap &named)
{
    const int count = sqlite3_bind_parameter_count(statement.raw());
    ParameterValues found{params.first(std::min<qsizetype>(params.size(), count)), params.size() <= count};
    qsizetype given = found.values.size();
    found.values.resize(count);
    for (auto it = named.cbegin(); it != named.cend(); ++it) {
        const int number = numberOf(statement.raw(), it.key().toUtf8());
        found.isExact = found.isExact && number > 0;
        if (number == 0)
            continue;
        found.values[number - 1] = it.value();
        ++given;
    }
    found.isExact = found.isExact && given == count;
    return found;
}

void bindVariant(SqlStatement &statement, int parameter, const QVariant &value)
{
    sqlite3_stmt *raw = statement.raw();
    if (value.isNull()) {
        sqlite3_bind_null(raw, parameter);
        return;
    }
    switch (value.typeId()) {
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        sqlite3_bind_int64(raw, parameter, value.toLongLong());
        break;
    case QMetaType::Float:
    case QMetaType::Double:
        sqlite3_bind_double(raw, parameter, value.toDouble());
        break;
    case QMetaType::QByteArray: {
        const QByteArray bytes = value.toByteArray();
        sqlite3_bind_blob64(raw, parameter, bytes.constData(), static_cast<sqlite3_uint64>(bytes.size()), SQLITE_TRANSIENT);
        break;
    }
    default: {
        const QByteArray utf8 = value.toString().toUtf8();
        sqlite3_bind_text(raw, parameter, utf8.constData(), static_cast<int>(utf8.size()), SQLITE_TRANSIENT);
    }
    }
}

} // namespace Sheaf
