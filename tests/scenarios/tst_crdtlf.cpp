// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Scenarios and faults of crdt_socket_sync and crdt_lf: documents of operations behind a server or a relay.
class TestCrdtLf : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aheadBehindAndBothAlign_data();
    void aheadBehindAndBothAlign();
    void aBadFrameIsOneNewHandshakeAndStopsNothing_data();
    void aBadFrameIsOneNewHandshakeAndStopsNothing();
    void editsMadeWhileReconnectingGoOutOnce();
    void whoIsToldToDisconnectStaysAway();
    void aFailingPeerHoldsUpNobody();
    void aLateJoinerAfterCompactionHasEverything();
    void wordsTypedAtOnePlaceAreNotInterleaved();
    void repeatedInsertsAtOnePlaceKeepTheirOrder();
    void emojiAndLoneSurrogatesHarmNothing();
    void aLargePasteArrives();
    void twoMovesInOneTransactionEndAtTheSecond();
    void insertsAtOnePlaceOfAListHaveOneOrder();
    void anElementThatWasTakenOutOfflineStaysOut();
};

void TestCrdtLf::aheadBehindAndBothAlign_data()
{
    QTest::addColumn<bool>("here");
    QTest::addColumn<bool>("there");
    QTest::addColumn<bool>("restarted");
    for (const bool restarted : {false, true}) {
        const char *server = restarted ? ", the server restarted" : "";
        QTest::addRow("ahead%s", server) << true << false << restarted;
        QTest::addRow("behind%s", server) << false << true << restarted;
        QTest::addRow("both%s", server) << true << true << restarted;
    }
}

void TestCrdtLf::aheadBehindAndBothAlign()
{
    QFETCH(bool, here);
    QFETCH(bool, there);
    QFETCH(bool, restarted);
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, body) VALUES ('n', 'text')"_s);
    home.run();
    home.cutOff(0);
    if (here)
        home[0].write(u"UPDATE notes SET body = 'my ' || body; INSERT INTO notes(id) VALUES ('here')"_s);
    if (there)
        home[1].write(u"UPDATE notes SET body = body || ' of theirs'; INSERT INTO notes(id) VALUES ('there')"_s);
    home.run();
    if (restarted)
        home.restartServer();
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    const QString expected =
        u"%1text%2%3"_s.arg(here ? u"my "_s : QString(), there ? u" of theirs"_s : QString()).arg(1 + int(here) + int(there));
    QCOMPARE(home.values(u"SELECT (SELECT body FROM notes WHERE id = 'n') || count(*) FROM notes"_s), expected + u'|' + expected);
}

void TestCrdtLf::aBadFrameIsOneNewHandshakeAndStopsNothing_data()
{
    QTest::addColumn<bool>("toServer");
    QTest::newRow("from the server") << false;
    QTest::newRow("from the client") << true;
}

void TestCrdtLf::aBadFrameIsOneNewHandshakeAndStopsNothing()
{
    QFETCH(bool, toServer);
    Household home(2);
    bool spoilt = false;
    home.house.network.setTap([&](int client, quint64, Direction direction, const QByteArray &frame) {
        if (client != 0 || spoilt || (direction == Direction::ToServer) != toServer)
            return QList{frame};
        spoilt = true;
        return QList{"\xff noise"_ba};
    });
    const qint64 reconnects = home[0].reconnector->figures().reconnects;
    home[0].write(u"INSERT INTO notes(id) VALUES ('1')"_s); // what it is told of this, or its push, is spoilt
    home.run(120'000);
    QVERIFY(spoilt);
    QCOMPARE(home[0].reconnector->figures().reconnects, reconnects + 1);
    QCOMPARE(home[1].reconnector->figures().reconnects, 0);
    home[0].write(u"INSERT INTO notes(id) VALUES ('2')"_s);
    home[1].write(u"INSERT INTO notes(id) VALUES ('3')"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT count(*) FROM notes"_s), u"3|3"_s);
    QCOMPARE(home[0].reconnector->figures().reconnects, reconnects + 1);
}

void TestCrdtLf::editsMadeWhileReconnectingGoOutOnce()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
    home.run();
    const qint64 pushed = home[0].reconnector->figures().pushed;
    home.cutOff(0);
    for (int i = 0; i < 5; ++i) {
        home[0].write(u"UPDATE notes SET votes = votes + 1, body = coalesce(body, '') || 'x' WHERE id = 'n'"_s);
        home.run(400); // attempts come and fail meanwhile
    }
    QVERIFY(home[0].reconnector->figures().retries > 0);
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[0].reconnector->figures().pushed, pushed + 1);
    QCOMPARE(home.values(u"SELECT votes || body FROM notes"_s), u"5xxxxx|5xxxxx"_s);
}

void TestCrdtLf::whoIsToldToDisconnectStaysAway()
{
    Household home(2);
    home[0].reconnector->disconnect();
    home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s); // an edit opens no connection either
    home.run(600'000);
    QCOMPARE(home[0].reconnector->status().phase, SyncStatus::Phase::Idle);
    QCOMPARE(home[1].count(u"notes"_s), 0);
    QCOMPARE(home.house.core->sessionCount(), 1);
    home[0].connect(home[0].token);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].count(u"notes"_s), 1);
}

/// One that reads nothing and one whose link breaks all the time, among those that are to be told.
void TestCrdtLf::aFailingPeerHoldsUpNobody()
{
    Household home(4);
    home.house.network.faults(1).partitioned = true; // open, and nothing is taken from it
    home.house.network.faults(2).cutOneIn = 1;
    home.house.network.faults(2).cutBytesMax = 500;
    home.house.network.cutAll(2, false);
    for (int i = 0; i < 50; ++i) {
        home[0].write(u"INSERT INTO notes(id, title) VALUES ('%1', '%2')"_s.arg(i).arg(QString(10'000, u'x')));
        home.run(20);
        QCOMPARE(home[3].count(u"notes"_s), i + 1);
    }
    home.house.network.faults(2).cutOneIn = 0;
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
}

/// What is compacted is no longer a history of operations, and a newcomer needs none.
void TestCrdtLf::aLateJoinerAfterCompactionHasEverything()
{
    Household home(0);
    home.house.core->setRetention({.silenceMs = 48 * 3'600'000LL, .delayMs = 3'600'000});
    home.add();
    home.add();
    home[0].write(u"INSERT INTO notes(id, body, labels) VALUES ('n', '', '[\"x\"]'), ('gone', 'x', NULL)"_s);
    for (int i = 0; i < 200; ++i) {
        home[i % 2].write(u"UPDATE notes SET body = body || '%1', votes = votes + 1, title = '%1' WHERE id = 'n'"_s.arg(i % 10));
        home.run(50);
    }
    home[1].write(u"UPDATE notes SET labels = '[\"y\"]' WHERE id = 'n'; DELETE FROM notes WHERE id = 'gone'"_s);
    home.run(10 * 3'600'000LL);
    SpaceDevice &late = home.add();
    QCOMPARE(home.difference(), QString());
    QVERIFY(late.reconnector->figures().pulled < 100); // of 402 edits: a row, and its text in some pieces
    QCOMPARE(late.value(u"SELECT length(body) || title || votes || labels FROM notes"_s), u"2009200[\"y\"]"_s);
    late.write(u"UPDATE notes SET body = body || '!'"_s); // and it goes on where the others are
    home[0].write(u"UPDATE notes SET body = '?' || body"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(late.value(u"SELECT substr(body, 1, 2) || substr(body, -2) FROM notes"_s), u"?09!"_s);
}

void TestCrdtLf::wordsTypedAtOnePlaceAreNotInterleaved()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, body) VALUES ('n', '[]')"_s);
    home.run();
    home.cutOff(0);
    home.cutOff(1);
    for (const QChar key : u"hello"_s) { // a key at a time, each a commit
        home[0].write(u"UPDATE notes SET body = replace(body, ']', '%1]')"_s.arg(key));
        home[1].write(u"UPDATE notes SET body = replace(body, ']', '%1]')"_s.arg(key.toUpper()));
        home.run(30);
    }
    home.bringBack(0);
    home.bringBack(1);
    QCOMPARE(home.difference(), QString());
    const QString body = home[0].value(u"SELECT body FROM notes"_s);
    QVERIFY2(body == u"[helloHELLO]"_s || body == u"[HELLOhello]"_s, qPrintable(body));
}

void TestCrdtLf::repeatedInsertsAtOnePlaceKeepTheirOrder()
{
    Household home(3);
    home[0].write(u"INSERT INTO notes(id, body) VALUES ('n', '')"_s);
    home.run();
    QString expected;
    for (int i = 0; i < 12; ++i) { // each before all others
        home[i % 2].write(u"UPDATE notes SET body = '%1' || body"_s.arg(QChar(u'a' + i)));
        expected.prepend(QChar(u'a' + i));
        home.run(200);
    }
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT body FROM notes"_s), QStringList(3, expected).join(u'|'));
}

void TestCrdtLf::emojiAndLoneSurrogatesHarmNothing()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title, body) VALUES ('n', '👩‍👩‍👧‍👦', 'a😀b')"_s);
    home.run();
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET body = 'a😁b'"_s); // the halves of both are one unit apart
    home[1].write(u"UPDATE notes SET body = 'a😀😀b'"_s);
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    const QString body = home[0].value(u"SELECT body FROM notes"_s);
    QVERIFY2(body.startsWith(u'a') && body.endsWith(u'b') && body.contains(u"😀"_s), qPrintable(body));
    QVERIFY2(!body.contains(QChar::ReplacementCharacter) && body.isValidUtf16(), qPrintable(body));
    QCOMPARE(home[1].value(u"SELECT title FROM notes"_s), u"👩‍👩‍👧‍👦"_s);
}

void TestCrdtLf::aLargePasteArrives()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, body) VALUES ('n', 'before after')"_s);
    home.run();
    home[0].write(u"UPDATE notes SET body = replace(body, ' ', ' %1 ')"_s.arg(u"line\n"_s.repeated(60'000)));
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].value(u"SELECT length(body) FROM notes"_s), QString::number(300'000 + 13));
    home[1].write(u"UPDATE notes SET body = substr(body, 1, 6)"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT body FROM notes"_s), u"before|before"_s);
}

/// There both had the clock of the transaction, and the second was ignored.
void TestCrdtLf::twoMovesInOneTransactionEndAtTheSecond()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', 'first')"_s);
    home.run();
    home[0].write(u"UPDATE notes SET title = 'second'; UPDATE notes SET title = 'third'"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"third|third"_s);
}

void TestCrdtLf::insertsAtOnePlaceOfAListHaveOneOrder()
{
    Household home(3, "CREATE TABLE items(id TEXT PRIMARY KEY NOT NULL, place TEXT); SELECT sheaf_sync('items');");
    home[0].write(u"INSERT INTO items VALUES ('a', sheaf_order(NULL, NULL));"
                  "INSERT INTO items SELECT 'z', sheaf_order(place, NULL) FROM items"_s);
    home.run();
    for (int i = 0; i < 3; ++i)
        home.cutOff(i);
    for (int i = 0; i < 3; ++i) // into the same gap, and one moves what another moves, too
        home[i].write(u"INSERT INTO items SELECT 'new %1', sheaf_order(min(place), max(place)) FROM items;"
                      "UPDATE items SET place = sheaf_order((SELECT max(place) FROM items), NULL) WHERE id = 'a'"_s.arg(i));
    for (int i = 0; i < 3; ++i)
        home.bringBack(i);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[1].count(u"items"_s), 5);
    QCOMPARE(home[1].value(u"SELECT count(DISTINCT place) FROM items"_s), u"5"_s);
    const QStringList order = home[0].read(u"SELECT id FROM items ORDER BY place"_s);
    QCOMPARE(order.last(), u"a"_s);
    QCOMPARE(order[3], u"z"_s);
    for (int i = 1; i < 3; ++i)
        QCOMPARE(home[i].read(u"SELECT id FROM items ORDER BY place"_s), order);
}

/// There a snapshot forgot the tags, and what had been taken out elsewhere came back.
void TestCrdtLf::anElementThatWasTakenOutOfflineStaysOut()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, labels) VALUES ('n', '[\"x\",\"y\"]')"_s);
    home.run();
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET labels = '[\"y\"]'"_s);
    for (int i = 0; i < 100; ++i) {
        home[1].write(u"UPDATE notes SET title = '%1'"_s.arg(i));
        home.run(20);
    }
    home.restartServer();
    home.add();
    home.run();
    home.bringBack(0);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT labels FROM notes"_s), QStringList(3, u"[\"y\"]"_s).join(u'|'));
}

QTEST_GUILESS_MAIN(TestCrdtLf)
#include "tst_crdtlf.moc"
