// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "protocol/codec.h"
#include "protocol/limits.h"
#include "samples.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

Change sampleChange()
{
    Change change{.table = 0, .key = {}, .record = {}};
    const ValueView key = ValueView::ofText("k1");
    encodeKey({&key, 1}, change.key);
    encodeRecord({.length = 1,
                  .life = {makeHlc(1'700'000'000'000), 5},
                  .cells = {{1, {makeHlc(1'700'000'000'000), 5}, ValueView::ofText("milk")},
                            {2, {makeHlc(1'700'000'000'001, 3), 6}, ValueView::ofInteger(-7)}}},
                 change.record);
    return change;
}

QList<TableNames> sampleTables()
{
    return {{.table = "tasks", .columns = {{1, "title"}, {2, "n"}}}};
}

} // namespace

class TestCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesComeBackAsTheyWere_data();
    void messagesComeBackAsTheyWere();
    void truncatedMessagesAreErrors();
    void mutatedMessagesNeverCrash();
    void limitsHold();
    void columnsMustBeNamed();
};

void TestCodec::messagesComeBackAsTheyWere_data()
{
    QTest::addColumn<QString>("name");
    const auto all = sampleMessages();
    QSet<size_t> types;
    for (const Message &message : all)
        types.insert(message.index());
    QCOMPARE(types.size(), static_cast<qsizetype>(std::variant_size_v<Message>));
    for (auto it = all.cbegin(); it != all.cend(); ++it)
        QTest::newRow(qPrintable(it.key())) << it.key();
}

void TestCodec::messagesComeBackAsTheyWere()
{
    QFETCH(QString, name);
    const Message message = sampleMessages().value(name);
    const auto decoded = decodeMessage(encodeMessage(message));
    QVERIFY2(decoded, decoded ? "" : qPrintable(decoded.error().message));
    QVERIFY(*decoded == message);
}

void TestCodec::truncatedMessagesAreErrors()
{
    const auto all = sampleMessages();
    for (const Message &message : all) {
        const QByteArray bytes = encodeMessage(message);
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeMessage(bytes.first(size)));
        QVERIFY(!decodeMessage(bytes + 'x'));
    }
}

void TestCodec::mutatedMessagesNeverCrash()
{
    std::mt19937 random(11);
    const QList<Message> all = sampleMessages().values();
    int accepted = 0;
    for (int round = 0; round < 30'000; ++round) {
        QByteArray bytes = encodeMessage(all[static_cast<qsizetype>(random() % static_cast<quint32>(all.size()))]);
        for (quint32 change = 0; change <= random() % 3; ++change)
            bytes[static_cast<qsizetype>(random() % static_cast<quint32>(bytes.size()))] = static_cast<char>(random());
        const auto decoded = decodeMessage(bytes);
        if (decoded) {
            ++accepted;
            QCOMPARE(encodeMessage(*decoded), bytes); // a message has one encoding
        }
    }
    QVERIFY(accepted > 0);
}

void TestCodec::limitsHold()
{
    QVERIFY(!decodeMessage(QByteArray(Limits::messageBytesMax + 1, '\0')));
    Push push{.space = QByteArray(Limits::nameBytesMax + 1, 's'), .number = 1, .more = false, .tables = {}, .changes = {}};
    QVERIFY(!decodeMessage(encodeMessage(push)));
    push.space = {};
    QVERIFY(!decodeMessage(encodeMessage(push)));
    push.space = "home";
    push.tables = sampleTables();
    Change large = sampleChange();
    large.record.clear();
    const QByteArray text(Limits::valueBytesMax + 1, 'x');
    encodeRecord({.length = 1, .life = {1, 1}, .cells = {{1, {1, 1}, ValueView::ofText(text)}}}, large.record);
    push.changes = {large};
    const auto tooLarge = decodeMessage(encodeMessage(push));
    QVERIFY(!tooLarge);
    QCOMPARE(tooLarge.error().code, u"too_large"_s);
    large.record.clear();
    const QByteArray update(Limits::textUpdateBytesMax + 1, 'x');
    const auto pushOf = [&](QByteArrayView bytes) {
        large.record.clear();
        encodeRecord({.length = 1, .life = {1, 1}, .cells = {}, .texts = {{2, {1, 1}, bytes}}}, large.record);
        push.changes = {large};
        return decodeMessage(encodeMessage(push));
    };
    QVERIFY(pushOf(QByteArrayView(update).chopped(1)));
    QCOMPARE(pushOf(update).error().code, u"too_large"_s);
    // A count that promises more than there is, and an unknown type.
    QVERIFY(!decodeMessage(QByteArray::fromHex("9bffffffffffffffff")));
    const auto unknown = decodeMessage(QByteArray::fromHex("821863f6"));
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, u"unknown_message"_s);
}

void TestCodec::columnsMustBeNamed()
{
    Push push{.space = "home", .number = 1, .more = false, .tables = sampleTables(), .changes = {sampleChange()}};
    QVERIFY(decodeMessage(encodeMessage(push)));
    push.tables[0].columns.removeLast();
    QVERIFY(!decodeMessage(encodeMessage(push)));
    push.changes[0].record.clear();
    encodeRecord({.length = 1, .life = {1, 1}, .cells = {}, .texts = {{2, {1, 1}, {}}}}, push.changes[0].record);
    QVERIFY(!decodeMessage(encodeMessage(push)));
    push.changes = {sampleChange()};
    push.tables = sampleTables();
    push.changes[0].table = 1;
    QVERIFY(!decodeMessage(encodeMessage(push)));
}

QTEST_GUILESS_MAIN(TestCodec)
#include "tst_codec.moc"
