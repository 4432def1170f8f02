// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"
#include "replica/liveresult.h"

#include <QFile>
#include <QSqlDatabase>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Scenarios and faults of crdt_sync and sql_crdt: rows in SQL, the last writer wins. Its lost updates are in tst_holes.
class TestCrdtSync : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tenThousandRowsArriveWhole();
    void columnsOfOneRowMergeApart();
    void aDeletedValueIsHiddenAndItsDeleteTravels();
    void queriesFollowEveryTableTheyRead_data();
    void queriesFollowEveryTableTheyRead();
    void aCommitNamesTheTablesItTouched();
    void aNewIdentitySendsWhatTheOldOneHadNot();
    void aWipedServerIsRefilledWithRowsOfOthers();
    void aDeviceThatLostItsFileGetsItsOwnRowsBack();
    void nothingNewBringsNothing();
};

void TestCrdtSync::tenThousandRowsArriveWhole()
{
    Household home(2);
    const QString many = u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1) INSERT INTO %2(id, title)"
                         " SELECT i, 'of ' || i FROM n"_s;
    home[0].write(many.arg(u"10000"_s, u"notes"_s));
    home[0].write(many.arg(u"10"_s, u"tasks"_s));
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].count(u"notes"_s), 10'000);
    QCOMPARE(home[1].count(u"tasks"_s), 10);
    QCOMPARE(home[1].value(u"SELECT title FROM notes WHERE id = '9999'"_s), u"of 9999"_s);
}

/// Asked for there, and refused by its design: the whole row was the unit.
void TestCrdtSync::columnsOfOneRowMergeApart()
{
    Household home(2);
    home[0].write(u"INSERT INTO tasks(id, title, note) VALUES ('t', 'one', NULL)"_s);
    home.run();
    home.cutOff(0);
    home.cutOff(1);
    home[0].write(u"UPDATE tasks SET title = 'two'"_s);
    home.run(50);
    home[1].write(u"UPDATE tasks SET note = NULL; INSERT INTO notes(id) VALUES ('n'); UPDATE tasks SET note = 'n'"_s);
    home.bringBack(0);
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title || note FROM tasks"_s), u"twon|twon"_s);
}

void TestCrdtSync::aDeletedValueIsHiddenAndItsDeleteTravels()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('null', NULL), ('1', 'x')"_s);
    home.run();
    QCOMPARE(home[1].value(u"SELECT title IS NULL FROM notes WHERE id = 'null'"_s), u"1"_s);
    home[0].write(u"DELETE FROM notes"_s);
    QCOMPARE(home[0].count(u"notes"_s), 0);
    const QList<qint64> before = home.pulled();
    home.run();
    QCOMPARE(home.pulled()[1], before[1] + 2);
    QCOMPARE(home[1].count(u"notes"_s), 0);
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('1', 'undeleted')"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"undeleted|undeleted"_s);
}

void TestCrdtSync::queriesFollowEveryTableTheyRead_data()
{
    QTest::addColumn<QString>("query");
    QTest::newRow("join") << u"SELECT notes.id, tasks.title FROM notes JOIN tasks ON tasks.note = notes.id"_s;
    QTest::newRow("left join") << u"SELECT notes.id, tasks.title FROM notes LEFT JOIN tasks ON tasks.note = notes.id"_s;
    QTest::newRow("union") << u"SELECT title FROM notes UNION SELECT title FROM tasks"_s;
    QTest::newRow("union all") << u"SELECT title FROM notes UNION ALL SELECT title FROM tasks"_s;
    QTest::newRow("intersect") << u"SELECT 'done' INTERSECT SELECT title FROM tasks"_s;
    QTest::newRow("except") << u"SELECT 'done' EXCEPT SELECT title FROM tasks"_s;
    QTest::newRow("sub-select") << u"SELECT id FROM notes WHERE id IN (SELECT note FROM tasks WHERE title = 'done')"_s;
    QTest::newRow("common table") << u"WITH t AS (SELECT title FROM tasks) SELECT count(*) FROM t WHERE title = 'done'"_s;
    QTest::newRow("no table of its own") << u"SELECT EXISTS (SELECT 1 FROM tasks WHERE title = 'done')"_s;
}

/// Whatever the shape of the query and wherever the change was made, the result is what the query gives.
void TestCrdtSync::queriesFollowEveryTableTheyRead()
{
    QFETCH(QString, query);
    Household home(2);
    home[0].write(
        u"INSERT INTO notes(id, title) VALUES ('n', 'note'); INSERT INTO tasks(id, title, note) VALUES ('t', 'open', 'n')"_s);
    home.run();
    const QSqlDatabase reader = home[0].replica->database();
    const auto live = LiveResult::open(reader, query, {});
    QVERIFY(live);
    int refreshed = 0;
    home[0].replica->setCommitObserver([&](const CommitChanges &changes) {
        if ((*live)->note(changes) && (*live)->refresh())
            ++refreshed;
    });
    for (const int device : {0, 1}) {
        const QList<ResultRow> before = (*live)->rows();
        home[device].write(u"UPDATE tasks SET title = '%1'"_s.arg(device == 0 ? u"done"_s : u"open again"_s));
        home.run();
        QCOMPARE(refreshed, device + 1);
        QVERIFY((*live)->rows() != before);
        QCOMPARE((*live)->rows(), (*LiveResult::open(reader, query, {}))->rows());
    }
}

void TestCrdtSync::aCommitNamesTheTablesItTouched()
{
    Household home(2);
    QList<QSet<QByteArray>> told;
    for (const int device : {0, 1}) {
        home[device].replica->setCommitObserver([&told](const CommitChanges &changes) {
            const QList<QByteArray> names = changes.tables.keys();
            told.append(QSet<QByteArray>(names.begin(), names.end()));
        });
    }
    home[0].write(u"INSERT INTO tasks(id) VALUES ('t')"_s);
    home.run();
    QCOMPARE(told, QList<QSet<QByteArray>>(2, {"tasks"}));
    told.clear();
    home[0].write(u"UPDATE tasks SET title = title; DELETE FROM tasks WHERE id = 'nowhere'"_s);
    home.run();
    for (const QSet<QByteArray> &tables : std::as_const(told))
        QVERIFY(tables.isEmpty());
    told.clear();
    home[0].write(u"INSERT INTO notes(id) VALUES ('n'); UPDATE tasks SET title = 'x'"_s);
    home.run();
    QCOMPARE(told, QList<QSet<QByteArray>>(2, {"tasks", "notes", "found"})); // a trigger writes to the third
}

/// There the unsent rows of the old id were no longer "own", and never went up.
void TestCrdtSync::aNewIdentitySendsWhatTheOldOneHadNot()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, votes) VALUES ('sent', 1)"_s);
    home.run();
    home[0].reconnector->disconnect();
    home[0].write(u"INSERT INTO notes(id) VALUES ('unsent'); UPDATE notes SET votes = votes + 1 WHERE id = 'sent'"_s);
    QVERIFY(home[0].replica->renewSite());
    home[0].connect(home[0].token);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].read(u"SELECT id || votes FROM notes ORDER BY id"_s), (QStringList{u"sent2"_s, u"unsent0"_s}));
}

void TestCrdtSync::aWipedServerIsRefilledWithRowsOfOthers()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title, body) VALUES ('n', 'by the first', 'text')"_s);
    home.run();
    home[0].stop(); // who wrote it never comes again
    home.house.replaceServer();
    home[1].connect(home.house.token("device 1", {"home"}));
    SpaceDevice &third = home.add();
    home.run(60'000);
    QVERIFY(home[1].isProven() && third.isProven());
    QCOMPARE(third.value(u"SELECT title || body FROM notes"_s), u"by the firsttext"_s);
}

void TestCrdtSync::aDeviceThatLostItsFileGetsItsOwnRowsBack()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'mine')"_s);
    home.run();
    home[0].stop();
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(home[0].folder.filePath(u"replica.db"_s) + QLatin1StringView(suffix));
    home[0].start(); // with the token it had
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"mine|mine"_s);
}

/// A cursor that includes its last place brings that again at every connection.
void TestCrdtSync::nothingNewBringsNothing()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('1', 'x'), ('2', 'y')"_s);
    home.run();
    const QList<qint64> before = home.pulled();
    qsizetype changes = 0;
    home.house.network.setTap([&](int, quint64, Direction, const QByteArray &frame) {
        const auto message = Household::messageIn(frame);
        if (message && std::holds_alternative<Changes>(*message))
            changes += std::get<Changes>(*message).changes.size();
        if (message && std::holds_alternative<Push>(*message))
            changes += std::get<Push>(*message).changes.size();
        return QList{frame};
    });
    for (int i = 0; i < 5; ++i) {
        for (const int device : {0, 1}) {
            home.cutOff(device);
            home.bringBack(device);
        }
        home.run();
    }
    QCOMPARE(changes, 0);
    QCOMPARE(home.pulled(), before);
    QCOMPARE(home[0].reconnector->figures().pushed, 2);
    QVERIFY(home[1].reconnector->figures().reconnects >= 5);
    QCOMPARE(home.difference(), QString());
}

QTEST_GUILESS_MAIN(TestCrdtSync)
#include "tst_crdtsync.moc"
