// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QStringList>

namespace Sheaf {

/// Does to a replica's file, while nobody has it open, what no program should: takes the guards away and writes.
inline void writePastTheEngine(const QString &path, const QStringList &statements)
{
    const QString name = QStringLiteral("past-the-engine");
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(path);
        if (!database.open())
            qFatal("cannot open %s", qUtf8Printable(path));
        QStringList all;
        QSqlQuery guards(database);
        if (!guards.exec(QStringLiteral("SELECT upper(type), name FROM sqlite_schema WHERE name GLOB 'sheaf_guard_*'")))
            qFatal("%s", qUtf8Printable(guards.lastError().text()));
        while (guards.next())
            all.append(QStringLiteral("DROP ") + guards.value(0).toString() + QLatin1Char(' ') + guards.value(1).toString());
        guards.finish();
        all += statements;
        for (const QString &sql : std::as_const(all)) {
            QSqlQuery query(database);
            if (!query.exec(sql))
                qFatal("%s: %s", qUtf8Printable(sql), qUtf8Printable(query.lastError().text()));
        }
    }
    QSqlDatabase::removeDatabase(name);
}

} // namespace Sheaf
