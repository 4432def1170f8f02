// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/doc.h"
#include "textbench.h"

#include <QSet>
#include <QtTest>

#include <algorithm>
#include <random>

using namespace Sheaf;
using namespace Sheaf::TextBench;
using namespace Qt::StringLiterals;

class TestTextSync : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wordsOfBothSurvive();
    void editsOfThreeMeetInAnyOrder_data();
    void editsOfThreeMeetInAnyOrder();
    void editsMadeDuringAPushStayWaiting();
    void piecesMayBeInterrupted();
    void bothReviveADeletedText();
    void deleteWinsOverText();
    void keysAreUsedAgainWithAnotherText();
    void birthsOfTheSameRowKeepBothTexts_data();
    void birthsOfTheSameRowKeepBothTexts();
    void birthsMeetAtARestoredServer_data();
    void birthsMeetAtARestoredServer();
    void refusedTextsAreTakenBack();
    void anotherBirthReplacesWhatARefusedEditWasMadeOn();
    void editsInQuarantineComeOnce();
    void openEditorsFollow();
    void randomEditsConverge_data();
    void randomEditsConverge();
};

void TestTextSync::wordsOfBothSurvive()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'milk, eggs')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = 'milk, bread, eggs'"_s);
    two.exec(u"UPDATE notes SET body = 'fresh milk, eggs'"_s);
    two.exec(u"UPDATE notes SET title = 'shopping'"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"fresh milk, bread, eggs"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::editsOfThreeMeetInAnyOrder_data()
{
    QTest::addColumn<QList<int>>("order");
    QList<int> order{0, 1, 2};
    do {
        QTest::addRow("%d%d%d", order[0], order[1], order[2]) << order;
    } while (std::ranges::next_permutation(order).found);
}

void TestTextSync::editsOfThreeMeetInAnyOrder()
{
    QFETCH(QList<int>, order);
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    Device three(schema, 3);
    const QList<Device *> devices{&one, &two, &three};
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, devices);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 3; ++i) {
            append(*devices[i], u" d%1r%2"_s.arg(i).arg(round));
            devices[i]->wallMs += 7;
        }
        for (const int i : order)
            relay.push(*devices[i]);
        for (const int i : order)
            relay.pull(*devices[(i + 1) % 3]);
    }
    settle(relay, devices);
    VERIFY_EQUAL(devices);
    const QStringList words = body(one).split(u' ');
    QCOMPARE(words.size(), 10);
    QCOMPARE(QSet<QString>(words.begin(), words.end()).size(), 10);
}

void TestTextSync::editsMadeDuringAPushStayWaiting()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'a')"_s);
    settle(relay, {&one, &two});
    append(one, u" b"_s);
    const quint64 number = one.replica().spaces().first().lastPush + 1;
    const auto push = one.replica().nextPush("home", number, {});
    one.wallMs += 5;
    append(one, u" c"_s);
    QVERIFY(one.replica().settlePush(
        **push, {.space = "home", .number = number, .previous = 99, .sequence = 100, .clockMs = one.wallMs, .verdicts = {}}));
    QCOMPARE(one.replica().pendingCount(), 1);
    QCOMPARE(one.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 3"_s).toInt(), 1);
    // What was acknowledged does not travel again.
    const auto next = one.replica().nextPush("home", number + 1, {});
    RowRecord record;
    QVERIFY(decodeRecord((*next)->push.changes.first().record, record));
    Text::Doc doc({.clientId = 1});
    QCOMPARE(record.texts.size(), size_t(1));
    QVERIFY(doc.apply(record.texts.front().update) && doc.hasPending());
    QVERIFY(record.cells.empty());
}

void TestTextSync::piecesMayBeInterrupted()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'a')"_s);
    settle(relay, {&one, &two});
    QString large;
    while (large.size() < 900'000)
        large += u"%1 words and more words\n"_s.arg(large.size());
    append(one, large);
    const quint64 number = one.replica().spaces().first().lastPush + 1;
    const auto first = one.replica().nextPush("home", number, {});
    QVERIFY((*first)->push.more);
    const auto second = one.replica().nextPush("home", number + 1, (*first)->end);
    QVERIFY((*second)->end.row == (*first)->end.row && (*second)->textNumbers.first() > (*first)->textNumbers.last());
    relay.losesAcks = true;
    relay.push(one);
    relay.losesAcks = false;
    one.reopen();
    one.exec(u"UPDATE notes SET body = 'b' || body"_s);
    settle(relay, {&one, &two});
    QVERIFY(body(two) == u"ba"_s + large);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::bothReviveADeletedText()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    Device three(schema, 3);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base'), (2, 't', 'seed')"_s);
    append(one, u" edited"_s);
    settle(relay, {&one, &two, &three});
    three.exec(u"DELETE FROM notes"_s);
    append(one, u" one"_s);
    append(two, u" two"_s);
    append(one, u" uno"_s, 2);
    append(two, u" due"_s, 2);
    relay.push(three);
    relay.pull(one);
    relay.pull(two);
    QCOMPARE(body(one), u"base edited one"_s);
    settle(relay, {&one, &two, &three});
    VERIFY_EQUAL({&one, &two, &three});
    for (const QString &word : {u"base"_s, u"edited"_s, u"one"_s, u"two"_s})
        QCOMPARE(body(three).count(word), 1);
    for (const QString &word : {u"seed"_s, u"uno"_s, u"due"_s})
        QCOMPARE(body(three, 2).count(word), 1);
}

void TestTextSync::deleteWinsOverText()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO gone VALUES (1, 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM gone"_s);
    two.exec(u"UPDATE gone SET body = 'base edited'"_s);
    settle(relay, {&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM gone"_s).toInt(), 0);
    VERIFY_EQUAL({&one, &two});
    QCOMPARE(two.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
}

void TestTextSync::keysAreUsedAgainWithAnotherText()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'first')"_s);
    append(one, u" life"_s);
    settle(relay, {&one, &two});
    one.exec(u"DELETE FROM notes"_s);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'second')"_s);
    append(two, u" of old"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"second"_s);
    VERIFY_EQUAL({&one, &two});
    append(two, u" life"_s);
    one.exec(u"REPLACE INTO notes VALUES (1, 'u', 'the second')"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"the second life"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::birthsOfTheSameRowKeepBothTexts_data()
{
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    QTest::addColumn<bool>("edited");
    QTest::addColumn<QStringList>("kept");
    QTest::newRow("two texts") << u"one; "_s << u"two; "_s << false << QStringList{u"one"_s, u"two"_s};
    QTest::newRow("two texts with edits") << u"one; "_s << u"two; "_s << true
                                          << QStringList{u"one"_s, u"two"_s, u"edit1"_s, u"edit2"_s};
    QTest::newRow("the same text") << u"daily; "_s << u"daily; "_s << true << QStringList{u"daily"_s, u"edit1"_s, u"edit2"_s};
    QTest::newRow("one begins empty") << u""_s << u"two; "_s << true << QStringList{u"edit1"_s, u"two"_s, u"edit2"_s};
}

/// Both may be first at the server, and each may hear of the other before or after its own push.
void TestTextSync::birthsOfTheSameRowKeepBothTexts()
{
    QFETCH(QString, first);
    QFETCH(QString, second);
    QFETCH(bool, edited);
    QFETCH(QStringList, kept);
    for (int order = 0; order < 4; ++order) {
        Relay relay;
        Device one(schema, 1);
        Device two(schema, 2);
        Device three(schema, 3);
        two.wallMs += 1000;
        one.exec(u"INSERT INTO notes VALUES (1, 't', ?)"_s, {first});
        two.exec(u"INSERT INTO notes VALUES (1, 't', ?)"_s, {second});
        if (edited) {
            append(one, u"edit1; "_s);
            append(two, u"edit2; "_s);
        }
        QList<Device *> devices{&one, &two};
        if (order % 2 == 1)
            std::swap(devices[0], devices[1]);
        relay.push(*devices[0]);
        if (order / 2 == 1)
            relay.pull(*devices[1]);
        relay.push(*devices[1]);
        settle(relay, {&one, &two, &three});
        VERIFY_EQUAL({&one, &two, &three});
        QStringList words = body(one).split(u"; "_s, Qt::SkipEmptyParts);
        words.sort();
        QStringList expected = kept;
        expected.sort();
        QCOMPARE(words, expected);
        QCOMPARE(one.replica().pendingCount() + two.replica().pendingCount(), 0);
    }
}

void TestTextSync::birthsMeetAtARestoredServer_data()
{
    QTest::addColumn<bool>("authorComes");
    QTest::newRow("the author, under another name") << true;
    QTest::newRow("another device that has it") << false;
}

void TestTextSync::birthsMeetAtARestoredServer()
{
    QFETCH(bool, authorComes);
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    Device three(schema, 3);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'one; ')"_s);
    settle(relay, {&one, &three});
    relay.forget();
    two.wallMs += 1000;
    two.exec(u"INSERT INTO notes VALUES (1, 't', 'two; ')"_s);
    relay.push(two);
    QVERIFY(one.replica().renewSite(Replica::Identity::Doubtful));
    Device &offers = authorComes ? one : three;
    settle(relay, {&offers, &two});
    VERIFY_EQUAL({&offers, &two});
    QCOMPARE(body(two).count(u"one; "_s), 1);
    QCOMPARE(body(two).count(u"two; "_s), 1);
}

void TestTextSync::refusedTextsAreTakenBack()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    append(one, u" one"_s);
    settle(relay, {&one, &two});
    append(one, u" refused"_s);
    relay.refuseWith = u"no_permission"_s;
    relay.push(one);
    relay.refuseWith.clear();
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"base one"_s);
    QCOMPARE(one.replica().rejected()->size(), 1);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::anotherBirthReplacesWhatARefusedEditWasMadeOn()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    Device three(schema, 3);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'milk')"_s);
    settle(relay, {&one, &two});
    three.wallMs += 1000;
    three.exec(u"INSERT INTO notes VALUES (1, 't', 'eggs')"_s);
    append(two, u", bread"_s);
    relay.refuseWith = u"no_permission"_s;
    relay.push(two);
    relay.refuseWith.clear();
    relay.push(three);
    relay.pull(two);
    QCOMPARE(body(two), u"eggs"_s);
    append(two, u", butter"_s);
    settle(relay, {&two, &one, &three});
    QString all = body(one);
    QCOMPARE(all.remove(u"milk"_s), u"eggs, butter"_s);
    VERIFY_EQUAL({&one, &two, &three});
}

/// The server took them in the last moment; the key was written again before they could come back, and then the user takes
/// them up.
void TestTextSync::editsInQuarantineComeOnce()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'milk')"_s);
    settle(relay, {&one, &two});
    append(one, u", bread"_s, 1);
    relay.losesAcks = true;
    relay.push(one);
    relay.losesAcks = false;
    QVERIFY(one.replica().closeSpace("home", u"revoked"_s, {}));
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'milk')"_s);
    relay.pull(one);
    const auto kept = one.replica().quarantined();
    QCOMPARE(kept->size(), 1);
    QVERIFY(one.replica().restoreQuarantined(kept->constFirst().number));
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"milk, bread"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::openEditorsFollow()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    Text::Doc editor({.clientId = 77});
    QVERIFY(editor.apply(*two.replica().loadText("notes", key(1), "body")));
    const auto follow = [&](const CommitChanges &changes) {
        for (const TextUpdate &update : changes.texts) {
            QCOMPARE(update.table, "notes"_ba);
            QVERIFY(editor.apply(update.update));
        }
    };
    editor.text().insert(0, u"typed ");
    append(one, u" merged"_s);
    relay.sync(one);
    relay.pull(two);
    follow(two.lastCommit);
    append(two, u" sql"_s);
    follow(two.lastCommit);
    QCOMPARE(editor.text().toString(), u"typed base merged sql"_s);
    QVERIFY(two.replica().writeText("notes", key(1), "body", editor.encode()));
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"typed base merged sql"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::randomEditsConverge_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 12; ++seed)
        QTest::addRow("%u", seed) << seed;
}

/// Inserted words that nobody deletes are there once in the end, whatever happened between.
void TestTextSync::randomEditsConverge()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto below = [&random](quint32 bound) { return static_cast<quint32>(random() % bound); };
    Relay relay;
    Device one(schema, seed * 4 + 1);
    Device two(schema, seed * 4 + 2);
    Device three(schema, seed * 4 + 3);
    const QList<Device *> devices{&one, &two, &three};
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'start'), (2, 't', 'start')"_s);
    settle(relay, devices);
    QStringList words;
    for (int step = 0; step < 150; ++step) {
        Device &device = *devices[below(3)];
        device.wallMs += below(50);
        switch (below(12)) {
        case 0:
            device.reopen();
            break;
        case 1:
            relay.losesAcks = true;
            relay.push(device);
            relay.losesAcks = false;
            break;
        case 2:
        case 3:
            relay.sync(device);
            break;
        case 4:
            relay.pull(device);
            break;
        case 5:
            if (below(4) == 0)
                QVERIFY(device.replica().renewSite());
            else if (below(3) == 0)
                QVERIFY(device.replica().setClockOffset(static_cast<qint64>(below(20'000)) - 10'000));
            break;
        case 6: // note 2 comes and goes
            device.exec(below(2) == 0 ? u"DELETE FROM notes WHERE id = 2"_s
                                      : u"REPLACE INTO notes VALUES (2, 't', 'again %1')"_s.arg(step));
            break;
        default: {
            const QString word = u"w%1;"_s.arg(step);
            QString text = body(device);
            const qsizetype at = text.isEmpty() ? 0 : text.indexOf(u'w', below(static_cast<quint32>(text.size())));
            text.insert(at < 0 ? text.size() : at, word);
            device.exec(u"UPDATE notes SET body = ? WHERE id = 1"_s, {text});
            append(device, word, 2);
            words.append(word);
        }
        }
        QVERIFY(device.digestHolds());
    }
    settle(relay, devices);
    settle(relay, devices);
    VERIFY_EQUAL(devices);
    for (const QString &word : std::as_const(words))
        QVERIFY2(body(one).count(word) == 1, qPrintable(word + u" in "_s + body(one)));
}

QTEST_GUILESS_MAIN(TestTextSync)
#include "tst_textsync.moc"
