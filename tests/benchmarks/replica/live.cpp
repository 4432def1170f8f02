// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "replica/liveresult.h"
#include "sql/database.h"

#include <QSqlQuery>

#include <algorithm>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int noteCount = 10'000;
constexpr int listCount = 100;
constexpr int touchedQueries = 5;

constexpr char schema[] =
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, name TEXT); SELECT sheaf_sync('lists');"
    "CREATE TABLE notes(id TEXT NOT NULL PRIMARY KEY, list INTEGER, title TEXT, body TEXT, position INTEGER);"
    "CREATE INDEX notes_list ON notes(list); SELECT sheaf_sync('notes');";

/// 100 queries as an app has them open. The update of note 0's title touches the first five; the
/// others read another row, another column of the same table, or another table.
QList<std::pair<QString, QVariantList>> openQueries()
{
    QList<std::pair<QString, QVariantList>> all{
        {u"SELECT id, title FROM notes WHERE list = ? ORDER BY position"_s, {0}},
        {u"SELECT id, title FROM notes WHERE list = ? ORDER BY title LIMIT 20"_s, {0}},
        {u"SELECT id, title, body FROM notes WHERE id = ?"_s, {u"note 0"_s}},
        {u"SELECT notes.id, title, name FROM notes JOIN lists ON lists.id = list WHERE list = ?"_s, {0}},
        {u"SELECT max(title) FROM notes WHERE list = ?"_s, {0}}};
    for (int i = 1; i <= 40; ++i)
        all.append({u"SELECT id, title, body FROM notes WHERE id = ?"_s, {u"note %1"_s.arg(i)}});
    for (int i = 0; i < 30; ++i)
        all.append({u"SELECT id, position FROM notes WHERE list = ? ORDER BY position"_s, {i}});
    for (int i = 0; i < 25; ++i)
        all.append({u"SELECT id, name FROM lists WHERE id >= ? ORDER BY name LIMIT 10"_s, {i}});
    return all;
}

void fill(Device &device)
{
    device.exec(u"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %1) "
                "INSERT INTO lists SELECT i, 'list ' || i FROM n"_s.arg(listCount - 1));
    device.exec(
        u"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %1) "
        "INSERT INTO notes SELECT 'note ' || i, i % %2, 'title ' || i, 'a short body of a note', i FROM n"_s.arg(noteCount - 1)
            .arg(listCount));
}

/// Runs what the commit concerns and says how many there were.
int refreshConcerned(const std::vector<std::unique_ptr<LiveResult>> &queries, const CommitChanges &commit)
{
    int run = 0;
    for (const auto &query : queries) {
        if (!query->note(commit))
            continue;
        const auto edits = query->refresh();
        if (!edits)
            qFatal("%s", qPrintable(edits.error().message));
        ++run;
    }
    return run;
}

/// The floor: the write, then the touched queries alone, run by somebody who knows which they are.
double plainSeconds(Device &device, QSqlDatabase &reader, const QString &sql,
                    const QList<std::pair<QString, QVariantList>> &queries)
{
    return secondsOf([&] {
        device.exec(sql);
        for (int i = 0; i < touchedQueries; ++i) {
            QSqlQuery select(reader);
            select.prepare(queries[i].first);
            select.addBindValue(queries[i].second.first());
            mustExec(select);
            while (select.next())
                static_cast<void>(select.value(0));
        }
    });
}

double median(std::vector<double> samples)
{
    std::ranges::sort(samples);
    return samples[samples.size() / 2];
}

} // namespace

void benchLive(const Wishes &wishes)
{
    if (!wishes.wants(u"live.p50"_s) && !wishes.wants(u"live.spurious"_s))
        return;
    Device device(schema);
    fill(device);
    auto reader = openDatabase({.path = device.path(), .connection = u"reader"_s, .readOnly = true});
    if (!reader)
        qFatal("%s", qPrintable(reader.error().message));
    const auto open = openQueries();
    std::vector<std::unique_ptr<LiveResult>> queries;
    for (const auto &[sql, parameters] : open) {
        auto opened = LiveResult::open(*reader, sql, parameters);
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        queries.push_back(*std::move(opened));
    }
    const int commits = wishes.quick ? 40 : 400;
    int spurious = 0;
    std::vector<double> samples;
    std::vector<double> plainSamples;
    for (int i = 0; i < commits; ++i) {
        const QString sql = u"UPDATE notes SET title = 'zz title %1' WHERE id = 'note 0'"_s;
        plainSamples.push_back(plainSeconds(device, *reader, sql.arg(2 * i), open));
        int run = 0;
        samples.push_back(secondsOf([&] {
            device.exec(sql.arg(2 * i + 1));
            run = refreshConcerned(queries, device.lastCommit);
        }));
        if (run < touchedQueries || queries[2]->rows().first().value(1) != u"zz title %1"_s.arg(2 * i + 1))
            qFatal("a query has missed a commit");
        spurious += run - touchedQueries;
    }
    if (wishes.wants(u"live.p50"_s))
        printFigure(u"live.p50"_s, median(samples) * 1e3, u"ms"_s, median(plainSamples) * 1e3,
                    median(samples) / median(plainSamples));
    if (wishes.wants(u"live.spurious"_s))
        printFigure(u"live.spurious"_s, spurious, u"runs"_s, 0, 0);
    queries.clear();
    closeDatabase(*reader);
}

} // namespace Sheaf::Bench
