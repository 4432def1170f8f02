// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "sql/database.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSqlError>
#include <QSqlQuery>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

bool cpuTime = false;

double now()
{
    if (!cpuTime)
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

void printFigure(const QString &name, double value, const QString &unit, double baseline, double ratio)
{
    const QJsonObject figure{
        {u"name"_s, name}, {u"value"_s, value}, {u"unit"_s, unit}, {u"baseline"_s, baseline}, {u"ratio"_s, ratio}};
    std::printf("%s\n", QJsonDocument(figure).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

void measureCpuTime()
{
    cpuTime = true;
}

double secondsOf(const std::function<void()> &work)
{
    const double start = now();
    work();
    return now() - start;
}

std::vector<Row> makeRows(int count, bool integerKeys)
{
    std::vector<Row> rows;
    rows.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
        const QVariant id =
            integerKeys ? QVariant(i + 1) : QVariant(u"0190a1b2-%1-7c3d-8e4f-5a6b7c8d9e0f"_s.arg(i, 8, 16, QLatin1Char('0')));
        rows.push_back({id, u"title %1"_s.arg(i), u"a short body of a note, as people write them"_s, i, i * 0.5});
    }
    return rows;
}

QByteArray notesSchema(bool integerKeys)
{
    return "CREATE TABLE notes(id " + QByteArray(integerKeys ? "INTEGER" : "TEXT NOT NULL") +
           " PRIMARY KEY, title TEXT, body TEXT, votes INTEGER, rank REAL);";
}

PlainDatabase::PlainDatabase(const QByteArray &schema)
{
    static int connections = 0;
    auto opened = openDatabase({.path = m_dir.filePath(u"plain.db"_s), .connection = u"plain-%1"_s.arg(++connections)});
    if (!opened)
        qFatal("%s", qPrintable(opened.error().message));
    m_database = *opened;
    must(execSql(sqliteHandle(m_database), schema.constData()));
}

PlainDatabase::~PlainDatabase()
{
    closeDatabase(m_database);
}

void PlainDatabase::transaction(const std::function<void()> &work)
{
    mustExec(m_database, u"BEGIN IMMEDIATE"_s);
    work();
    mustExec(m_database, u"COMMIT"_s);
}

void mustExec(QSqlQuery &query)
{
    if (!query.exec())
        qFatal("%s", qPrintable(query.lastError().text()));
}

void mustExec(QSqlDatabase &database, const QString &sql)
{
    QSqlQuery query(database);
    if (!query.exec(sql))
        qFatal("%s: %s", qPrintable(sql), qPrintable(query.lastError().text()));
}

void must(const Result<void> &result)
{
    if (!result)
        qFatal("%s: %s", qPrintable(result.error().code), qPrintable(result.error().message));
}

double fileBytes(QSqlDatabase database)
{
    mustExec(database, u"PRAGMA wal_checkpoint(TRUNCATE)"_s);
    QSqlQuery query(database);
    if (!query.exec(u"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"_s) || !query.next())
        qFatal("the size of the file cannot be read");
    return query.value(0).toDouble();
}

} // namespace Sheaf::Bench
