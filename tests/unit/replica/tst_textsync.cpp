// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "device.h"
#include "relay.h"
#include "text/doc.h"

#include <QDir>
#include <QFile>
#include <QSet>
#include <QtTest>

#include <algorithm>
#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
                          "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');"
                          "CREATE TABLE gone(id INTEGER PRIMARY KEY, body TEXT);"
                          "SELECT sheaf_sync('gone', '{\"columns\":{\"body\":\"text\"},\"deletes\":\"delete_wins\"}');";

QByteArray key(qint64 id)
{
    QByteArray bytes;
    const ValueView value = ValueView::ofInteger(id);
    encodeKey({&value, 1}, bytes);
    return bytes;
}

QString body(Device &device, qint64 id = 1)
{
    return device.value(u"SELECT body FROM notes WHERE id = %1"_s.arg(id)).toString();
}

void append(Device &device, const QString &words, qint64 id = 1)
{
    device.exec(u"UPDATE notes SET body = body || ? WHERE id = ?"_s, {words, id});
}

void settle(Relay &relay, const QList<Device *> &devices)
{
    for (int round = 0; round < 4; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

/// The text of the document as loadText() gives it.
QString loaded(Device &device, qint64 id = 1)
{
    Text::Doc doc({.clientId = 1});
    const auto update = device.replica().loadText("notes", key(id), "body");
    if (!update || !doc.apply(*update) || doc.hasPending())
        return u"cannot be loaded"_s;
    return doc.text().toString();
}

bool isSettled(Device &device)
{
    return device.replica().pendingCount() == 0 && device.digestHolds() &&
           device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind > 2"_s).toInt() == 0;
}

/// Empty if all devices have the same rows, the same documents, the same digests and nothing waits.
QString differences(const QList<Device *> &devices)
{
    Device &first = *devices.first();
    for (Device *device : devices) {
        if (!isSettled(*device))
            return u"something waits or a digest is wrong"_s;
        if (*device->replica().digest("home") != *first.replica().digest("home"))
            return u"digests differ"_s;
        const QString rows = u"SELECT id, title, body FROM notes ORDER BY id"_s;
        if (device->rows(rows) != first.rows(rows))
            return u"rows differ"_s;
        for (const QVariantList &row : device->rows(rows)) {
            const qint64 id = row[0].toLongLong();
            if (loaded(*device, id) != row[2].toString())
                return u"the document is not what the column shows: "_s + loaded(*device, id) + u" / "_s + row[2].toString();
            // Encodings may differ in how items are cut, so the documents are compared by merging.
            Text::Doc both({.clientId = 1});
            Text::Doc mine({.clientId = 1});
            const auto theirs = first.replica().loadText("notes", key(id), "body");
            const auto ours = device->replica().loadText("notes", key(id), "body");
            if (!mine.apply(*ours) || !both.apply(*ours) || !both.apply(*theirs))
                return u"a document is broken"_s;
            if (both.stateVector() != mine.stateVector() || both.snapshot().deletions != mine.snapshot().deletions)
                return u"documents differ"_s;
        }
    }
    return {};
}

#define VERIFY_EQUAL(...) QCOMPARE(differences(__VA_ARGS__), QString())

} // namespace

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
    void registersOfTwoDevicesBecomeTexts();
    void registersThatWaitBecomeTexts();
    void olderSchemasForwardTexts();
    void aLostAckAndACorrectedClockDoubleNothing();
    void aNewSiteGoesOn();
    void aRestoredFileGoesOn();
    void anotherServerIsOfferedTexts();
    void refusedTextsAreTakenBack();
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

constexpr char registers[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT); SELECT sheaf_sync('notes');";
constexpr char makeText[] = "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');";

void upgrade(Device &device)
{
    device.setSchema({registers, makeText});
    device.reopen();
}

void TestTextSync::registersOfTwoDevicesBecomeTexts()
{
    Relay relay;
    Device one(registers, 1);
    Device two(registers, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'the text of both'), (2, 't', NULL)"_s);
    settle(relay, {&one, &two});
    upgrade(one);
    upgrade(two);
    QCOMPARE(one.replica().pendingCount(), 0);
    one.exec(u"UPDATE notes SET body = 'one: the text of both' WHERE id = 1"_s);
    two.exec(u"UPDATE notes SET body = 'the text of both, two' WHERE id = 1"_s);
    one.exec(u"UPDATE notes SET body = 'one' WHERE id = 2"_s);
    two.exec(u"UPDATE notes SET body = 'two' WHERE id = 2"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"one: the text of both, two"_s);
    QVERIFY(body(one, 2) == u"onetwo"_s || body(one, 2) == u"twoone"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::registersThatWaitBecomeTexts()
{
    Relay relay;
    Device one(registers, 1);
    Device two(registers, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    one.exec(u"UPDATE notes SET body = 'base of one'"_s); // not pushed when the type changes
    one.exec(u"INSERT INTO notes VALUES (2, 't', 'new')"_s);
    upgrade(one);
    append(one, u" edited"_s);
    append(one, u" edited"_s, 2);
    settle(relay, {&one, &two});
    // The older device shows its register, and forwards what it does not understand.
    QCOMPARE(body(two), u"base of one"_s);
    upgrade(two);
    QCOMPARE(body(two), u"base of one edited"_s);
    QCOMPARE(body(two, 2), u"new edited"_s);
    append(two, u" by two"_s);
    settle(relay, {&one, &two});
    QCOMPARE(body(one), u"base of one edited by two"_s);
    VERIFY_EQUAL({&one, &two});
}

void TestTextSync::olderSchemasForwardTexts()
{
    constexpr char small[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT); SELECT sheaf_sync('notes');";
    Relay relay;
    Device one(schema, 1);
    Device old(small, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    append(one, u" edited"_s);
    settle(relay, {&one, &old});
    append(one, u" again"_s);
    settle(relay, {&one, &old});
    relay.forget(); // the older device alone tells the new server
    relay.sync(old);
    Device three(schema, 3);
    settle(relay, {&old, &three});
    QCOMPARE(body(three), u"base edited again"_s);
    old.setSchema({small, "ALTER TABLE notes ADD COLUMN body TEXT; " + QByteArray(makeText)});
    old.reopen();
    QCOMPARE(body(old), u"base edited again"_s);
    append(old, u" and now here"_s);
    settle(relay, {&old, &three, &one});
    VERIFY_EQUAL({&old, &three, &one});
    QCOMPARE(body(one), u"base edited again and now here"_s);
}

void TestTextSync::aLostAckAndACorrectedClockDoubleNothing()
{
    for (const qint64 offset : {-100'000LL, 100'000LL}) {
        Relay relay;
        Device one(schema, 1);
        Device two(schema, 2);
        one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
        append(one, u" one"_s);
        one.exec(u"INSERT INTO notes VALUES (2, 't', 'seed')"_s);
        relay.losesAcks = true;
        relay.push(one);
        relay.losesAcks = false;
        relay.pull(two);
        append(two, u" two"_s);
        append(two, u" two"_s, 2);
        append(one, u" more"_s);
        QVERIFY(one.replica().setClockOffset(offset));
        settle(relay, {&two, &one});
        VERIFY_EQUAL({&one, &two});
        for (const QString &word : {u"base"_s, u"one"_s, u"two"_s, u"more"_s})
            QCOMPARE(body(one).count(word), 1);
        QCOMPARE(body(one, 2), u"seed two"_s);
    }
}

void TestTextSync::aNewSiteGoesOn()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base'), (2, 't', 'other')"_s);
    append(one, u" acked"_s);
    settle(relay, {&one, &two});
    append(one, u" waits"_s);
    append(one, u" first"_s, 2);
    QVERIFY(one.replica().renewSite());
    append(one, u" more"_s);
    QVERIFY(one.digestHolds());
    settle(relay, {&one, &two});
    VERIFY_EQUAL({&one, &two});
    QCOMPARE(body(two), u"base acked waits more"_s);
    QCOMPARE(body(two, 2), u"other first"_s);
}

void TestTextSync::aRestoredFileGoesOn()
{
    Relay relay;
    Device one(schema, 1);
    Device copy(schema, 3);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base')"_s);
    settle(relay, {&one, &two});
    append(one, u" waits"_s);
    one.close();
    copy.close();
    QVERIFY(QFile::remove(copy.path()) && QFile::copy(one.path(), copy.path()));
    QFile::remove(copy.path() + u"-wal"_s);
    one.reopen();
    copy.reopen();
    QVERIFY(copy.replica().renewSite());
    append(one, u" original"_s);
    append(copy, u" copy"_s);
    settle(relay, {&one, &two, &copy});
    VERIFY_EQUAL({&one, &two, &copy});
    for (const QString &word : {u"base"_s, u"waits"_s, u"original"_s, u"copy"_s})
        QCOMPARE(body(two).count(word), 1);
}

void TestTextSync::anotherServerIsOfferedTexts()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes VALUES (1, 't', 'base'), (2, 't', 'plain')"_s);
    append(one, u" one"_s);
    settle(relay, {&one, &two});
    append(two, u" two"_s);
    settle(relay, {&one, &two});
    relay.forget();
    append(one, u" waits"_s);
    relay.sync(one);
    Device fresh(schema, 4);
    settle(relay, {&fresh, &two, &one});
    VERIFY_EQUAL({&one, &two, &fresh});
    QCOMPARE(body(fresh), u"base one two waits"_s);
    QCOMPARE(body(fresh, 2), u"plain"_s);
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
