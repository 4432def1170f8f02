// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <QSqlQuery>

#include <algorithm>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

using Rows = std::vector<Row>;

void insertRows(QSqlDatabase &database, const Rows &rows)
{
    QSqlQuery query(database);
    query.prepare(u"INSERT INTO notes(id, title, body, votes, rank) VALUES (?, ?, ?, ?, ?)"_s);
    for (const Row &row : rows) {
        query.bindValue(0, row.id);
        query.bindValue(1, row.title);
        query.bindValue(2, row.body);
        query.bindValue(3, row.votes);
        query.bindValue(4, row.rank);
        mustExec(query);
    }
}

/// Two of the five columns change, found by key.
void updateRows(QSqlDatabase &database, const Rows &rows)
{
    QSqlQuery query(database);
    query.prepare(u"UPDATE notes SET title = ?, rank = rank + 1 WHERE id = ?"_s);
    for (const Row &row : rows) {
        query.bindValue(0, row.body);
        query.bindValue(1, row.id);
        mustExec(query);
    }
}

/// An increment of each row, found by key.
void countRows(QSqlDatabase &database, const Rows &rows)
{
    QSqlQuery query(database);
    query.prepare(u"UPDATE notes SET votes = votes + 1 WHERE id = ?"_s);
    for (const Row &row : rows) {
        query.bindValue(0, row.id);
        mustExec(query);
    }
}

using Work = void (*)(QSqlDatabase &, const Rows &);

double replicaSeconds(Device &device, Work work, const Rows &rows)
{
    return secondsOf([&] {
        must(device.replica().write([&](QSqlDatabase &database) -> Result<void> {
            work(database, rows);
            return {};
        }));
    });
}

double plainSeconds(PlainDatabase &plain, Work work, const Rows &rows)
{
    return secondsOf([&] { plain.transaction([&] { work(plain.database(), rows); }); });
}

/// The server acknowledges everything, so that updates meet rows at rest.
void settleAll(Device &device)
{
    for (quint64 number = 1;; ++number) {
        const auto pending = device.replica().nextPush("home", number, {});
        if (!pending)
            qFatal("%s", qPrintable(pending.error().message));
        if (!pending->has_value())
            return;
        must(device.replica().settlePush(**pending, {.space = "home",
                                                     .number = number,
                                                     .previous = number - 1,
                                                     .sequence = number,
                                                     .clockMs = device.wallMs,
                                                     .verdicts = {}}));
    }
}

/// `typed`: the table has columns of every merge type.
void benchBulk(const Wishes &wishes, bool typed)
{
    constexpr double never = 1e9;
    double insert = never;
    double plainInsert = never;
    double update = never;
    double plainUpdate = never;
    double counted = never;
    double plainCounted = never;
    double bytes = 0;
    double plainBytes = 0;
    const Rows rows = makeRows(wishes.rows(), wishes.integerKeys);
    const QByteArray schema = notesSchema(wishes.integerKeys) + (typed ? notesTyped : "");
    const QString suffix = typed ? u"_typed"_s : QString();
    for (int round = 0; round < wishes.rounds(); ++round) {
        PlainDatabase plain(schema);
        Device device(schema + (typed ? notesTypedSynced : notesSynced));
        plainInsert = std::min(plainInsert, plainSeconds(plain, insertRows, rows));
        insert = std::min(insert, replicaSeconds(device, insertRows, rows));
        settleAll(device);
        plainBytes = fileBytes(plain.database());
        bytes = fileBytes(device.replica().database());
        plainUpdate = std::min(plainUpdate, plainSeconds(plain, updateRows, rows));
        update = std::min(update, replicaSeconds(device, updateRows, rows));
        if (device.replica().pendingCount() != wishes.rows() || !device.digestHolds())
            qFatal("not everything was captured");
        if (!typed)
            continue;
        settleAll(device);
        plainCounted = std::min(plainCounted, plainSeconds(plain, countRows, rows));
        counted = std::min(counted, replicaSeconds(device, countRows, rows));
    }
    if (typed && wishes.wants(u"capture.increment"_s)) // of a counter, the first since all was acknowledged
        printFigure(u"capture.increment"_s, counted, u"s"_s, plainCounted, counted / plainCounted);
    if (wishes.wants(u"capture.insert"_s + suffix))
        printFigure(u"capture.insert"_s + suffix, insert, u"s"_s, plainInsert, insert / plainInsert);
    if (wishes.wants(u"capture.update"_s + suffix))
        printFigure(u"capture.update"_s + suffix, update, u"s"_s, plainUpdate, update / plainUpdate);
    if (wishes.wants(u"replica.size"_s + suffix)) // everything acknowledged, which is how a replica spends its days
        printFigure(u"replica.size"_s + suffix, bytes, u"bytes"_s, plainBytes, bytes / plainBytes);
}

/// Lets the log grow to its full size and start over: the commits that follow write in place, on both
/// sides. Without it the one that writes less still pays for a growing file, and looks slower.
void growLog(QSqlDatabase database)
{
    mustExec(database, u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
                       "INSERT INTO filler SELECT randomblob(4000) FROM n"_s);
    mustExec(database, u"PRAGMA wal_checkpoint(RESTART)"_s);
}

/// One row a transaction, durable; in turns of 50, so that both sides meet the same load. All turns
/// count, because the checkpoints that the log's growth brings belong to the price.
void benchSingle(const Wishes &wishes)
{
    constexpr int perTurn = 50;
    const int turns = wishes.quick ? 4 : 100;
    const QByteArray schema = notesSchema(wishes.integerKeys) + "CREATE TABLE filler(data BLOB);";
    const Rows rows = makeRows(turns * perTurn, wishes.integerKeys);
    PlainDatabase plain(schema);
    Device device(schema + notesSynced);
    growLog(plain.database());
    growLog(device.replica().database());
    const QString sql =
        u"INSERT INTO notes(id, title, body, votes, rank) VALUES (?, 'title', 'a short body of a note', 1, 0.5)"_s;
    QSqlQuery plainQuery(plain.database());
    plainQuery.prepare(sql);
    QSqlQuery query(device.replica().database());
    query.prepare(sql);
    double seconds = 0;
    double plainTotal = 0;
    for (int turn = 0; turn < turns; ++turn) {
        const auto each = [&](const std::function<void(const Row &)> &write) {
            return secondsOf([&] {
                for (int i = 0; i < perTurn; ++i)
                    write(rows[static_cast<size_t>(turn * perTurn + i)]);
            });
        };
        plainTotal += each([&](const Row &row) {
            plain.transaction([&] {
                plainQuery.bindValue(0, row.id);
                mustExec(plainQuery);
            });
        });
        seconds += each([&](const Row &row) {
            must(device.replica().write([&](QSqlDatabase &) -> Result<void> {
                query.bindValue(0, row.id);
                mustExec(query);
                return {};
            }));
        });
    }
    const double transactions = turns * perTurn;
    printFigure(u"capture.single"_s, seconds / transactions * 1e6, u"us"_s, plainTotal / transactions * 1e6,
                seconds / plainTotal);
}

} // namespace

void benchCapture(const Wishes &wishes)
{
    for (const bool typed : {false, true}) {
        const QString suffix = typed ? u"_typed"_s : QString();
        if (wishes.wants(u"capture.insert"_s + suffix) || wishes.wants(u"capture.update"_s + suffix) ||
            wishes.wants(u"replica.size"_s + suffix) || (typed && wishes.wants(u"capture.increment"_s)))
            benchBulk(wishes, typed);
    }
    if (wishes.wants(u"capture.single"_s))
        benchSingle(wishes);
}

} // namespace Sheaf::Bench
