// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "engine/livequery.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

class TestLiveQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstLoadIsOneInsert()
    {
        Device device(u"a"_s);
        for (int i = 0; i < 10; ++i)
            device.addNote(QString::number(i), u"t"_s);
        LiveQuery query;
        const QAbstractItemModelTester tester(&query, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&query, &LiveQuery::rowsInserted);
        open(query, device, u"SELECT id, title FROM notes ORDER BY id"_s);
        QCOMPARE(query.count(), 10);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(query.roleNames().value(Qt::UserRole + 2), "title"_ba);
        QCOMPARE(query.value(3, u"id"_s).toString(), u"3"_s);
        QCOMPARE(query.indexOf(u"id"_s, u"7"_s), 7);
        QCOMPARE(query.runs(), 1);
    }

    void editsAreMinimal()
    {
        Device device(u"a"_s);
        for (int i = 0; i < 10; ++i)
            device.write(u"INSERT INTO notes(id, title, votes) VALUES(?, 't', ?)"_s, {QString::number(i), i});
        LiveQuery query;
        const QAbstractItemModelTester tester(&query, QAbstractItemModelTester::FailureReportingMode::QtTest);
        open(query, device, u"SELECT id, title, votes FROM notes ORDER BY votes"_s);
        QSignalSpy inserted(&query, &LiveQuery::rowsInserted);
        QSignalSpy removed(&query, &LiveQuery::rowsRemoved);
        QSignalSpy moved(&query, &LiveQuery::rowsMoved);
        QSignalSpy changed(&query, &LiveQuery::dataChanged);
        QSignalSpy reset(&query, &LiveQuery::modelReset);

        device.write(u"UPDATE notes SET title = 'new' WHERE id = '4'"_s);
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 4);
        QCOMPARE(changed[0][2].value<QList<int>>(), (QList<int>{Qt::UserRole + 2}));

        device.write(u"DELETE FROM notes WHERE id = '0'"_s);
        QTRY_COMPARE(removed.size(), 1);
        device.addNote(u"z"_s, u"first, for NULL sorts first"_s);
        QTRY_COMPARE(inserted.size(), 1);
        QCOMPARE(query.value(0, u"id"_s).toString(), u"z"_s);

        device.write(u"UPDATE notes SET votes = 100 WHERE id = '1'"_s);
        QTRY_COMPARE(moved.size(), 1);
        QTRY_COMPARE(query.value(query.count() - 1, u"votes"_s).toInt(), 100);
        QCOMPARE(query.value(query.count() - 1, u"id"_s).toString(), u"1"_s);
        QVERIFY(reset.isEmpty());
    }

    void randomEditsKeepTheModelRight()
    {
        Device device(u"a"_s);
        LiveQuery query;
        const QAbstractItemModelTester tester(&query, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QString sql = u"SELECT id, title, votes FROM notes WHERE votes < 80 ORDER BY votes, id"_s;
        open(query, device, sql);
        QRandomGenerator random(20261121);
        for (int round = 0; round < 150; ++round) {
            QList<Statement> statements;
            for (int i = 0; i <= random.bounded(4); ++i) {
                const QString id = QString::number(random.bounded(30));
                if (random.bounded(5) == 0)
                    statements.push_back({u"DELETE FROM notes WHERE id = ?"_s, {id}, {}});
                else
                    statements.push_back({u"INSERT INTO notes(id, title, votes) VALUES(?, ?, ?) "
                                          "ON CONFLICT(id) DO UPDATE SET title = excluded.title, votes = excluded.votes"_s,
                                          {id, QString::number(round), random.bounded(100)},
                                          {}});
            }
            QVERIFY(await(device.engine().write(statements)).has_value());
            const auto expected = await(device.engine().query({sql, {}, {}}));
            QTRY_COMPARE(rowsOf(query), (*expected)->rows);
        }
    }

    void whatDoesNotConcernItRunsNothing()
    {
        Device device(u"a"_s);
        device.addNote(u"a"_s, u"t"_s);
        LiveQuery query;
        open(query, device, u"SELECT id, title FROM notes"_s);
        for (int i = 0; i < 20; ++i) {
            device.write(u"INSERT OR REPLACE INTO settings VALUES('n', ?)"_s, {i});
            device.write(u"UPDATE notes SET votes = ? WHERE id = 'a'"_s, {i});
        }
        device.write(u"UPDATE notes SET title = 'seen' WHERE id = 'a'"_s);
        QTRY_COMPARE(query.value(0, u"title"_s).toString(), u"seen"_s);
        QCOMPARE(query.runs(), 2);
    }

    void aBurstOfCommitsIsFewRuns()
    {
        Device device(u"a"_s);
        LiveQuery query;
        open(query, device, u"SELECT count(*) AS n FROM notes"_s);
        constexpr int commits = 300;
        constexpr qint64 refreshMs = 8; // half a frame, as Reader has it
        const int before = query.runs();
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < commits; ++i)
            device.engine().write({{u"INSERT INTO notes(id) VALUES(?)"_s, {i}, {}}});
        QTRY_COMPARE_WITH_TIMEOUT(query.value(0, u"n"_s).toInt(), commits, patienceMs);
        const qint64 runsMax = std::min<qint64>(timer.elapsed() / (refreshMs - 1) + 2, commits - 1); // clocks round
        QVERIFY2(query.runs() - before <= runsMax, qPrintable(u"%1 of %2"_s.arg(query.runs() - before).arg(runsMax)));
    }

    void transactionsAreSeenWhole()
    {
        Device device(u"a"_s);
        constexpr int accounts = 20;
        for (int i = 0; i < accounts; ++i)
            device.write(u"INSERT INTO notes(id, votes) VALUES(?, 100)"_s, {QString::number(i)});
        LiveQuery query;
        open(query, device, u"SELECT id, votes FROM notes ORDER BY votes, id"_s);
        const auto sum = [&query] {
            qint64 total = 0;
            for (int row = 0; row < query.count(); ++row)
                total += query.value(row, u"votes"_s).toLongLong();
            return total;
        };
        QRandomGenerator random(7);
        QFuture<Result<QList<qint64>>> last;
        for (int i = 0; i < 600; ++i) {
            const QString update = u"UPDATE notes SET votes = votes + ? WHERE id = ?"_s;
            last = device.engine().write({{update, {-i, QString::number(random.bounded(accounts))}, {}},
                                          {update, {i, QString::number(random.bounded(accounts))}, {}}});
        }
        QSignalSpy changed(&query, &LiveQuery::dataChanged);
        while (!last.isFinished()) {
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
            QCOMPARE(sum(), 100 * accounts);
        }
        QVERIFY(!changed.isEmpty());
        const auto expected = await(device.engine().query({u"SELECT id, title, votes FROM notes ORDER BY votes, id"_s, {}, {}}));
        QTRY_COMPARE(query.value(0, u"votes"_s), (*expected)->rows.first().at(2));
        QCOMPARE(sum(), 100 * accounts);
    }

    void anotherQueryReplacesTheResult()
    {
        Device device(u"a"_s);
        device.addNote(u"a"_s, u"1"_s);
        device.addNote(u"b"_s, u"2"_s);
        LiveQuery query;
        const QAbstractItemModelTester tester(&query, QAbstractItemModelTester::FailureReportingMode::QtTest);
        open(query, device, u"SELECT id FROM notes WHERE id = ?"_s, {u"a"_s});
        QCOMPARE(query.count(), 1);
        query.setParams({u"b"_s});
        QTRY_COMPARE(query.value(0, u"id"_s).toString(), u"b"_s);
        query.setParams({});
        query.setSql(u"SELECT title, id FROM notes ORDER BY id"_s);
        QTRY_COMPARE(query.count(), 2);
        QCOMPARE(query.value(0, u"title"_s).toString(), u"1"_s);
        query.setSql(u"SELECT nonsense FROM nowhere"_s);
        QTRY_VERIFY(!query.errorText().isEmpty());
        QCOMPARE(query.count(), 0);
    }

    void eitherMayGoFirst()
    {
        auto query = std::make_unique<LiveQuery>();
        {
            Device device(u"a"_s);
            device.addNote(u"a"_s, u"1"_s);
            open(*query, device, u"SELECT id FROM notes"_s);
            LiveQuery shortLived;
            shortLived.setEngine(&device.engine());
            shortLived.setSql(u"SELECT id FROM notes"_s);
        }
        QCOMPARE(query->engine(), nullptr);
        QCOMPARE(query->count(), 1);
        query.reset();
    }

private:
    static void open(LiveQuery &query, Device &device, const QString &sql, const QVariantList &params = {})
    {
        query.setEngine(&device.engine());
        query.setSql(sql);
        query.setParams(params);
        QTRY_VERIFY_WITH_TIMEOUT(query.isLoaded(), patienceMs);
    }
    static QList<QVariantList> rowsOf(const LiveQuery &query)
    {
        QList<QVariantList> rows;
        for (int row = 0; row < query.count(); ++row)
            rows.push_back({query.value(row, u"id"_s), query.value(row, u"title"_s), query.value(row, u"votes"_s)});
        return rows;
    }
};

QTEST_GUILESS_MAIN(TestLiveQuery)
#include "tst_livequery.moc"
