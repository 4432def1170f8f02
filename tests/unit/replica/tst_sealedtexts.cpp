// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "relay.h"
#include "textbench.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::TextBench;
using namespace Qt::StringLiterals;

/// Sealed updates on a device without a key.
class TestSealedTexts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theyAreKeptAndPassedOn();
    void theyWaitForTheirColumn();

private:
    /// A server's word of a sealed update of the row that the device has pushed.
    static void receive(Device &device, const QByteArray &update)
    {
        const SpaceState now = device.replica().space("home");
        Changes changes{"home", now.cursor, now.cursor + 1, now.cursor + 1, false, {{"notes", {{1, "body"}}}}, {}};
        Change change{0, key(1), {}};
        encodeRecord({1, s_life, {}, {{1, {makeHlc(hlcMs(s_life.hlc) + 10), 99}, update}}}, change.record);
        changes.changes = {change};
        const auto applied = device.replica().applyChanges({changes});
        QVERIFY2(applied, applied ? "" : qPrintable(applied.error().message));
    }
    /// Inserts the row and remembers its life.
    static void insert(Device &device)
    {
        device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'seen')"_s);
        const auto push = device.replica().nextPush("home", 1, {});
        RowRecord record;
        QVERIFY(push && push->has_value() && decodeRecord((*push)->push.changes[0].record, record));
        s_life = record.life;
    }
    static QByteArray sealed(int number)
    {
        return QByteArray(8, '\xFF') + '\x7F' + QByteArray(60, 'c') + QByteArray::number(number);
    }
    static QList<QVariantList> kept(Device &device)
    {
        return device.rows(u"SELECT CAST(bytes AS BLOB) FROM sheaf_texts WHERE kind > 4 ORDER BY bytes"_s);
    }
    static inline Stamp s_life;
};

void TestSealedTexts::theyAreKeptAndPassedOn()
{
    Relay relay;
    Device device(schema, 1);
    insert(device);
    relay.push(device);
    for (const int number : {1, 2, 1})
        receive(device, sealed(number));
    QCOMPARE(body(device), u"seen"_s);
    const QList<QVariantList> both{{sealed(1)}, {sealed(2)}};
    QCOMPARE(kept(device), both);
    // Edits go on, and what joins them leaves these alone.
    for (int i = 0; i < 40; ++i) {
        append(device, u"."_s);
        relay.push(device);
    }
    device.reopen();
    QVERIFY(device.replica().loadText("notes", key(1), "body"));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 1"_s).toInt(), 1);
    QCOMPARE(body(device), u"seen"_s + QString(40, u'.'));
    QCOMPARE(kept(device), both);
    QVERIFY(device.digestHolds());
    // A server that lost the row gets them back, and whoever asks it.
    relay.forget();
    relay.pull(device);
    relay.push(device);
    QCOMPARE(device.replica().pendingCount(), 0);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind = 5"_s).toInt(), 2);
    Device other(schema, 2);
    relay.pull(other);
    QCOMPARE(kept(other), both);
    QCOMPARE(body(other), body(device));
    QCOMPARE(*other.replica().digest("home"), *device.replica().digest("home"));
}

void TestSealedTexts::theyWaitForTheirColumn()
{
    Device device("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT); SELECT sheaf_sync('notes');");
    insert(device);
    Relay().push(device);
    receive(device, sealed(1));
    QCOMPARE(body(device), u"seen"_s);
    device.close();
    device.setSchema({"CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT); SELECT sheaf_sync('notes');",
                      "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');"});
    QVERIFY(device.open());
    QCOMPARE(body(device), u"seen"_s);
    QCOMPARE(kept(device), (QList<QVariantList>{{sealed(1)}}));
}

QTEST_GUILESS_MAIN(TestSealedTexts)
#include "tst_sealedtexts.moc"
