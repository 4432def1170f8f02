// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <QSqlQuery>

#include <algorithm>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int cellsPerRow = 5;

/// A key and five cells.
QByteArray cellsSchema(bool integerKeys)
{
    return "CREATE TABLE notes(id " + QByteArray(integerKeys ? "INTEGER" : "TEXT NOT NULL") +
           " PRIMARY KEY, title TEXT, body TEXT, votes INTEGER, rank REAL, author TEXT);";
}

void bindRow(QSqlQuery &query, const Row &row)
{
    query.bindValue(0, row.id);
    query.bindValue(1, row.title);
    query.bindValue(2, row.body);
    query.bindValue(3, row.votes);
    query.bindValue(4, row.rank);
    query.bindValue(5, row.title);
}

/// What a server would send: the pushes of an author, as they are, as pages of changes.
QList<Changes> pagesOf(const std::vector<Row> &rows, bool integerKeys)
{
    Device author(cellsSchema(integerKeys) + notesSynced);
    must(author.replica().write([&](QSqlDatabase &database) -> Result<void> {
        QSqlQuery query(database);
        query.prepare(u"INSERT INTO notes(id, title, body, votes, rank, author) VALUES (?, ?, ?, ?, ?, ?)"_s);
        for (const Row &row : rows) {
            bindRow(query, row);
            mustExec(query);
        }
        return {};
    }));
    QList<Changes> pages;
    OutboxPosition after;
    Sequence sequence = 0;
    for (quint64 number = 1;; ++number) {
        auto pending = author.replica().nextPush("home", number, after);
        if (!pending)
            qFatal("%s", qPrintable(pending.error().message));
        if (!pending->has_value())
            return pages;
        Push &push = (*pending)->push;
        after = (*pending)->end;
        const Sequence previous = sequence;
        sequence += static_cast<Sequence>(push.changes.size());
        pages.append({.space = "home",
                      .previous = previous,
                      .sequence = sequence,
                      .head = static_cast<Sequence>(rows.size()),
                      .more = false,
                      .tables = push.tables,
                      .changes = push.changes});
    }
}

/// A transaction for each page, as the session does it.
double applySeconds(Device &device, const QList<Changes> &pages)
{
    return secondsOf([&] {
        for (const Changes &page : pages)
            must(device.replica().applyChanges({page}));
    });
}

/// The same rows by plain upserts in transactions of the same size.
double upsertSeconds(PlainDatabase &plain, const QList<Changes> &pages, const std::vector<Row> &rows)
{
    QSqlQuery query(plain.database());
    query.prepare(
        u"INSERT INTO notes(id, title, body, votes, rank, author) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
        "title = excluded.title, body = excluded.body, votes = excluded.votes, rank = excluded.rank, author = excluded.author"_s);
    return secondsOf([&] {
        size_t next = 0;
        for (const Changes &page : pages) {
            plain.transaction([&] {
                for (qsizetype i = 0; i < page.changes.size(); ++i) {
                    bindRow(query, rows[next++]);
                    mustExec(query);
                }
            });
        }
    });
}

} // namespace

void benchMerge(const Wishes &wishes)
{
    if (!wishes.wants(u"merge.fresh"_s) && !wishes.wants(u"merge.again"_s))
        return;
    const std::vector<Row> rows = makeRows(wishes.rows(), wishes.integerKeys);
    const QList<Changes> pages = pagesOf(rows, wishes.integerKeys);
    constexpr double never = 1e9;
    double fresh = never;
    double again = never;
    double plainFresh = never;
    double plainAgain = never;
    for (int round = 0; round < wishes.rounds(); ++round) {
        PlainDatabase plain(cellsSchema(wishes.integerKeys));
        Device device(cellsSchema(wishes.integerKeys) + notesSynced, 2);
        plainFresh = std::min(plainFresh, upsertSeconds(plain, pages, rows));
        fresh = std::min(fresh, applySeconds(device, pages));
        plainAgain = std::min(plainAgain, upsertSeconds(plain, pages, rows));
        again = std::min(again, applySeconds(device, pages));
        if (device.value(u"SELECT count(*) FROM notes"_s).toInt() != wishes.rows() || !device.digestHolds())
            qFatal("the merged replica is not whole");
    }
    const auto count = static_cast<double>(rows.size());
    if (wishes.wants(u"merge.fresh"_s))
        printFigure(u"merge.fresh"_s, count / fresh, u"rows/s"_s, count / plainFresh, fresh / plainFresh);
    if (wishes.wants(u"merge.again"_s))
        printFigure(u"merge.again"_s, count * cellsPerRow / again, u"cells/s"_s, count * cellsPerRow / plainAgain,
                    again / plainAgain);
}

} // namespace Sheaf::Bench
