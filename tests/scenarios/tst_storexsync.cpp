// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

constexpr char pairs[] = "CREATE TABLE pairs(a INTEGER NOT NULL, b TEXT NOT NULL, x TEXT, y, PRIMARY KEY(a, b));"
                         "SELECT sheaf_sync('pairs');";

} // namespace

/// Scenarios and faults of storex-sync: a log of operations, reconciled by field.
class TestStorexSync : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void historiesEndAlikeWhateverWasSeenBefore_data();
    void historiesEndAlikeWhateverWasSeenBefore();
    void whatCancelsOutIsNotSent();
    void twoUnseenBirthsUnite();
    void anOlderEditLosesAfterTheOutboxIsEmpty();
    void valuesOfEveryKindTravel_data();
    void valuesOfEveryKindTravel();
    void editsDatedInThePastArrive();
    void writesDuringACatchUpAreNotMissed();
    void anUploadThatIsCutGoesOnInOrder();
    void aSyncOfNothingMovesThePlaceAlong();
};

void TestStorexSync::historiesEndAlikeWhateverWasSeenBefore_data()
{
    QTest::addColumn<QStringList>("history");
    QTest::addColumn<QString>("ends");
    const QString create = u"INSERT INTO pairs VALUES (1, 'k', 'one', 'a')"_s;
    const QString modify = u"UPDATE pairs SET x = 'two'"_s;
    const QString again = u"UPDATE pairs SET x = 'three'"_s;
    const QString other = u"UPDATE pairs SET y = 'b'"_s;
    const QString remove = u"DELETE FROM pairs"_s;
    const QString recreate = u"INSERT INTO pairs VALUES (1, 'k', 'new', NULL)"_s;
    QTest::newRow("create") << QStringList{create} << u"onea"_s;
    QTest::newRow("create, modify") << QStringList{create, modify} << u"twoa"_s;
    QTest::newRow("create, modify, delete") << QStringList{create, modify, remove} << QString();
    QTest::newRow("create, modify twice, delete") << QStringList{create, modify, other, remove} << QString();
    QTest::newRow("modify, modify") << QStringList{create, modify, again} << u"threea"_s;
    QTest::newRow("modify two fields") << QStringList{create, modify, other} << u"twob"_s;
    QTest::newRow("create, delete, recreate") << QStringList{create, remove, recreate} << u"new"_s;
    QTest::newRow("delete, recreate, delete again") << QStringList{create, remove, recreate, remove} << QString();
    QTest::newRow("delete, modify") << QStringList{create, remove, modify} << QString();
    QTest::newRow("recreate, modify") << QStringList{create, remove, recreate, modify} << u"two"_s;
    QTest::newRow("double delete") << QStringList{create, remove, remove} << QString();
}

/// Every suffix of a history is new to the other device, all at once or one by one; the key has two columns.
void TestStorexSync::historiesEndAlikeWhateverWasSeenBefore()
{
    QFETCH(QStringList, history);
    QFETCH(QString, ends);
    for (qsizetype seen = 0; seen <= history.size(); ++seen) {
        for (const bool atOnce : {true, false}) {
            Household home(2, pairs);
            for (const QString &sql : history.first(seen)) {
                home[0].write(sql);
                home.run(500);
            }
            home.cutOff(1);
            if (atOnce)
                home.cutOff(0);
            for (const QString &sql : history.sliced(seen)) {
                home[0].write(sql);
                home.run(500);
            }
            home.bringBack(1);
            if (atOnce)
                home.bringBack(0);
            QCOMPARE(home.difference(), QString());
            QCOMPARE(home.values(u"SELECT x || coalesce(y, '') FROM pairs"_s), ends + u'|' + ends);
        }
    }
}

void TestStorexSync::whatCancelsOutIsNotSent()
{
    Household home(2, pairs);
    home.cutOff(0);
    home[0].write(u"INSERT INTO pairs VALUES (1, 'k', 'one', 1); UPDATE pairs SET x = 'two'; DELETE FROM pairs"_s);
    QCOMPARE(home[0].replica->pendingCount(), 0);
    // Over several transactions the row has been there: its end is sent, and nothing of what was in it.
    home[0].write(u"INSERT INTO pairs VALUES (2, 'k', hex(zeroblob(50000)), 2)"_s);
    home[0].write(u"UPDATE pairs SET y = hex(zeroblob(40000))"_s);
    home[0].write(u"DELETE FROM pairs"_s);
    QCOMPARE(home[0].replica->pendingCount(), 1);
    const qint64 sent = home[0].reconnector->figures().bytesSent;
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QVERIFY(home[0].reconnector->figures().bytesSent - sent < 2'000);
    QCOMPARE(home[0].reconnector->figures().pushed, 1);
    QCOMPARE(home.pulled()[1], 1);
    QCOMPARE(home.values(u"SELECT count(*) FROM pairs"_s), u"0|0"_s);
}

/// There they were an error that stopped the queue for ever.
void TestStorexSync::twoUnseenBirthsUnite()
{
    Household home(3, pairs);
    home.cutOff(0);
    home.cutOff(1);
    home[0].write(u"INSERT INTO pairs VALUES (1, 'k', 'of the first', NULL); INSERT INTO pairs(a, b) VALUES (2, 'behind')"_s);
    home.run(100);
    home[1].write(u"INSERT INTO pairs(a, b, x, y) VALUES (1, 'k', 'of the second', 'y')"_s);
    home.bringBack(0);
    home.run();
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT x || y FROM pairs WHERE a = 1"_s), QStringList(3, u"of the secondy"_s).join(u'|'));
    QCOMPARE(home.values(u"SELECT count(*) FROM pairs"_s), u"2|2|2"_s);
    // What the first one had written is in the log of whoever saw the two meet.
    QStringList lost;
    for (const int i : {0, 1}) {
        const QList<Conflict> log = *home[i].replica->conflicts();
        for (const Conflict &conflict : log)
            lost.append((conflict.winner == Conflict::Side::Mine ? conflict.theirs : conflict.mine).toString());
    }
    QVERIFY2(lost.contains(u"of the first"_s), qPrintable(lost.join(u' ')));
}

/// There the log was cleaned up, and with it what would have told that the edit was old.
void TestStorexSync::anOlderEditLosesAfterTheOutboxIsEmpty()
{
    Household home(2);
    home[0].write(u"INSERT INTO tasks(id, title) VALUES ('t', 'one')"_s);
    home.run();
    home.cutOff(1);
    home[1].write(u"UPDATE tasks SET title = 'older'"_s);
    home.run(1'000);
    home[0].write(u"UPDATE tasks SET title = 'newer'"_s);
    home.run();
    QCOMPARE(home[0].count(u"sheaf_outbox"_s), 0); // sent, acknowledged and cleaned up
    home[0].stop();
    home[0].start();
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM tasks"_s), u"newer|newer"_s);
}

void TestStorexSync::valuesOfEveryKindTravel_data()
{
    QTest::addColumn<QString>("literal");
    for (const char *literal :
         {"NULL", "0", "''", "x''", "0.0", "-1", "9223372036854775807", "-9223372036854775808", "0.1", "1e308", "x'00ff00'",
          "'2026-11-30T12:00:00.000Z'", "'false'", "'ä→😀'", "'a''b\"c'", "char(0) || 'behind a zero'"})
        QTest::newRow(literal) << QString::fromUtf8(literal);
}

/// There 0, false and the empty text of a single field became nothing.
void TestStorexSync::valuesOfEveryKindTravel()
{
    QFETCH(QString, literal);
    Household home(2, pairs);
    home[0].write(u"INSERT INTO pairs VALUES (1, 'k', 'x', 'something')"_s);
    home.run();
    home[0].write(u"UPDATE pairs SET y = "_s + literal);
    QCOMPARE(home.difference(), QString());
    const QString shown = home[1].value(u"SELECT typeof(y) || quote(y) || hex(y) FROM pairs"_s);
    QCOMPARE(shown, home[1].value(u"SELECT typeof(v) || quote(v) || hex(v) FROM (SELECT %1 AS v)"_s.arg(literal)));
}

void TestStorexSync::editsDatedInThePastArrive()
{
    Household home(2);
    home.cutOff(0);
    home[0].skewMs = -400LL * 86'400'000;
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('old', 'of last year')"_s);
    home[0].skewMs = 0;
    home[0].stop();
    home[0].start();
    home[1].write(u"INSERT INTO notes(id) VALUES ('new')"_s);
    home.run();
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].value(u"SELECT title FROM notes WHERE id = 'old'"_s), u"of last year"_s);
}

void TestStorexSync::writesDuringACatchUpAreNotMissed()
{
    Household home(2);
    home.cutOff(1);
    home[0].write(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO notes(id, title)"
                  " SELECT i, hex(zeroblob(200)) FROM n"_s);
    home.run();
    home.house.network.faults(1).delayUsMax = 40'000;
    home.bringBack(1);
    int during = 0;
    for (int i = 0; i < 400 && home[1].count(u"notes"_s) < 5'000; ++i) {
        home.run(20);
        home[0].write(
            u"UPDATE notes SET body = '%1' WHERE id = '%1'; INSERT INTO notes(id) VALUES ('during %1')"_s.arg(++during));
    }
    QVERIFY(during > 2);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].count(u"notes"_s), 5'000 + during);
    QCOMPARE(home[1].value(u"SELECT count(*) FROM notes WHERE body = id"_s), QString::number(during));
}

/// There a page had no order, and everything up to its last time was marked as sent.
void TestStorexSync::anUploadThatIsCutGoesOnInOrder()
{
    Household home(2);
    home.cutOff(0);
    for (int i = 0; i < 10; ++i) {
        home[0].skewMs -= i % 2 == 0 ? 5'000 : -3'000; // times do not rise with the order of the writes
        home[0].write(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO notes(id, title)"
                      " SELECT '%1 ' || i, hex(zeroblob(1500)) FROM n"_s.arg(i));
    }
    home.house.network.faults(0).cutOneIn = 1;
    home.house.network.faults(0).cutBytesMax = 20'000;
    home.bringBack(0);
    for (int i = 0; i < 60; ++i) {
        home.run(500);
        home[0].reconnector->networkBack();
    }
    QVERIFY(home[0].reconnector->figures().reconnects > 3);
    home.house.network.faults(0).cutOneIn = 0;
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].count(u"notes"_s), 500);
}

void TestStorexSync::aSyncOfNothingMovesThePlaceAlong()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
    home.run();
    const Sequence before = home[0].replica->space("home").cursor;
    home[0].write(u"UPDATE notes SET title = 'own'"_s); // nothing comes of it but the ack
    home.run();
    const Sequence after = home[0].replica->space("home").cursor;
    QVERIFY(after > before);
    QCOMPARE(home[1].replica->space("home").cursor, after);
    home[0].reconnector->syncOnce();
    home.run();
    QCOMPARE(home[0].replica->space("home").cursor, after);
    QCOMPARE(home.difference(), QString());
}

QTEST_GUILESS_MAIN(TestStorexSync)
#include "tst_storexsync.moc"
