// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <QSqlDatabase>
#include <QSqlQuery>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int rowsPerTransaction = 2000;

/// Seconds that plain SQLite needs for the same rows in transactions of the same size and durability.
double plainSeconds(const QString &path, int rows)
{
    const QString name = u"plain"_s;
    double seconds = 0;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, name);
        database.setDatabaseName(path);
        if (!database.open())
            qFatal("cannot open the plain database");
        QSqlQuery query(database);
        for (
            const auto &sql :
            {u"PRAGMA journal_mode=WAL"_s, u"PRAGMA synchronous=FULL"_s,
             u"CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, body TEXT, votes INTEGER)"_s})
            query.exec(sql);
        const qint64 start = nowNs();
        query.prepare(
            u"INSERT INTO notes(id, title, body, votes) VALUES(?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET title = excluded.title"_s);
        for (int i = 0; i < rows; ++i) {
            if (i % rowsPerTransaction == 0)
                database.transaction();
            query.addBindValue(u"n%1"_s.arg(i));
            query.addBindValue(u"title %1"_s.arg(i));
            query.addBindValue(u"a short body of a note"_s);
            query.addBindValue(i);
            query.exec();
            if (i % rowsPerTransaction == rowsPerTransaction - 1 || i == rows - 1)
                database.commit();
        }
        seconds = static_cast<double>(nowNs() - start) / 1e9;
    }
    QSqlDatabase::removeDatabase(name);
    return seconds;
}

/// Fills the server from one device, in transactions of a bearable size.
void fill(Device &author, int rows)
{
    for (int from = 0; from < rows; from += 50'000) {
        author.write(u"WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO notes(id, title, "
                     u"body, votes) "
                     "SELECT 'n' || i, 'title ' || i, 'a short body of a note', i FROM n"_s,
                     {from, std::min(from + 50'000, rows) - 1});
    }
    for (int attempt = 0; !author.waitSynced(); ++attempt) {
        if (attempt == 20)
            qFatal("the server cannot be filled");
    }
}

} // namespace

void benchBootstrap(const Wishes &wishes)
{
    if (!wishes.wants(u"bootstrap.1m"_s) && !wishes.wants(u"bootstrap.first"_s))
        return;
    const int rows = wishes.quick ? 20'000 : 1'000'000;
    ServerProcess server;
    server.start();
    {
        Device author(u"author"_s);
        author.engine().connectToServer(server.url(), server.token(u"author"_s));
        fill(author, rows);
    }
    Device fresh(u"fresh"_s);
    const double plain = plainSeconds(fresh.path(u"plain.db"_s), rows);
    double first = 0;
    const qint64 start = nowNs();
    QObject::connect(&fresh.engine(), &SyncEngine::committed, &fresh.engine(), [&](const CommitChanges &changes) {
        if (first == 0 && changes.remote && changes.tables.contains("notes"))
            first = static_cast<double>(nowNs() - start) / 1e9;
    });
    fresh.engine().connectToServer(server.url(), server.token(u"fresh"_s));
    for (int attempt = 0; !fresh.waitSynced(); ++attempt) {
        if (attempt == 20)
            qFatal("the fresh replica does not get everything");
    }
    const double all = static_cast<double>(nowNs() - start) / 1e9;
    if (fresh.value(u"SELECT count(*) FROM notes"_s).toInt() != rows)
        qFatal("rows are missing");
    if (wishes.wants(u"bootstrap.1m"_s))
        printFigure(u"bootstrap.1m"_s, all, u"s"_s, plain);
    if (wishes.wants(u"bootstrap.first"_s))
        printFigure(u"bootstrap.first"_s, first, u"s"_s);
}

} // namespace Sheaf::Bench
