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
QByteArray cellsSchema(bool integerKeys, bool typed)
{
    return "CREATE TABLE notes(id " + QByteArray(integerKeys ? "INTEGER" : "TEXT NOT NULL") +
           " PRIMARY KEY, title TEXT, body TEXT, votes INTEGER, rank REAL, author TEXT);" + (typed ? notesTyped : "");
}

QByteArray syncedSchema(bool integerKeys, bool typed)
{
    return cellsSchema(integerKeys, typed) + (typed ? notesTypedSynced : notesSynced);
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
QList<Changes> pagesOf(const std::vector<Row> &rows, const QByteArray &synced)
{
    Device author(synced);
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

/// `typed`: the table has columns of every merge type.
void benchPages(const Wishes &wishes, bool typed)
{
    const QByteArray synced = syncedSchema(wishes.integerKeys, typed);
    const std::vector<Row> rows = makeRows(wishes.rows(), wishes.integerKeys);
    const QList<Changes> pages = pagesOf(rows, synced);
    constexpr double never = 1e9;
    double fresh = never;
    double again = never;
    double plainFresh = never;
    double plainAgain = never;
    for (int round = 0; round < wishes.rounds(); ++round) {
        PlainDatabase plain(cellsSchema(wishes.integerKeys, typed));
        Device device(synced, 2);
        plainFresh = std::min(plainFresh, upsertSeconds(plain, pages, rows));
        fresh = std::min(fresh, applySeconds(device, pages));
        plainAgain = std::min(plainAgain, upsertSeconds(plain, pages, rows));
        again = std::min(again, applySeconds(device, pages));
        if (device.value(u"SELECT count(*) FROM notes"_s).toInt() != wishes.rows() || !device.digestHolds())
            qFatal("the merged replica is not whole");
    }
    const auto count = static_cast<double>(rows.size());
    const QString suffix = typed ? u"_typed"_s : QString();
    if (wishes.wants(u"merge.fresh"_s + suffix))
        printFigure(u"merge.fresh"_s + suffix, count / fresh, u"rows/s"_s, count / plainFresh, fresh / plainFresh);
    if (wishes.wants(u"merge.again"_s + suffix))
        printFigure(u"merge.again"_s + suffix, count * cellsPerRow / again, u"cells/s"_s, count * cellsPerRow / plainAgain,
                    again / plainAgain);
}

} // namespace

void benchMerge(const Wishes &wishes)
{
    if (wishes.wants(u"merge.fresh"_s) || wishes.wants(u"merge.again"_s))
        benchPages(wishes, false);
    if (wishes.wants(u"merge.fresh_typed"_s) || wishes.wants(u"merge.again_typed"_s))
        benchPages(wishes, true);
}

} // namespace Sheaf::Bench
