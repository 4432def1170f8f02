// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "livemodel.h"

#include "base/check.h"
#include "replica/liveplan.h"
#include "replica/parameters.h"
#include "sql/database.h"

#include <QDebug>

#include <sqlite3.h>

namespace Sheaf {

QList<ResultRow> applied(QList<ResultRow> rows, const QList<ResultEdit> &edits)
{
    for (const ResultEdit &edit : edits) {
        SHEAF_CHECK(edit.index >= 0 && edit.index < rows.size() + (edit.kind == ResultEdit::Kind::Insert ? 1 : 0));
        switch (edit.kind) {
        case ResultEdit::Kind::Insert:
            rows.insert(edit.index, edit.row);
            break;
        case ResultEdit::Kind::Remove:
            rows.removeAt(edit.index);
            break;
        case ResultEdit::Kind::Move:
            SHEAF_CHECK(edit.target >= 0 && edit.target < rows.size());
            rows.move(edit.index, edit.target);
            break;
        case ResultEdit::Kind::Change:
            rows[edit.index] = edit.row;
            break;
        }
    }
    return rows;
}

void appendRow(ResultRows &rows, const QVariantList &values)
{
    rows.ids.append(QByteArray::number(values.first().toInt()));
    rows.rows.append(ResultRow(values));
}

QList<ResultRow> plainRows(const QSqlDatabase &database, const QString &sql, const QVariantList &params)
{
    auto statement = SqlStatement::prepare(sqliteHandle(database), sql.toUtf8());
    if (!statement)
        qFatal("%s", qPrintable(statement.error().message));
    for (int i = 0; i < params.size(); ++i)
        bindVariant(*statement, i + 1, params[i]);
    QList<ResultRow> rows;
    while (true) {
        const auto row = statement->step();
        if (!row)
            qFatal("%s", qPrintable(row.error().message));
        if (!*row)
            return rows;
        rows.append(ResultRow(*statement, sqlite3_column_count(statement->raw())));
    }
}

QByteArray shown(const QList<ResultRow> &rows)
{
    QString text;
    QDebug stream(&text);
    for (const ResultRow &row : rows)
        stream << row.values();
    return text.toUtf8();
}

} // namespace Sheaf
