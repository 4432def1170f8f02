// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "livemodel.h"

#include <QSqlDatabase>
#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); SELECT sheaf_sync('t');"
                          "CREATE TABLE s(id INTEGER PRIMARY KEY, x); SELECT sheaf_sync('s');"
                          "CREATE VIEW v AS SELECT t.id, a, x FROM t JOIN s USING (id);";

} // namespace

class TestLiveResult : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void editsLeadFromOldToNew();
    void oneMoveIsOneEdit();
    void resultsFollowCommits();
    void onlyConcernedQueriesRun_data();
    void onlyConcernedQueriesRun();
    void onlyTheNamedRowMatters_data();
    void onlyTheNamedRowMatters();
    void onlyQueriesCanBeWatched();
};

void TestLiveResult::editsLeadFromOldToNew()
{
    std::mt19937 random(4711);
    for (int round = 0; round < 500; ++round) {
        ResultRows lists[2];
        for (auto &list : lists) {
            QList<int> ids;
            for (int id = 0; id < 12; ++id) {
                if (random() % 3 != 0)
                    ids.append(id);
            }
            std::shuffle(ids.begin(), ids.end(), random);
            for (const int id : std::as_const(ids))
                appendRow(list, {id, static_cast<int>(random() % 2)});
        }
        QCOMPARE(applied(lists[0].rows, diffResults(lists[0], lists[1])), lists[1].rows);
        QVERIFY(diffResults(lists[1], lists[1]).isEmpty());
    }
}

void TestLiveResult::oneMoveIsOneEdit()
{
    const auto list = [](const QList<int> &ids) {
        ResultRows rows;
        for (const int id : ids)
            appendRow(rows, {id});
        return rows;
    };
    const ResultRows before = list({1, 2, 3, 4, 5});
    for (const ResultRows &after : {list({5, 1, 2, 3, 4}), list({2, 3, 4, 5, 1}), list({1, 4, 2, 3, 5})}) {
        const auto edits = diffResults(before, after);
        QCOMPARE(edits.size(), 1);
        QCOMPARE(edits[0].kind, ResultEdit::Kind::Move);
        QCOMPARE(applied(before.rows, edits), after.rows);
    }
}

void TestLiveResult::resultsFollowCommits()
{
    Device device(schema);
    std::mt19937 random(7);
    const QString sql = u"SELECT id, a FROM t WHERE b > ? ORDER BY a, id LIMIT 5"_s;
    auto live = LiveResult::open(device.replica().database(), sql, {2});
    QVERIFY(live);
    QList<ResultRow> model = (*live)->rows();
    for (int step = 0; step < 200; ++step) {
        const auto id = random() % 8;
        if (random() % 4 == 0)
            device.exec(u"DELETE FROM t WHERE id = %1"_s.arg(id));
        else
            device.exec(u"REPLACE INTO t VALUES (%1, %2, %3)"_s.arg(id).arg(random() % 5).arg(random() % 6));
        if ((*live)->note(device.lastCommit)) {
            const auto edits = (*live)->refresh();
            QVERIFY(edits);
            model = applied(model, *edits);
        }
        const auto fresh = LiveResult::open(device.replica().database(), sql, {2});
        QCOMPARE(model, (*fresh)->rows());
    }
}

void TestLiveResult::onlyConcernedQueriesRun_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("write");
    QTest::addColumn<bool>("concerned");
    QTest::newRow("its column") << u"SELECT id, a FROM t"_s << u"UPDATE t SET a = 'new'"_s << true;
    QTest::newRow("another column") << u"SELECT id, a FROM t"_s << u"UPDATE t SET b = 'new'"_s << false;
    QTest::newRow("another table") << u"SELECT id, a FROM t"_s << u"UPDATE s SET x = 'new'"_s << false;
    QTest::newRow("a new row") << u"SELECT count(*) FROM t"_s << u"INSERT INTO t(id) VALUES (2)"_s << true;
    QTest::newRow("through a view") << u"SELECT x FROM v"_s << u"UPDATE s SET x = 'new'"_s << true;
    QTest::newRow("in a condition") << u"SELECT id FROM t WHERE b = 1"_s << u"UPDATE t SET b = 1"_s << true;
    QTest::newRow("in a subquery") << u"SELECT (SELECT max(x) FROM s)"_s << u"UPDATE s SET x = 'new'"_s << true;
}

void TestLiveResult::onlyConcernedQueriesRun()
{
    QFETCH(QString, query);
    QFETCH(QString, write);
    QFETCH(bool, concerned);
    Device device(schema);
    device.exec(u"INSERT INTO t VALUES (1, 'a', 'b')"_s);
    device.exec(u"INSERT INTO s VALUES (1, 'x')"_s);
    const auto live = LiveResult::open(device.replica().database(), query, {});
    QVERIFY(live);
    device.exec(write);
    QCOMPARE((*live)->note(device.lastCommit), concerned);
    QCOMPARE((*live)->runs(), 1);
}

void TestLiveResult::onlyTheNamedRowMatters_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QVariantList>("parameters");
    QTest::addColumn<bool>("precise"); ///< a write to row 2 of t does not run it, one to row 1 does
    const auto row = [](const char *name, const QString &query, const QVariantList &parameters, bool precise) {
        QTest::newRow(name) << query << parameters << precise;
    };
    row("key = parameter", u"SELECT a FROM t WHERE id = ?"_s, {1}, true);
    row("key = literal", u"SELECT a FROM t WHERE b IS NOT NULL AND 1 = id ORDER BY a LIMIT 3"_s, {}, true);
    row("aggregate", u"SELECT count(*), max(a) FROM t AS r WHERE r.id == ?"_s, {1}, true);
    row("joined", u"SELECT t.a, x FROM t LEFT JOIN s ON s.id = t.id WHERE t.id = ?"_s, {1}, true);
    row("text for a number", u"SELECT a FROM t WHERE id = ?"_s, {u"1"_s}, false);
    row("or", u"SELECT a FROM t WHERE id = 1 OR b = 'b'"_s, {}, false);
    row("not", u"SELECT a FROM t WHERE NOT id = 1"_s, {}, false);
    row("not equal", u"SELECT a FROM t WHERE id != 1"_s, {}, false);
    row("at most", u"SELECT a FROM t WHERE id <= 5"_s, {}, false);
    row("sum", u"SELECT a FROM t WHERE id = 1 + 1"_s, {}, false);
    row("compared again", u"SELECT a FROM t WHERE id = 1 = 0"_s, {}, false);
    row("self join", u"SELECT r.a, o.a FROM t r, t o WHERE r.id = 1"_s, {}, false);
    row("subquery", u"SELECT a, (SELECT max(a) FROM t) FROM t WHERE id = 1"_s, {}, false);
    row("compound", u"SELECT a FROM t WHERE id = 1 UNION ALL SELECT a FROM t"_s, {}, false);
    row("view", u"SELECT v.a FROM v, t WHERE t.id = 1"_s, {}, false);
    row("case", u"SELECT a FROM t WHERE CASE WHEN b = 1 AND id = 1 AND a = 2 THEN 0 ELSE 1 END"_s, {}, false);
}

void TestLiveResult::onlyTheNamedRowMatters()
{
    QFETCH(QString, query);
    QFETCH(QVariantList, parameters);
    QFETCH(bool, precise);
    Device device(schema);
    device.exec(u"INSERT INTO t VALUES (1, 'a', 'b'), (2, 'a', 'b')"_s);
    device.exec(u"INSERT INTO s VALUES (1, 'x'), (2, 'x')"_s);
    const auto live = LiveResult::open(device.replica().database(), query, parameters);
    QVERIFY(live);
    for (const char *write :
         {"UPDATE t SET a = 'new' WHERE id = 2", "DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (3, 'a', 'b')"}) {
        device.exec(QString::fromLatin1(write));
        QCOMPARE((*live)->note(device.lastCommit), !precise);
    }
    device.exec(u"UPDATE t SET a = 'new' WHERE id = 1"_s);
    QVERIFY((*live)->note(device.lastCommit));
    device.exec(u"UPDATE t SET id = 7 WHERE id = 1"_s);
    QVERIFY((*live)->note(device.lastCommit));
    QCOMPARE((*live)->runs(), 1);
}

void TestLiveResult::onlyQueriesCanBeWatched()
{
    Device device(schema);
    for (const char *sql : {"DELETE FROM t", "SELEC 1", ""})
        QVERIFY(!LiveResult::open(device.replica().database(), QString::fromLatin1(sql), {}));
}

QTEST_GUILESS_MAIN(TestLiveResult)
#include "tst_liveresult.moc"
