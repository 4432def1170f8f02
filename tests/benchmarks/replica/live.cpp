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

double rankOf(std::vector<double> samples, double share)
{
    std::ranges::sort(samples);
    return samples[std::min(samples.size() - 1, static_cast<size_t>(static_cast<double>(samples.size()) * share))];
}

double median(const std::vector<double> &samples)
{
    return rankOf(samples, 0.5);
}

/// As the app lists its notes.
constexpr char listSql[] =
    "SELECT id AS itemId, 'note' AS kind, title, substr(body, 1, 200) AS snippet, NULL AS done, NULL AS due,"
    " updated AS stamp, CASE WHEN pinned THEN 'pinned' ELSE '' END AS section, 0 AS manual FROM notes"
    " WHERE trashed IS NULL ORDER BY pinned DESC, updated DESC, id";
constexpr char listSchema[] =
    "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT, pinned INTEGER, updated INTEGER, trashed INTEGER);"
    "CREATE INDEX notes_updated ON notes(updated); SELECT sheaf_sync('notes');";

/// Takes the edits into the rows of a model.
void apply(QList<ResultRow> &rows, const QList<ResultEdit> &edits)
{
    for (const ResultEdit &edit : edits) {
        if (edit.kind == ResultEdit::Kind::Insert)
            rows.insert(edit.index, edit.row);
        else if (edit.kind == ResultEdit::Kind::Remove)
            rows.removeAt(edit.index);
        else if (edit.kind == ResultEdit::Kind::Move)
            rows.move(edit.index, edit.target);
        else
            rows[edit.index] = edit.row;
    }
}

/// From a commit to the change in a model of a long list, against reading that list again.
void benchLongList(const Wishes &wishes)
{
    const int rows = wishes.quick ? 10'000 : 100'000;
    Device device(listSchema);
    device.exec(
        u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?) INSERT INTO notes"
        " SELECT printf('n%06d', n), 'Note ' || n, 'Text of note ' || n || hex(randomblob(400)), 0, n * 1000, NULL FROM i"_s,
        {rows});
    auto reader = openDatabase({.path = device.path(), .connection = u"reader"_s, .readOnly = true});
    if (!reader)
        qFatal("%s", qPrintable(reader.error().message));
    auto live = LiveResult::open(*reader, QString::fromLatin1(listSql), {});
    if (!live)
        qFatal("%s", qPrintable(live.error().message));
    QList<ResultRow> model = (*live)->rows();
    std::vector<double> samples;
    for (int i = 0; i < (wishes.quick ? 20 : 200); ++i) {
        const QString id = u"n%1"_s.arg(1 + i * 7919 % rows, 6, 10, QLatin1Char('0'));
        device.exec(u"UPDATE notes SET title = 'edited', updated = ? WHERE id = ?"_s, {(rows + i) * 1000LL + 1, id});
        samples.push_back(secondsOf([&] {
            (*live)->note(device.lastCommit);
            const auto edits = (*live)->refresh();
            if (!edits)
                qFatal("%s", qPrintable(edits.error().message));
            apply(model, *edits);
        }));
        if (model.first().value(0) != id || model.size() != rows)
            qFatal("the list has missed a commit");
    }
    std::vector<double> plain;
    for (int round = 0; round < wishes.rounds(); ++round) {
        plain.push_back(secondsOf([&] {
            QSqlQuery select(*reader);
            select.setForwardOnly(true);
            if (!select.exec(QString::fromLatin1(listSql)))
                qFatal("the query has failed");
            while (select.next()) {
                for (int column = 0; column < 9; ++column)
                    static_cast<void>(select.value(column));
            }
        }));
    }
    const double edit = rankOf(samples, 0.95);
    const double whole = rankOf(plain, 0);
    printFigure(u"live.list100k"_s, edit * 1e3, u"ms"_s, whole * 1e3, edit / whole);
    live->reset();
    closeDatabase(*reader);
}

} // namespace

void benchLive(const Wishes &wishes)
{
    if (wishes.wants(u"live.list100k"_s))
        benchLongList(wishes);
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
