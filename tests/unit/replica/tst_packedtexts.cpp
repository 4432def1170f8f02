// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "textbench.h"

#include <QtTest>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Sheaf::TextBench;
using namespace Qt::StringLiterals;

/// How a replica's file keeps large updates of texts.
class TestPackedTexts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void snapshotsArePacked();
    void aLongPastIsPackedAsDifferences();
    void whatWaitsIsPacked();
    void theyGoThroughQuarantine();
    void whatOlderVersionsStoredIsRead();
    void aDamagedTextIsAnError_data();
    void aDamagedTextIsAnError();

private:
    /// On the device's file, which nobody has open.
    static void change(Device &device, const QByteArray &sql)
    {
        device.close();
        sqlite3 *handle = nullptr;
        sqlite3_open(device.path().toUtf8().constData(), &handle);
        const auto guard = [](sqlite3_context *context, int, sqlite3_value **) { sqlite3_result_int(context, 1); };
        sqlite3_create_function(handle, "written_through_sheaf_only", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
                                nullptr, guard, nullptr, nullptr);
        QCOMPARE(sqlite3_exec(handle, sql.constData(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(handle);
        QVERIFY(device.open());
    }
    /// A text of 3,000 bytes with a past, joined to a snapshot.
    static void makeSnapshot(Device &device, Relay &relay)
    {
        device.exec(u"INSERT INTO notes(id, body) VALUES (1, ?)"_s, {m_words});
        relay.sync(device);
        for (int i = 0; i < 40; ++i) {
            append(device, u" again"_s);
            relay.push(device);
        }
        device.reopen();
        QVERIFY(device.replica().loadText("notes", key(1), "body"));
        QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 1"_s).toInt(), 1);
    }
    static inline const QString m_words = u"words that stay, "_s.repeated(170);
};

void TestPackedTexts::snapshotsArePacked()
{
    Relay relay;
    Device device(schema);
    makeSnapshot(device, relay);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 1 AND length(bytes) < 1000 AND size > 3000"_s).toInt(),
             1);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind <> 1 AND size > 0"_s).toInt(), 0);
    const QString text = body(device);
    device.reopen();
    append(device, u" and on"_s); // a keystroke leaves it alone
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 1 AND size > 0"_s).toInt(), 1);
    QCOMPARE(body(device), text + u" and on"_s);
    Device other(schema, 2);
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
    relay.forget(); // and everything is offered again
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
    QCOMPARE(body(other), text + u" and on"_s);
}

/// What two devices write without knowing of each other.
void TestPackedTexts::aLongPastIsPackedAsDifferences()
{
    Relay relay;
    Device one(schema, 1);
    Device two(schema, 2);
    one.exec(u"INSERT INTO notes(id, body) VALUES (1, 'number 0, and the end')"_s);
    settle(relay, {&one, &two});
    for (int i = 0; i < 150; ++i) {
        one.exec(u"UPDATE notes SET body = 'number %1, and the end' WHERE id = 1"_s.arg(i * 37));
        two.exec(u"UPDATE notes SET body = 'number %1, and the end' WHERE id = 1"_s.arg(i * i));
        for (Device *device : {&one, &two, &one})
            relay.sync(*device);
    }
    one.reopen();
    QVERIFY(one.replica().loadText("notes", key(1), "body"));
    QCOMPARE(one.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 1 AND substr(bytes, 1, 1) = x'02'"
                       " AND length(bytes) < size / 6"_s)
                 .toInt(),
             1);
    settle(relay, {&one, &two});
    VERIFY_EQUAL({&one, &two});
    one.reopen();
    append(one, u"!"_s);
    relay.forget();
    Device third(schema, 3);
    settle(relay, {&one, &two, &third});
    VERIFY_EQUAL({&one, &two, &third});
}

void TestPackedTexts::whatWaitsIsPacked()
{
    Relay relay;
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'begin ')"_s);
    relay.sync(device);
    append(device, m_words.repeated(100)); // pasted
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 3 AND size > 0"_s).toInt(), 3);
    QVERIFY(device.value(u"SELECT sum(length(bytes)) FROM sheaf_texts"_s).toInt() < 10'000);
    device.reopen();
    Device other(schema, 2);
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
    QCOMPARE(body(other), u"begin "_s + m_words.repeated(100));
    // What the server refuses is taken back out of it.
    append(device, m_words);
    relay.refuseWith = u"too_large"_s;
    relay.push(device);
    QCOMPARE(body(device), body(other));
    relay.refuseWith.clear();
    QVERIFY(device.replica().retryRejected(device.replica().rejected()->first().number));
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
    QCOMPARE(body(other), u"begin "_s + m_words.repeated(101));
}

void TestPackedTexts::theyGoThroughQuarantine()
{
    Relay relay;
    Device device(schema);
    makeSnapshot(device, relay);
    append(device, m_words);
    const QString text = body(device);
    QVERIFY(device.replica().closeSpace("home", u"no_access"_s, {}));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_quarantine_texts WHERE size > 0"_s).toInt(), 2);
    QVERIFY(device.replica().openSpace("home", Role::Editor, relay.epoch, 0));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE size > 0"_s).toInt(), 2);
    Device other(schema, 2);
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
    QCOMPARE(body(other), text);
}

void TestPackedTexts::whatOlderVersionsStoredIsRead()
{
    Relay relay;
    Device device(schema);
    makeSnapshot(device, relay);
    const QString text = body(device);
    const QByteArray whole = *device.replica().loadText("notes", key(1), "body");
    QVERIFY(whole.size() > 3'000);
    // As format 17 had it.
    change(device, "UPDATE sheaf_texts SET bytes = x'" + whole.toHex() +
                       "' WHERE kind = 1;"
                       "ALTER TABLE sheaf_texts DROP COLUMN size; ALTER TABLE sheaf_quarantine_texts DROP COLUMN size;"
                       "UPDATE sheaf_state SET format = 17;");
    QCOMPARE(*device.replica().loadText("notes", key(1), "body"), whole);
    append(device, u"!"_s);
    QCOMPARE(body(device), text + u'!');
    Device other(schema, 2);
    settle(relay, {&device, &other});
    VERIFY_EQUAL({&device, &other});
}

void TestPackedTexts::aDamagedTextIsAnError_data()
{
    QTest::addColumn<QByteArray>("damage");
    QTest::newRow("cut") << "bytes = substr(bytes, 1, length(bytes) / 2)"_ba;
    QTest::newRow("other bytes") << "bytes = zeroblob(length(bytes))"_ba;
    QTest::newRow("too small") << "size = size - 1"_ba;
    QTest::newRow("a bomb") << "size = 1 << 60"_ba;
}

void TestPackedTexts::aDamagedTextIsAnError()
{
    QFETCH(QByteArray, damage);
    Relay relay;
    Device device(schema);
    makeSnapshot(device, relay);
    const QString text = body(device);
    change(device, "UPDATE sheaf_texts SET " + damage + " WHERE size > 0");
    const auto loaded = device.replica().loadText("notes", key(1), "body");
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, u"database_damaged"_s);
    QVERIFY(!device.tryExec({u"UPDATE notes SET body = 'other' WHERE id = 1"_s}));
    QCOMPARE(body(device), text); // what the column shows is there
    device.exec(u"INSERT INTO notes(id, body) VALUES (2, 'others go on')"_s);
}

QTEST_GUILESS_MAIN(TestPackedTexts)
#include "tst_packedtexts.moc"
